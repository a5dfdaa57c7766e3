"""eyeBlink of another head: the lids meet outside the eyeball."""

import numpy as np

from model_runtime.heads.demo.fields import smoothstep, spreader
from model_runtime.heads.fields import Face
from model_runtime.heads.surface import separated

__all__ = ["blink"]

# Where the lids meet, share of the way from the lower to the upper one.
MEETING = 0.1
# Distance from the lids up to which the skin moves, eye distances.
BENT = 0.26
# A third of the depth behind the lids up to which the skin moves, eye distances.
BEHIND = 0.08
# Least distance of moved lids from the centre of the eyeball, in its radius.
CLEAR = 1.03
# Points nearer to the centre than this at rest, in CLEAR times the radius, are inside the eyeball and stay there.
INSIDE = 0.96
# Displacement below which a vertex counts as still, eye distances.
STILL = 0.004
MILLIMETRES = 1000.0


def blink(face: Face, side: str, elsewhere: np.ndarray, balls: list[np.ndarray]) -> np.ndarray:
    """eyeBlink of a side, (N, 3) m.

    elsewhere: (N, 3) m, displacement away from the lids. balls: points (n, 3), m, of each eyeball.
    """
    surface = face.surface
    upper, lower = face.lines[f"upper_lid_{side}"], face.lines[f"lower_lid_{side}"]
    ring = np.unique(np.concatenate([upper.vertices, lower.vertices]))
    behind = separated(surface, ring, face.landmarks["nose_tip"])
    distance, nearest = surface.nearest_source(ring)
    moved = np.where((distance > 1.5 * BENT * surface.unit)[:, None], elsewhere, 0)
    for mine, other, share in ((upper, lower, 1 - MEETING), (lower, upper, MEETING)):
        order = np.argsort(other.at)
        facing = surface.points[other.vertices[order]]
        there = np.stack([np.interp(mine.at, other.at[order], facing[:, axis]) for axis in range(3)], axis=1)
        moved[mine.vertices] = share * (there - surface.points[mine.vertices])
    for line in (upper, lower):
        moved[line.vertices[[0, -1]]] = 0
    moved[ring] = _outside(surface.points[ring], moved[ring], balls)
    around = np.flatnonzero(~behind & (distance < 2 * BENT * surface.unit))
    place = np.full(len(surface.points), -1)
    place[around] = np.arange(len(around))
    faces = place[surface.faces[(place[surface.faces] >= 0).all(axis=1)]]
    fixed = np.isin(around, ring) | (distance[around] > BENT * surface.unit)
    scale = MILLIMETRES * 0.062 / surface.unit
    spread = spreader(surface.points[around] * scale, np.concatenate([faces, faces[:, 2:]], axis=1), fixed)
    moved[around] = spread(moved[around])
    inside = np.flatnonzero(behind & (distance < 3 * BEHIND * surface.unit))
    fade = 1 - smoothstep(0, 3 * BEHIND, distance[inside] / surface.unit)
    moved[inside] = moved[nearest[inside]] * fade[:, None]
    going = np.linalg.norm(moved, axis=1) > STILL * surface.unit
    near = np.flatnonzero(going & (distance < BENT * surface.unit))
    moved[near] = _outside(surface.points[near], moved[near], balls)
    return moved


def _outside(points: np.ndarray, moved: np.ndarray, balls: list[np.ndarray]) -> np.ndarray:
    """(N, 3) displacements `moved` of points (N, 3), lengthened where they would end inside an eyeball."""
    for ball in balls:
        centre = (ball.min(axis=0) + ball.max(axis=0)) / 2
        radius = float(np.quantile(np.linalg.norm(ball - centre, axis=1), 0.95)) * CLEAR
        arm = points + moved - centre
        away = np.linalg.norm(arm, axis=1, keepdims=True)
        # The inner sides of the lids lie inside at rest and may stay there.
        started = np.linalg.norm(points - centre, axis=1, keepdims=True) > INSIDE * radius
        short = (away < radius) & started & (np.linalg.norm(moved, axis=1, keepdims=True) > 0)
        moved = np.where(short, moved + arm * (radius / np.maximum(away, 1e-9) - 1), moved)
    return moved
