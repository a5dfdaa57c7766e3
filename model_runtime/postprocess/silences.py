"""Silences: how deep inside one a moment lies."""

import numpy as np

from model_runtime.linguistics.phones import SILENCE, PhoneTrack

__all__ = ["depth_in_silence"]


def depth_in_silence(phones: PhoneTrack, times: np.ndarray, after: float, before: float) -> np.ndarray:
    """(T,) how deep inside a silence the times (T,) lie: 0 at its ends, below 0 in speech.

    Counted in `after` seconds from the sound before it and in `before` seconds to the next one, whichever is less.
    Infinite where there is no sound before or after, and minus infinite without a silence.
    """
    depth = np.full(len(times), -np.inf)
    for phone in phones.phones:
        if phone.label == SILENCE:
            since = (times - phone.start) / after if phone.start > 0 else np.full(len(times), np.inf)
            ahead = (phone.end - times) / before if phone.end < phones.duration else np.full(len(times), np.inf)
            depth = np.maximum(depth, np.minimum(since, ahead))
    return depth
