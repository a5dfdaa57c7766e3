"""Stops: where the sound stops altogether, lips take the straight way from one sound to the next.

Nothing tells there how far they are open: what the networks do is guessed, and in a short pause it shows as a pop.
"""

from dataclasses import replace

import numpy as np

from model_runtime.linguistics.phones import SILENCE, PhoneTrack
from model_runtime.postprocess.lip_aperture import close_lips
from model_runtime.postprocess.pauses import without_room
from model_runtime.postprocess.rest import voiced

__all__ = ["apply_stops"]


def apply_stops(
    weights: np.ndarray,
    channels: tuple[str, ...],
    gap: np.ndarray,
    phones: PhoneTrack,
    sound: np.ndarray,
    fps: float,
) -> np.ndarray:
    """Weights (T, K) in [0, 1] whose lips are no further apart in such a silence than on the way between its ends.

    gap: (K,) IOD that each channel opens the inner lips by. sound: (A, HEARD), see hearing; 0 rows: unknown. A voice
    that is heard in a silence is one whose words are missing, and keeps its motion.
    """
    times = np.arange(len(weights)) / fps
    opened = weights @ gap
    surplus = np.zeros(len(times))
    for silence in phones.phones:
        # A voice may die away before the end of a recording: the second half of its silence tells.
        later = (silence.start + silence.end) / 2 if silence.end >= phones.duration else silence.start
        if silence.label == SILENCE and silence.start > 0 and without_room(sound, replace(silence, start=later)):
            ends = (silence.start, silence.end)
            inside = (times > silence.start) & (times < silence.end)
            way = np.interp(times[inside], ends, np.interp(ends, times, opened))
            surplus[inside] = np.maximum(opened[inside] - way, 0)
    return close_lips(weights, channels, gap, surplus * (1 - voiced(sound, times)))
