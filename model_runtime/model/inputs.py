"""The phone stream as arrays: for every step of the encoder, which phones surround it and when they begin and end."""

from dataclasses import dataclass

import numpy as np

from model_runtime.linguistics.phones import PHONES, SILENCE, PhoneTrack

__all__ = ["MODEL_RATE", "NEIGHBOURS", "TIMINGS", "PhoneFrames", "model_times", "phone_frames", "phone_trust"]

MODEL_RATE = 50
NEIGHBOURS = (-2, -1, 0, 1, 2)
TIMINGS = 6
# A phone's distance in time matters up to here; beyond, it is "far".
HORIZON = 0.5


@dataclass(frozen=True)
class PhoneFrames:
    """labels: (S, 5) int64 indices into PHONES: two before, this, two after. timing: (S, 6) float32 (phone_frames)."""

    labels: np.ndarray
    timing: np.ndarray


def phone_trust(track: PhoneTrack | None) -> float:
    """1 for phones that are known, 0.5 for phones that a recogniser heard, 0 for none (kmtalk.Voice.has_phones)."""
    if track is None:
        return 0.0
    return 0.5 if track.heard else 1.0


def model_times(duration: float) -> np.ndarray:
    """(S,) seconds of the encoder's steps: 50 a second, from 0 to the first one at or past the end."""
    return np.arange(int(np.ceil(duration * MODEL_RATE - 1e-6)) + 1) / MODEL_RATE


def phone_frames(track: PhoneTrack, times: np.ndarray) -> PhoneFrames:
    """Phones around each time.

    timing holds: seconds since this phone began, until it ends, since the one before began, until the one after ends,
    the phone's own length (each divided by HORIZON and cut at 1), and the place within the phone in [0, 1].
    """
    starts = np.array([phone.start for phone in track.phones])
    ends = np.array([phone.end for phone in track.phones])
    indices = np.array([PHONES.index(phone.label) for phone in track.phones])
    silence = PHONES.index(SILENCE)
    at = np.clip(np.searchsorted(starts, times, side="right") - 1, 0, len(starts) - 1)
    padded = np.concatenate([[silence] * 2, indices, [silence] * 2])
    labels = np.stack([padded[at + 2 + offset] for offset in NEIGHBOURS], axis=1)
    before, after = np.maximum(at - 1, 0), np.minimum(at + 1, len(starts) - 1)
    length = ends[at] - starts[at]
    seconds = np.stack(
        [times - starts[at], ends[at] - times, times - starts[before], ends[after] - times, length], axis=1
    )
    place = np.clip((times - starts[at]) / np.maximum(length, 1e-3), 0, 1)
    timing = np.concatenate([np.clip(seconds / HORIZON, 0, 1), place[:, None]], axis=1)
    return PhoneFrames(labels.astype(np.int64), timing.astype(np.float32))
