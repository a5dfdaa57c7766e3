"""Lines of a face on its mesh, symmetric: where the lips meet, borders of the red of the lips, edges of the lids."""

import numpy as np
from scipy.spatial import cKDTree

from model_runtime.heads.mirror import Mirror
from model_runtime.heads.surface import Slit, Surface, find_slit, line_places

__all__ = ["find_lids", "find_mouth", "find_red"]

# Largest distance of the second mouth line from the first one, eye distances.
BAND = 0.12
# Distance between the lips at which a path along an edge costs double, eye distances.
TOUCH = 0.01
# Cost of edges that are excluded.
FAR = 1e3

Pair = tuple[int, int]
Guides = tuple[np.ndarray, np.ndarray]


def find_mouth(surface: Surface, corners: Pair, guides: Guides, middles: Pair, mirror: Mirror) -> Slit:
    """The lines where the lips meet: nearest to the guides first, then, close to those, nearest to each other.

    corners, middles: vertices. guides: (G, 3) m, upper and lower. Raises InputError when no path leads along a lip.
    """
    first = find_slit(surface, corners, (surface.off(guides[0]), surface.off(guides[1])), middles)
    up, down = (surface.nearest_source(line)[0] for line in (first.upper, first.lower))
    near = np.minimum(up, down) < BAND * surface.unit
    apart = np.full(len(surface.points), np.inf)
    for mine, other in ((near & (up < down), near & (down < up)), (near & (down < up), near & (up < down))):
        apart[mine] = cKDTree(surface.points[other]).query(surface.points[mine])[0]
    apart[list(corners)] = 0
    off = np.minimum(apart[surface.edges].mean(axis=1) / (TOUCH * surface.unit), FAR)
    upper, lower = (np.where(own[surface.edges].any(axis=1), off, FAR) for own in (up < down, down < up))
    found = find_slit(surface, corners, (upper, lower), middles)
    above, under = _mirrored(found.upper, middles[0], mirror), _mirrored(found.lower, middles[1], mirror)
    return Slit(above, under, _places(surface, above, middles[0]), _places(surface, under, middles[1]))


def find_lids(surface: Surface, ends: dict[str, Pair], guides: dict[str, Guides], mirror: Mirror) -> dict[str, Slit]:
    """Side -> lid edges of that eye, from the outer corner to the inner one; the right eye mirrors the left one."""
    found = {
        side: find_slit(surface, ends[side], (surface.off(upper), surface.off(lower)), None)
        for side, (upper, lower) in guides.items()
    }
    left = found["left"]
    upper, lower = mirror.twin[left.upper], mirror.twin[left.lower]
    whole = all((line >= 0).all() and (line[0], line[-1]) == ends["right"] for line in (upper, lower))
    if mirror.exact and whole:
        found["right"] = Slit(upper, lower, left.upper_at, left.lower_at)
    return found


def find_red(
    surface: Surface, corners: Pair, outer: int, guide: np.ndarray, used: np.ndarray, mirror: Mirror
) -> tuple[np.ndarray, np.ndarray]:
    """(n,) vertices of the border of a lip's red and their places along it, as `line_places`.

    The border passes through the vertex `outer`, near to `guide` (G, 3), m, and through none of the vertices `used`.
    """
    border = _mirrored(surface.way(corners, outer, surface.off(guide), used), outer, mirror)
    return border, _places(surface, border, outer)


def _places(surface: Surface, line: np.ndarray, middle: int) -> np.ndarray:
    return line_places(surface.points[line], line.tolist().index(middle))


def _mirrored(line: np.ndarray, middle: int, mirror: Mirror) -> np.ndarray:
    """A line from left to right, its right half replaced by the mirror image of the left one where that exists."""
    half = line[: line.tolist().index(middle) + 1]
    other = mirror.twin[half]
    if not mirror.exact or other[-1] != middle or other[0] != line[-1] or (other < 0).any():
        return line
    whole = np.concatenate([half, other[-2::-1]])
    return whole if len(np.unique(whole)) == len(whole) else line
