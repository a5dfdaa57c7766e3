"""Rounded movements of the skin of our head (mm), for cheeks, nose and the corners of the eyes."""

from dataclasses import dataclass

import numpy as np

from model_runtime.heads.demo.body import Body
from model_runtime.heads.demo.fields import smoothstep
from model_runtime.heads.demo.mouth import BORDER

__all__ = ["Bump", "raise_skin"]

# Factor in the rings about an eye, from the hole's border to the lid's edge, which glides on the eyeball.
NEAR_EYE = (1.0, 0.95, 0.85, 0.7, 0.5, 0.3, 0.1)
# Half width, mm, of the middle strip in which what moves one side fades out.
STRIP = 5.0


@dataclass(frozen=True)
class Bump:
    """Skin of the left side moves as a Gaussian. centre, radius: mm. move: (outward, forward, up), mm."""

    centre: tuple[float, float, float]
    radius: float
    move: tuple[float, float, float]


def raise_skin(body: Body, bumps: tuple[Bump, ...], both: bool = False) -> np.ndarray:
    """(V, 3) mm: what the bumps move on the left side, or on both. Lips and the inside of the mouth stay."""
    points = body.whole.vertices
    free = np.zeros(len(points))
    free[body.spans["skin"]] = 1
    free[body.rings.mouth[BORDER:]] = 0
    for eye in body.rings.eyes:
        for ring, share in zip(eye, (*NEAR_EYE, *[0.0] * len(eye)), strict=False):
            free[ring] = share
    left = np.zeros_like(points)
    for bump in bumps:
        away = np.linalg.norm(points - bump.centre, axis=1) / bump.radius
        amount = np.exp(-(away**2)) * (1 - smoothstep(1.6, 2.4, away)) * smoothstep(-STRIP, STRIP, points[:, 0])
        outward, forward, up = bump.move
        left += (free * amount)[:, None] * np.array([outward, -forward, up])
    return left + left[body.mirror] * [-1, 1, 1] if both else left
