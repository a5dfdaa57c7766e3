"""Smooth the fields between chin and neck: our own head has few vertices there, so transferred fields have steps."""

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from model_runtime.heads.fields import Face

__all__ = ["even_under_jaw"]

# The region lies under a plane that rises backwards from below the chin. Slope of the plane:
RISE = 0.55
# Height of the plane over the chin where the region starts, eye distances.
OVER = -0.02
# Distance behind the chin where the region starts, eye distances.
BEHIND = 0.1
# Distance behind the chin where it ends, eye distances.
NECK = 1.4
# Diffusion length, eye distances.
WIDTH = 0.35


def even_under_jaw(face: Face, moved: np.ndarray) -> np.ndarray:
    """Fields (K, N, 3), smoothed under the jaw; the values of the rest of the skin are the boundary condition."""
    surface = face.surface
    away = (surface.points - surface.points[face.landmarks["chin"]]) / surface.unit
    under = (away[:, 1] > BEHIND) & (away[:, 1] < NECK) & (away[:, 2] < RISE * (away[:, 1] - BEHIND) + OVER)
    some = np.flatnonzero(under & ~face.behind)
    if not len(some):
        return moved
    # One implicit step of diffusion.
    graph = surface.graph((surface.unit / np.maximum(surface.lengths, 1e-9)) ** 2)
    total = np.asarray(graph.sum(axis=1)).ravel()
    count = np.maximum(np.diff(graph.indptr), 1)
    flow = sparse.diags(1 + WIDTH**2 * total / count) - sparse.diags(WIDTH**2 / count) @ graph
    rows = flow.tocsr()[some]
    rest = np.setdiff1d(np.arange(len(total)), some)
    flat = moved.transpose(1, 0, 2).reshape(len(total), -1)
    known = flat[some] - rows[:, rest] @ flat[rest]
    flat[some] = splu(rows[:, some].tocsc()).solve(known)
    return flat.reshape(len(total), len(moved), 3).transpose(1, 0, 2)
