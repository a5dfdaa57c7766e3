"""The lines of a face on its mesh: where the lips meet, where their red ends, and the lids; alike on both sides."""

import numpy as np
from scipy.spatial import cKDTree

from model_runtime.heads.mirror import Mirror
from model_runtime.heads.surface import Slit, Surface, find_slit, line_places

__all__ = ["find_lids", "find_mouth", "find_red"]

# The line where the lips meet is sought anew this far from the first one found, eye distances.
BAND = 0.12
# How strongly it keeps to where the lips are near to each other: further apart than this costs double, eye distances.
TOUCH = 0.01
# What is so much off the line is no way at all.
FAR = 1e3

Pair = tuple[int, int]
Guides = tuple[np.ndarray, np.ndarray]


def find_mouth(surface: Surface, corners: Pair, guides: Guides, middles: Pair, mirror: Mirror) -> Slit:
    """The lines where the lips meet: first those nearest to the guides, then those nearest to each other.

    Raises InputError when there is no way along a lip.
    """
    first = find_slit(surface, corners, tuple(surface.off(guide) for guide in guides), middles)
    up, down = (surface.nearest_source(line)[0] for line in (first.upper, first.lower))
    near = np.minimum(up, down) < BAND * surface.unit
    apart = np.full(len(surface.points), np.inf)
    for mine, other in ((near & (up < down), near & (down < up)), (near & (down < up), near & (up < down))):
        apart[mine] = cKDTree(surface.points[other]).query(surface.points[mine])[0]
    apart[list(corners)] = 0
    off = np.minimum(apart[surface.edges].mean(axis=1) / (TOUCH * surface.unit), FAR)
    offs = tuple(np.where(own[surface.edges].any(axis=1), off, FAR) for own in (up < down, down < up))
    found = find_slit(surface, corners, offs, middles)
    lines = [_mirrored(line, middle, mirror) for line, middle in zip((found.upper, found.lower), middles, strict=True)]
    places = [
        line_places(surface.points[line], line.tolist().index(middle))
        for line, middle in zip(lines, middles, strict=True)
    ]
    return Slit(*lines, *places)


def find_lids(surface: Surface, ends: dict[str, Pair], guides: dict[str, Guides], mirror: Mirror) -> dict[str, Slit]:
    """Side -> the lids of that eye, from the outer corner to the inner one; the right ones mirror the left ones."""
    found = {
        side: find_slit(surface, ends[side], tuple(surface.off(guide) for guide in guides[side]), None) for side in ends
    }
    left, twin = found["left"], mirror.twin
    lines = [twin[left.upper], twin[left.lower]]
    fits = mirror.exact and all((line >= 0).all() and (line[0], line[-1]) == ends["right"] for line in lines)
    if fits:
        found["right"] = Slit(*lines, left.upper_at, left.lower_at)
    return found


def find_red(
    surface: Surface, corners: Pair, outer: int, guide: np.ndarray, used: np.ndarray, mirror: Mirror
) -> tuple[np.ndarray, np.ndarray]:
    """The border of the red of a lip through the vertex `outer`, by none of the vertices `used`, and how far along each
    vertex of it is."""
    border = _mirrored(surface.way(corners, outer, surface.off(guide), used), outer, mirror)
    return border, line_places(surface.points[border], border.tolist().index(outer))


def _mirrored(line: np.ndarray, middle: int, mirror: Mirror) -> np.ndarray:
    """A line from the left to the right with its right half made the mirror image of its left one, where it has one."""
    half = line[: line.tolist().index(middle) + 1]
    other = mirror.twin[half]
    if not mirror.exact or other[-1] != middle or other[0] != line[-1] or (other < 0).any():
        return line
    whole = np.concatenate([half, other[-2::-1]])
    return whole if len(np.unique(whole)) == len(whole) else line
