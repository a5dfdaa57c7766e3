"""Keys for a motion: on every frame, at the key motions only, or the fewest within a tolerance."""

from dataclasses import dataclass

import numpy as np

from .key_reduction import fit
from .shape_curves import CurveKeys, keyframe_kinds, played_slopes

__all__ = ["MODES", "Density", "make_keys", "moves", "refit"]

MODES = ("EVERY_FRAME", "KEY_MOTIONS", "SPARSE")
TINY = 1e-6  # frames; a shorter handle has no direction
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


def refit(
    values: np.ndarray,
    start: float,
    key_frames: np.ndarray,
    density: Density,
    pinned: np.ndarray,
    ends: tuple[CurveKeys | None, CurveKeys | None],
) -> CurveKeys:
    """Keys of a part of a SPARSE curve: what plays before and after it stays the same.

    values, start, key_frames, pinned: as in `make_keys`, of the part alone. ends: the keys at its first and its last
    frame as they are; None where the curve begins or ends.
    """
    values = np.array(values, np.float64)
    for at, end in zip((0, -1), ends, strict=True):
        values[at] = values[at] if end is None else end.values[0]
    slopes = played_slopes(values)
    for at, end, side in ((0, ends[0], "right"), (-1, ends[1], "left")):
        if end is not None:
            along, up = (getattr(end, side)[0] - end.co[0]).astype(np.float64)
            slopes[at] = up / along if abs(along) > TINY else 0.0
    held = ends[0] is not None, ends[1] is not None
    sparse = fit(values, slopes, density.tolerance, tuple(int(frame) for frame in pinned), held)
    co = np.stack([start + sparse.frames, values[sparse.frames]], axis=1).astype(np.float32)
    left, right = _handles(sparse.frames, sparse.slopes, co)
    kinds = keyframe_kinds(density.interpolation, "ALIGNED", np.isin(sparse.frames, key_frames))
    if ends[0] is not None:
        left[0], kinds[0] = ends[0].left[0], ends[0].kinds[0]
    if ends[1] is not None:
        right[-1], kinds[-1] = ends[1].right[0], ends[1].kinds[0]
    return CurveKeys(co, left, right, kinds)


def _handles(frames: np.ndarray, slopes: np.ndarray | None, co: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n, 2) left and right handles, at a third of the distance to the next key: a segment is linear in time."""
    gaps = np.diff(frames) / 3 if len(frames) > 1 else np.zeros(0)
    before, after = np.concatenate([[1 / 3], gaps]), np.concatenate([gaps, [1 / 3]])
    rise = np.zeros(len(frames)) if slopes is None else slopes
    left = co - np.stack([before, before * rise], axis=1)
    right = co + np.stack([after, after * rise], axis=1)
    return left.astype(np.float32), right.astype(np.float32)
