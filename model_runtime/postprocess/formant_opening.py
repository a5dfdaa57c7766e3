"""Opening by the first formant: open lips raise it, so the middle of the spectrum tells how far they are open.

The further a mouth opens, the more sound between .7 and 4 kHz comes out of it beside what lies below: in vowels (the
first formant rises with the opening), in nasals and closures (hardly anything above .7 kHz is left), and in breaths,
which are heard through parted lips. Trained on one speaker, whose phones tell nearly all, the networks under-use the
spectral tilt, which means the same for every voice (docs/experiments.md).
"""

import numpy as np

from model_runtime.postprocess.context import Context
from model_runtime.postprocess.lip_aperture import close_lips, part_lips
from model_runtime.postprocess.motion import Motion
from model_runtime.postprocess.smoothstep import ease

__all__ = ["open_by_formant"]


def open_by_formant(motion: Motion, context: Context) -> Motion:
    """The lips open where the voice is brighter than on average and close where it is duller; nothing changes where the
    sound is unknown."""
    if not context.levels.known:
        return motion
    config = context.config.formant
    change = config.opening_per_tilt_iod * context.at_frames(context.tilt(config.tilt_smoothing_s))
    change = np.where(change > 0, change * ease(motion.aperture / config.free_from_iod), change)
    return part_lips(close_lips(motion, -change), change)
