"""Rotations of the head and directions of the eyes, in the face's axes: +X its left, -Y before it, +Z up.

The head's rotation is nod (degrees down, around X), tilt (to its left shoulder, around Y) and turn (to its left, around
Z), applied in this order: Euler XYZ, as Blender has it. A direction is turn (to the left) and up, degrees.
"""

import numpy as np

__all__ = ["NOD", "TILT", "TURN", "angles_of", "direction_of", "seen_from_head"]

# Columns of head rotations.
NOD, TILT, TURN = 0, 1, 2


def direction_of(angles: np.ndarray) -> np.ndarray:
    """(..., 3) unit vectors of directions (..., 2)."""
    turn, up = np.radians(angles[..., 0]), np.radians(angles[..., 1])
    return np.stack([np.sin(turn) * np.cos(up), -np.cos(turn) * np.cos(up), np.sin(up)], axis=-1)


def angles_of(vectors: np.ndarray) -> np.ndarray:
    """(..., 2) directions of vectors (..., 3) of any length."""
    turn = np.degrees(np.arctan2(vectors[..., 0], -vectors[..., 1]))
    up = np.degrees(np.arctan2(vectors[..., 2], np.hypot(vectors[..., 0], vectors[..., 1])))
    return np.stack([turn, up], axis=-1)


def seen_from_head(vectors: np.ndarray, head: np.ndarray) -> np.ndarray:
    """(T, 3) vectors in the axes of a head that is rotated by (T, 3) degrees."""
    nod, tilt, turn = (np.radians(head[:, column]) for column in (NOD, TILT, TURN))
    x, y, z = vectors.T
    x, y = np.cos(turn) * x + np.sin(turn) * y, -np.sin(turn) * x + np.cos(turn) * y
    x, z = np.cos(tilt) * x - np.sin(tilt) * z, np.sin(tilt) * x + np.cos(tilt) * z
    y, z = np.cos(nod) * y + np.sin(nod) * z, -np.sin(nod) * y + np.cos(nod) * z
    return np.stack([x, y, z], axis=1)
