"""Keys for a motion: on every frame, at the key motions only, or the fewest within a tolerance."""

from dataclasses import dataclass

import numpy as np

from .key_reduction import fit
from .shape_curves import CurveKeys, keyframe_kinds, played_slopes

__all__ = ["MODES", "Density", "make_keys", "moves"]

MODES = ("EVERY_FRAME", "KEY_MOTIONS", "SPARSE")
STILL = 1e-3  # a curve that changes a shape key by less than this needs no keys


@dataclass(frozen=True)
class Density:
    """How a motion becomes keys. mode: one of MODES. tolerance: largest error of a
    curve in mode SPARSE. interpolation: BEZIER, LINEAR, CONSTANT."""

    mode: str = "SPARSE"
    tolerance: float = 0.01
    interpolation: str = "BEZIER"


def moves(values: np.ndarray, under: np.ndarray, density: Density) -> bool:
    """True when the curve `values` (T,) differs visibly from the curve `under` (T,), which would play without it."""
    seen = max(STILL, density.tolerance if density.mode == "SPARSE" else 0.0)
    return bool(np.abs(values - under).max(initial=0.0) > seen)


def make_keys(
    values: np.ndarray, start: float, key_frames: np.ndarray, density: Density, pinned: np.ndarray | None = None
) -> CurveKeys:
    """Keys of one curve. values: (T,), values at the frames start + i. key_frames: (N,) in [0, T), of the key motions.

    pinned: (P,) frames in [0, T) that get a key in every mode. Key motions get the keyframe type KEYFRAME, other keys
    GENERATED.
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
    """(n, 2) left and right handles, at a third of the distance to the next key: a segment is linear in time."""
    gaps = np.diff(frames) / 3 if len(frames) > 1 else np.zeros(0)
    before, after = np.concatenate([[1 / 3], gaps]), np.concatenate([gaps, [1 / 3]])
    rise = np.zeros(len(frames)) if slopes is None else slopes
    left = co - np.stack([before, before * rise], axis=1)
    right = co + np.stack([after, after * rise], axis=1)
    return left.astype(np.float32), right.astype(np.float32)
