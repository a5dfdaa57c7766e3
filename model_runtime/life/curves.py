"""Curves that bodies move along: smooth steps, bumps and drifts, on a grid of RATE rows a second."""

import numpy as np

__all__ = ["RATE", "add_bump", "add_step", "drift", "grid", "step"]

# Rows a second of the grid on which movements are added up, at any frame rate.
RATE = 100


def grid(duration: float) -> np.ndarray:
    """(G,) seconds of the rows, from 0 to the first row at or after `duration`."""
    return np.arange(int(np.ceil(duration * RATE)) + 1) / RATE


def step(share: np.ndarray) -> np.ndarray:
    """The path of a limb from 0 to 1 with the least jerk (Flash, Hogan 1985). share: of the time, any value."""
    t = np.clip(share, 0.0, 1.0)
    return t**3 * (10 - 15 * t + 6 * t**2)


def add_step(curve: np.ndarray, start: float, length: float, height: float | np.ndarray) -> None:
    """Add a step of `height` (of a row of the curve) that begins at `start` and takes `length` (s). curve: (G, ...)."""
    first, last = _rows(curve, start, start + length)
    path = step((np.arange(first, last) / RATE - start) / max(length, 1e-6))
    curve[first:last] += path.reshape(-1, *[1] * (curve.ndim - 1)) * height
    curve[last:] += height


def add_bump(curve: np.ndarray, peak: float, rise: float, fall: float, height: float, hold: float = 0.0) -> None:
    """Add a bump to a curve (G,): it rises to `height` at `peak`, holds and falls; times in s."""
    first, last = _rows(curve, peak - rise, peak + hold + fall)
    t = np.arange(first, last) / RATE
    curve[first:last] += height * np.minimum(step((t - peak + rise) / rise), step((peak + hold + fall - t) / fall))


def drift(rng: np.random.Generator, rows: int, apart: float, columns: int) -> np.ndarray:
    """(rows, columns) smooth chance with standard deviation 1: a cubic B-spline of values `apart` seconds apart."""
    places = np.arange(rows) / RATE / apart
    knots = rng.standard_normal((int(places[-1]) + 5 if rows else 5, columns))
    whole = places.astype(int)
    t = (places - whole)[:, None]
    shares = ((1 - t) ** 3 / 6, (3 * t**3 - 6 * t**2 + 4) / 6, (-3 * t**3 + 3 * t**2 + 3 * t + 1) / 6, t**3 / 6)
    # The mean of the spline's variance over t is 151 / 315.
    return sum(share * knots[whole + index] for index, share in enumerate(shares)) / np.sqrt(151 / 315)


def _rows(curve: np.ndarray, start: float, end: float) -> tuple[int, int]:
    count = len(curve)
    return min(max(int(np.ceil(start * RATE)), 0), count), min(max(int(np.floor(end * RATE)) + 1, 0), count)
