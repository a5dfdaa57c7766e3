"""A motion as keys: every frame, the key motions alone, or the fewest that keep it."""

from dataclasses import dataclass

import numpy as np

from .key_reduction import fit
from .shape_curves import CurveKeys, keyframe_kinds, played_slopes

__all__ = ["MODES", "Density", "make_keys", "moves"]

MODES = ("EVERY_FRAME", "KEY_MOTIONS", "SPARSE")
# A curve that stays this near to its rest is no motion.
STILL = 1e-3


@dataclass(frozen=True)
class Density:
    """How a motion becomes keys. mode: one of MODES. tolerance: of SPARSE. interpolation: BEZIER, LINEAR, CONSTANT."""

    mode: str = "SPARSE"
    tolerance: float = 0.01
    interpolation: str = "BEZIER"


def moves(values: np.ndarray, under: np.ndarray, density: Density) -> bool:
    """False when a curve (T,) never leaves what lies `under` it (T,) by more than can be seen: it needs no keys."""
    seen = max(STILL, density.tolerance if density.mode == "SPARSE" else 0.0)
    return bool(np.abs(values - under).max(initial=0.0) > seen)


def make_keys(
    values: np.ndarray, start: float, key_frames: np.ndarray, density: Density, pinned: np.ndarray | None = None
) -> CurveKeys:
    """Keys of one curve. values: (T,), value of frame start + i. key_frames: (N,) in [0, T), those of the key motions.

    pinned: (P,) frames in [0, T) that get a key in every mode. Key motions become KEYFRAME, the others GENERATED.
    """
    count = len(values)
    pinned = np.zeros(0, int) if pinned is None else pinned
    slopes, handles = None, "AUTO_CLAMPED"
    if density.mode == "KEY_MOTIONS":
        frames = np.union1d(key_frames, pinned)
    elif density.mode == "SPARSE":
        sparse = fit(values, played_slopes(values), density.tolerance, tuple(int(frame) for frame in pinned))
        frames, slopes, handles = sparse.frames, sparse.slopes, "ALIGNED"
    else:
        frames = np.arange(count)
    co = np.stack([start + frames, values[frames]], axis=1).astype(np.float32)
    left, right = _handles(frames, slopes, co)
    return CurveKeys(co, left, right, keyframe_kinds(density.interpolation, handles, np.isin(frames, key_frames)))


def _handles(frames: np.ndarray, slopes: np.ndarray | None, co: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n, 2) left and right handles, at a third of the way to the neighbour so that time runs evenly along a piece."""
    gaps = np.diff(frames) / 3 if len(frames) > 1 else np.zeros(0)
    before, after = np.concatenate([[1 / 3], gaps]), np.concatenate([gaps, [1 / 3]])
    rise = np.zeros(len(frames)) if slopes is None else slopes
    left = co - np.stack([before, before * rise], axis=1)
    right = co + np.stack([after, after * rise], axis=1)
    return left.astype(np.float32), right.astype(np.float32)
