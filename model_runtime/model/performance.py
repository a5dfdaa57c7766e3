"""The input of the networks for a whole recording."""

from dataclasses import dataclass

import numpy as np

from model_runtime.linguistics.phones import PhoneTrack

__all__ = ["Performance"]


@dataclass(frozen=True)
class Performance:
    """The input of a whole recording's inference.

    sound: (A, F) features at 100 Hz, 0 rows if unknown.
    phones: None if unknown.
    key_times: (N,) s, ascending, from the first frame to the last.
    keys: (N, K) key motions that the motion must pass through, None to predict them.
    times: (T,) s of the frames.
    style: (n,) weights of the style vectors.
    """

    sound: np.ndarray
    phones: PhoneTrack | None
    key_times: np.ndarray
    keys: np.ndarray | None
    times: np.ndarray
    style: np.ndarray
