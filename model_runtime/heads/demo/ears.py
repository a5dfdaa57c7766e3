"""The left ear (mm), as rings that fill a hole in the side of the head."""

import numpy as np
from scipy.interpolate import PchipInterpolator

from model_runtime.heads.demo.anatomy import FORMS
from model_runtime.heads.demo.sculpt import cast

__all__ = ["ear_rings"]

# Middle of the ear, mm.
CENTRE_Y = 9.0
CENTRE_Z = -20.0
# Half length and half width of its outline, mm.
LENGTH = 27.5
WIDTH = 16.0
# Slant backwards, mm of y per mm of z.
LEAN = 0.2
# Distance of the rear from the head, mm.
FLARE = 3.0
# Angle (degrees: 0 rear, 90 top, 180 front, 270 lobe) -> radius, share of the ellipse.
OUTLINE_AT = (0, 45, 90, 120, 150, 180, 210, 240, 270, 300, 330, 360)
OUTLINE = (1.0, 1.08, 1.0, 0.95, 0.86, 0.78, 0.80, 0.93, 0.97, 1.0, 0.95, 1.0)
# Rings from the head to the bottom of the bowl: (share of the outline, height over the head in mm) at rear and top, at
# the lobe, and in front.
RINGS = (
    ((0.66, 2.0), (0.72, 1.5), (1.00, 0.3)),
    ((0.72, 5.0), (0.80, 3.5), (0.96, 0.6)),
    ((0.90, 7.0), (0.96, 4.5), (0.90, 1.2)),
    ((1.00, 9.5), (1.02, 5.5), (0.84, 2.2)),
    ((1.01, 11.8), (1.00, 7.0), (0.76, 4.0)),
    ((0.94, 12.6), (0.94, 7.6), (0.68, 5.0)),
    ((0.87, 11.2), (0.84, 7.2), (0.60, 4.6)),
    ((0.81, 8.6), (0.72, 7.0), (0.54, 2.8)),
    ((0.70, 8.8), (0.60, 7.2), (0.49, 0.6)),
    ((0.60, 10.2), (0.50, 7.4), (0.44, -0.8)),
    ((0.50, 9.4), (0.42, 5.6), (0.38, -2.0)),
    ((0.42, 5.0), (0.34, 2.0), (0.30, -2.8)),
    ((0.28, -0.5), (0.24, -1.5), (0.20, -3.2)),
)
# Distance of the ear's root on the head from the first ring, share of the outline.
ROOT_MARGIN = 0.1
# Offset of the bowl from the ear's middle, y and z, mm.
BOWL = (-3.5, -3.0)


def ear_rings(count: int) -> np.ndarray:
    """(14, count, 3) rings of the left ear, from its root on the head to the bottom of its bowl."""
    turn = 2 * np.pi * np.arange(count) / count
    # Rings run from the rear over the top to the front.
    outline = PchipInterpolator(OUTLINE_AT, OUTLINE)(np.degrees(turn))
    back, up = np.cos(turn) * outline, np.sin(turn) * outline
    front = np.clip(-np.cos(turn + 0.35) * 1.25 - 0.05, 0, 1) ** 0.8
    lobe = np.clip(-np.sin(turn) * 1.5 - 0.5, 0, 1) * (1 - front)
    free = 1 - front - lobe
    root = [share + ROOT_MARGIN for share, _ in RINGS[0]]
    share = free * root[0] + lobe * root[1] + front * root[2]
    edge = _on_head(back * WIDTH * share, up * LENGTH * share)
    plane = np.linalg.lstsq(np.column_stack([edge[:, 1:], np.ones(count)]), edge[:, 0], rcond=None)[0]
    rings = [edge]
    for kinds in RINGS:
        share, height = (free * a + lobe * b + front * c for a, b, c in zip(*kinds, strict=True))
        inward = np.clip((0.7 - share) / 0.4, 0, 1)
        y = back * WIDTH * share + BOWL[0] * inward
        z = up * LENGTH * share + BOWL[1] * inward
        flare = FLARE * np.clip(0.45 + y / WIDTH, 0, None) ** 1.2 * np.clip(height / 9, 0, 1)
        y, z = CENTRE_Y + y + LEAN * z, CENTRE_Z + z
        head = plane[0] * y + plane[1] * z + plane[2]
        rings.append(np.stack([head + height + flare, y, z], axis=1))
    return np.stack(rings)


def _on_head(y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Points of the side of the head at (y, z) about the ear's middle."""
    origins = np.stack([np.zeros_like(y), CENTRE_Y + y + LEAN * z, CENTRE_Z + z], axis=1)
    return cast(origins, np.tile([1.0, 0.0, 0.0], (len(y), 1)), FORMS)
