"""The skin between chin and neck: our own has few points there, so what is carried over comes in steps; evened here."""

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from model_runtime.heads.fields import Face

__all__ = ["even_under_jaw"]

# What lies under a plane that rises backwards from the chin, by so much over its length, so far over it, and between so
# far behind it and the middle of the neck; eye distances.
RISE, OVER, BEHIND, NECK = 0.55, -0.02, 0.1, 1.4
# Steps are evened over about this far, eye distances.
WIDTH = 0.35


def even_under_jaw(face: Face, moved: np.ndarray) -> np.ndarray:
    """Fields (K, N, 3) evened out under the jaw; the rest of the skin keeps its values, and they join smoothly."""
    surface = face.surface
    away = (surface.points - surface.points[face.landmarks["chin"]]) / surface.unit
    under = (away[:, 1] > BEHIND) & (away[:, 1] < NECK) & (away[:, 2] < RISE * (away[:, 1] - BEHIND) + OVER)
    some = np.flatnonzero(under & ~face.behind)
    if not len(some):
        return moved
    # One step of diffusion, solved for all vertices at once: each is pulled towards the mean of its neighbours.
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
