"""Short hair (mm): a shell over the skull that ends at the hairline."""

import numpy as np
from scipy.interpolate import PchipInterpolator

from model_runtime.heads.demo.anatomy import FORMS
from model_runtime.heads.demo.fields import smoothstep
from model_runtime.heads.demo.sculpt import cast
from model_runtime.heads.demo.surface import Part, ring_quads

__all__ = ["hair"]

# Centre of the rays to the skull, mm.
MIDDLE = (0.0, 8.0, 28.0)
# Vertices round the head.
COLUMNS = 64
# Rings from the hairline to the crown.
ROWS = 16
# Angle from the front (degrees) -> z of the hairline, mm.
HAIRLINE_AT = (0, 18, 34, 48, 62, 70, 78, 86, 104, 116, 128, 145, 180)
HAIRLINE = (63, 65, 63.5, 54, 36, 12, -4, 10, 12, -8, -38, -53, -57)
# Angle from the front (degrees) -> thickness over the skull, mm.
THICKNESS_AT = (0, 30, 60, 90, 130, 180)
THICKNESS = (21, 19.5, 14.0, 9.0, 7.5, 6.5)
# Thickness at the crown, mm.
CROWN_THICKNESS = 9.0
# Share of the way from the crown to the hairline -> factor on the thickness.
PROFILE_AT = (0, 0.5, 0.8, 0.92, 0.975, 1)
PROFILE = (1.0, 1.0, 0.82, 0.5, 0.2, -0.06)
# Locks round the head.
LOCKS = 12
# Depth of the valleys between them, share of the thickness.
LOCK_DEPTH = 0.26


def hair() -> Part:
    """The hair as rings from the hairline up to the crown."""
    turn = 2 * np.pi * (np.arange(COLUMNS) - COLUMNS // 2) / COLUMNS
    away = np.degrees(np.abs(turn))
    line = PchipInterpolator(HAIRLINE_AT, HAIRLINE)(away)
    flat = np.stack([np.sin(turn), -np.cos(turn)], axis=1)
    # The hairline on the skull.
    level = cast(
        np.column_stack([np.zeros(COLUMNS), np.full(COLUMNS, MIDDLE[1]), line]),
        np.column_stack([flat, np.zeros(COLUMNS)]),
        FORMS,
    )
    reach = np.linalg.norm(level[:, :2] - MIDDLE[:2], axis=1)
    lowest = np.arctan2(line - MIDDLE[2], reach)
    share = np.concatenate([np.linspace(0, 0.9, ROWS - 3)[1:], [0.945, 0.975, 0.99, 1.0]])[::-1]
    rise = np.pi / 2 + (lowest - np.pi / 2) * share[:, None]
    direction = np.concatenate([flat * np.cos(rise)[..., None], np.sin(rise)[..., None]], axis=2)
    skull = cast(np.tile(MIDDLE, (rise.size, 1)), direction.reshape(-1, 3), FORMS).reshape(direction.shape)
    full = PchipInterpolator(THICKNESS_AT, THICKNESS)(away)
    thick = CROWN_THICKNESS + (full - CROWN_THICKNESS) * smoothstep(0, 0.8, share)[:, None]
    # Locks are visible over the forehead alone.
    parted = smoothstep(0.15, 0.5, share)[:, None] * (1 - smoothstep(45, 100, away))
    thick *= 1 - LOCK_DEPTH * parted * (1 - np.cos(LOCKS * turn)) / 2
    thick *= PchipInterpolator(PROFILE_AT, PROFILE)(share)[:, None]
    rings = skull + direction * thick[..., None]
    top = cast(np.array([MIDDLE]), np.array([[0.0, 0.0, 1.0]]), FORMS)
    top[:, 2] += CROWN_THICKNESS
    index = np.arange(rings.shape[0] * COLUMNS).reshape(-1, COLUMNS)
    crown = np.full(COLUMNS, index.size)
    fan = np.stack([index[-1], np.roll(index[-1], -1), crown, crown], axis=1)
    quads = np.concatenate([ring_quads(index), fan])
    return Part(np.concatenate([rings.reshape(-1, 3), top]), quads, np.full(len(quads), "brow"))
