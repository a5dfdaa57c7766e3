"""The jaw: how much of it each vertex of the skin takes, and where it swings."""

import numpy as np

from model_runtime.heads.demo.body import Body
from model_runtime.heads.demo.fields import spreader
from model_runtime.heads.demo.mouth import BORDER, around

__all__ = ["jaw_share", "jaw_slide", "jaw_swing"]

HINGE = (-8.0, -28.0)
OPEN_ANGLE = np.radians(15.2)
FORWARD, SIDEWAYS = 6.0, 6.0
# What stands still, mm: above the cheeks, behind the front of the ears, on the neck, at the throat (y, z), the nose.
CHEEK_TOP, EAR_FRONT, NECK_TOP, THROAT = -38, -14, -137, (-40, -115)
NOSE_HALF_WIDTH, NOSE_BASE = 19, -58
# What swings fully, mm.
CHIN_TOP, CHIN_HALF_WIDTH, CHIN_BACK = -104, 20, -66
CORNER_SHARE = 0.45
# The middle of the upper lip goes a little against the jaw: it shows the teeth.
UPPER_LIP_SHARE = -0.06
# How much of the jaw the innermost rings of the mouth take, from the teeth to the throat.
THROAT_FADE = (1, 1, 1, 1, 1, 0.9, 0.7, 0.5, 0.4)


def jaw_share(body: Body) -> np.ndarray:
    """(V,) 0 skull to 1 jaw, over the whole head."""
    skin = body.whole.vertices[body.spans["skin"]]
    mouth = body.rings.mouth
    x, y, z = np.abs(skin[:, 0]), skin[:, 1], skin[:, 2]
    nose = (x < NOSE_HALF_WIDTH) & (z > NOSE_BASE)
    throat = (y > THROAT[0]) & (z < THROAT[1])
    fixed = (z > CHEEK_TOP) | (y > EAR_FRONT) | (z < NECK_TOP) | nose | throat
    chin = (z < CHIN_TOP) & (x < CHIN_HALF_WIDTH) & (y < CHIN_BACK)
    share = np.where(chin, 1.0, 0.0)
    fixed |= chin
    across = np.abs(around(mouth.shape[1]))
    upper = np.arange(mouth.shape[1]) <= mouth.shape[1] // 2
    lips = np.where(
        upper, CORNER_SHARE * across**3.2 + UPPER_LIP_SHARE * (1 - across**2), 1 - (1 - CORNER_SHARE) * across**3.2
    )
    rings = mouth[BORDER:]
    fixed[rings] = True
    share[rings] = lips
    depth = len(THROAT_FADE)
    share[mouth[-depth:]] = lips * np.array(THROAT_FADE)[:, None]
    spread = spreader(skin, body.whole.quads[(body.whole.quads < len(skin)).all(axis=1)], fixed)
    whole = np.zeros(len(body.whole.vertices))
    whole[body.spans["skin"]] = np.clip(spread(share[:, None])[:, 0], UPPER_LIP_SHARE, 1)
    for part in ("teeth_lower", "gum_lower", "tongue"):
        whole[body.spans[part]] = 1
    return whole


def jaw_swing(points: np.ndarray, share: np.ndarray) -> np.ndarray:
    """(V, 3) mm from rest to the fully open jaw: a swing about the hinge before the ears, straightened to its end."""
    arm = points[:, 1:] - HINGE
    cos, sin = np.cos(OPEN_ANGLE), np.sin(OPEN_ANGLE)
    turned = np.stack([arm[:, 0] * cos - arm[:, 1] * sin, arm[:, 0] * sin + arm[:, 1] * cos], axis=1)
    result = np.zeros_like(points)
    result[:, 1:] = share[:, None] * (turned - arm)
    return result


def jaw_slide(share: np.ndarray) -> dict[str, np.ndarray]:
    """jawForward, jawLeft, jawRight: (V, 3) mm each."""
    ways = {"jawForward": (0, -FORWARD, 0), "jawLeft": (SIDEWAYS, 0, 0), "jawRight": (-SIDEWAYS, 0, 0)}
    return {name: share[:, None] * np.array(way) for name, way in ways.items()}
