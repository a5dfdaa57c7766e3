"""Vertices of lips and upper face: from the field's masks where the user has them, else our estimate."""

from itertools import pairwise
from pathlib import Path

import numpy as np

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.files.input_files import read_text
from model_runtime.files.safe_pickle import as_array, read_pickle

__all__ = [
    "FLAME_MOUTH",
    "FLAME_SKIN",
    "FLAME_VERTICES",
    "flame_regions",
    "moving_regions",
    "read_indices",
    "read_masks",
]

FLAME_VERTICES = 5023
# Vertices of the skin, which come first; the rest are eyeballs.
FLAME_SKIN = 3931
# Upper and lower inner lip on the midline, between which the field measures mouth openings.
FLAME_MOUTH = (3531, 3504)
# Vertices around the mouth, in the order in which they are joined.
FLAME_LIPS = (1579, 3543, 2715, 3503, 1579, 3531, 2715, 3504, 1579)
# Vertices along brows and eyes, in the order in which they are joined.
FLAME_BROWS = (1175, 571, 3851, 3684, 1984, 2437, 3632, 3833, 1175)
# Vertices of the lips in FLAME_masks.pkl.
LIP_COUNT = 250
# Vertices of forehead and eye region together in FLAME_masks.pkl.
UPPER_COUNT = 827
# Factor on distances above the brows: the forehead has few vertices for its size.
FOREHEAD = 0.3
# Share of the vertices, those of largest variance, that count as lips on an unknown topology.
LIP_SHARE = 0.05


def read_masks(path: Path | str) -> tuple[np.ndarray, np.ndarray]:
    """Lips and upper face of FLAME_masks.pkl: `lips`, and `forehead` united with `eye_region`. Raises InputError."""
    masks = read_pickle(path)
    if not isinstance(masks, dict) or any(name not in masks for name in ("lips", "forehead", "eye_region")):
        raise InputError(f"{path} is not FLAME_masks.pkl: it has no lips, forehead and eye_region.")
    chosen = {name: as_array(masks[name], name).ravel() for name in ("lips", "forehead", "eye_region")}
    upper = np.union1d(chosen["forehead"], chosen["eye_region"])
    return _checked(np.unique(chosen["lips"]), path), _checked(upper, path)


def read_indices(path: Path | str, vertices: int) -> np.ndarray:
    """Vertex numbers from a text file, separated by commas or white space. Raises InputError."""
    text = read_text(path, limits.INDICES_BYTES, "text file of vertex numbers")
    try:
        numbers = np.array(text.replace(",", " ").split(), dtype=np.int64)
    except (ValueError, OverflowError) as error:
        raise InputError(f"{path} is not a list of vertex numbers.") from error
    if not len(numbers) or numbers.min() < 0 or numbers.max() >= vertices:
        raise InputError(f"{path} must hold vertex numbers from 0 to {vertices - 1}.")
    return np.unique(numbers).astype(np.int32)


def flame_regions(template: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Estimated lips and upper face of a FLAME template (5023, 3), m: the skin nearest to mouth and brows."""

    skin = template[:FLAME_SKIN]

    def distance(loop: tuple[int, ...]) -> np.ndarray:
        return np.min([_to_segment(skin, template[first], template[last]) for first, last in pairwise(loop)], axis=0)

    def nearest(distances: np.ndarray, count: int) -> np.ndarray:
        return np.sort(np.argsort(distances, kind="stable")[:count]).astype(np.int32)

    to_brows = distance(FLAME_BROWS)
    to_brows[skin[:, 1] > template[list(FLAME_BROWS), 1].max()] *= FOREHEAD
    return nearest(distance(FLAME_LIPS), LIP_COUNT), nearest(to_brows, UPPER_COUNT)


def moving_regions(template: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Estimated lips and upper face of any template (V, 3) with +Y up and +Z forward.

    Lips: the vertices of largest variance (V,). Upper face: the front vertices above the middle between lips and top.
    """
    count = max(1, round(LIP_SHARE * len(template)))
    lips = np.sort(np.argsort(variance, kind="stable")[-count:])
    mouth = template[lips].mean(axis=0)
    high = template[:, 1] > (mouth[1] + template[:, 1].max()) / 2
    front = template[:, 2] > np.median(template[:, 2])
    upper = np.flatnonzero(high & front) if (high & front).any() else np.flatnonzero(high)
    return lips.astype(np.int32), upper.astype(np.int32)


def _to_segment(points: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """(N,) distance of points (N, 3) from the segment between two points (3,)."""
    line = last - first
    share = np.clip((points - first) @ line / max(float(line @ line), 1e-12), 0, 1)
    return np.linalg.norm(points - first - share[:, None] * line, axis=1)


def _checked(index: np.ndarray, path: Path | str) -> np.ndarray:
    if index.dtype.kind not in "iu" or not len(index) or index.min() < 0 or index.max() >= FLAME_VERTICES:
        raise InputError(f"{path} names vertices that FLAME does not have.")
    return index.astype(np.int32)
