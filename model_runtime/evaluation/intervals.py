"""Intervals of means over clips, and over models that differ in their seed: the bootstrap (Efron 1979)."""

import numpy as np

__all__ = ["mean_interval"]

# Means of drawn samples from which the percentiles are taken.
SAMPLES = 2000
# Share of the samples inside the interval.
INSIDE = 0.95


def mean_interval(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper end (K,) of the 95 % interval of the mean, for values (M, N, K): models, clips, measures.

    Both models and clips are drawn with replacement, always with the same seed. nan are left out; a measure that is nan
    in all clips of a sample is left out of that sample.
    """
    random = np.random.default_rng(0)
    models, clips, measures = values.shape
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    means = np.full((SAMPLES, measures), np.nan)
    for row in means:
        drawn = np.ix_(random.integers(models, size=models), random.integers(clips, size=clips))
        count = known[drawn].sum(axis=(0, 1))
        np.divide(filled[drawn].sum(axis=(0, 1)), count, out=row, where=count > 0)
    ends = np.full((2, measures), np.nan)
    for measure in np.flatnonzero(known.any(axis=(0, 1))):
        ends[:, measure] = np.nanpercentile(means[:, measure], [50 * (1 - INSIDE), 50 * (1 + INSIDE)])
    return ends[0], ends[1]
