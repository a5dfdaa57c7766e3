"""Pauses: between words the mouth neither rests nor closes, and the breath that is heard tells how far it is open.

In free speech a pause of up to a second is as open as the speech around it: the mouth closes in longer ones alone, and
opens again before the next sound. The speaker of the training clips says six words in a row and rests. How far lips are
apart in a pause is heard: breath between open lips has more in the middle of the spectrum than breath through the nose,
and the noise of a room has none of either. In digital silence, lines that were recorded one by one are joined, and each
ends with the mouth at rest (docs/experiments.md has the figures).
"""

import numpy as np

from model_runtime.postprocess.config import PauseConfig
from model_runtime.postprocess.context import Context
from model_runtime.postprocess.lip_aperture import close_lips, part_lips
from model_runtime.postprocess.motion import Motion
from model_runtime.postprocess.smoothstep import ease

__all__ = ["open_in_pauses"]


def open_in_pauses(motion: Motion, context: Context) -> Motion:
    """The lips part in pauses and after a rest. Nothing changes where the phones are doubtful.

    The opening does not depend on the motion, so that an edit of one key moves no pause elsewhere.
    """
    if context.phones.unreliable:
        return motion
    config, times = context.config.pauses, context.times
    opening = config.opening_iod + config.opening_per_tilt_iod * _tilt(context, config)
    change = np.zeros(len(times))
    for silence in context.silences:
        if silence.first or silence.last:
            continue
        since, ahead = times - silence.start, silence.end - times
        if silence.pause:
            rise = ease((since + config.ahead_s) / config.ahead_s)
        elif not silence.digital:
            rise = ease((config.onset_lead_s - ahead) / (config.onset_lead_s - config.open_by_s))
        else:
            continue
        change += opening * np.minimum(rise, ease(ahead / config.handover_s))
    return part_lips(close_lips(motion, -change), change)


def _tilt(context: Context, config: PauseConfig) -> np.ndarray:
    """(T,) spectral tilt, within +-max_tilt; 0 where the sound is unknown."""
    if not context.levels.known:
        return np.zeros(len(context.times))
    return context.at_frames(np.clip(context.tilt(config.tilt_smoothing_s), -config.max_tilt, config.max_tilt))
