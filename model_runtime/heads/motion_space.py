"""Motion space: a linear map from K weights to vertex displacements, as in the last layer of the field's decoders."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.files.npz import NUMBERS, TEXT, WHOLE, Wanted, all_finite, read_npz, texts, write_npz
from model_runtime.heads.head import Head

__all__ = ["MotionSpace", "read_space", "space_from_data", "space_from_rig", "write_space"]

ARRAYS = {
    "neutral": Wanted("f", 3 * limits.MESH_VERTICES),
    "names": Wanted(TEXT, limits.CHANNELS),
    "shapes": Wanted("f"),
    "lips": Wanted(WHOLE),
    "upper_face": Wanted(WHOLE),
    "bounds": Wanted(NUMBERS, 2),
    "explained": Wanted(NUMBERS, 1, required=False),
}
# Power iterations of the subspace iteration.
ITERATIONS = 4
# Directions that are iterated besides those returned (oversampling).
SPARE = 10


@dataclass(frozen=True)
class MotionSpace:
    """A neutral face and K displacements: vertices = neutral + weights @ shapes.

    neutral: (V, 3) float32 m.
    names: of the K shapes.
    shapes: (K, V, 3) float32 m at weight 1.
    lips, upper_face: vertex indices.
    bounds: least and largest weight.
    explained: share of the train displacements' variance that the space expresses, None for a rig's channels.
    """

    neutral: np.ndarray
    names: tuple[str, ...]
    shapes: np.ndarray
    lips: np.ndarray
    upper_face: np.ndarray
    bounds: tuple[float, float] = (0.0, 1.0)
    explained: float | None = None

    def displacement(self, weights: np.ndarray, vertices: np.ndarray | None = None) -> np.ndarray:
        """(T, V, 3) displacements from neutral, m, of weights (T, K); of the given vertices alone, unless None."""
        shapes = self.shapes if vertices is None else self.shapes[:, vertices]
        return np.tensordot(weights.astype(np.float32), shapes, axes=1)

    def coefficients(self, displacement: np.ndarray) -> np.ndarray:
        """(T, K) least-squares weights of displacements (T, V, 3), not limited to the bounds."""
        right = displacement.reshape(len(displacement), -1) @ self._matrix
        return np.linalg.lstsq(self.gram, right.T, rcond=1e-8)[0].T.astype(np.float32)

    def bounded(self, displacement: np.ndarray) -> np.ndarray:
        """(T, K) least-squares weights of displacements (T, V, 3), within the bounds."""
        # Imported here: scipy.optimize loads slowly, and reading a model does not need it.
        from scipy.optimize import lsq_linear

        # Least squares with K rows instead of 3 V, by the Cholesky factor of the Gram matrix: the same minimum.
        ridge = 1e-9 * np.trace(self.gram) / len(self.names)
        factor = np.linalg.cholesky(self.gram + ridge * np.eye(len(self.names))).T
        right = displacement.reshape(len(displacement), -1).astype(np.float64) @ self._matrix
        targets = np.linalg.solve(factor.T, right.T).T
        return np.stack([lsq_linear(factor, row, self.bounds).x for row in targets]).astype(np.float32)

    @property
    def gram(self) -> np.ndarray:
        """(K, K) float64: weights @ gram @ weights is the sum of squared displacements over vertices, m^2."""
        return self._matrix.T @ self._matrix

    @property
    def _matrix(self) -> np.ndarray:
        return self.shapes.reshape(len(self.names), -1).T.astype(np.float64)


def space_from_rig(head: Head, channels: tuple[str, ...] | None = None) -> MotionSpace:
    """The channels of a head, all (None) or those named. Raises InputError for a channel that the head lacks."""
    names = head.channels if channels is None else channels
    missing = [name for name in names if name not in head.channels]
    if missing:
        raise InputError(f"The head has no channel {missing[0]}; its channels are {', '.join(head.channels)}.")
    shapes = head.deltas[[head.channels.index(name) for name in names]]
    return MotionSpace(head.vertices, tuple(names), shapes, head.lips, head.upper_face)


def space_from_data(
    neutral: np.ndarray,
    clips: Callable[[], Iterable[np.ndarray]],
    size: int,
    lips: np.ndarray,
    upper_face: np.ndarray,
    seed: int = 0,
) -> MotionSpace:
    """An orthogonal basis of recorded displacements: their first `size` principal components about the neutral face.

    clips: at every call an iterable of displacements (T, V, 3), a clip each. Subspace iteration (Halko, Martinsson and
    Tropp 2011), with one clip in memory at a time. Each shape is scaled so that the data's largest |weight| is 1, its
    largest entry positive. Raises InputError when the data has fewer directions than `size`.
    """
    width = neutral.size
    frames = sum(len(clip) for clip in clips())
    if size < 1 or size > min(frames, width):
        raise InputError(f"The data has {min(frames, width)} directions at most, not {size}; ask for a smaller basis.")
    count = min(size + SPARE, frames, width)
    basis = np.linalg.qr(np.random.default_rng(seed).normal(size=(width, count)))[0]
    for _ in range(ITERATIONS):
        image = np.zeros_like(basis)
        for rows in _rows(clips):
            image += rows.T @ (rows @ basis)
        basis = np.linalg.qr(image)[0]
    small, total, largest = np.zeros((count, count)), 0.0, np.zeros(size)
    for rows in _rows(clips):
        projected = rows @ basis
        small += projected.T @ projected
        total += float(np.square(rows).sum())
    power, turn = np.linalg.eigh(small)
    chosen = np.argsort(power)[::-1][:size]
    if power[chosen[-1]] <= 1e-12 * max(power[chosen[0]], 1e-30):
        found = int((power > 1e-12 * power.max()).sum())
        raise InputError(f"The data has only {found} directions, not {size}; ask for a smaller basis.")
    basis = basis @ turn[:, chosen]
    for rows in _rows(clips):
        largest = np.maximum(largest, np.abs(rows @ basis).max(axis=0))
    peak = basis[np.abs(basis).argmax(axis=0), np.arange(size)]
    shapes = (basis * np.sign(peak) * largest).T.reshape(size, *neutral.shape).astype(np.float32)
    names = tuple(f"motion{number:03d}" for number in range(1, size + 1))
    explained = float(power[chosen].sum() / total)
    return MotionSpace(neutral, names, shapes, lips, upper_face, (-1.0, 1.0), explained)


def _rows(clips: Callable[[], Iterable[np.ndarray]]) -> Iterable[np.ndarray]:
    return (np.asarray(clip, np.float64).reshape(len(clip), -1) for clip in clips())


def write_space(space: MotionSpace, path: Path | str) -> Path:
    """Write a space as .npz atomically; equal spaces give equal bytes."""
    arrays: dict[str, np.ndarray] = {
        "neutral": space.neutral.astype(np.float32),
        "names": np.array(space.names, dtype=np.str_),
        "shapes": space.shapes.astype(np.float32),
        "lips": space.lips.astype(np.int32),
        "upper_face": space.upper_face.astype(np.int32),
        "bounds": np.array(space.bounds, np.float64),
    }
    if space.explained is not None:
        arrays["explained"] = np.array(space.explained)
    return write_npz(path, arrays)


def read_space(path: Path | str) -> MotionSpace:
    """Read and check a file of write_space. Raises InputError naming the array that is wrong."""
    arrays = read_npz(path, ARRAYS)
    neutral, shapes, names = arrays["neutral"], arrays["shapes"], texts(arrays["names"])
    fits = neutral.ndim == 2 and neutral.shape[1] == 3 and shapes.shape == (len(names), *neutral.shape)
    if not fits or not shapes.size or not all_finite(neutral, np.float32) or not all_finite(shapes, np.float32):
        raise InputError(f"{path} does not hold one shape a name on one face; write it again.")
    for name in ("lips", "upper_face"):
        index = arrays[name]
        if index.ndim != 1 or ((index < 0) | (index >= len(neutral))).any():
            raise InputError(f"{path}: {name} must be vertex numbers of the face.")
    bounds, explained = arrays["bounds"].ravel(), arrays.get("explained", np.zeros(0)).ravel()
    if len(bounds) != 2 or not bounds[0] < bounds[1] or not all_finite(explained, np.float32):
        raise InputError(f"{path}: bounds must be the least and the largest weight, explained a share.")
    return MotionSpace(
        neutral.astype(np.float32, copy=False),
        names,
        shapes.astype(np.float32, copy=False),
        arrays["lips"].astype(np.int32),
        arrays["upper_face"].astype(np.int32),
        (float(bounds[0]), float(bounds[1])),
        float(explained[0]) if len(explained) else None,
    )
