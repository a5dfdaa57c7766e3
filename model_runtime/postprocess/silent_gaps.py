"""Silent gaps: in digital silence after a sound, the lips take the straight way from one sound to the next.

Nothing tells there how far they are open: what the networks do is guessed, and in a short pause it shows as a pop.
"""

import numpy as np

from model_runtime.postprocess.context import Context
from model_runtime.postprocess.lip_aperture import close_lips
from model_runtime.postprocess.motion import Motion

__all__ = ["cross_silent_gaps"]


def cross_silent_gaps(motion: Motion, context: Context) -> Motion:
    """The lips are no further apart in a silent gap than on the straight way between its ends. A voice that is heard in
    a silence is one whose words are missing, and keeps its motion."""
    times, aperture = context.times, motion.aperture
    surplus = np.zeros(len(times))
    for gap in context.silences:
        if gap.silent_gap:
            ends = (gap.start, gap.end)
            inside = (times > gap.start) & (times < gap.end)
            way = np.interp(times[inside], ends, np.interp(ends, times, aperture))
            surplus[inside] = np.maximum(aperture[inside] - way, 0)
    return close_lips(motion, surplus * (1 - context.voice))
