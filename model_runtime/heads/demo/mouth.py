"""Lips and mouth cavity (mm): rings of 56 vertices from the cheek to the throat."""

import numpy as np
from scipy.interpolate import PchipInterpolator

from model_runtime.heads.demo.anatomy import FORMS
from model_runtime.heads.demo.sculpt import cast_front

__all__ = ["BORDER", "CONTACT", "LAST_LIP", "around", "mouth_rings"]

# Number of the ring at the border of the red.
BORDER = 6
# Number of the ring where the lips meet.
CONTACT = 11
# Number of the last ring of the lips.
LAST_LIP = 13

# Half width of the border of the red, mm.
HALF_WIDTH_BORDER = 25.2
# Half width of the line where the lips meet, mm.
HALF_WIDTH_CONTACT = 23.6
# Rings 5 to 1: share of the way from the border of the red to the hole's edge.
SKIN_STEPS = (0.1, 0.24, 0.42, 0.62, 0.82)
# |x| / half width -> z, mm, of the border of the upper and lower lip, and of the line where they meet.
CURVE_AT = (0, 0.12, 0.25, 0.45, 0.7, 0.88, 1)
UPPER_BORDER = (-73.2, -72.7, -72.0, -73.1, -76.0, -78.1, -78.9)
LOWER_BORDER = (-91.4, -91.3, -90.8, -89.2, -85.2, -81.4, -78.9)
MEETING = (-80.7, -80.6, -80.2, -80.0, -79.9, -79.4, -78.9)
# Share of the way from that line to the border -> protrusion of the upper and lower lip, mm.
LIP_STEPS = (0.84, 0.6, 0.34, 0.13, 0.0)
UPPER_FULLNESS = (1.1, 2.2, 2.6, 1.4, -1.0)
LOWER_FULLNESS = (1.2, 3.0, 3.8, 2.2, -1.0)
# Protrusion of the border of the red, mm.
BORDER_RIDGE = 0.45
# Gap between the lips at rest, mm.
REST_GAP = 0.12
# Rings of the cavity, mm: half width, height above and below the line, y in the middle, increase of y to the sides.
CAVITY = (
    (23.0, 0.3, 0.3, -99.0, 12.5),
    (24.5, 5.0, 5.0, -98.0, 13.0),
    (29.0, 11.0, 12.0, -97.0, 20.0),
    (32.0, 15.0, 18.0, -90.0, 18.0),
    (33.0, 17.0, 20.0, -78.0, 14.0),
    (32.0, 17.0, 20.0, -65.0, 9.0),
    (29.0, 15.0, 18.0, -54.0, 4.0),
    (21.0, 11.0, 14.0, -47.0, 2.0),
    (10.0, 5.0, 7.0, -44.0, 0.0),
)
# z of the middle of the cavity, mm.
MIDDLE = -80.0


def around(count: int = 56) -> np.ndarray:
    """(count,) place across the mouth of each vertex of a ring: 1 left corner, 0 middle, -1 right corner."""
    turn = np.arange(count) / count
    linear = 1 - 4 * np.minimum(turn, 1 - turn)
    return 0.55 * np.cos(2 * np.pi * turn) + 0.45 * linear


def _curve(values: tuple[float, ...], across: np.ndarray) -> np.ndarray:
    return PchipInterpolator(CURVE_AT, values)(np.abs(across))


def mouth_rings(edge: np.ndarray) -> np.ndarray:
    """(21, 56, 3) rings from the hole's `edge` (56, 3) to the throat."""
    across = around(len(edge))
    upper = np.arange(len(edge)) <= len(edge) // 2
    meeting = _curve(MEETING, across)
    border_z = np.where(upper, _curve(UPPER_BORDER, across), _curve(LOWER_BORDER, across))
    border = np.stack([across * HALF_WIDTH_BORDER, border_z], axis=1)
    line = np.stack([across * HALF_WIDTH_CONTACT, meeting], axis=1)
    side = np.where(upper, 1.0, -1.0) * (np.abs(across) < 1 - 1e-9)

    rings = [edge]
    for step in SKIN_STEPS[::-1]:
        place = border + (edge[:, [0, 2]] - border) * step
        rings.append(_on_face(place, BORDER_RIDGE * max(0.0, 1 - step / 0.3) * np.ones(len(edge))))
    rings.append(_on_face(border, np.full(len(edge), BORDER_RIDGE)))
    thinning = 1 - 0.75 * np.abs(across) ** 2.5
    for step, high, low in zip(LIP_STEPS, UPPER_FULLNESS, LOWER_FULLNESS, strict=True):
        place = line + (border - line) * step
        fullness = np.where(upper, high, low)
        rings.append(_on_face(place, np.where(fullness > 0, fullness * thinning, fullness)))
    rings[-1][:, 2] += side * REST_GAP / 2
    for half_width, above, below, depth, rise in CAVITY:
        height = np.where(upper, above, -below) * np.sqrt(np.maximum(1 - np.abs(across) ** 2.6, 0))
        base = meeting if half_width == CAVITY[0][0] else np.full(len(edge), MIDDLE)
        rings.append(np.stack([across * half_width, depth + rise * across**2, base + height], axis=1))
    return np.stack(rings)


def _on_face(place: np.ndarray, forward: np.ndarray) -> np.ndarray:
    """Points of the face at (x, z), moved `forward` mm towards the viewer."""
    points = cast_front(place[:, 0], place[:, 1], FORMS)
    points[:, 1] -= forward
    return points
