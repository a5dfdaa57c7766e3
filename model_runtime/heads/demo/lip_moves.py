"""The table of lip movements by channel (mm), and the displacement of lip vertices by a movement."""

from dataclasses import dataclass

import numpy as np

from model_runtime.heads.demo.bumps import Bump
from model_runtime.heads.demo.fields import smoothstep
from model_runtime.heads.demo.mouth import BORDER, CONTACT, LAST_LIP, LIP_STEPS, around

__all__ = ["LIP_MOVES", "LipMove", "lip_displacement", "side_share"]

Pair = tuple[float, float]


@dataclass(frozen=True)
class LipMove:
    """A movement of the lips. Pairs are (forward, up), triples (outward, forward, up), mm.

    narrow: relative decrease of the mouth's width.
    roundness: exponent of the fall from middle to corner: larger values move a wider middle.
    shift: to the left, mm.
    corner: at the corners.
    upper, lower: in the middle, where the lips meet.
    upper_edge, lower_edge: in the middle, at the border of the red.
    upper_body, lower_body: added between both.
    chin: of the skin below the lips.
    bumps: of the skin of the cheeks.
    """

    narrow: float = 0.0
    roundness: float = 2.0
    shift: float = 0.0
    corner: tuple[float, float, float] = (0, 0, 0)
    upper: Pair = (0, 0)
    lower: Pair = (0, 0)
    upper_edge: Pair = (0, 0)
    lower_edge: Pair = (0, 0)
    upper_body: Pair = (0, 0)
    lower_body: Pair = (0, 0)
    chin: Pair = (0, 0)
    bumps: tuple[Bump, ...] = ()


# Names without a side stand for the channels of both sides.
LIP_MOVES = {
    # Besides the rotation of the jaw.
    "jawOpen": LipMove(narrow=0.07),
    "mouthFunnel": LipMove(
        narrow=0.15,
        roundness=3.2,
        corner=(0, 2.0, 0),
        upper=(6.8, 3.3),
        upper_edge=(4.2, 1.6),
        lower=(6.8, -3.9),
        lower_edge=(4.0, -2.2),
    ),
    "mouthPucker": LipMove(
        narrow=0.24,
        corner=(0, 3.0, 0),
        upper=(7.5, 0),
        upper_edge=(5.0, -0.2),
        lower=(7.5, 0),
        lower_edge=(4.6, 0.4),
    ),
    "mouthLeft": LipMove(shift=6.0),
    "mouthSmile": LipMove(
        corner=(3.8, -3.2, 6.0),
        upper=(-1.0, 0.6),
        lower=(-1.0, 0.6),
        upper_edge=(-1.2, 1.0),
        lower_edge=(-1.2, 0.8),
        # The cheek rises and rounds, and the fold beside the nose deepens.
        bumps=(
            Bump((38, -80, -39), 17, (2.4, 5.2, 3.4)),
            Bump((22, -93, -55), 8, (0.6, -1.4, 1.6)),
            Bump((32, -87, -69), 8, (1.6, -1.4, 1.4)),
        ),
    ),
    "mouthFrown": LipMove(
        corner=(0.4, -0.6, -5.6), upper=(0, -0.4), lower=(0, -0.4), upper_edge=(0, -0.5), lower_edge=(0.3, -0.2)
    ),
    "mouthDimple": LipMove(
        corner=(2.2, -3.4, 0.6), upper=(-0.8, 0), lower=(-0.8, 0), upper_edge=(-0.8, 0), lower_edge=(-0.8, 0)
    ),
    "mouthStretch": LipMove(
        corner=(3.7, -2.4, -1.8),
        upper=(-1.0, -0.2),
        lower=(-1.0, -0.2),
        upper_edge=(-1.0, -0.4),
        lower_edge=(-1.0, -0.4),
    ),
    "mouthRollLower": LipMove(
        upper=(-1.1, 1.2),
        upper_edge=(0, 0.6),
        lower=(-1.6, 1.2),
        lower_edge=(-0.8, 5.6),
        lower_body=(-3.4, 0.8),
        chin=(0, 0.6),
    ),
    "mouthRollUpper": LipMove(upper=(-1.3, 0), upper_edge=(-0.8, -4.2), upper_body=(-2.8, -0.6), lower=(-0.8, 0)),
    "mouthShrugLower": LipMove(
        upper=(1.2, 1.0), upper_edge=(0.6, 0.8), lower=(1.6, 1.0), lower_edge=(2.6, 2.8), chin=(0.8, 3.2)
    ),
    "mouthShrugUpper": LipMove(upper=(2.0, 0.5), upper_edge=(2.2, 2.4), lower=(1.5, 0.5), lower_edge=(0.6, 0.3)),
    "mouthPress": LipMove(
        corner=(0, -1.0, 0),
        upper=(-1.2, 0),
        lower=(-1.2, 0),
        upper_edge=(-1.0, -2.2),
        lower_edge=(-1.0, 2.6),
        upper_body=(-1.0, 0),
        lower_body=(-1.2, 0),
    ),
    "mouthLowerDown": LipMove(roundness=2.6, lower=(0.4, -6.4), lower_edge=(0.2, -5.0)),
    "mouthUpperUp": LipMove(
        roundness=2.6, upper=(0.4, 4.4), upper_edge=(0.4, 3.4), bumps=(Bump((44, -68, -44), 19, (0, 0.4, 0.8)),)
    ),
    "cheekPuff": LipMove(
        corner=(0, 0.8, 0),
        upper=(1.4, 0),
        lower=(1.4, 0),
        upper_edge=(1.8, 0.3),
        lower_edge=(1.8, -0.3),
        bumps=(Bump((44, -62, -76), 22, (5.0, 5.0, 0)),),
    ),
}


def side_share(across: np.ndarray) -> np.ndarray:
    """(N,) factor on a left-side channel at `across` (1 left, -1 right); both sides' factors sum to 1."""
    return smoothstep(-0.65, 0.65, across)


def lip_displacement(move: LipMove, rest: np.ndarray) -> np.ndarray:
    """(rings, 56, 3) mm: displacement of the rings from the border to the last lip ring, at rest at `rest`, mm."""
    across = around(rest.shape[1])
    upper = np.arange(rest.shape[1]) <= rest.shape[1] // 2
    share = np.array([1.0, *LIP_STEPS, *[0.0] * (LAST_LIP - CONTACT)])[: LAST_LIP - BORDER + 1, None]
    middle = 1 - np.abs(across) ** move.roundness
    result = np.zeros_like(rest)
    result[..., 0] = -move.narrow * rest[..., 0] + move.shift + move.corner[0] * (1 - middle) * np.sign(across)
    for axis, sign, which in ((1, -1, 0), (2, 1, 1)):
        line = np.where(upper, move.upper[which], move.lower[which])
        edge = np.where(upper, move.upper_edge[which], move.lower_edge[which])
        body = np.where(upper, move.upper_body[which], move.lower_body[which])
        in_middle = line + (edge - line) * share + body * 4 * share * (1 - share)
        result[..., axis] = sign * (middle * in_middle + (1 - middle) * move.corner[1 + which])
    return result
