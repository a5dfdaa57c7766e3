"""The lids of our head glide over the eyeball; eyeBlink closes them."""

import numpy as np

from model_runtime.heads.demo.anatomy import EYE_RADIUS, FORMS, LID_RADIUS
from model_runtime.heads.demo.body import Body
from model_runtime.heads.demo.eyes import (
    CLOSED_EDGE,
    INNER,
    LID_EDGE,
    LOWER_EDGE,
    SKIN_STEPS,
    UPPER_EDGE,
    lid_across,
    margin,
    on_ball,
)
from model_runtime.heads.demo.lashes import lash_motion
from model_runtime.heads.demo.sculpt import cast_front

__all__ = ["blink", "lid_motion", "on_upper_lid"]

# Share of the way from the lid's edge to the hole's edge up to which the skin moves: upper and lower lid.
REACH = (0.6, 0.45)


def blink(body: Body) -> np.ndarray:
    """(V, 3) mm of eyeBlinkLeft over the whole head."""
    across = lid_across(body.rings.eyes[0].shape[1])
    fall = margin(CLOSED_EDGE, across) - np.where(
        on_upper_lid(len(across)), margin(UPPER_EDGE, across), margin(LOWER_EDGE, across)
    )
    return lid_motion(body, np.stack([np.zeros_like(fall), fall], axis=1))


def on_upper_lid(count: int) -> np.ndarray:
    """(count,) bool: which vertices of a ring belong to the upper lid."""
    return np.arange(count) <= count // 2


def lid_motion(body: Body, shift: np.ndarray) -> np.ndarray:
    """(V, 3) mm: the lids of the left eye glide over the eyeball. shift: (36, 2) mm x and z of their edge."""
    rings = body.rings.eyes[0]
    upper = on_upper_lid(rings.shape[1])
    rest = body.whole.vertices
    moved = rest.copy()
    for number, step in enumerate((*SKIN_STEPS[::-1], 0.0, *[0.0] * len(INNER)), start=1):
        ring = rings[number]
        follow = np.clip(1 - step / np.where(upper, *REACH), 0, 1) ** 1.2
        place = rest[ring][:, [0, 2]] + shift * follow[:, None]
        if number < LID_EDGE:
            slid = cast_front(place[:, 0], place[:, 1], FORMS)
            # The crease, which the sculpture lacks, stays where the lid does not move.
            flat = cast_front(rest[ring][:, 0], rest[ring][:, 2], FORMS)
            slid += (rest[ring] - flat) * (1 - follow)[:, None]
        elif number == LID_EDGE:
            slid = on_ball(place, LID_RADIUS)
        else:
            slid = on_ball(place, EYE_RADIUS + INNER[number - LID_EDGE - 1][0])
        moved[ring] = np.where((follow > 0)[:, None], slid, rest[ring])
    edge = rings[LID_EDGE]
    moved[body.spans["lashes_left"]] += lash_motion(rest[edge], moved[edge])
    return moved - rest
