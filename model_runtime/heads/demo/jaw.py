"""The jaw: its share in the motion of each vertex, its rotation and its translations."""

import numpy as np

from model_runtime.heads.demo.body import Body
from model_runtime.heads.demo.fields import spreader
from model_runtime.heads.demo.mouth import BORDER, around

__all__ = ["jaw_share", "jaw_slide", "jaw_swing"]

# y and z of the hinge, mm.
HINGE = (-8.0, -28.0)
# Angle at jawOpen 1, radians.
OPEN_ANGLE = np.radians(15.2)
# Displacement at jawForward 1, mm.
FORWARD = 6.0
# Displacement at jawLeft and jawRight 1, mm.
SIDEWAYS = 6.0
# Skin with the share 0: above this z, mm,
CHEEK_TOP = -38
# behind this y, mm,
EAR_FRONT = -14
# below this z, mm,
NECK_TOP = -137
# behind this y and below this z, mm,
THROAT = (-40, -115)
# and the nose: |x| below NOSE_HALF_WIDTH, z above NOSE_BASE, mm.
NOSE_HALF_WIDTH = 19
NOSE_BASE = -58
# Skin with the share 1, the chin: z below CHIN_TOP, |x| below CHIN_HALF_WIDTH, y in front of CHIN_BACK, mm.
CHIN_TOP = -104
CHIN_HALF_WIDTH = 20
CHIN_BACK = -66
# Share at the corners of the mouth.
CORNER_SHARE = 0.45
# Share in the middle of the upper lip, negative: it rises and shows the teeth.
UPPER_LIP_SHARE = -0.06
# Factor on the lips' share in the innermost rings of the mouth, from the teeth to the throat.
THROAT_FADE = (1, 1, 1, 1, 1, 0.9, 0.7, 0.5, 0.4)


def jaw_share(body: Body) -> np.ndarray:
    """(V,) share of the jaw's motion over the whole head, 0 skull to 1 jaw."""
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
    """(V, 3) mm from rest to the open jaw: displacement by the rotation about the hinge, times the shares (V,)."""
    arm = points[:, 1:] - HINGE
    cos, sin = np.cos(OPEN_ANGLE), np.sin(OPEN_ANGLE)
    turned = np.stack([arm[:, 0] * cos - arm[:, 1] * sin, arm[:, 0] * sin + arm[:, 1] * cos], axis=1)
    result = np.zeros_like(points)
    result[:, 1:] = share[:, None] * (turned - arm)
    return result


def jaw_slide(share: np.ndarray) -> dict[str, np.ndarray]:
    """jawForward, jawLeft, jawRight: (V, 3) mm each, for shares (V,)."""
    ways = {"jawForward": (0, -FORWARD, 0), "jawLeft": (SIDEWAYS, 0, 0), "jawRight": (-SIDEWAYS, 0, 0)}
    return {name: share[:, None] * np.array(way) for name, way in ways.items()}
