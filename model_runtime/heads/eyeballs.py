"""The eyeballs of another head: which pieces turn with the eyes, about which points, and how."""

from dataclasses import dataclass

import numpy as np

from model_runtime.heads.demo.gaze import LOOKS, turned
from model_runtime.heads.pieces import Piece

__all__ = ["Eyeball", "find_eyeballs", "look_shapes"]

# Largest deviation of a piece's points from a sphere, root mean square, in its radius: a cornea may stand out.
ROUND = 0.12
# Radius of an eyeball: least and largest, eye distances.
RADII = (0.08, 0.5)
# Largest distance of a piece that turns with an eyeball from its centre, in its radius.
ON_BALL = 1.35
# Least ratio of its width and height, as seen from the front: a cornea is round, a tear line follows the lids.
CIRCULAR = 0.8
# Largest distance of its middle from the axis of the eye, in the eyeball's radius: a caruncle lies in the corner.
ASIDE = 0.35


@dataclass(frozen=True)
class Eyeball:
    """centre: (3,) m. vertices: of the ball, the iris, the cornea."""

    centre: np.ndarray
    vertices: np.ndarray


def find_eyeballs(pieces: list[Piece], points: np.ndarray, eyes: list[np.ndarray], unit: float) -> dict[str, Eyeball]:
    """Side -> eyeball; empty unless both eyes have one.

    points: (V, 3) m. eyes: the middles of the left and the right eye's opening. unit: eye distance, m.
    """
    found: dict[str, Eyeball] = {}
    of_eyes = [piece.vertices for piece in pieces if piece.kind == "eye"]
    for number, side in enumerate(("left", "right")):
        own = [
            vertices
            for vertices in of_eyes
            if np.argmin([np.linalg.norm(points[vertices].mean(axis=0) - eye) for eye in eyes]) == number
        ]
        if not own:
            return {}
        ball = max(own, key=lambda vertices: float(np.ptp(points[vertices], axis=0).max()))
        centre, radius, off = _sphere(points[ball])
        if off > ROUND * radius or not RADII[0] * unit < radius < RADII[1] * unit:
            return {}
        turning = [ball, *(v for v in own if v is not ball and _turns(points[v], centre, radius))]
        found[side] = Eyeball(centre, np.concatenate(turning))
    return found


def look_shapes(ball: Eyeball, points: np.ndarray, side: str) -> dict[str, np.ndarray]:
    """Channel -> (n, 3) m: displacement of the eyeball's vertices when it looks there at weight 1."""
    arm = points[ball.vertices] - ball.centre
    # Out is to the left for the left eye, to the right for the right one.
    sign = 1 if side == "left" else -1
    return {
        f"{name}{side.capitalize()}": arm @ turned(sign * look.turn, look.up).T - arm for name, look in LOOKS.items()
    }


def _sphere(points: np.ndarray) -> tuple[np.ndarray, float, float]:
    """Centre (3,), radius and root mean square distance of the sphere nearest to points (n, 3): least squares."""
    middle = points.mean(axis=0)
    here = points - middle
    solved = np.linalg.lstsq(np.column_stack([2 * here, np.ones(len(here))]), (here**2).sum(axis=1), rcond=None)[0]
    radius = float(np.sqrt(max(solved[3] + (solved[:3] ** 2).sum(), 0.0)))
    off = np.linalg.norm(here - solved[:3], axis=1) - radius
    return middle + solved[:3], radius, float(np.sqrt(np.square(off).mean()))


def _turns(points: np.ndarray, centre: np.ndarray, radius: float) -> bool:
    width, _, height = np.ptp(points, axis=0)
    near = np.linalg.norm(points - centre, axis=1).max() < ON_BALL * radius
    near &= np.linalg.norm((points.mean(axis=0) - centre)[[0, 2]]) < ASIDE * radius
    return bool(near and min(width, height) > CIRCULAR * max(width, height))
