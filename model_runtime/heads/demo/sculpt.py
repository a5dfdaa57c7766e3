"""The head as a signed distance field, a smooth union of ellipsoids and rods (mm)."""

from dataclasses import dataclass

import numpy as np

__all__ = ["Ellipsoid", "Rod", "Sculpture", "cast", "cast_front", "distance", "project", "sculpture"]

# Step below which a ray has hit the surface, mm.
ARRIVED = 1e-5


@dataclass(frozen=True)
class Ellipsoid:
    """An ellipsoid; with a centre beside x = 0 it exists on both sides of the face.

    centre, radii: (x, y, z) mm.
    blend: width of the smooth transition to the other forms, mm.
    carve: subtracted instead of added.
    """

    centre: tuple[float, float, float]
    radii: tuple[float, float, float]
    blend: float
    carve: bool = False


@dataclass(frozen=True)
class Rod:
    """A rod from `start` to `end`, mm, with `radii` at its ends, mm; blend and carve as of Ellipsoid."""

    start: tuple[float, float, float]
    end: tuple[float, float, float]
    radii: tuple[float, float]
    blend: float
    carve: bool = False


Form = Ellipsoid | Rod


@dataclass(frozen=True)
class Sculpture:
    """F = E + R forms as arrays, ellipsoids before rods, mm.

    centres, radii: (E, 3) of ellipsoids.
    starts, axes: (R, 3) of rods.
    thick: (R, 2) radius of rods at the start, and its increase to the end.
    order: (F,) indices of the forms in the order in which they are united.
    blend: (F,) in that order.
    sign: (F,) -1 for carved forms, else 1, in that order.
    """

    centres: np.ndarray
    radii: np.ndarray
    starts: np.ndarray
    axes: np.ndarray
    thick: np.ndarray
    order: np.ndarray
    blend: np.ndarray
    sign: np.ndarray

    def distances(self, points: np.ndarray) -> np.ndarray:
        """(F, N) signed distances of (N, 3) points to each form, mm, to first order (Quilez's bound for ellipsoids)."""
        scaled = (points - self.centres[:, None]) / self.radii[:, None]
        near, slope = _lengths(scaled), _lengths(scaled / self.radii[:, None])
        ellipsoids = near * (near - 1) / np.maximum(slope, 1e-9)
        beside = points - self.starts[:, None]
        along = np.einsum("rnd,rd->rn", beside, self.axes) / (self.axes**2).sum(axis=1)[:, None]
        along = np.clip(along, 0, 1)
        radius = self.thick[:, :1] + self.thick[:, 1:] * along
        rods = _lengths(beside - along[:, :, None] * self.axes[:, None]) - radius
        return np.concatenate([ellipsoids, rods])[self.order]


def sculpture(forms: tuple[Form, ...]) -> Sculpture:
    """The smooth union of forms, applied in their order."""
    ellipsoids = [form for form in forms if isinstance(form, Ellipsoid)]
    rods = [form for form in forms if isinstance(form, Rod)]
    kept = [*ellipsoids, *rods]
    return Sculpture(
        centres=np.array([form.centre for form in ellipsoids], float),
        radii=np.array([form.radii for form in ellipsoids], float),
        starts=np.array([form.start for form in rods], float),
        axes=np.array([np.subtract(form.end, form.start) for form in rods], float),
        thick=np.array([(form.radii[0], form.radii[1] - form.radii[0]) for form in rods], float),
        order=np.array([next(i for i, other in enumerate(kept) if other is form) for form in forms]),
        blend=np.array([form.blend for form in forms], float),
        sign=np.array([-1.0 if form.carve else 1.0 for form in forms]),
    )


def _lengths(vectors: np.ndarray) -> np.ndarray:
    """(F, N) lengths of (F, N, 3) vectors."""
    return np.sqrt(np.einsum("fnd,fnd->fn", vectors, vectors))


def distance(points: np.ndarray, forms: Sculpture) -> np.ndarray:
    """(N,) signed distance, mm, of (N, 3) points to the sculpture; negative inside."""
    folded = points.copy()
    folded[:, 0] = np.abs(folded[:, 0])
    total = np.full(len(points), 1e3)
    for other, blend, sign in zip(forms.distances(folded), forms.blend, forms.sign, strict=True):
        total = sign * total
        seam = np.maximum(blend - np.abs(total - other), 0) / blend
        total = sign * (np.minimum(total, other) - seam**2 * blend / 4)
    return total


def cast(origins: np.ndarray, directions: np.ndarray, forms: Sculpture, reach: float = 170.0) -> np.ndarray:
    """(N, 3) first hits of rays from outside towards `origins` (N, 3), against unit vectors `directions` (N, 3), mm."""
    travel = np.full(len(origins), reach)
    going = np.arange(len(origins))
    for _ in range(36):
        step = 0.85 * distance(origins[going] + travel[going, None] * directions[going], forms)
        travel[going] -= step
        going = going[np.abs(step) > ARRIVED]
        if not len(going):
            break
    return origins + travel[:, None] * directions


def cast_front(across: np.ndarray, up: np.ndarray, forms: Sculpture) -> np.ndarray:
    """(N, 3) points of the front of the face at x = `across`, z = `up`, mm."""
    origins = np.stack([across, np.zeros_like(across), up], axis=1)
    return cast(origins, np.tile([0.0, -1.0, 0.0], (len(across), 1)), forms)


def project(points: np.ndarray, forms: Sculpture, steps: int = 3) -> np.ndarray:
    """(N, 3) points moved onto the surface along the gradient of the field."""
    epsilon = 0.05
    for _ in range(steps):
        value = distance(points, forms)
        gradient = np.stack(
            [
                (distance(points + step, forms) - distance(points - step, forms)) / (2 * epsilon)
                for step in np.eye(3) * epsilon
            ],
            axis=1,
        )
        points = points - (value / np.maximum((gradient**2).sum(axis=1), 0.05))[:, None] * gradient
    return points
