"""eyeLook of our head: the eyeball turns about its centre, and the lids follow (mm)."""

from dataclasses import dataclass

import numpy as np

from model_runtime.heads.demo.anatomy import EYE_CENTRE
from model_runtime.heads.demo.body import Body
from model_runtime.heads.demo.eyes import lid_across
from model_runtime.heads.demo.lids import lid_motion, on_upper_lid

__all__ = ["LOOKS", "Look", "look_channels"]


@dataclass(frozen=True)
class Look:
    """A direction of the left eye at weight 1: degrees to its left (turn) and up.

    upper, lower: mm (outward, up) that the middle of each lid follows. The upper lid goes along with the eye, so that
    it always covers the top of the iris (Becker, Fuchs 1988); the lower one goes half as far.
    """

    turn: float
    up: float
    upper: tuple[float, float]
    lower: tuple[float, float]


# The angles are those at which the layer of head and eyes has these channels at 1 (life/config.py).
LOOKS = {
    "eyeLookUp": Look(0, 25, (0, 4.6), (0, 1.3)),
    "eyeLookDown": Look(0, -25, (0, -6.4), (0, -3.0)),
    "eyeLookIn": Look(-30, 0, (-0.9, 0), (-0.7, 0)),
    "eyeLookOut": Look(30, 0, (0.9, 0), (0.7, 0)),
}
# Exponent of the fall from the middle of a lid to its corners, which stay.
ROUNDNESS = 2.5


def look_channels(body: Body) -> dict[str, np.ndarray]:
    """eyeLookUpLeft, eyeLookDownLeft, eyeLookInLeft and eyeLookOutLeft: (V, 3) mm each over the whole head.

    Exact at weight 1. At one half the chord of the rotation has the right angle and an eyeball 3 % smaller.
    """
    result = {}
    for name, look in LOOKS.items():
        whole = lid_motion(body, lid_shift(look.upper, look.lower))
        ball = body.spans["eye_left"]
        arm = body.whole.vertices[ball] - EYE_CENTRE
        whole[ball] = arm @ turned(look.turn, look.up).T - arm
        result[f"{name}Left"] = whole
    return result


def turned(turn: float, up: float) -> np.ndarray:
    """(3, 3) rotation of an eye that looks along -y to a direction, degrees: up, then to its left."""
    (cos_up, sin_up), (cos, sin) = ((np.cos(angle), np.sin(angle)) for angle in np.radians([up, turn]))
    raised = np.array([[1, 0, 0], [0, cos_up, sin_up], [0, -sin_up, cos_up]])
    return np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]]) @ raised


def lid_shift(upper: tuple[float, float], lower: tuple[float, float], count: int = 36) -> np.ndarray:
    """(count, 2) mm x and z of the lids' edge, whose middles move by `upper` and `lower`; the corners stay."""
    middle = 1 - np.abs(lid_across(count)) ** ROUNDNESS
    return middle[:, None] * np.where(on_upper_lid(count)[:, None], upper, lower)
