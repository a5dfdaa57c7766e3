"""Lids, eyeball and caruncle of the left eye (mm)."""

import numpy as np
from scipy.interpolate import PchipInterpolator

from model_runtime.heads.demo.anatomy import EYE_CENTRE, EYE_RADIUS, FORMS, LID_RADIUS
from model_runtime.heads.demo.sculpt import cast_front
from model_runtime.heads.demo.surface import Part, capped, flipped, ring_quads

__all__ = [
    "CLOSED_EDGE",
    "CREASE",
    "HALF_WIDTH",
    "INNER",
    "LID_EDGE",
    "LOWER_EDGE",
    "SKIN_STEPS",
    "UPPER_EDGE",
    "caruncle",
    "eyeball",
    "lid_across",
    "lid_rings",
    "margin",
    "on_ball",
]

# Number of the ring of the lids' front edge.
LID_EDGE = 7
# Number of the ring of the crease above the upper lid.
CREASE = 4
# Vertices of a ring at the lashes of the upper lid.
LASHES = slice(1, 17)

# Half width of the opening, mm.
HALF_WIDTH = 14.6
# Place across the eye (-1 inner corner, 1 outer) -> z, mm, of the upper and lower edge at rest, and of the line where
# they close.
OPENING_AT = (-1, -0.7, -0.35, 0, 0.35, 0.7, 1)
UPPER_EDGE = (-1.6, 2.9, 5.6, 6.6, 6.3, 4.6, 1.2)
LOWER_EDGE = (-1.6, -3.6, -5.1, -5.7, -5.3, -3.4, 1.2)
CLOSED_EDGE = (-1.6, -2.8, -3.8, -4.2, -3.8, -2.1, 1.2)
# Rings 6 to 1: share of the way from the lid's edge to the hole's edge.
SKIN_STEPS = (0.055, 0.2, 0.38, 0.52, 0.68, 0.84)
# Depth of the crease, mm.
CREASE_DEPTH = 1.3
# Inner rings of the lid: distance from the eyeball, mm, and factor on the height above its centre.
INNER = ((0.9, 1.0), (0.8, 1.25), (0.8, 1.6))
# Caruncle, an ellipsoid in the inner corner, mm.
CARUNCLE_CENTRE = (18.6, -82.4, -1.5)
CARUNCLE_RADII = (2.6, 2.2, 2.0)
# Radii of iris and pupil, mm.
IRIS_RADIUS = 7.9
PUPIL_RADIUS = 3.5


def lid_across(count: int = 36) -> np.ndarray:
    """(count,) place across the eye of each ring vertex: 1 outer corner, over the upper lid to -1, and back."""
    turn = np.arange(count) / count
    linear = 1 - 4 * np.minimum(turn, 1 - turn)
    return 0.6 * np.cos(2 * np.pi * turn) + 0.4 * linear


def margin(values: tuple[float, ...], across: np.ndarray) -> np.ndarray:
    """z of a lid's edge at places across the eye, mm above the eyeball's centre."""
    return PchipInterpolator(OPENING_AT, values)(across)


def lid_rings(edge: np.ndarray) -> np.ndarray:
    """(11, 36, 3) rings of the left eye from the hole's `edge` (36, 3) to the back of the lids."""
    across = lid_across(len(edge))
    upper = np.arange(len(edge)) <= len(edge) // 2
    height = np.where(upper, margin(UPPER_EDGE, across), margin(LOWER_EDGE, across))
    place = np.stack([across * HALF_WIDTH + EYE_CENTRE[0], height + EYE_CENTRE[2]], axis=1)
    rings = [edge]
    for number, step in enumerate(SKIN_STEPS[::-1], start=1):
        flat = place + (edge[:, [0, 2]] - place) * step
        points = cast_front(flat[:, 0], flat[:, 1], FORMS)
        if number == CREASE:
            points[:, 1] += np.where(upper, CREASE_DEPTH, 0.3) * (1 - across**4)
        rings.append(points)
    rings.append(on_ball(place, LID_RADIUS))
    for gap, spread in INNER:
        # Behind its edge the lid follows the eyeball.
        hidden = place * [1, spread] + [0, EYE_CENTRE[2] * (1 - spread)]
        hidden[:, 0] = EYE_CENTRE[0] + (hidden[:, 0] - EYE_CENTRE[0]) * (1 - 0.02 * spread)
        rings.append(on_ball(hidden, EYE_RADIUS + gap))
    return np.stack(rings)


def on_ball(place: np.ndarray, radius: float) -> np.ndarray:
    """Points (x, z) on a sphere about the eyeball's centre, on its front."""
    offset = place - [EYE_CENTRE[0], EYE_CENTRE[2]]
    depth = np.sqrt(np.maximum(radius**2 - (offset**2).sum(axis=1), 4.0))
    return np.stack([place[:, 0], EYE_CENTRE[1] - depth, place[:, 1]], axis=1)


def eyeball(segments: int = 32) -> Part:
    """The left eyeball: pupil, iris, white; its axis looks along -y."""
    iris = np.arcsin(IRIS_RADIUS / EYE_RADIUS)
    pupil = np.arcsin(PUPIL_RADIUS / EYE_RADIUS)
    angles = np.concatenate(
        [[pupil * 0.5, pupil], np.linspace(pupil, iris, 4)[1:], np.linspace(iris, np.pi * 0.94, 9)[1:]]
    )
    names = ["pupil"] + ["iris"] * 3 + ["eye_white"] * 8
    turn = 2 * np.pi * np.arange(segments) / segments
    rings = np.stack(
        [
            np.sin(angles)[:, None] * np.cos(turn),
            np.tile(-np.cos(angles)[:, None], segments),
            np.sin(angles)[:, None] * np.sin(turn),
        ],
        axis=-1,
    )
    points = np.concatenate([rings.reshape(-1, 3), [[0, -1, 0], [0, 1, 0]]]) * EYE_RADIUS + EYE_CENTRE
    index = np.arange(rings.shape[0] * segments).reshape(-1, segments)
    sides = flipped(ring_quads(index))
    front, back = len(points) - 2, len(points) - 1
    after = np.roll(index, -1, axis=1)
    tip = np.stack([index[0], after[0], np.full(segments, front), np.full(segments, front)], axis=1)
    end = np.stack([after[-1], index[-1], np.full(segments, back), np.full(segments, back)], axis=1)
    materials = np.concatenate([np.repeat(names, segments), np.full(segments, "pupil"), np.full(segments, "eye_white")])
    return Part(points, np.concatenate([sides, tip, end]), materials)


def caruncle(around: int = 10, along: int = 5) -> Part:
    """The caruncle, which fills the inner corner of the left eye."""
    turn = 2 * np.pi * np.arange(around) / around
    rise = np.linspace(-np.pi / 2, np.pi / 2, along + 2)[1:-1, None]
    ball = np.stack([np.cos(rise) * np.cos(turn), np.cos(rise) * np.sin(turn), np.sin(rise) + 0 * turn], axis=-1)
    return capped(ball * CARUNCLE_RADII + CARUNCLE_CENTRE, "skin", reverse=False)
