"""The displacements of all channels of our head (mm)."""

from dataclasses import dataclass

import numpy as np

from model_runtime.channels import CHANNELS, SHAPES, mirrored
from model_runtime.heads.demo.body import Body
from model_runtime.heads.demo.brow_moves import brow_channels
from model_runtime.heads.demo.bumps import raise_skin
from model_runtime.heads.demo.fields import Spread, spreader
from model_runtime.heads.demo.gaze import look_channels
from model_runtime.heads.demo.jaw import jaw_share, jaw_slide, jaw_swing
from model_runtime.heads.demo.lids import blink
from model_runtime.heads.demo.lip_moves import LIP_MOVES, LipMove, lip_displacement, side_share
from model_runtime.heads.demo.mouth import BORDER, CONTACT, LAST_LIP, around
from model_runtime.heads.demo.tongue import tongue_out, tongue_up
from model_runtime.heads.demo.upper_moves import upper_channels

__all__ = ["build_shapes"]

# The skin that moves with the lips: an ellipsoid about the mouth, mm, without the nose.
REGION_CENTRE = (0, -84, -80)
REGION_RADII = (60, 66, 46)
# The nose: |x| below NOSE_HALF_WIDTH, z above NOSE_BASE, mm.
NOSE_HALF_WIDTH = 19
NOSE_BASE = -57
# Factors on the lips' displacement in the next two rings inside the mouth.
VESTIBULE_SHARE = (0.4, 0.1)
# Where mouthClose brings the lips together, share of the way (x, y, z) from the upper to the lower lip; little in y,
# because the upper teeth are there.
CLOSE_SHARE = np.array([0.4, 0.05, 0.36])


@dataclass(frozen=True)
class Chin:
    """The pad of the chin, which does not move with the lips, mm: |x| < half_width, bottom < z < top, y < back."""

    half_width: float = 13
    top: float = -107
    bottom: float = -121
    back: float = -84


CHIN = Chin()


def build_shapes(body: Body) -> np.ndarray:
    """(K, V, 3) mm: the displacement of every channel at weight 1, in the order of SHAPES."""
    points = body.whole.vertices
    share = jaw_share(body)
    shapes = {
        **jaw_slide(share),
        "jawOpen": jaw_swing(points, share),
        "eyeBlinkLeft": blink(body),
        **brow_channels(body),
        **look_channels(body),
        **upper_channels(body),
    }
    spread, chin = _lip_spreader(body)
    for name, move in LIP_MOVES.items():
        for channel, field in _lip_channel(name, move, body, spread, chin).items():
            shapes[channel] = shapes.get(channel, 0) + field
    shapes["mouthClose"] = _close(body, shapes["jawOpen"], spread)
    tongue = body.spans["tongue"]
    for name, moved in (("tongueOut", tongue_out(points[tongue])), ("tongueUp", tongue_up(points[tongue]))):
        shapes[name] = np.zeros_like(points)
        shapes[name][tongue] = moved
    return np.stack([_symmetric(name, shapes, body.mirror) for name in SHAPES])


def _symmetric(name: str, shapes: dict[str, np.ndarray], mirror: np.ndarray) -> np.ndarray:
    """The channel's displacement; a right side is the mirror image of the left, a middle one of itself."""
    if name not in shapes:
        return shapes[mirrored(name)][mirror] * [-1, 1, 1]
    if mirrored(name) == name:
        return (shapes[name] + shapes[name][mirror] * [-1, 1, 1]) / 2
    return shapes[name]


def _lip_spreader(body: Body) -> tuple[Spread, np.ndarray]:
    """The interpolation of lip movements over the skin, and bool (V,): the chin, which is fixed."""
    skin = body.whole.vertices[body.spans["skin"]]
    reach = np.linalg.norm((skin - REGION_CENTRE) / np.array(REGION_RADII), axis=1)
    x, y, z = np.abs(skin[:, 0]), skin[:, 1], skin[:, 2]
    chin = (x < CHIN.half_width) & (z < CHIN.top) & (z > CHIN.bottom) & (y < CHIN.back)
    nose = (x < NOSE_HALF_WIDTH) & (z > NOSE_BASE)
    fixed = (reach > 1) | nose | chin
    mouth = body.rings.mouth
    fixed[mouth[BORDER:]] = True
    quads = body.whole.quads[(body.whole.quads < len(skin)).all(axis=1)]
    return spreader(skin, quads, fixed), chin


def _lip_channel(name: str, move: LipMove, body: Body, spread: Spread, chin: np.ndarray) -> dict[str, np.ndarray]:
    """Channel -> (V, 3) mm of a lip movement; the left channel where it has two sides."""
    points = body.whole.vertices
    lips = body.rings.mouth[BORDER : LAST_LIP + 1]
    known = np.zeros((len(spread.fixed), 3))
    displacement = lip_displacement(move, points[lips])
    sided = name not in CHANNELS
    if sided:
        displacement *= side_share(around(lips.shape[1]))[None, :, None]
    known[lips] = displacement
    for depth, take in enumerate(VESTIBULE_SHARE, start=LAST_LIP + 1):
        known[body.rings.mouth[depth]] = take * displacement[-1]
    hold = side_share(points[: len(chin)][chin, 0] / 30) if sided else np.ones(chin.sum())
    known[chin] = hold[:, None] * np.array([0, -move.chin[0], move.chin[1]])
    whole = np.zeros_like(points)
    whole[body.spans["skin"]] = spread(known)
    whole += raise_skin(body, move.bumps, both=not sided)
    return {f"{name}Left" if sided else name: whole}


def _close(body: Body, opening: np.ndarray, spread: Spread) -> np.ndarray:
    """mouthClose, (V, 3) mm: with jawOpen `opening` (V, 3) at the same weight, the lips touch."""
    mouth = body.rings.mouth
    opened = opening[mouth[CONTACT]]
    facing = opened[-np.arange(mouth.shape[1])]
    upper = (np.arange(mouth.shape[1]) <= mouth.shape[1] // 2)[:, None]
    closing = np.where(upper, CLOSE_SHARE, 1 - CLOSE_SHARE) * (facing - opened)
    known = np.zeros((len(spread.fixed), 3))
    known[mouth[BORDER : LAST_LIP + 1]] = closing
    for depth, take in enumerate(VESTIBULE_SHARE, start=LAST_LIP + 1):
        known[mouth[depth]] = take * closing
    whole = np.zeros_like(body.whole.vertices)
    whole[body.spans["skin"]] = spread(known)
    return whole
