"""The phone stream as an array: which phone each step of the encoder lies in."""

import numpy as np

from model_runtime.linguistics.phones import PHONES, PhoneTrack

__all__ = ["MODEL_RATE", "ROUNDING", "model_times", "phone_steps"]

MODEL_RATE = 50
# Seconds that sums of times may be off by.
ROUNDING = 1e-5


def model_times(duration: float) -> np.ndarray:
    """(S,) seconds of the encoder's steps: 50 a second, from 0 to the first one at or past the end."""
    return np.arange(int(np.ceil(duration * MODEL_RATE - 1e-6)) + 1) / MODEL_RATE


def phone_steps(track: PhoneTrack, times: np.ndarray) -> np.ndarray:
    """(S,) int64 indices into PHONES: the phone at each time (S,). What surrounds it the network sees for itself."""
    starts = np.array([phone.start for phone in track.phones])
    # A boundary on a step begins there, however the clock was rounded.
    at = np.clip(np.searchsorted(starts, times + ROUNDING, side="right") - 1, 0, len(starts) - 1)
    return np.array([PHONES.index(phone.label) for phone in track.phones], np.int64)[at]
