"""Few keys for many frames: cubic pieces with smooth joints that stay within a tolerance of a curve.

Pure numpy. The curve to keep is what Blender plays of a key on every frame: values and slopes at the frames, cubic in
between. A piece between two keys is the cubic Bezier whose handles lie at a third of the way, so time runs evenly.
"""

from dataclasses import dataclass

import numpy as np

__all__ = ["SUBFRAMES", "Fit", "fit", "sample"]

# Places per frame at which the tolerance holds.
SUBFRAMES = 8
# Keys on either side whose slopes give way when the one between them is taken out.
NEIGHBOURS = 3
PASSES = 2
# Pull of a slope towards what it was, where the samples leave it open.
STIFFNESS = 1e-3


@dataclass(frozen=True)
class Fit:
    """Keys of a curve.

    frames: (n,) int, ascending, the first and the last frame included. slopes: (n,) values a frame, the same on both
    sides of a key. error: the largest distance from the curve at every eighth of a frame.
    """

    frames: np.ndarray
    slopes: np.ndarray
    error: float


def fit(values: np.ndarray, slopes: np.ndarray, tolerance: float, forced: tuple[int, ...] = ()) -> Fit:
    """Keys of the curve with (T,) values and slopes at its frames, within `tolerance` at every eighth of a frame.

    `forced` frames always get a key. Values at keys are the curve's own, and no piece leaves the range of all values.
    First the longest pieces that hold with the curve's own slopes; then every key goes that its neighbours' slopes can
    make up for.
    """
    values, slopes = np.asarray(values, np.float64), np.asarray(slopes, np.float64)
    count = len(values)
    if count == 1:
        return Fit(np.zeros(1, np.int64), np.zeros(1), 0.0)
    wanted = sample(values, np.arange(count), slopes)
    keys, start = [0], 0
    for stop in sorted({*(frame for frame in forced if 0 < frame < count - 1), count - 1}):
        while start < stop:
            start = _longest(wanted, values, slopes, start, stop, tolerance)
            keys.append(start)
    frames = np.array(keys)
    frames, kept = _thinned(wanted, values, frames, slopes[frames], tolerance, set(forced))
    error = float(np.abs(wanted - sample(values[frames], frames, kept)).max())
    return Fit(frames, kept, error)


def sample(values: np.ndarray, frames: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """The curve through keys (n,) at every eighth of a frame from the first key to the last."""
    piece, shares = _shares(frames)
    ends = np.stack([values[piece], values[piece + 1], slopes[piece], slopes[piece + 1]])
    return (shares * ends).sum(axis=0)


def _longest(
    wanted: np.ndarray, values: np.ndarray, slopes: np.ndarray, start: int, stop: int, tolerance: float
) -> int:
    """The farthest end of a piece from `start` that holds, by doubling and then halving the step."""
    low, high = values.min(), values.max()

    def holds(end: int) -> bool:
        ends, length = np.array([start, end]), end - start
        limited = _limited(values[ends], slopes[ends], np.array([1, length]), np.array([length, 1]), low, high)
        if np.abs(limited - slopes[ends]).max() > 1e-9:
            return False
        drawn = sample(values[ends], np.array([0, length]), slopes[ends])
        return bool(np.abs(wanted[start * SUBFRAMES : end * SUBFRAMES + 1] - drawn).max() <= tolerance)

    good, step = start + 1, 2
    while start + step <= stop and holds(start + step):
        good, step = start + step, step * 2
    bad = min(start + step, stop + 1)
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if holds(middle) else (good, middle)
    return good


def _thinned(
    wanted: np.ndarray,
    values: np.ndarray,
    frames: np.ndarray,
    slopes: np.ndarray,
    tolerance: float,
    forced: set[int],
) -> tuple[np.ndarray, np.ndarray]:
    """Take out every key that its neighbours can make up for; slopes at the edges of a neighbourhood stay."""
    low, high = values.min(), values.max()
    for _ in range(PASSES):
        before, key = len(frames), 1
        while key < len(frames) - 1:
            first, last = max(0, key - NEIGHBOURS), min(len(frames) - 1, key + NEIGHBOURS)
            kept = np.delete(np.arange(first, last + 1), key - first)
            fixed = np.array([first > 0, *[False] * (len(kept) - 2), last < len(frames) - 1])
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
    """The slopes, save those at `fixed` keys, that come nearest to the curve; and the largest distance left."""
    by_value, by_slope = _basis(frames)
    rest = wanted - by_value @ values - by_slope[:, fixed] @ slopes[fixed]
    free = by_slope[:, ~fixed]
    normal = free.T @ free + STIFFNESS * np.eye(free.shape[1])
    best = slopes.copy()
    best[~fixed] = np.linalg.solve(normal, free.T @ rest + STIFFNESS * slopes[~fixed])
    gaps = np.diff(frames)
    before, after = np.concatenate([[0], gaps]), np.concatenate([gaps, [0]])
    limited = _limited(values, best, before, after, low, high)
    if np.abs(limited - best)[fixed].max(initial=0.0) > 1e-9:
        return best, np.inf
    return limited, float(np.abs(wanted - by_value @ values - by_slope @ limited).max())


def _limited(
    values: np.ndarray, slopes: np.ndarray, before: np.ndarray, after: np.ndarray, low: float, high: float
) -> np.ndarray:
    """Slopes with which both handles of every key stay within [low, high], and with them the curve.

    before, after: (n,) frames to the neighbours; a handle lies at a third of that.
    """
    above, below = 3 * np.maximum(high - values, 0.0), 3 * np.maximum(values - low, 0.0)
    reach_before, reach_after = np.maximum(before, 1), np.maximum(after, 1)
    largest = np.minimum(above / reach_after, below / reach_before)
    smallest = -np.minimum(below / reach_after, above / reach_before)
    return np.clip(slopes, smallest, largest)


def _basis(frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(m, n) shares of the keys' values and of their slopes in the curve at every eighth of a frame."""
    piece, shares = _shares(frames)
    rows = np.arange(len(piece))
    by_value, by_slope = np.zeros((len(piece), len(frames))), np.zeros((len(piece), len(frames)))
    by_value[rows, piece], by_value[rows, piece + 1] = shares[0], shares[1]
    by_slope[rows, piece], by_slope[rows, piece + 1] = shares[2], shares[3]
    return by_value, by_slope


def _shares(frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """At every eighth of a frame: (m,) the piece, and (4, m) the shares of its two values and its two slopes (cubic
    Hermite)."""
    places = np.arange((frames[-1] - frames[0]) * SUBFRAMES + 1) / SUBFRAMES + frames[0]
    piece = np.clip(np.searchsorted(frames, places, side="right") - 1, 0, len(frames) - 2)
    length = (frames[piece + 1] - frames[piece]).astype(float)
    t = (places - frames[piece]) / length
    early, late = (1 + 2 * t) * (1 - t) ** 2, t**2 * (3 - 2 * t)
    return piece, np.stack([early, late, t * (1 - t) ** 2 * length, t**2 * (t - 1) * length])
