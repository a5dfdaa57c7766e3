"""Mesh: a user's head without channels."""

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from model_runtime import limits
from model_runtime.errors import InputError

__all__ = ["Mesh", "check_mesh", "pieces", "vertex_normals", "weld"]

# Least cosine between the normals of border vertices at one place that are welded: a seam; touching lips face apart.
SAME_WAY = 0.3


@dataclass(frozen=True)
class Mesh:
    """A mesh without channels.

    vertices: (V, 3) float64, any unit and axes.
    faces: (F, 3) int32 triangles.
    polygons: (F,) int32 polygon of each triangle.
    landmarks: name -> vertex index, those that are known.
    own: number of vertices of the head itself, which come first; those of other objects follow. None: all.
    """

    vertices: np.ndarray
    faces: np.ndarray
    polygons: np.ndarray
    landmarks: dict[str, int] = field(default_factory=dict)
    own: int | None = None

    def alone(self) -> "Mesh":
        """The head without the vertices of other objects."""
        if self.own is None:
            return self
        inside = (self.faces < self.own).all(axis=1)
        return Mesh(self.vertices[: self.own], self.faces[inside], self.polygons[inside], self.landmarks)


def check_mesh(mesh: Mesh, name: str) -> None:
    """Raises InputError when a mesh is empty, not finite, not manifold, or has wrong vertex numbers."""
    if not len(mesh.vertices) or not len(mesh.faces):
        raise InputError(f"{name} has no faces; give a mesh of a head.")
    if not np.abs(mesh.vertices).max() <= limits.FARTHEST_VERTEX:
        raise InputError(f"{name} has vertices that are not numbers, or endlessly far away; export it again.")
    if mesh.faces.min() < 0 or mesh.faces.max() >= len(mesh.vertices):
        raise InputError(f"{name} has faces that name vertices it does not have; export it again.")
    faces = mesh.alone().faces
    edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    edges, count = np.unique(edges[edges[:, 0] != edges[:, 1]], axis=0, return_counts=True)
    bad = edges[count > 2]
    if len(bad):
        raise InputError(
            f"{name} is not manifold: {len(bad)} edges belong to more than two faces, the first between vertices "
            f"{bad[0, 0]} and {bad[0, 1]}; remove the inner faces there."
        )
    for landmark, index in mesh.landmarks.items():
        if not 0 <= index < len(mesh.vertices):
            raise InputError(
                f"The landmark {landmark} names vertex {index}, which {name} does not have; mark it again."
            )


def vertex_normals(points: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """(V, 3) unit normals, weighted by area; zero where a vertex has no face."""
    corners = points[faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    total = np.zeros_like(points)
    for corner in range(3):
        np.add.at(total, faces[:, corner], normals)
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-30)


def weld(mesh: Mesh) -> np.ndarray:
    """(V,) for each vertex the first vertex that it is welded to across a seam, or itself."""
    points = mesh.vertices
    edges = np.sort(np.concatenate([mesh.faces[:, [0, 1]], mesh.faces[:, [1, 2]], mesh.faces[:, [2, 0]]]), axis=1)
    edges, count = np.unique(edges, axis=0, return_counts=True)
    border = np.unique(edges[count == 1])
    owner = np.arange(len(points))
    if not len(border):
        return owner
    grid = np.round(points[border] / (np.ptp(points, axis=0).max() * 1e-7)).astype(np.int64)
    _, group = np.unique(grid, axis=0, return_inverse=True)
    normals = vertex_normals(points, mesh.faces)
    first: dict[int, list[int]] = {}
    for vertex, place in zip(border.tolist(), group.ravel().tolist(), strict=True):
        alike = [other for other in first.get(place, []) if normals[vertex] @ normals[other] > SAME_WAY]
        if alike:
            owner[vertex] = alike[0]
        else:
            first.setdefault(place, []).append(vertex)
    return owner


def pieces(count: int, faces: np.ndarray) -> np.ndarray:
    """(count,) number of the connected piece of each vertex."""
    links = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]]])
    graph = sparse.coo_matrix((np.ones(len(links)), links.T), shape=(count, count))
    return connected_components(graph, directed=False)[1]
