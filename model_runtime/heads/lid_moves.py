"""The lids of another head: they close, open and follow the eyes, and stay outside the eyeball.

Movements are shares of the way from one lid to the other, so that they fit eyes of any height.
"""

from dataclasses import dataclass

import numpy as np

from model_runtime.heads.demo.fields import smoothstep, spreader
from model_runtime.heads.fields import Face
from model_runtime.heads.surface import separated

__all__ = ["LID_MOVES", "LidMove", "move_lids"]

# Distance from the lids up to which the skin moves, eye distances.
BENT = 0.26
# A third of the depth behind the lids up to which the skin moves, eye distances.
BEHIND = 0.08
# Least distance of moved lids from the centre of the eyeball, in its radius.
CLEAR = 1.03
# Points nearer to the centre than this at rest, in CLEAR times the radius, are inside the eyeball and stay there.
INSIDE = 0.96
# Largest distance of a lid that glides on an eyeball from its centre, in its radius.
NEAR_BALL = 1.5
# Displacement below which a vertex counts as still, eye distances.
STILL = 0.004
MILLIMETRES = 1000.0


@dataclass(frozen=True)
class LidMove:
    """upper, lower: share of the way to the other lid; negative: away from it.

    aside: outward, share of the eye's width. alone: eye distances from the lids within which nothing else moves the
    skin.
    """

    upper: float = 0.0
    lower: float = 0.0
    aside: float = 0.0
    alone: float = 0.0


# Channels without their sides. Sizes as on our own head, whose lids are 12.3 mm apart.
LID_MOVES = {
    # The lids meet at a tenth of the way from the lower to the upper one.
    "eyeBlink": LidMove(0.9, 0.1, alone=1.5 * BENT),
    "eyeLookUp": LidMove(-0.37, 0.11),
    "eyeLookDown": LidMove(0.52, -0.24),
    "eyeLookIn": LidMove(aside=-0.03),
    "eyeLookOut": LidMove(aside=0.03),
    "eyeWide": LidMove(-0.24, -0.11),
    "eyeSquint": LidMove(0.1, 0.21),
    "cheekSquint": LidMove(0.0, 0.14),
    "noseSneer": LidMove(0.0, 0.05),
}


def move_lids(face: Face, side: str, move: LidMove, elsewhere: np.ndarray, balls: list[np.ndarray]) -> np.ndarray:
    """A channel that moves the lids of a side, (N, 3) m.

    elsewhere: (N, 3) m, displacement away from the lids. balls: points (n, 3), m, of each eyeball.
    """
    surface = face.surface
    upper, lower = face.lines[f"upper_lid_{side}"], face.lines[f"lower_lid_{side}"]
    ring = np.unique(np.concatenate([upper.vertices, lower.vertices]))
    behind = separated(surface, ring, face.landmarks["nose_tip"])
    distance, nearest = surface.nearest_source(ring)
    moved = np.where((distance > move.alone * surface.unit)[:, None], elsewhere, 0)
    width = surface.points[upper.vertices[0]] - surface.points[upper.vertices[-1]]
    for mine, other, share in ((upper, lower, move.upper), (lower, upper, move.lower)):
        order = np.argsort(other.at)
        facing = surface.points[other.vertices[order]]
        there = np.stack([np.interp(mine.at, other.at[order], facing[:, axis]) for axis in range(3)], axis=1)
        moved[mine.vertices] = share * (there - surface.points[mine.vertices])
        if move.aside:
            moved[mine.vertices] += move.aside * (1 - mine.at**2)[:, None] * width
    for line in (upper, lower):
        moved[line.vertices[[0, -1]]] = 0
    if not move.alone:
        moved[ring] = _gliding(surface.points[ring], moved[ring], balls)
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


def _gliding(points: np.ndarray, moved: np.ndarray, balls: list[np.ndarray]) -> np.ndarray:
    """(N, 3) displacements `moved` of points (N, 3), which keep their distance from the eyeball that they lie on."""
    for ball in balls:
        centre = (ball.min(axis=0) + ball.max(axis=0)) / 2
        radius = float(np.quantile(np.linalg.norm(ball - centre, axis=1), 0.95))
        away = np.linalg.norm(points - centre, axis=1, keepdims=True)
        arm = points + moved - centre
        level = arm * away / np.maximum(np.linalg.norm(arm, axis=1, keepdims=True), 1e-9)
        moved = np.where(away < NEAR_BALL * radius, level + centre - points, moved)
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
