"""The skin as a graph of edges: distances and paths along the surface, where touching lips are far apart."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from model_runtime.errors import InputError

__all__ = ["Slit", "Surface", "find_slit", "line_places", "make_surface", "separated"]

# Distance from the guide at which a path along an edge costs double, eye distances.
GUIDE = 0.025


@dataclass(frozen=True)
class Surface:
    """points: (N, 3) m. faces: (F, 3). edges: (E, 2), each once. lengths: (E,) m. unit: eye distance, m."""

    points: np.ndarray
    faces: np.ndarray
    edges: np.ndarray
    lengths: np.ndarray
    unit: float

    def graph(self, weights: np.ndarray, without: np.ndarray | None = None) -> sparse.csr_matrix:
        """(N, N) symmetric graph with edge weights (E,), without the edges at the vertices `without`."""
        edges, weights = self.edges, np.maximum(weights, 1e-12)
        if without is not None:
            gone = np.zeros(len(self.points), bool)
            gone[without] = True
            keep = ~gone[edges].any(axis=1)
            edges, weights = edges[keep], weights[keep]
        rows, columns = np.concatenate([edges, edges[:, ::-1]]).T
        return sparse.csr_matrix((np.tile(weights, 2), (rows, columns)), shape=(len(self.points),) * 2)

    def nearest_source(self, sources: np.ndarray, without: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """(N,) distance along edges to the nearest of the vertices `sources`, m (inf: none), and (N,) that vertex."""
        distance, _, source = dijkstra(
            self.graph(self.lengths, without), indices=sources, min_only=True, return_predecessors=True
        )
        return distance, source

    def off(self, guide: np.ndarray) -> np.ndarray:
        """(E,) distance of each edge from the guide (G, 3), in GUIDE eye distances."""
        return cKDTree(_dense(guide)).query(self.points[self.edges].mean(axis=1))[0] / (GUIDE * self.unit)

    def way(self, corners: tuple[int, int], middle: int | None, off: np.ndarray, used: np.ndarray) -> np.ndarray:
        """Vertices of the cheapest path between two corners, through `middle` unless None and no vertex in `used`.

        An edge costs its length times 1 + off^2, off: (E,). Raises InputError when there is no path.
        """
        graph = self.graph(self.lengths * (1 + off**2), used)
        stops = [corners[0], *([] if middle is None else [middle]), corners[1]]
        whole: list[int] = []
        for start, end in pairwise(stops):
            distance, before = dijkstra(graph, indices=start, return_predecessors=True)
            if not np.isfinite(distance[end]):
                raise InputError(
                    "Lips or lids are not one piece of the mesh between their corners; merge its vertices by distance."
                )
            part = [end]
            while part[-1] != start:
                part.append(int(before[part[-1]]))
            whole += part[::-1] if not whole else part[-2::-1]
        return np.array(whole)


@dataclass(frozen=True)
class Slit:
    """Two lines with common ends: lips of a mouth or lids of an eye.

    upper, lower: vertices from the left (or outer) corner to the other one.
    upper_at, lower_at: their places along the line (line_places).
    """

    upper: np.ndarray
    lower: np.ndarray
    upper_at: np.ndarray
    lower_at: np.ndarray

    @property
    def ring(self) -> np.ndarray:
        """The vertices of both lines, each once."""
        return np.unique(np.concatenate([self.upper, self.lower]))


def make_surface(points: np.ndarray, faces: np.ndarray, unit: float) -> Surface:
    """The graph of a skin's triangles (F, 3). unit: eye distance, m."""
    edges = np.unique(np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1), axis=0)
    edges = edges[edges[:, 0] != edges[:, 1]]
    lengths = np.linalg.norm(points[edges[:, 0]] - points[edges[:, 1]], axis=1)
    return Surface(points, faces, edges, lengths, unit)


def find_slit(
    surface: Surface, corners: tuple[int, int], offs: tuple[np.ndarray, np.ndarray], middles: tuple[int, int] | None
) -> Slit:
    """The lines along which two lips meet, from corner to corner.

    offs: (E,) costs of the edges for the upper and for the lower line, as in Surface.way.
    middles: vertices that the lines pass through, None for free lines.

    Raises InputError when there is no path.
    """
    through = middles or (None, None)
    upper = surface.way(
        corners, through[0], offs[0], np.zeros(0, int) if through[1] is None else np.array([through[1]])
    )
    lower = surface.way(corners, through[1], offs[1], np.setdiff1d(upper, corners))
    places = [
        line_places(surface.points[line], None if stop is None else line.tolist().index(stop))
        for line, stop in zip((upper, lower), through, strict=True)
    ]
    return Slit(upper, lower, *places)


def separated(surface: Surface, ring: np.ndarray, outside: int) -> np.ndarray:
    """(N,) bool: vertices that a closed ring of vertices separates from the vertex `outside`, without the ring."""
    label = connected_components(surface.graph(surface.lengths, ring), directed=False)[1]
    behind = label != label[outside]
    behind[ring] = False
    return behind


def _dense(line: np.ndarray, steps: int = 8) -> np.ndarray:
    share = np.linspace(0, 1, steps, endpoint=False)[:, None, None]
    return np.concatenate([((1 - share) * line[:-1] + share * line[1:]).reshape(-1, 3), line[-1:]])


def line_places(points: np.ndarray, middle: int | None) -> np.ndarray:
    """(n,) places of points (n, 3) along their line by length: 1 at the first, 0 at `middle`, -1 at the last.

    middle: index of a point, None for half the length.
    """
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    half = length[-1] / 2 if middle is None else length[middle]
    first = 1 - length / max(half, 1e-12)
    return np.where(length <= half, first, -(length - half) / max(length[-1] - half, 1e-12))
