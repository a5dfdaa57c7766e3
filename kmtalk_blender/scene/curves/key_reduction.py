"""Reduce keys: few cubic segments with continuous slopes that stay within a tolerance of a curve.

The curve to approximate is what Blender plays of a key on every frame: cubic segments with given values and slopes at
the frames. A segment between two keys is the cubic Bezier with handles at a third of its length, so that it is linear
in time.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

__all__ = ["SUBFRAMES", "Fit", "fit", "sample"]

SUBFRAMES = 8  # samples per frame at which the error is measured
NEIGHBOURS = 3  # keys on either side of a removed key whose slopes are fitted anew
PASSES = 2  # over all keys, at most
STIFFNESS = 1e-3  # ridge term that keeps a slope near its former value
EXACT = 1e-9  # tolerance when slopes are compared with their limits


@dataclass(frozen=True)
class Fit:
    """Keys of a curve.

    frames: (n,) int, ascending, the first and the last frame included. slopes: (n,) change per frame, the same on both
    sides of a key. error: the largest distance from the curve, sampled every eighth of a frame.
    """

    frames: np.ndarray
    slopes: np.ndarray
    error: float


def fit(
    values: np.ndarray,
    slopes: np.ndarray,
    tolerance: float,
    forced: tuple[int, ...] = (),
    held: tuple[bool, bool] = (False, False),
) -> Fit:
    """Keys of the curve with (T,) values and slopes at its frames, within `tolerance` at every eighth of a frame.

    `forced` frames always get a key. held: the slope at the first frame, and at the last, stays. Keys have the values
    of the curve, and no segment leaves the range of all values.
    First the longest segments with the curve's own slopes are chosen; then each key is removed when new slopes of its
    neighbours keep the tolerance.
    """
    values, slopes = np.asarray(values, np.float64), np.asarray(slopes, np.float64)
    count = len(values)
    if count == 1:
        return Fit(np.zeros(1, np.int64), np.zeros(1), 0.0)
    wanted = sample(values, np.arange(count), slopes)
    # Both handles of a key must stay in the range of values, which limits its slope in both directions.
    room = 3 * np.minimum(values.max() - values, values - values.min())
    limits = -room, room
    keys, start = [0], 0
    for stop in sorted({*(frame for frame in forced if 0 < frame < count - 1), count - 1}):
        while start < stop:
            start = _longest_segment(wanted, values, slopes, limits, start, stop, tolerance)
            keys.append(start)
    frames = np.array(keys)
    frames, kept = _remove_keys(wanted, values, frames, slopes[frames], tolerance, set(forced), held)
    error = float(np.abs(wanted - sample(values[frames], frames, kept)).max())
    return Fit(frames, kept, error)


def sample(values: np.ndarray, frames: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """The curve through keys (n,) at every eighth of a frame from the first key to the last."""
    drawn = np.empty((frames[-1] - frames[0]) * SUBFRAMES + 1)
    for index, length in enumerate(np.diff(frames)):
        place = (frames[index] - frames[0]) * SUBFRAMES
        ends = (values[index], values[index + 1], slopes[index], slopes[index + 1])
        drawn[place : place + length * SUBFRAMES + 1] = ends @ _shares(int(length))
    return drawn


def _longest_segment(
    wanted: np.ndarray,
    values: np.ndarray,
    slopes: np.ndarray,
    limits: tuple[np.ndarray, np.ndarray],
    start: int,
    stop: int,
    tolerance: float,
) -> int:
    """The farthest end of a segment from `start` that keeps the tolerance, by doubling and then halving the step.

    limits: (T,) smallest and largest slope for segments of one frame; those of a segment of n frames are 1 / n of it.
    """

    def holds(end: int) -> bool:
        length = end - start
        for frame in (start, end):
            if not limits[0][frame] / length - EXACT <= slopes[frame] <= limits[1][frame] / length + EXACT:
                return False
        ends = (values[start], values[end], slopes[start], slopes[end])
        piece = wanted[start * SUBFRAMES : end * SUBFRAMES + 1]
        return bool(np.abs(piece - ends @ _shares(length)).max() <= tolerance)

    good, step = start + 1, 2
    while start + step <= stop and holds(start + step):
        good, step = start + step, step * 2
    bad = min(start + step, stop + 1)
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if holds(middle) else (good, middle)
    return good


def _remove_keys(
    wanted: np.ndarray,
    values: np.ndarray,
    frames: np.ndarray,
    slopes: np.ndarray,
    tolerance: float,
    forced: set[int],
    held: tuple[bool, bool],
) -> tuple[np.ndarray, np.ndarray]:
    """Remove every key that new slopes of its neighbours can replace; slopes at the ends of the neighbourhood stay."""
    low, high = values.min(), values.max()
    for _ in range(PASSES):
        before, key = len(frames), 1
        while key < len(frames) - 1:
            first, last = max(0, key - NEIGHBOURS), min(len(frames) - 1, key + NEIGHBOURS)
            kept = np.delete(np.arange(first, last + 1), key - first)
            ends = first > 0 or held[0], last < len(frames) - 1 or held[1]
            fixed = np.array([ends[0], *[False] * (len(kept) - 2), ends[1]])
            piece = wanted[frames[first] * SUBFRAMES : frames[last] * SUBFRAMES + 1]
            if int(frames[key]) not in forced:
                refitted, error = _refitted(piece, values[frames[kept]], frames[kept], slopes[kept], fixed, low, high)
                if error <= tolerance:
                    slopes[kept] = refitted
                    frames, slopes = np.delete(frames, key), np.delete(slopes, key)
                    continue
            key += 1
        if len(frames) == before:
            break
    return frames, slopes


def _refitted(
    wanted: np.ndarray,
    values: np.ndarray,
    frames: np.ndarray,
    slopes: np.ndarray,
    fixed: np.ndarray,
    low: float,
    high: float,
) -> tuple[np.ndarray, float]:
    """Least-squares slopes (those of `fixed` keys stay), and the largest distance from the curve with them."""
    by_value, by_slope = _basis(frames)
    rest = wanted - by_value @ values - by_slope[:, fixed] @ slopes[fixed]
    free = by_slope[:, ~fixed]
    normal = free.T @ free + STIFFNESS * np.eye(free.shape[1])
    best = slopes.copy()
    best[~fixed] = np.linalg.solve(normal, free.T @ rest + STIFFNESS * slopes[~fixed])
    gaps = np.diff(frames)
    before, after = np.concatenate([[0], gaps]), np.concatenate([gaps, [0]])
    limited = _limited(values, best, before, after, low, high)
    if np.abs(limited - best)[fixed].max(initial=0.0) > EXACT:
        return best, np.inf
    return limited, float(np.abs(wanted - by_value @ values - by_slope @ limited).max())


def _limited(
    values: np.ndarray, slopes: np.ndarray, before: np.ndarray, after: np.ndarray, low: float, high: float
) -> np.ndarray:
    """Slopes, clipped so that both handles of every key, and with them the curve, stay within [low, high].

    before, after: (n,) frames to the neighbours; a handle is at a third of that distance.
    """
    above, below = 3 * np.maximum(high - values, 0.0), 3 * np.maximum(values - low, 0.0)
    reach_before, reach_after = np.maximum(before, 1), np.maximum(after, 1)
    largest = np.minimum(above / reach_after, below / reach_before)
    smallest = -np.minimum(below / reach_after, above / reach_before)
    return np.clip(slopes, smallest, largest)


def _basis(frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(m, n) coefficients of the keys' values and of their slopes in the curve, sampled every eighth of a frame."""
    rows = (frames[-1] - frames[0]) * SUBFRAMES + 1
    by_value, by_slope = np.zeros((rows, len(frames))), np.zeros((rows, len(frames)))
    for index, length in enumerate(np.diff(frames)):
        place = (frames[index] - frames[0]) * SUBFRAMES
        shares = _shares(int(length)).T
        # The sample at a key is written by both segments, with the same value.
        piece = slice(place, place + length * SUBFRAMES + 1)
        by_value[piece], by_slope[piece] = 0.0, 0.0
        by_value[piece, index : index + 2] = shares[:, :2]
        by_slope[piece, index : index + 2] = shares[:, 2:]
    return by_value, by_slope


@lru_cache(maxsize=512)
def _shares(length: int) -> np.ndarray:
    """(4, m) coefficients of a segment's two values and two slopes, sampled every eighth of a frame (cubic Hermite)."""
    t = np.arange(length * SUBFRAMES + 1) / (length * SUBFRAMES)
    early, late = (1 + 2 * t) * (1 - t) ** 2, t**2 * (3 - 2 * t)
    return np.stack([early, late, t * (1 - t) ** 2 * length, t**2 * (t - 1) * length])
