"""eyeWide, eyeSquint, cheekSquint and noseSneer of our head (mm)."""

from dataclasses import dataclass

import numpy as np

from model_runtime.heads.demo.body import Body
from model_runtime.heads.demo.fields import smoothstep
from model_runtime.heads.demo.gaze import lid_shift
from model_runtime.heads.demo.lids import lid_motion
from model_runtime.heads.demo.mouth import BORDER

__all__ = ["upper_channels"]


@dataclass(frozen=True)
class Bump:
    """Skin of the left side moves as a Gaussian. centre, radius: mm. move: (outward, forward, up), mm."""

    centre: tuple[float, float, float]
    radius: float
    move: tuple[float, float, float]


@dataclass(frozen=True)
class UpperMove:
    """upper, lower: mm (outward, up) of the middle of each lid. bumps: of the skin around."""

    upper: tuple[float, float] = (0, 0)
    lower: tuple[float, float] = (0, 0)
    bumps: tuple[Bump, ...] = ()


UPPER_MOVES = {
    "eyeWide": UpperMove(upper=(0, 3.0), lower=(0, -1.4)),
    # The ring muscle of the eye draws the skin at its outer corner and below it inwards.
    "eyeSquint": UpperMove(
        upper=(0, -1.2),
        lower=(0, 2.6),
        bumps=(Bump((34, -84, -17), 13, (0, 0.8, 1.8)), Bump((53, -66, -3), 11, (-1.2, 0.6, -0.2))),
    ),
    # The cheek rises against the lower lid.
    "cheekSquint": UpperMove(
        lower=(0, 1.7), bumps=(Bump((39, -78, -29), 19, (1.0, 3.6, 5.4)), Bump((54, -64, -8), 12, (-0.8, 1.0, 1.2)))
    ),
    # The wing of the nose and the fold beside it rise, and the bridge wrinkles.
    "noseSneer": UpperMove(
        lower=(0, 0.6),
        bumps=(
            Bump((13, -98, -47), 9, (1.2, 0.8, 4.4)),
            Bump((21, -88, -50), 12, (0.2, 1.6, 3.2)),
            Bump((10, -98, -16), 9, (0.8, 1.8, 2.2)),
        ),
    ),
}
# Factor on bumps in the rings about an eye, from the hole's border to the lid's edge, which glides on the eyeball.
NEAR_EYE = (1.0, 0.95, 0.85, 0.7, 0.5, 0.3, 0.1)
# Half width, mm, of the middle strip in which what moves one side fades out.
STRIP = 5.0


def upper_channels(body: Body) -> dict[str, np.ndarray]:
    """The left channel of each: (V, 3) mm over the whole head."""
    result = {}
    for name, move in UPPER_MOVES.items():
        whole = lid_motion(body, lid_shift(move.upper, move.lower))
        for bump in move.bumps:
            whole += _bump(body, bump)
        result[f"{name}Left"] = whole
    return result


def _bump(body: Body, bump: Bump) -> np.ndarray:
    points = body.whole.vertices
    free = np.zeros(len(points))
    free[body.spans["skin"]] = 1
    free[body.rings.mouth[BORDER:]] = 0
    for ring, share in zip(body.rings.eyes[0], (*NEAR_EYE, *[0.0] * len(body.rings.eyes[0])), strict=False):
        free[ring] = share
    away = np.linalg.norm(points - bump.centre, axis=1) / bump.radius
    amount = free * np.exp(-(away**2)) * (1 - smoothstep(1.6, 2.4, away)) * smoothstep(-STRIP, STRIP, points[:, 0])
    outward, forward, up = bump.move
    return amount[:, None] * np.array([outward, -forward, up])
