"""The field's measures of speech-driven faces, as functions of arrays.

Frames are rows. Vertices are (T, V, 3), m on VOCASET; the caller selects those of lips or upper face.
"""

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import argrelextrema

from model_runtime.errors import InputError

__all__ = [
    "face_dynamics_deviation",
    "lip_vertex_error",
    "mean_vertex_error",
    "mouth_opening_correlation",
    "mouth_opening_difference",
    "mouth_timing",
    "sound_lip_correlation",
]

# Standard deviation of the Gaussian smoothing before extrema are found, frames (MTM).
SIGMA = 2.0
# Largest difference of aligned frames in dynamic time warping, frames (MTM).
BAND = 30


def lip_vertex_error(predicted: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """LVE: (T,) per frame the largest squared L2 error among the lips' vertices (T, L, 3), in squared units.

    The field averages it over frames and calls it mm; on VOCASET it is m^2 (MeshTalk, Richard et al. 2021).
    """
    _check(predicted, truth)
    return np.square(predicted - truth).sum(axis=-1).max(axis=-1)


def face_dynamics_deviation(predicted: np.ndarray, truth: np.ndarray, neutral: np.ndarray) -> float:
    """FDD, signed: dynamics of the upper face (T, U, 3), truth minus prediction (CodeTalker, Xing et al. 2023).

    Per vertex the standard deviation over time of the squared displacement from `neutral` (U, 3), then the mean over
    vertices, truth minus prediction.
    """
    _check(predicted, truth)
    std = [np.square(motion - neutral).sum(axis=-1).std(axis=0) for motion in (truth, predicted)]
    return float((std[0] - std[1]).mean())


def mean_vertex_error(predicted: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """MVE: (T,) mean L2 error over all vertices (T, V, 3), in their unit."""
    _check(predicted, truth)
    return np.linalg.norm(predicted - truth, axis=-1).mean(axis=-1)


def mouth_opening_difference(predicted: np.ndarray, truth: np.ndarray) -> float:
    """Mean absolute difference of two mouth openings (T,), in their unit."""
    _check(predicted, truth)
    return float(np.abs(predicted - truth).mean())


def mouth_opening_correlation(predicted: np.ndarray, truth: np.ndarray) -> float:
    """Pearson r of two mouth openings (T,) at lag 0; nan where either is constant."""
    _check(predicted, truth)
    if not predicted.std() or not truth.std():
        return float("nan")
    return float(np.corrcoef(predicted, truth)[0, 1])


def mouth_timing(predicted: np.ndarray, truth: np.ndarray, fps: float) -> float:
    """MTM, ms: mean time between corresponding extrema of two mouth openings (T,).

    Both are smoothed (Gaussian, sigma 2 frames), aligned by derivative dynamic time warping (Keogh and Pazzani 2001),
    and every extremum of the truth is compared with the nearest predicted one of its kind on the path. NaN without any.
    """
    _check(predicted, truth)
    smooth = [gaussian_filter1d(np.asarray(curve, np.float64), SIGMA) for curve in (predicted, truth)]
    path = _warping_path(*(_keogh_derivative(curve) for curve in smooth))
    offsets = []
    for kind in (np.greater, np.less):
        own, theirs = (argrelextrema(curve, kind)[0] for curve in smooth)
        for frame in theirs:
            met = path[path[:, 1] == frame, 0]
            matched = own[np.isin(own, np.arange(met.min() - 1, met.max() + 2))] if len(met) else own[:0]
            if len(matched):
                offsets.append(np.abs(matched - frame).min())
    return float(np.mean(offsets)) * 1000 / fps if offsets else float("nan")


def sound_lip_correlation(loudness: list[np.ndarray], opening: list[np.ndarray]) -> float:
    """SLCC: Pearson r of z-normed speech loudness (RMS) and z-normed lip intensity, one value a clip in both lists.

    Each item is (T,), a number a frame; a clip's value is its mean. NaN with fewer than three clips.
    """
    if len(loudness) != len(opening):
        raise InputError("Loudness and lip intensity must be of the same clips.")
    if len(loudness) < 3:
        return float("nan")
    a, b = (np.array([float(np.mean(clip)) for clip in clips]) for clips in (loudness, opening))
    return float(np.corrcoef(a, b)[0, 1]) if a.std() > 0 and b.std() > 0 else float("nan")


def _check(predicted: np.ndarray, truth: np.ndarray) -> None:
    if predicted.shape != truth.shape or not len(predicted):
        raise InputError(
            f"Prediction {predicted.shape} and truth {truth.shape} must have the same frames and vertices."
        )


def _keogh_derivative(curve: np.ndarray) -> np.ndarray:
    """(T,) slope of a curve (T,) as in derivative dynamic time warping (Keogh and Pazzani 2001)."""
    padded = np.pad(curve, 1, mode="edge")
    return ((curve - padded[:-2]) + (padded[2:] - padded[:-2]) / 2) / 2


def _warping_path(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(P, 2) frame pairs of the monotonic alignment of two curves with least squared difference."""
    cost = np.full((len(a) + 1, len(b) + 1), np.inf)
    cost[0, 0] = 0
    for i in range(len(a)):
        for j in range(max(0, i - BAND), min(len(b), i + BAND + 1)):
            cost[i + 1, j + 1] = (a[i] - b[j]) ** 2 + min(cost[i, j], cost[i, j + 1], cost[i + 1, j])
    i, j = len(a), len(b)
    path = []
    while i and j:
        path.append((i - 1, j - 1))
        step = np.argmin([cost[i - 1, j - 1], cost[i - 1, j], cost[i, j - 1]])
        i, j = i - (step != 2), j - (step != 1)
    return np.array(path[::-1])
