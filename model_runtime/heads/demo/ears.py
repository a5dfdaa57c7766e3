"""Ears (mm), as rings that fill a hole in the side of the head. Written for the left ear."""

import numpy as np

__all__ = ["ear_rings"]

CENTRE = (72.0, 12.0, -18.0)
HALF_LENGTH, HALF_WIDTH = 31.0, 17.0
LEAN = 0.18
# Ring by ring from the head to the ear's middle: share of the outline, distance from the head in front and behind.
PROFILE = (
    (0.70, 1.0, 1.0),
    (0.74, 1.5, 8.0),
    (0.94, 2.5, 14.0),
    (1.00, 3.5, 15.5),
    (0.93, 4.2, 16.0),
    (0.80, 3.2, 12.5),
    (0.62, 3.0, 12.0),
    (0.46, 2.5, 5.0),
    (0.25, 0.0, 0.5),
)


def ear_rings(edge: np.ndarray) -> np.ndarray:
    """(10, N, 3) rings of the left ear from the hole's `edge` (N, 3) on the head to the middle of the ear."""
    turn = 2 * np.pi * np.arange(len(edge)) / len(edge)
    # columns run towards the back, so the ring starts behind the ear and runs over its top to the front
    back, up = np.cos(turn), np.sin(turn)
    behind = np.clip(0.5 + 0.75 * back + 0.25 * np.maximum(up, 0), 0, 1)
    narrow = np.where(up < 0, 1 - 0.32 * up**2, 1.0)
    rings = [edge]
    for share, front, rear in PROFILE:
        y = back * HALF_WIDTH * narrow * share
        z = up * HALF_LENGTH * share
        out = front + (rear - front) * behind
        rings.append(np.stack([CENTRE[0] + out, CENTRE[1] + y + LEAN * z, CENTRE[2] + z], axis=1))
    return np.stack(rings)
