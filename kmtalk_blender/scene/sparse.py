"""Few keys for many frames: cubic pieces with smooth joints that stay within a tolerance of a curve."""

import itertools
from dataclasses import dataclass

import numpy as np

__all__ = ["Fit", "fit"]


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

    From each key the longest piece that holds is taken. Values at keys are the curve's own; slopes are central
    differences, so that pieces join smoothly.
    """
    values = np.asarray(values, np.float64)
    count = len(values)
    if count == 1:
        return Fit(np.zeros(1, np.int64), np.zeros(1), 0.0)
    slopes = np.gradient(values)
    still = np.abs(np.diff(values)) < tolerance / 100
    slopes[1:-1][still[:-1] | still[1:]] = 0.0
    stops = sorted({*(frame for frame in forced if 0 < frame < count - 1), count - 1})
    keys, start = [0], 0
    for stop in stops:
        while start < stop:
            start = _longest(values, slopes, start, stop, tolerance)
            keys.append(start)
    frames = np.array(keys)
    error = max(_error(values, slopes, a, b) for a, b in itertools.pairwise(frames))
    return Fit(frames, slopes[frames], float(error))


def _longest(values: np.ndarray, slopes: np.ndarray, start: int, stop: int, tolerance: float) -> int:
    """The farthest end of a piece from `start` that holds, by doubling and then halving the step."""
    good, step = start + 1, 2
    while start + step <= stop and _error(values, slopes, start, start + step) <= tolerance:
        good, step = start + step, step * 2
    bad = min(start + step, stop + 1)
    while bad - good > 1:
        middle = (good + bad) // 2
        if _error(values, slopes, start, middle) <= tolerance:
            good = middle
        else:
            bad = middle
    return good


def _error(values: np.ndarray, slopes: np.ndarray, start: int, end: int) -> float:
    """Largest distance of the samples between two keys from the cubic between them."""
    length = end - start
    t = np.arange(length + 1) / length
    cubic = (
        (1 + 2 * t) * (1 - t) ** 2 * values[start]
        + t * (1 - t) ** 2 * length * slopes[start]
        + t**2 * (3 - 2 * t) * values[end]
        + t**2 * (t - 1) * length * slopes[end]
    )
    return float(np.abs(cubic - values[start : end + 1]).max())
