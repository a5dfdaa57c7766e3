"""Lip gap seen from the front, crossing of the lips, and the weight of mouthClose that closes them at rest."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse.csgraph import dijkstra

from model_runtime.heads.head import Head
from model_runtime.heads.surface import make_surface

__all__ = ["LipGap", "Lips", "closing", "find_lips"]

# Distance along the surface from the red of the lips up to which skin belongs to a lip, eye distances.
NEAR = 0.12
# Half width of the measured part of the mouth, share of the mouth's half width.
ACROSS = 0.6
# Columns at which the gap is measured.
COLUMNS = 25
# Gap at rest above which mouthClose closes the lips, eye distances.
APART = 0.004
# Gap at which they count as closed, eye distances.
CLOSED = 0.001
# Largest weight of mouthClose at rest.
MOST = 0.3
# Steps of the bisection for that weight.
STEPS = 12


@dataclass(frozen=True)
class LipGap:
    """Distances between the lips, in eye distances.

    middle: free height on the midline, seen from the front.
    widest: largest free height of all columns across the mouth.
    crossing: largest depth of one lip inside the other.
    """

    middle: float
    widest: float
    crossing: float


@dataclass(frozen=True)
class Lips:
    """The triangles of a head's two lips, inside and outside.

    upper, lower: (F, 3) vertex indices.
    corners: x of the left and the right mouth corner at rest, m.
    unit: eye distance, m.
    """

    upper: np.ndarray
    lower: np.ndarray
    corners: tuple[float, float]
    unit: float

    def gap(self, points: np.ndarray) -> LipGap:
        """The gap with the head's vertices at points (V, 3), m."""
        points = points / self.unit
        left, right = (x / self.unit for x in self.corners)
        columns = np.linspace(-ACROSS, ACROSS, COLUMNS) * abs(left - right) / 2 + (left + right) / 2
        free = [-_highest(points * [1, 1, -1], self.upper, x) - _highest(points, self.lower, x) for x in columns]
        inside = _deepest(points, self.upper, self.lower), _deepest(points * [1, 1, -1], self.lower, self.upper)
        return LipGap(max(0.0, free[COLUMNS // 2]), max(0.0, *free), max(inside))


def find_lips(head: Head) -> Lips:
    """The lips of a head: each triangle belongs to the lip whose middle is nearer along the skin."""
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
    """mouthClose -> the weight at which lips that are apart in the neutral mesh meet; empty when they meet at rest."""
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
    """The highest z of triangles (F, 3) in the plane at x; -inf where none crosses it."""
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    first, last = points[edges[:, 0]], points[edges[:, 1]]
    crossed = (first[:, 0] <= x) != (last[:, 0] <= x)
    first, last = first[crossed], last[crossed]
    share = (x - first[:, 0]) / (last[:, 0] - first[:, 0])
    return float((first[:, 2] + share * (last[:, 2] - first[:, 2])).max(initial=-np.inf))


def _deepest(points: np.ndarray, upper: np.ndarray, lower: np.ndarray) -> float:
    """Largest depth, along z, of vertices of `upper` under triangles of `lower`."""
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
    """Twice the signed area of triangles a, b, c (..., 3), projected to the x-y plane."""
    return (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (c[..., 0] - a[..., 0])
