"""How far the lips stand apart as one sees them from the front, how far they cross, and what closes them at rest."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse.csgraph import dijkstra

from model_runtime.heads.head import Head
from model_runtime.heads.surface import make_surface

__all__ = ["LipGap", "Lips", "closing", "find_lips"]

# What lies within this of the red of the lips can shut the mouth, eye distances.
NEAR = 0.12
# The part of the mouth's half width that is looked at, and in how many columns.
ACROSS, COLUMNS = 0.6, 25
# Lips that stand further apart than this at rest are closed, to this; eye distances. mouthClose does it up to so much.
APART, CLOSED, MOST = 0.004, 0.001, 0.3
STEPS = 12


@dataclass(frozen=True)
class LipGap:
    """Eye distances. middle: free height between the lips on the midline, seen from the front. widest: the largest one
    of all columns across the mouth. crossing: how far the lips lie inside of each other at the worst place."""

    middle: float
    widest: float
    crossing: float


@dataclass(frozen=True)
class Lips:
    """The triangles of a head's two lips, inside and out. upper, lower: (F, 3). corners, unit: m, at rest."""

    upper: np.ndarray
    lower: np.ndarray
    corners: tuple[float, float]
    unit: float

    def gap(self, points: np.ndarray) -> LipGap:
        """The gap with the head's vertices at (V, 3) points, m."""
        points = points / self.unit
        left, right = (x / self.unit for x in self.corners)
        columns = np.linspace(-ACROSS, ACROSS, COLUMNS) * abs(left - right) / 2 + (left + right) / 2
        free = [-_highest(points * [1, 1, -1], self.upper, x) - _highest(points, self.lower, x) for x in columns]
        inside = _deepest(points, self.upper, self.lower), _deepest(points * [1, 1, -1], self.lower, self.upper)
        return LipGap(max(0.0, free[COLUMNS // 2]), max(0.0, *free), max(inside))


def find_lips(head: Head) -> Lips:
    """The lips of a head; what belongs to the upper one is nearer to its middle along the skin."""
    points = head.vertices.astype(np.float64)
    skin = head.faces[np.isin(head.materials, [head.material_names.index(name) for name in ("skin", "lips")])]
    surface = make_surface(points, skin, head.eye_distance)
    near = surface.nearest_source(head.lips)[0] < NEAR * surface.unit
    middles = [head.landmarks["upper_lip_inner"], head.landmarks["lower_lip_inner"]]
    to_upper, to_lower = dijkstra(surface.graph(surface.lengths), indices=middles)
    faces = skin[near[skin].all(axis=1)]
    below = to_lower[faces].sum(axis=1) < to_upper[faces].sum(axis=1)
    left, right = (float(points[head.landmarks[f"mouth_{side}"], 0]) for side in ("left", "right"))
    return Lips(faces[~below], faces[below], (left, right), head.eye_distance)


def closing(head: Head) -> dict[str, float]:
    """The weight of mouthClose at which lips that stand apart in the neutral mesh meet; empty when they meet there."""
    lips, neutral = find_lips(head), head.vertices.astype(np.float64)
    shut = head.deltas[head.channels.index("mouthClose")]
    if lips.gap(neutral).widest < APART or lips.gap(neutral + MOST * shut).middle > CLOSED:
        return {}
    low, high = 0.0, MOST
    for _ in range(STEPS):
        between = (low + high) / 2
        low, high = (between, high) if lips.gap(neutral + between * shut).middle > CLOSED else (low, between)
    return {"mouthClose": round(high, 4)}


def _highest(points: np.ndarray, faces: np.ndarray, x: float) -> float:
    """The highest z of triangles on the plane across at x; minus infinite where they do not reach it."""
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    first, last = points[edges[:, 0]], points[edges[:, 1]]
    crossed = (first[:, 0] <= x) != (last[:, 0] <= x)
    first, last = first[crossed], last[crossed]
    share = (x - first[:, 0]) / (last[:, 0] - first[:, 0])
    return float((first[:, 2] + share * (last[:, 2] - first[:, 2])).max(initial=-np.inf))


def _deepest(points: np.ndarray, upper: np.ndarray, lower: np.ndarray) -> float:
    """How far vertices of `upper` lie under triangles of `lower` straight above them."""
    vertices = points[np.setdiff1d(upper, lower)]
    a, b, c = (points[lower[:, corner]] for corner in range(3))
    area = _area(a, b, c)
    flat = np.abs(area) < 1e-12
    turns = np.stack([_area(vertices[:, None], b, c), _area(a, vertices[:, None], c), _area(a, b, vertices[:, None])])
    shares = turns / np.where(flat, np.inf, area)
    over = (shares >= 0).all(axis=0) & ~flat
    height = shares[0] * a[:, 2] + shares[1] * b[:, 2] + shares[2] * c[:, 2]
    return float(np.where(over, height - vertices[:, None, 2], 0.0).max(initial=0.0))


def _area(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Twice the signed area of triangles seen from above."""
    return (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (c[..., 0] - a[..., 0])
