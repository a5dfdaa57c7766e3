"""The left nostril (mm), as rings from the underside of the nose inwards."""

import numpy as np

from model_runtime.heads.demo.anatomy import FORMS
from model_runtime.heads.demo.sculpt import project

__all__ = ["nostril_rings"]

# Middle of the opening, mm.
CENTRE = (6.3, -104.1, -53.0)
# Half width and half length of the opening, mm.
HALF_WIDTH = 2.4
HALF_LENGTH = 4.0
# Rotation of its long axis inwards to the front, degrees.
TURN = 24.0
# Rings on the skin: share of the opening.
ON_SKIN = (1.5, 1.2)
# Rings inside: share of the opening, height above its rim in mm.
INSIDE = ((1.0, 0.8), (0.92, 2.4), (0.8, 5.0), (0.5, 7.5))


def nostril_rings(count: int) -> np.ndarray:
    """(6, count, 3) rings of the left nostril, from the skin to its inner end."""
    # Rings start at the outer side and run over the front, as the border of the hole in the grid.
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
