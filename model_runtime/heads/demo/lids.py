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
    steps = np.array([*SKIN_STEPS[::-1], 0.0, *[0.0] * len(INNER)])[:, None]
    follow = np.clip(1 - steps / np.where(upper, *REACH), 0, 1)[..., None] ** 1.2
    here = rest[rings[1 : len(steps) + 1]]
    place = here[..., [0, 2]] + shift * follow
    slid = np.zeros_like(here)
    skin = LID_EDGE - 1
    # The crease, which the sculpture lacks, stays where the lid does not move. One call, as rays in bulk cost less.
    slid[:skin], flat = _on_face(np.stack([place[:skin], here[:skin][..., [0, 2]]]))
    slid[:skin] += (here[:skin] - flat) * (1 - follow[:skin])
    for ring, radius in zip(
        range(skin, len(steps)), (LID_RADIUS, *(EYE_RADIUS + gap for gap, _ in INNER)), strict=True
    ):
        slid[ring] = on_ball(place[ring], radius)
    moved[rings[1 : len(steps) + 1]] = np.where(follow > 0, slid, here)
    edge = rings[LID_EDGE]
    moved[body.spans["lashes_left"]] += lash_motion(rest[edge], moved[edge])
    return moved - rest


def _on_face(place: np.ndarray) -> np.ndarray:
    """(..., 3) points of the front of the face at x and z `place` (..., 2), mm."""
    flat = place.reshape(-1, 2)
    return cast_front(flat[:, 0], flat[:, 1], FORMS).reshape(*place.shape[:-1], 3)
