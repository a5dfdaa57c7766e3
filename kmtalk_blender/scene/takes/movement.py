"""Convert a motion to the values of its curves, with ramps from rest and back, and the other way round."""

import numpy as np

from ..character.shape_map import ShapeMap
from .baseline import Baseline

__all__ = ["curve_values", "motion_weights", "pose_values", "ramp_frames"]

AT_REST = 0.01  # a shape key that begins or ends a take nearer to its rest than this needs no ramp
SHORTEST = 3  # frames of a ramp when the next take is nearer: lips then move about as fast as in speech


def ramp_frames(first_row: np.ndarray, seconds: float, fps: float, free: float, shared: bool) -> int:
    """Number of frames of the ramp before or after a take.

    first_row: (S,) differences of the shape keys from rest, in the frame next to the ramp. seconds: wanted length of
    the ramp. free: frames to the next take, which limit the length. shared: both takes are keys in one action, so the
    ramp must end before the next take; else the next take blends in, and the ramp has at least SHORTEST frames.
    """
    if np.abs(first_row).max(initial=0.0) <= AT_REST:
        return 0
    wanted = max(1, round(seconds * fps))
    if shared:
        return int(min(wanted, max(0, np.floor(free / 2 - 1))))
    return int(min(wanted, max(SHORTEST, np.floor(free))))


def curve_values(baseline: Baseline, mapping: ShapeMap, motion: np.ndarray) -> np.ndarray:
    """(rest_in + T + rest_out, S) float64: values of the curves of a motion (T, K), a row for each frame."""
    moved = mapping.values(motion) - mapping.offset
    # Without a ramp the take begins, or ends, exactly at rest.
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
    """(n, S) float64: values of the curves at take frames (n,) for poses, (n, K) weights."""
    values = mapping.values(weights) - mapping.offset
    for column, shape in enumerate(mapping.shapes):
        if shape in baseline.under:
            values[:, column] += baseline.under[shape][frames + baseline.rest_in]
    return values


def motion_weights(
    baseline: Baseline, mapping: ShapeMap, values: np.ndarray, frames: np.ndarray, around: np.ndarray
) -> np.ndarray:
    """(n, K) weights for (n, S) values of the curves at take frames (n,), as close as possible to `around`."""
    moved = values + mapping.offset
    for column, shape in enumerate(mapping.shapes):
        if shape in baseline.under:
            moved[:, column] -= baseline.under[shape][frames + baseline.rest_in]
    return mapping.weights(moved, around)


def _rise(count: int) -> np.ndarray:
    """(count,) factors of a ramp with smoothstep, from 0; the next factor would be 1."""
    t = np.arange(count) / max(count, 1)
    return t * t * (3 - 2 * t)
