"""Opening by the first formant: correct the aperture by the spectral tilt.

The wider a mouth is open, the more energy lies between .7 and 4 kHz, compared with the energy below: in vowels (the
first formant rises with the opening), in nasals and closures (hardly any energy above .7 kHz), and in breaths through
parted lips. The networks were trained on one speaker, whose phones predict the motion almost alone, so they under-use
the spectral tilt, which means the same for every voice (docs/experiments.md).
"""

import numpy as np

from model_runtime.postprocess.context import Context
from model_runtime.postprocess.lip_aperture import close_lips, part_lips
from model_runtime.postprocess.motion import Motion
from model_runtime.postprocess.smoothstep import ease

__all__ = ["open_by_formant"]


def open_by_formant(motion: Motion, context: Context) -> Motion:
    """The lips open where the spectral tilt is above 0 and close where it is below. Without known levels, nothing
    changes."""
    if not context.levels.known:
        return motion
    config = context.config.formant
    change = config.opening_per_tilt_iod * context.at_frames(context.tilt(config.tilt_smoothing_s))
    change = np.where(change > 0, change * ease(motion.aperture / config.free_from_iod), change)
    return part_lips(close_lips(motion, -change), change)
