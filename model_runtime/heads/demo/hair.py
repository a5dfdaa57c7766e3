"""Short hair (mm): a shell over the skull that thins out to its hairline."""

import numpy as np
from scipy.interpolate import PchipInterpolator

from model_runtime.heads.demo.anatomy import FORMS
from model_runtime.heads.demo.fields import smoothstep
from model_runtime.heads.demo.sculpt import cast
from model_runtime.heads.demo.surface import Part, ring_quads

__all__ = ["hair"]

MIDDLE = (0.0, 8.0, 28.0)
COLUMNS, ROWS = 64, 16
# Angle from the front (degrees) -> height of the hairline, z.
HAIRLINE_AT = (0, 18, 34, 48, 62, 70, 78, 86, 104, 116, 128, 145, 180)
HAIRLINE = (63, 65, 63.5, 54, 36, 12, -4, 10, 12, -8, -38, -53, -57)
# Angle from the front -> thickness over the skull; share of the way from the crown to the hairline -> share of it.
THICKNESS_AT = (0, 30, 60, 90, 130, 180)
THICKNESS = (21, 19.5, 14.0, 9.0, 7.5, 6.5)
CROWN_THICKNESS = 9.0
PROFILE_AT = (0, 0.5, 0.8, 0.92, 0.975, 1)
PROFILE = (1.0, 1.0, 0.82, 0.5, 0.2, -0.06)
# Locks: how many there are round the head, how deep the valleys between them are, share of the thickness.
LOCKS, LOCK_DEPTH = 12, 0.26


def hair() -> Part:
    """The hair as rings from the hairline up to the crown."""
    turn = 2 * np.pi * (np.arange(COLUMNS) - COLUMNS // 2) / COLUMNS
    away = np.degrees(np.abs(turn))
    line = PchipInterpolator(HAIRLINE_AT, HAIRLINE)(away)
    flat = np.stack([np.sin(turn), -np.cos(turn)], axis=1)
    # where the hairline lies on the skull, seen from the middle
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
    # locks part where the hair is long, over the forehead
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
