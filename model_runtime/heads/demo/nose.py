"""Nostrils (mm), as rings that lead from the underside of the nose into it. Written for the left one."""

import numpy as np

from model_runtime.heads.demo.anatomy import FORMS
from model_runtime.heads.demo.sculpt import project

__all__ = ["nostril_rings"]

# Middle of the opening, its half width and half length, how its long axis turns inwards to the front (degrees).
CENTRE = (6.3, -102.6, -53.0)
HALF_WIDTH, HALF_LENGTH, TURN = 2.4, 4.0, 24.0
# Ring by ring: share of the opening, mm above its rim; the first two lie on the skin.
ON_SKIN = (1.5, 1.2)
INSIDE = ((1.0, 0.8), (0.92, 2.4), (0.8, 5.0), (0.5, 7.5))


def nostril_rings(count: int) -> np.ndarray:
    """(6, count, 3) rings of the left nostril, from the skin around it to its dark end."""
    # the ring starts beside the nostril and runs over its front, as the grid's border does
    turn = 2 * np.pi * np.arange(count) / count
    x, y = np.cos(turn) * HALF_WIDTH, -np.sin(turn) * HALF_LENGTH
    angle = np.radians(TURN)
    flat = np.stack([x * np.cos(angle) + y * np.sin(angle), -x * np.sin(angle) + y * np.cos(angle)], axis=1)

    def on_skin(share: float) -> np.ndarray:
        place = np.column_stack([flat * share, np.zeros(count)]) + CENTRE
        return project(place, FORMS, steps=6)

    rim = on_skin(1.0)
    rings = [on_skin(share) for share in ON_SKIN]
    for share, rise in INSIDE:
        ring = rim.mean(axis=0) + (rim - rim.mean(axis=0)) * share
        rings.append(ring + np.array([0, 0.25 * rise, rise]))
    return np.stack(rings)
