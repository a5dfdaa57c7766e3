"""Left and right: which vertices are each other's mirror image, by the mesh or by place, and channels made alike."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import cKDTree

from model_runtime.channels import CHANNELS, mirrored
from model_runtime.heads.surface import Surface

__all__ = ["Mirror", "even_by_place", "even_out", "evened", "find_mirror"]

# Twins by place lie within this of each other's mirror image, eye distances; so do the edges that a search starts at.
NEAR = 0.02
SEEDS = 24
# A search over the mesh must reach so much of it, and nearly all of it both ways alike.
WHOLE = 0.97
# Faces less even than this keep their own shape while their lines are sought, eye distances.
EVEN = 0.05


@dataclass(frozen=True)
class Mirror:
    """twin: (N,) the vertex on the other side, -1 where there is none. middle: x of the plane of the mirror, m.
    exact: the twins come from how the mesh is joined, so they hold for uneven faces too."""

    twin: np.ndarray
    middle: float
    exact: bool


def find_mirror(surface: Surface, landmarks: dict[str, int], sides: np.ndarray | None = None) -> Mirror:
    """The twins of a skin. sides: (N, S) m, what else tells vertices at one place apart (upper and lower lip)."""
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
    # Near the middle of the face first: there the mirror image is surest.
    seeds.sort(key=lambda seed: (round(seed[0] / (0.01 * surface.unit)), abs(here[seed[1], 0]), seed[1:]))
    for _, a, b in seeds[:SEEDS]:
        twin = _walk(corners, (a, b, int(nearest[a]), int(nearest[b])), len(points))
        if twin is not None:
            return Mirror(twin, middle, True)
    return Mirror(np.where(away < NEAR * surface.unit, nearest, -1), middle, False)


def evened(surface: Surface, mirror: Mirror) -> Surface:
    """The surface with its two sides made alike, when they are nearly so and their twins are exact."""
    if not mirror.exact:
        return surface
    points = surface.points
    image = points[mirror.twin] * [-1, 1, 1] + [2 * mirror.middle, 0, 0]
    image[mirror.twin < 0] = points[mirror.twin < 0]
    if np.linalg.norm(image - points, axis=1).mean() > EVEN * surface.unit:
        return surface
    return replace(surface, points=(points + image) / 2)


def even_by_place(points: np.ndarray, eyes: list[np.ndarray], moved: np.ndarray) -> np.ndarray:
    """even_out for loose points (N, 3), whose twins are found by place alone. eyes: both middles."""
    middle = (eyes[0][0] + eyes[1][0]) / 2
    here = points - [middle, 0, 0]
    away, nearest = cKDTree(here).query(here * [-1, 1, 1])
    near = away < NEAR * float(np.linalg.norm(eyes[0] - eyes[1]))
    return even_out(Mirror(np.where(near, nearest, -1), middle, False), moved)


def even_out(mirror: Mirror, moved: np.ndarray) -> np.ndarray:
    """(K, N, 3) the mean of each channel and the mirror image of its other side, where there are twins."""
    some = np.flatnonzero(mirror.twin >= 0)
    result = moved.copy()
    for number, channel in enumerate(CHANNELS):
        other = moved[CHANNELS.index(mirrored(channel))]
        result[number, some] = (moved[number, some] + other[mirror.twin[some]] * [-1, 1, 1]) / 2
    return result


def _walk(corners: dict[tuple[int, int], int], seed: tuple[int, int, int, int], count: int) -> np.ndarray | None:
    """Twins found by walking over the mesh and over its mirror image at once; None when the two come apart.

    corners: directed edge -> third vertex of its triangle. seed: an edge and the twins of its ends.
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
