"""A motion as what curves hold, and back: rest, movement, rest."""

import numpy as np

from ..character.shape_map import ShapeMap
from .baseline import Baseline

__all__ = ["curve_values", "motion_weights", "pose_values", "ramp_frames"]

# A shape that begins or ends a take this near to its rest needs no frames outside of it.
AT_REST = 0.01
# Frames of a ramp where the next take is nearer: lips then move about as fast as in speech.
SHORTEST = 3


def ramp_frames(first_row: np.ndarray, seconds: float, fps: float, free: float, shared: bool) -> int:
    """Frames beside a take in which its curves leave rest, or return to it.

    first_row: (S,) how far the shapes are from their rest in the frame nearest to the ramp. seconds: the ramp's
    length. free: frames to the next take; a shorter way is taken where it is near. shared: both are keys of one action,
    so the way ends before the next take; else the next take blends in, and the way is never a jump.
    """
    if np.abs(first_row).max(initial=0.0) <= AT_REST:
        return 0
    wanted = max(1, round(seconds * fps))
    if shared:
        return int(min(wanted, max(0, np.floor(free / 2 - 1))))
    return int(min(wanted, max(SHORTEST, np.floor(free))))


def curve_values(baseline: Baseline, mapping: ShapeMap, motion: np.ndarray) -> np.ndarray:
    """(rest_in + T + rest_out, S) float64: what the curves of a motion (T, K) hold, a row a frame from `first` on."""
    moved = mapping.values(motion) - mapping.offset
    # Where there is no way from rest, the take begins there to the last bit; and so it ends.
    for row, frames in ((0, baseline.rest_in), (-1, baseline.rest_out)):
        if not frames:
            moved[row] = np.where(np.abs(moved[row]) <= AT_REST, 0.0, moved[row])
    before = _rise(baseline.rest_in)[:, None] * moved[0]
    after = _rise(baseline.rest_out)[::-1, None] * moved[-1]
    values = np.concatenate([before, moved, after])
    for column, shape in enumerate(mapping.shapes):
        if shape in baseline.under:
            values[:, column] += baseline.under[shape]
    return values


def pose_values(baseline: Baseline, mapping: ShapeMap, weights: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """(n, S) float64: what the curves hold at take frames (n,) for poses, (n, K) weights."""
    values = mapping.values(weights) - mapping.offset
    for column, shape in enumerate(mapping.shapes):
        if shape in baseline.under:
            values[:, column] += baseline.under[shape][frames + baseline.rest_in]
    return values


def motion_weights(
    baseline: Baseline, mapping: ShapeMap, values: np.ndarray, frames: np.ndarray, around: np.ndarray
) -> np.ndarray:
    """(n, K) weights of what curves hold, (n, S) values, at take frames (n,); as near as possible to `around`."""
    moved = values + mapping.offset
    for column, shape in enumerate(mapping.shapes):
        if shape in baseline.under:
            moved[:, column] -= baseline.under[shape][frames + baseline.rest_in]
    return mapping.weights(moved, around)


def _rise(count: int) -> np.ndarray:
    """(count,) shares of the way out of rest, eased at both ends: 0 first, 1 would be the next."""
    t = np.arange(count) / max(count, 1)
    return t * t * (3 - 2 * t)
