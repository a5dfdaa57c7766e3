"""Fit a head's channels to recorded landmarks: bounded, smoothed least squares with few channels.

Many weights of the channels fit the landmarks equally well. A cost on each weight (lasso, Tibshirani 1996) chooses the
movement that an animator would: the jaw first, few channels, and not two that work against each other.
"""

from dataclasses import dataclass

import numpy as np

from model_runtime.heads.head import Head

__all__ = ["LIP_POINTS", "Fit", "FitConfig", "LipMeasures", "fit_channels", "lip_measures"]

# MediaPipe FaceMesh: the 40 points of the lips, outer then inner ring.
LIP_POINTS = (
    *(61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185),
    *(78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191),
)
# MediaPipe FaceMesh: points of the chin.
CHIN_POINTS = (152, 175, 199)


@dataclass(frozen=True)
class FitConfig:
    """Channels and weights of the fit.

    channels: to fit; a name without side stands for its Left and Right with equal weights, as in speech.
    ridge: cost of a channel's squared weight, against squared landmark errors in IOD.
    ridges: exceptions, for channels that a front view hardly shows.
    sparse: cost of a channel's weight, so that few channels explain a shape.
    sparses: exceptions. The jaw costs nothing, so it opens the mouth before the lips do. mouthClose, which works
        against it, costs most.
    smooth: cost of a channel's squared change between frames.
    gap: weight of the inner-lip gap; each landmark has 1.
    width: weight of the distance of the mouth corners.
    iterations: of the projected gradient.
    """

    channels: tuple[str, ...] = (
        *("jawOpen", "mouthClose", "mouthFunnel", "mouthPucker", "mouthSmile", "mouthFrown", "mouthDimple"),
        *("mouthStretch", "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper", "mouthPress"),
        *("mouthLowerDown", "mouthUpperUp"),
    )
    ridge: float = 0.012
    ridges: tuple[tuple[str, float], ...] = (
        ("jawOpen", 0.004),
        ("mouthFrown", 0.05),
        ("mouthDimple", 0.05),
        ("mouthShrugUpper", 0.05),
        ("mouthShrugLower", 0.04),
        ("mouthPress", 0.05),
    )
    sparse: float = 0.005
    sparses: tuple[tuple[str, float], ...] = (("jawOpen", 0.0), ("mouthClose", 0.02))
    smooth: float = 0.03
    gap: float = 6.0
    width: float = 3.0
    iterations: int = 800


@dataclass(frozen=True)
class LipMeasures:
    """Changes of lip distances and points by each channel at weight 1, IOD; linear in the weights.

    gap: (K,) inner-lip distance on the midline, along the direction in which jawOpen opens it.
    width: (K,) distance of the mouth corners.
    points: (K, 80) x and z of the 40 lip points.
    """

    gap: np.ndarray
    width: np.ndarray
    points: np.ndarray


def lip_measures(head: Head) -> LipMeasures:
    """The measures of a head with the FaceMesh landmarks of the lips."""
    deltas = head.deltas / head.eye_distance

    def of(name: str) -> np.ndarray:
        return deltas[:, head.landmarks[name]]

    opening = of("upper_lip_inner") - of("lower_lip_inner")
    direction = opening[head.channels.index("jawOpen")]
    points = np.stack([of(f"facemesh_{number}")[:, (0, 2)] for number in LIP_POINTS], axis=1)
    return LipMeasures(
        gap=opening @ (direction / np.linalg.norm(direction)),
        width=of("mouth_left")[:, 0] - of("mouth_right")[:, 0],
        points=points.reshape(len(head.channels), -1),
    )


@dataclass(frozen=True)
class Fit:
    """weights: (T, K) float32 in [0, 1], a column a channel of the head. error: (T,) mean landmark error, IOD."""

    weights: np.ndarray
    error: np.ndarray


def fit_channels(head: Head, displacement: np.ndarray, numbers: tuple[int, ...], config: FitConfig) -> Fit:
    """Channel weights whose landmark displacements on the head are nearest to recorded ones.

    displacement: (T, P, 2) from the recorded face's neutral, IOD, x to the face's left, y up.
    numbers: FaceMesh point of each of the P columns.

    The head needs the landmarks facemesh_<i> of the lips and the chin. mouthClose is at most jawOpen, so that the lips
    never cross.
    """
    groups = [_columns(head, name) for name in config.channels]
    rows, targets = [], []

    def moves(number: int, axis: int) -> np.ndarray:
        """(G,) displacement of a landmark by each channel group along the image's x (0) or y (1), IOD."""
        vertex = head.landmarks[f"facemesh_{number}"]
        shift = head.deltas[:, vertex, (0, 2)[axis]] / head.eye_distance
        return np.array([shift[group].sum() for group in groups])

    def recorded(number: int, axis: int) -> np.ndarray:
        return displacement[:, numbers.index(number), axis]

    def add(row: np.ndarray, target: np.ndarray, weight: float) -> None:
        rows.append(row * weight)
        targets.append(target * weight)

    for number in LIP_POINTS:
        for axis in (0, 1):
            add(moves(number, axis), recorded(number, axis), 1.0)
    for number in CHIN_POINTS:
        add(moves(number, 1), recorded(number, 1), 1.0)
    measures = lip_measures(head)
    gap = np.array([measures.gap[group].sum() for group in groups])
    width = np.array([measures.width[group].sum() for group in groups])
    add(gap, recorded(13, 1) - recorded(14, 1), config.gap)
    add(width, recorded(291, 0) - recorded(61, 0), config.width)
    matrix, target = np.stack(rows), np.stack(targets, axis=1)
    solved = _bounded_smooth(matrix, target, config)
    weights = np.zeros((len(displacement), len(head.channels)), np.float32)
    for column, group in zip(solved.T, groups, strict=True):
        weights[:, group] = column[:, None]
    return Fit(weights, np.abs(solved @ matrix.T - target)[:, :80].mean(axis=1).astype(np.float32))


def _columns(head: Head, name: str) -> list[int]:
    names = (name,) if name in head.channels else (f"{name}Left", f"{name}Right")
    return [head.channels.index(each) for each in names]


def _bounded_smooth(matrix: np.ndarray, target: np.ndarray, config: FitConfig) -> np.ndarray:
    """(T, G) argmin |w A^T - b|^2 + |ridge w|^2 + 2 |sparse w| + |smooth dw/dt|^2, 0 <= w <= 1, mouthClose <= jawOpen.

    Accelerated projected gradient (FISTA, Beck and Teboulle 2009) over all frames at once.
    """
    exceptions, costs = dict(config.ridges), dict(config.sparses)
    ridge = np.array([exceptions.get(name, config.ridge) for name in config.channels])
    sparse = np.array([costs.get(name, config.sparse) for name in config.channels])
    normal, right = matrix.T @ matrix + np.diag(ridge), target @ matrix - sparse
    step = 1 / (np.linalg.eigvalsh(normal)[-1] + 4 * config.smooth)
    close, jaw = config.channels.index("mouthClose"), config.channels.index("jawOpen")
    weights = ahead = np.zeros((len(target), len(config.channels)))
    momentum = 1.0
    for _ in range(config.iterations):
        change = np.diff(ahead, axis=0, prepend=ahead[:1], append=ahead[-1:])
        gradient = ahead @ normal - right - config.smooth * np.diff(change, axis=0)
        new = np.clip(ahead - step * gradient, 0, 1)
        new[:, close] = np.minimum(new[:, close], new[:, jaw])
        grown = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = new + (momentum - 1) / grown * (new - weights)
        weights, momentum = new, grown
    return weights
