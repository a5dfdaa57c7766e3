"""eyeBlink of our head: the lids close over the eyeball."""

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
from model_runtime.heads.demo.sculpt import cast_front

__all__ = ["blink"]

# Share of the way from the lid's edge to the hole's edge up to which the skin moves: upper and lower lid.
REACH = (0.6, 0.45)


def blink(body: Body) -> np.ndarray:
    """(V, 3) mm of eyeBlinkLeft over the whole head."""
    rings = body.rings.eyes[0]
    across = lid_across(rings.shape[1])
    upper = np.arange(rings.shape[1]) <= rings.shape[1] // 2
    fall = margin(CLOSED_EDGE, across) - np.where(upper, margin(UPPER_EDGE, across), margin(LOWER_EDGE, across))
    rest = body.whole.vertices
    moved = rest.copy()
    for number, step in enumerate((*SKIN_STEPS[::-1], 0.0, *[0.0] * len(INNER)), start=1):
        ring = rings[number]
        follow = np.clip(1 - step / np.where(upper, *REACH), 0, 1) ** 1.2
        place = rest[ring][:, [0, 2]] + np.stack([np.zeros_like(fall), fall * follow], axis=1)
        if number < LID_EDGE:
            closed = cast_front(place[:, 0], place[:, 1], FORMS)
            # The crease, which the sculpture lacks, stays where the lid does not move.
            flat = cast_front(rest[ring][:, 0], rest[ring][:, 2], FORMS)
            closed += (rest[ring] - flat) * (1 - follow)[:, None]
        elif number == LID_EDGE:
            closed = on_ball(place, LID_RADIUS)
        else:
            closed = on_ball(place, EYE_RADIUS + INNER[number - LID_EDGE - 1][0])
        moved[ring] = np.where((follow > 0)[:, None], closed, rest[ring])
    return moved - rest
