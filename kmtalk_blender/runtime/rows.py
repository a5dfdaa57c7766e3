"""Motions with another number of frames."""

import numpy as np

__all__ = ["in_frames"]


def in_frames(values: np.ndarray, count: int) -> np.ndarray:
    """(count, ...) float32: values (T, ...) of the same time, interpolated in `count` frames."""
    before, after = np.linspace(0, 1, len(values)), np.linspace(0, 1, count)
    columns = [np.interp(after, before, column) for column in values.reshape(len(values), -1).T]
    return np.stack(columns, axis=1).reshape(count, *values.shape[1:]).astype(np.float32)
