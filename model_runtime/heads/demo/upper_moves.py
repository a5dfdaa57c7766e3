"""eyeWide, eyeSquint, cheekSquint and noseSneer of our head (mm)."""

from dataclasses import dataclass

import numpy as np

from model_runtime.heads.demo.body import Body
from model_runtime.heads.demo.bumps import Bump, raise_skin
from model_runtime.heads.demo.gaze import lid_shift
from model_runtime.heads.demo.lids import lid_motion

__all__ = ["upper_channels"]


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


def upper_channels(body: Body) -> dict[str, np.ndarray]:
    """The left channel of each: (V, 3) mm over the whole head."""
    result = {}
    for name, move in UPPER_MOVES.items():
        result[f"{name}Left"] = lid_motion(body, lid_shift(move.upper, move.lower)) + raise_skin(body, move.bumps)
    return result
