"""Smooth fields over the skin: values at fixed vertices, interpolated at the others."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import SuperLU, splu

from model_runtime.postprocess.smoothstep import ease

__all__ = ["Spread", "follow", "smoothstep", "spreader"]


def smoothstep(low: float, high: float, value: np.ndarray) -> np.ndarray:
    """0 below `low`, 1 above `high`, smoothstep between; same shape as `value`."""
    return ease((value - low) / (high - low))


@dataclass(frozen=True)
class Spread:
    """Interpolation of fields that are known at the `fixed` vertices, bool (V,). Made by spreader."""

    fixed: np.ndarray
    stiffness: sparse.csr_matrix
    solver: SuperLU

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """(V, D) field with `values` (V, D) at the fixed vertices and least bending energy elsewhere."""
        result = values.copy()
        result[~self.fixed] = self.solver.solve(-(self.stiffness[:, self.fixed] @ values[self.fixed]))
        return result


def spreader(points: np.ndarray, quads: np.ndarray, fixed: np.ndarray) -> Spread:
    """Biharmonic interpolation along the surface, so that touching lips do not affect each other.

    points: (V, 3). quads: (Q, 4). fixed: (V,) bool; every connected piece of the mesh needs fixed vertices.
    """
    edges = np.unique(np.sort(np.concatenate([quads[:, [i, (i + 1) % 4]] for i in range(4)])), axis=0)
    edges = edges[edges[:, 0] != edges[:, 1]]
    weight = 1 / np.maximum(np.linalg.norm(points[edges[:, 0]] - points[edges[:, 1]], axis=1), 0.3)
    count = len(points)
    rows, columns = np.concatenate([edges, edges[:, ::-1]]).T
    adjacency = sparse.csr_matrix((np.tile(weight, 2), (rows, columns)), shape=(count, count))
    total = np.asarray(adjacency.sum(axis=1)).ravel()
    laplacian = sparse.diags(total) - adjacency
    bending = (laplacian @ sparse.diags(1 / np.maximum(total, 1e-9)) @ laplacian).tocsr()
    free = bending[~fixed]
    return Spread(fixed, free.tocsc(), splu(free[:, ~fixed].tocsc(), permc_spec="MMD_AT_PLUS_A"))


def follow(points: np.ndarray, anchors: np.ndarray, count: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """The anchors (V, 3) that each of `points` (N, 3) follows: indices (N, count) and weights (N, count), sum 1."""
    gaps = np.linalg.norm(points[:, None] - anchors[None], axis=2)
    nearest = np.argsort(gaps, axis=1, kind="stable")[:, :count]
    near = np.take_along_axis(gaps, nearest, axis=1)
    weights = np.maximum(1 - near / (near[:, -1:] * 1.001), 0) ** 2
    return nearest, weights / weights.sum(axis=1, keepdims=True)
