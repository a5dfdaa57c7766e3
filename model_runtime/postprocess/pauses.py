"""Pauses: open the lips in pauses between words, further with more spectral tilt of the breath.

In free speech, the mouth is as open in a pause of up to a second as in the speech around it. It closes only in longer
silences, and opens again before the next phone. The training clips do not show this: their speaker says six words in a
row and rests. The spectral tilt shows how far the lips are apart in a pause: breath through open lips has more energy
in the middle of the spectrum than breath through the nose, and the noise of a room has neither. Digital silence occurs
where separately recorded lines are joined; each of these lines ends with the mouth at rest (figures in
docs/experiments.md).
"""

import numpy as np

from model_runtime.postprocess.config import PauseConfig
from model_runtime.postprocess.context import Context
from model_runtime.postprocess.lip_aperture import close_lips, part_lips
from model_runtime.postprocess.motion import Motion
from model_runtime.postprocess.smoothstep import ease

__all__ = ["open_in_pauses"]


def open_in_pauses(motion: Motion, context: Context) -> Motion:
    """Part the lips in pauses and after a rest. With unreliable phones, nothing changes.

    The added opening does not depend on the motion, so that an edit of one key motion changes no pause elsewhere.
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
    """(T,) spectral tilt, within +-max_tilt; 0 without known levels."""
    if not context.levels.known:
        return np.zeros(len(context.times))
    return context.at_frames(np.clip(context.tilt(config.tilt_smoothing_s), -config.max_tilt, config.max_tilt))
