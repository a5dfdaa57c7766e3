"""Bring a face to the pose of heads: life size, m, +Z up, looking along -Y."""

from dataclasses import dataclass
from itertools import permutations, product

import numpy as np

__all__ = ["Similarity", "fit_similarity", "stand_up"]

# Largest angle between a mesh's fitted pose and a multiple of 90 degrees that is snapped to the latter, radians.
UPRIGHT = 0.5
# Distance between the eye centres, m.
LIFE_SIZE = 0.062


@dataclass(frozen=True)
class Similarity:
    """The map points -> scale * points @ rotation.T + shift.

    rotation: (3, 3). shift: (3,).
    """

    scale: float
    rotation: np.ndarray
    shift: np.ndarray

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """(N, 3) images of points (N, 3)."""
        return self.scale * points @ self.rotation.T + self.shift


def fit_similarity(source: np.ndarray, target: np.ndarray) -> Similarity:
    """The similarity of least squared distance from its image of source (N, 3) to target (N, 3) (Umeyama 1991)."""
    middle, aim = source.mean(axis=0), target.mean(axis=0)
    a, b = source - middle, target - aim
    left, stretch, right = np.linalg.svd(b.T @ a)
    sign = np.diag([1, 1, np.sign(np.linalg.det(left @ right))])
    rotation = left @ sign @ right
    scale = float((stretch * np.diag(sign)).sum() / max((a**2).sum(), 1e-12))
    return Similarity(scale, rotation, aim - scale * middle @ rotation.T)


def stand_up(landmarks: np.ndarray, standing: np.ndarray) -> Similarity:
    """The similarity from a mesh with landmarks (N, 3) to a standing head whose same landmarks are `standing`, m.

    The rotation is snapped to multiples of 90 degrees and the scale to powers of 10 where they nearly fit.
    """
    fitted = fit_similarity(landmarks, standing)
    nearest = max(_quarter_turns(), key=lambda turn: float(np.trace(turn.T @ fitted.rotation)))
    angle = np.arccos(np.clip((np.trace(nearest.T @ fitted.rotation) - 1) / 2, -1, 1))
    rotation = nearest if angle < UPRIGHT else fitted.rotation
    unit = 10.0 ** np.round(np.log10(fitted.scale))
    scale = float(unit) if 0.7 < fitted.scale / unit < 1.4 else fitted.scale
    return Similarity(scale, rotation, standing.mean(axis=0) - scale * landmarks.mean(axis=0) @ rotation.T)


def _quarter_turns() -> list[np.ndarray]:
    """The 24 rotations (3, 3) by multiples of 90 degrees about the axes."""
    turns = []
    for order, signs in product(permutations(range(3)), product((1.0, -1.0), repeat=3)):
        turn = np.zeros((3, 3))
        turn[range(3), order] = signs
        if np.linalg.det(turn) > 0:
            turns.append(turn)
    return turns
