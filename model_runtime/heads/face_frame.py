"""Put a face where heads stand: life size in metres, +Z up, looking along -Y."""

from dataclasses import dataclass
from itertools import permutations, product

import numpy as np

__all__ = ["Similarity", "fit_similarity", "stand_up"]

# A mesh that is within this of standing along its own axes is taken to stand along them, radians.
UPRIGHT = 0.5
LIFE_SIZE = 0.062  # metres between the eye centres


@dataclass(frozen=True)
class Similarity:
    """points -> scale * points @ rotation.T + shift."""

    scale: float
    rotation: np.ndarray
    shift: np.ndarray

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """(N, 3) points, moved."""
        return self.scale * points @ self.rotation.T + self.shift


def fit_similarity(source: np.ndarray, target: np.ndarray) -> Similarity:
    """The similarity that takes (N, 3) source nearest to target (Umeyama 1991)."""
    middle, aim = source.mean(axis=0), target.mean(axis=0)
    a, b = source - middle, target - aim
    left, stretch, right = np.linalg.svd(b.T @ a)
    sign = np.diag([1, 1, np.sign(np.linalg.det(left @ right))])
    rotation = left @ sign @ right
    scale = float((stretch * np.diag(sign)).sum() / max((a**2).sum(), 1e-12))
    return Similarity(scale, rotation, aim - scale * middle @ rotation.T)


def stand_up(landmarks: np.ndarray, standing: np.ndarray) -> Similarity:
    """What takes a mesh with (N, 3) landmarks to the place of a standing head with the same ones.

    Its own axes and its unit (metres, decimetres, centimetres, millimetres) are kept where they nearly fit.
    """
    fitted = fit_similarity(landmarks, standing)
    nearest = max(_quarter_turns(), key=lambda turn: float(np.trace(turn.T @ fitted.rotation)))
    angle = np.arccos(np.clip((np.trace(nearest.T @ fitted.rotation) - 1) / 2, -1, 1))
    rotation = nearest if angle < UPRIGHT else fitted.rotation
    unit = 10.0 ** np.round(np.log10(fitted.scale))
    scale = float(unit) if 0.7 < fitted.scale / unit < 1.4 else fitted.scale
    return Similarity(scale, rotation, standing.mean(axis=0) - scale * landmarks.mean(axis=0) @ rotation.T)


def _quarter_turns() -> list[np.ndarray]:
    turns = []
    for order, signs in product(permutations(range(3)), product((1.0, -1.0), repeat=3)):
        turn = np.zeros((3, 3))
        turn[range(3), order] = signs
        if np.linalg.det(turn) > 0:
            turns.append(turn)
    return turns
