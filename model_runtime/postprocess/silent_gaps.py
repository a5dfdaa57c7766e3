"""Silent gaps: in digital silence after a phone, the aperture goes straight from one phone to the next.

Digital silence holds no information on the aperture, so the networks guess, and in a short pause the guess shows as a
pop of the lips.
"""

import numpy as np

from model_runtime.postprocess.context import Context
from model_runtime.postprocess.lip_aperture import close_lips
from model_runtime.postprocess.motion import Motion

__all__ = ["cross_silent_gaps"]


def cross_silent_gaps(motion: Motion, context: Context) -> Motion:
    """Limit the aperture in a silent gap to the straight line between its ends.

    Silences with voice activity keep their motion: their words are missing from the transcript.
    """
    times, aperture = context.times, motion.aperture
    surplus = np.zeros(len(times))
    for gap in context.silences:
        if gap.silent_gap:
            ends = (gap.start, gap.end)
            inside = (times > gap.start) & (times < gap.end)
            way = np.interp(times[inside], ends, np.interp(ends, times, aperture))
            surplus[inside] = np.maximum(aperture[inside] - way, 0)
    return close_lips(motion, surplus * (1 - context.voice))
