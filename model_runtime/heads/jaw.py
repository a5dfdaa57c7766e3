"""jawOpen and mouthClose of another head: the angle of the jaw, and the displacement that closes the lips again."""

import numpy as np

from model_runtime.heads.fields import Face, eased, spread_near
from model_runtime.heads.source import Source

__all__ = ["close_lips", "open_jaw"]

# Lip gap at jawOpen 1, eye distances.
OPENING = 0.45
# Range of the jaw's angle at jawOpen 1, radians.
LEAST = np.radians(6.0)
MOST = np.radians(26.0)
# Where the lips meet, share of the way (x, y, z) from the upper to the lower lip, as on our own head.
MEETING = np.array([0.4, 0.05, 0.36])
# Steps of the bisection for the angle.
STEPS = 24
# Smoothing steps at the corners; fewer than for other channels, because smoothing keeps the lips from closing.
EASINGS = 8
# Depth behind the lips, beyond WHOLE, at which the closing displacement has fallen to 1/e, eye distances.
BEHIND = 0.12
# Depth up to which the closing displacement is that of the lips, whose inner sides may touch too, eye distances.
WHOLE = 0.04


def open_jaw(face: Face, share: np.ndarray, rest: np.ndarray) -> tuple[np.ndarray, float]:
    """jawOpen, (N, 3) m, and the jaw's angle, radians, at which the lip gap is OPENING.

    share: (N,) of the jaw's rotation in each vertex. rest: (N, 3) m, displacement besides the rotation.
    """
    lips = np.array([face.landmarks["upper_lip_inner"], face.landmarks["lower_lip_inner"]])

    def gap(angle: float) -> float:
        places = face.surface.points[lips]
        placed = places + face.swing(places, share[lips], angle) + rest[lips]
        return float(np.linalg.norm(placed[0] - placed[1])) / face.surface.unit

    low, high = LEAST, MOST
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if gap(middle) < OPENING else (low, middle)
    return face.swing(face.surface.points, share, high) + rest, high


def close_lips(source: Source, face: Face, opened: np.ndarray, elsewhere: np.ndarray) -> np.ndarray:
    """mouthClose, (N, 3) m: with jawOpen `opened` (N, 3) at the same weight, the lips touch as at rest.

    elsewhere: (N, 3) m, displacement away from the lips.
    """
    lines = face.lines
    moved = elsewhere.copy()
    held = []
    for lip, other, part in (("upper", "lower", MEETING), ("lower", "upper", 1 - MEETING)):
        facing = lines[f"{other}_lip"]
        across = np.argsort(facing.at)
        for kind in ("red", "lip"):
            if f"{lip}_{kind}" not in lines:
                continue
            mine = lines[f"{lip}_{kind}"]
            own = lines[f"{lip}_lip"]
            ordered = np.argsort(own.at)
            here = _read(mine.at, own.at[ordered], opened[own.vertices[ordered]])
            there = _read(mine.at, facing.at[across], opened[facing.vertices[across]])
            moved[mine.vertices] = part * (there - here)
            held.append(mine.vertices)
    for corner in (face.landmarks["mouth_left"], face.landmarks["mouth_right"]):
        moved[corner] = 0
    moved = spread_near(face, moved[None], np.unique(np.concatenate(held)))[0]
    inside = np.flatnonzero(face.behind & np.isfinite(face.lip_distance))
    depth = np.maximum(face.lip_distance[inside] / face.surface.unit - WHOLE, 0)
    fade = np.exp(-((depth / BEHIND) ** 2))
    moved[inside] = moved[face.lip_source[inside]] * fade[:, None]
    return eased(face, moved[None], EASINGS)[0]


def _read(at: np.ndarray, known: np.ndarray, values: np.ndarray) -> np.ndarray:
    """(n, 3) values (c, 3) at ascending places `known` (c,), interpolated at places `at` (n,)."""
    return np.stack([np.interp(at, known, values[:, axis]) for axis in range(3)], axis=1)
