"""Symmetry: mirror twins of vertices, by topology or by position, and channels made symmetric."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import cKDTree

from model_runtime.channels import SHAPES, mirrored
from model_runtime.heads.surface import Surface

__all__ = ["Mirror", "even_by_place", "even_out", "evened", "find_mirror"]

# Largest distance of a vertex from its twin's mirror image when twins are found by position, eye distances.
NEAR = 0.02
# Largest number of edges from which a search by topology is tried.
SEEDS = 24
# Least share of the vertices whose twins a search must find without contradiction.
WHOLE = 0.97
# Mean distance from the mirror image up to which a face is symmetrised while its lines are found, eye distances.
EVEN = 0.05


@dataclass(frozen=True)
class Mirror:
    """The symmetry of a mesh of N vertices.

    twin: (N,) vertex on the other side, -1 without one.
    middle: x of the mirror plane, m.
    exact: twins were found by topology, so they hold for asymmetric faces too.
    """

    twin: np.ndarray
    middle: float
    exact: bool


def find_mirror(surface: Surface, landmarks: dict[str, int], sides: np.ndarray | None = None) -> Mirror:
    """The symmetry of a skin.

    sides: (N, S) m, further coordinates that differ between vertices at one place (upper and lower lip).
    """
    points = surface.points
    ends = points[[landmarks["eye_left_outer"], landmarks["eye_right_outer"]]]
    middle = float(ends[:, 0].mean())
    here = points - [middle, 0, 0]
    apart = np.zeros((len(points), 0)) if sides is None else sides
    away, nearest = cKDTree(np.concatenate([here, apart], axis=1)).query(
        np.concatenate([here * [-1, 1, 1], apart], axis=1)
    )
    corners = {}
    for a, b, c in surface.faces.tolist():
        corners[a, b], corners[b, c], corners[c, a] = c, a, b
    seeds = [
        (away[a] + away[b], a, b)
        for a, b in corners
        if nearest[nearest[a]] == a and nearest[nearest[b]] == b and (nearest[b], nearest[a]) in corners
    ]
    # Edges near the mirror plane first: their twins are most reliable.
    seeds.sort(key=lambda seed: (round(seed[0] / (0.01 * surface.unit)), abs(here[seed[1], 0]), seed[1:]))
    for _, a, b in seeds[:SEEDS]:
        twin = _walk(corners, (a, b, int(nearest[a]), int(nearest[b])), len(points))
        if twin is not None:
            return Mirror(twin, middle, True)
    return Mirror(np.where(away < NEAR * surface.unit, nearest, -1), middle, False)


def evened(surface: Surface, mirror: Mirror) -> Surface:
    """The surface made symmetric, when its twins are exact and it is nearly symmetric already."""
    if not mirror.exact:
        return surface
    points = surface.points
    image = points[mirror.twin] * [-1, 1, 1] + [2 * mirror.middle, 0, 0]
    image[mirror.twin < 0] = points[mirror.twin < 0]
    if np.linalg.norm(image - points, axis=1).mean() > EVEN * surface.unit:
        return surface
    return replace(surface, points=(points + image) / 2)


def even_by_place(points: np.ndarray, eyes: list[np.ndarray], moved: np.ndarray) -> np.ndarray:
    """even_out for points (N, 3) of loose pieces, with twins by position. eyes: both eye centres (3,), m."""
    middle = (eyes[0][0] + eyes[1][0]) / 2
    here = points - [middle, 0, 0]
    away, nearest = cKDTree(here).query(here * [-1, 1, 1])
    near = away < NEAR * float(np.linalg.norm(eyes[0] - eyes[1]))
    return even_out(Mirror(np.where(near, nearest, -1), middle, False), moved)


def even_out(mirror: Mirror, moved: np.ndarray) -> np.ndarray:
    """(K, N, 3): mean of each channel and its opposite channel's mirror image, for vertices with a twin."""
    some = np.flatnonzero(mirror.twin >= 0)
    result = moved.copy()
    for number, channel in enumerate(SHAPES):
        other = moved[SHAPES.index(mirrored(channel))]
        result[number, some] = (moved[number, some] + other[mirror.twin[some]] * [-1, 1, 1]) / 2
    return result


def _walk(corners: dict[tuple[int, int], int], seed: tuple[int, int, int, int], count: int) -> np.ndarray | None:
    """(count,) twins by a parallel traversal of the mesh and its mirror image; None when the two contradict.

    corners: directed edge -> third vertex of its triangle. seed: two ends of an edge and their twins.
    """
    twin = np.full(count, -1)
    twin[[seed[0], seed[1]]] = seed[2], seed[3]
    waiting = [seed]
    seen: set[tuple[int, int]] = set()
    apart = 0
    joined = len({start for start, _ in corners})
    while waiting:
        a, b, other_a, other_b = waiting.pop()
        if (a, b) in seen:
            continue
        seen.add((a, b))
        third, image = corners.get((a, b)), corners.get((other_b, other_a))
        if third is None or image is None:
            continue
        if twin[third] >= 0 and twin[third] != image:
            apart += 1
            if apart > (1 - WHOLE) * joined:
                return None
            continue
        twin[third] = image
        waiting += [(third, b, image, other_b), (a, third, other_a, image)]
    both = (twin >= 0) & (twin[twin] == np.arange(count))
    return np.where(both, twin, -1) if both.sum() > WHOLE * joined else None
