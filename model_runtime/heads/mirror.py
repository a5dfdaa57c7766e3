"""Left and right alike: where a face has twins on both sides, a channel and its mirror image are made the same."""

import numpy as np
from scipy.spatial import cKDTree

from model_runtime.channels import CHANNELS, mirrored
from model_runtime.heads.fields import Face

__all__ = ["even_out", "twins"]

# A twin lies within this of the mirror image, eye distances.
NEAR = 0.02
# Upper and lower lip are kept apart by this, eye distances.
APART = 0.3


def twins(face: Face) -> np.ndarray:
    """(N,) the vertex at the mirror image of each vertex, on the same lip; -1 where there is none."""
    points, unit = face.surface.points, face.surface.unit
    ends = points[[face.landmarks["eye_left_outer"], face.landmarks["eye_right_outer"]]]
    middle = np.array([ends[:, 0].mean(), 0, 0])
    side = np.where(face.lip_distance < APART * unit, np.where(face.lower_side > 0.5, 1, -1), 0) * APART * unit
    here = np.concatenate([points - middle, side[:, None], 0.1 * unit * face.behind[:, None]], axis=1)
    away, twin = cKDTree(here).query(here * [-1, 1, 1, 1, 1])
    return np.where(away < NEAR * unit, twin, -1)


def even_out(face: Face, moved: np.ndarray) -> np.ndarray:
    """(K, N, 3) the mean of each channel and the mirror image of its other side, where there are twins."""
    twin = twins(face)
    some = np.flatnonzero(twin >= 0)
    result = moved.copy()
    for number, channel in enumerate(CHANNELS):
        other = moved[CHANNELS.index(mirrored(channel))]
        result[number, some] = (moved[number, some] + other[twin[some]] * [-1, 1, 1]) / 2
    return result
