"""Few keys for many frames: cubic pieces with smooth joints that stay within a tolerance of a curve."""

import itertools
from dataclasses import dataclass

import numpy as np

__all__ = ["Fit", "fit"]

# Keys on either side whose slopes give way when the one between them is taken out.
NEIGHBOURS = 3
PASSES = 2
# Pull of a slope towards what it was, where the samples leave it open.
STIFFNESS = 1e-3


@dataclass(frozen=True)
class Fit:
    """Keys of a curve sampled at every frame.

    frames: (n,) int, ascending, the first and the last frame included. slopes: (n,) values a frame; the curve between
    two keys is the cubic with these values and slopes at its ends (Bezier handles at a third of the way). error: the
    largest distance from the samples.
    """

    frames: np.ndarray
    slopes: np.ndarray
    error: float


def fit(values: np.ndarray, tolerance: float, forced: tuple[int, ...] = ()) -> Fit:
    """Keys of the (T,) curve `values` within `tolerance` at every frame; `forced` frames always get one.

    Values at keys are the curve's own and pieces join with one slope. First the longest pieces that hold with the
    curve's own slopes; then every key goes that its neighbours' slopes can make up for.
    """
    values = np.asarray(values, np.float64)
    count = len(values)
    if count == 1:
        return Fit(np.zeros(1, np.int64), np.zeros(1), 0.0)
    own = _own_slopes(values, tolerance)
    keys, start = [0], 0
    for stop in sorted({*(frame for frame in forced if 0 < frame < count - 1), count - 1}):
        while start < stop:
            start = _longest(values, own, start, stop, tolerance)
            keys.append(start)
    frames = np.array(keys)
    frames, slopes = _thinned(values, frames, own[frames], tolerance, set(forced))
    return Fit(frames, slopes, float(np.abs(values - _curve(values, frames, slopes)).max()))


def _own_slopes(values: np.ndarray, tolerance: float) -> np.ndarray:
    """Central differences; 0 beside a stretch that stands still, so that it stays still."""
    slopes = np.gradient(values)
    still = np.abs(np.diff(values)) < tolerance / 100
    slopes[1:-1][still[:-1] | still[1:]] = 0.0
    return slopes


def _longest(values: np.ndarray, slopes: np.ndarray, start: int, stop: int, tolerance: float) -> int:
    """The farthest end of a piece from `start` that holds, by doubling and then halving the step."""

    def holds(end: int) -> bool:
        piece = values[start : end + 1]
        drawn = _curve(piece, np.array([0, end - start]), slopes[[start, end]])
        return bool(np.abs(piece - drawn).max() <= tolerance)

    good, step = start + 1, 2
    while start + step <= stop and holds(start + step):
        good, step = start + step, step * 2
    bad = min(start + step, stop + 1)
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if holds(middle) else (good, middle)
    return good


def _thinned(
    values: np.ndarray, frames: np.ndarray, slopes: np.ndarray, tolerance: float, forced: set[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Take out every key that its neighbours can make up for; slopes at the edges of a neighbourhood stay."""
    for _ in range(PASSES):
        before, key = len(frames), 1
        while key < len(frames) - 1:
            first, last = max(0, key - NEIGHBOURS), min(len(frames) - 1, key + NEIGHBOURS)
            kept = np.delete(np.arange(first, last + 1), key - first)
            ends = np.array([first > 0, *[False] * (len(kept) - 2), last < len(frames) - 1])
            piece = values[frames[first] : frames[last] + 1]
            refitted, error = _refitted(piece, frames[kept] - frames[first], slopes[kept], ends)
            if error <= tolerance and int(frames[key]) not in forced:
                slopes[kept] = refitted
                frames, slopes = np.delete(frames, key), np.delete(slopes, key)
            else:
                key += 1
        if len(frames) == before:
            break
    return frames, slopes


def _refitted(
    values: np.ndarray, frames: np.ndarray, slopes: np.ndarray, fixed: np.ndarray
) -> tuple[np.ndarray, float]:
    """The slopes, save those at `fixed` keys, that come nearest to the values; and the largest distance left."""
    by_value, by_slope = _basis(len(values), frames)
    rest = values - by_value @ values[frames] - by_slope[:, fixed] @ slopes[fixed]
    free = by_slope[:, ~fixed]
    normal = free.T @ free + STIFFNESS * np.eye(free.shape[1])
    best = slopes.copy()
    best[~fixed] = np.linalg.solve(normal, free.T @ rest + STIFFNESS * slopes[~fixed])
    return best, float(np.abs(rest - free @ best[~fixed]).max())


def _basis(count: int, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(count, n) shares of the keys' values and of their slopes in the curve at every frame (cubic Hermite)."""
    rows = np.arange(count)
    piece = np.clip(np.searchsorted(frames, rows, side="right") - 1, 0, len(frames) - 2)
    length = (frames[piece + 1] - frames[piece]).astype(float)
    t = (rows - frames[piece]) / length
    by_value, by_slope = np.zeros((count, len(frames))), np.zeros((count, len(frames)))
    by_value[rows, piece], by_value[rows, piece + 1] = (1 + 2 * t) * (1 - t) ** 2, t**2 * (3 - 2 * t)
    by_slope[rows, piece], by_slope[rows, piece + 1] = t * (1 - t) ** 2 * length, t**2 * (t - 1) * length
    return by_value, by_slope


def _curve(values: np.ndarray, frames: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """(T,) the curve through the values at the keys, piece by piece."""
    drawn = np.empty(len(values))
    for (start, end), (a, b) in zip(itertools.pairwise(frames), itertools.pairwise(slopes), strict=True):
        length = end - start
        t = np.arange(length + 1) / length
        drawn[start : end + 1] = (
            (1 + 2 * t) * (1 - t) ** 2 * values[start]
            + t * (1 - t) ** 2 * length * a
            + t**2 * (3 - 2 * t) * values[end]
            + t**2 * (t - 1) * length * b
        )
    return drawn
