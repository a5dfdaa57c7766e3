"""The phone stream as an array: which phone each step of the encoder lies in."""

import numpy as np

from model_runtime.linguistics.phones import PHONES, PhoneTrack

__all__ = ["MODEL_RATE", "ROUNDING", "model_times", "phone_steps"]

# Steps of the encoder a second.
MODEL_RATE = 50
# Largest rounding error of a sum of times, s.
ROUNDING = 1e-5


def model_times(duration: float) -> np.ndarray:
    """(S,) seconds of the encoder's steps: 50 a second, from 0 to the first one at or past the end."""
    return np.arange(int(np.ceil(duration * MODEL_RATE - 1e-6)) + 1) / MODEL_RATE


def phone_steps(track: PhoneTrack, times: np.ndarray) -> np.ndarray:
    """(S,) int64 indices into PHONES: the phone at each time (S,), s."""
    starts = np.array([phone.start for phone in track.phones])
    # A phone that starts at a step is the phone of that step, whatever the rounding.
    at = np.clip(np.searchsorted(starts, times + ROUNDING, side="right") - 1, 0, len(starts) - 1)
    return np.array([PHONES.index(phone.label) for phone in track.phones], np.int64)[at]
