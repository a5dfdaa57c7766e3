"""Key frames: the frames at phone boundaries, at which the key motions lie."""

import numpy as np

from model_runtime.linguistics.phones import PhoneTrack

__all__ = ["key_frames"]


def key_frames(track: PhoneTrack, fps: float, frames: int) -> np.ndarray:
    """(N,) int32, ascending: the frame nearest to each phone boundary, the first and the last of `frames` included."""
    boundaries = np.array([phone.start for phone in track.phones] + [track.duration])
    nearest = np.clip(np.rint(boundaries * fps).astype(np.int64), 0, frames - 1)
    return np.unique(np.concatenate([nearest, [0, frames - 1]])).astype(np.int32)
