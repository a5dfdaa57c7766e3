"""The sculpture: the head as a signed distance field, a smooth union of simple forms (mm)."""

from dataclasses import dataclass

import numpy as np

__all__ = ["Ellipsoid", "Rod", "Sculpture", "cast", "cast_front", "distance", "project", "sculpture"]

# A ray whose last step was shorter than this has hit, mm.
ARRIVED = 1e-5


@dataclass(frozen=True)
class Ellipsoid:
    """centre, radii: (x, y, z) mm. blend: width of the soft seam, mm. carve: taken away instead of added.

    A form with a centre beside x = 0 stands on both sides of the face.
    """

    centre: tuple[float, float, float]
    radii: tuple[float, float, float]
    blend: float
    carve: bool = False


@dataclass(frozen=True)
class Rod:
    """A round stick from `start` to `end` (mm) whose radius runs from the first value of `radii` to the second."""

    start: tuple[float, float, float]
    end: tuple[float, float, float]
    radii: tuple[float, float]
    blend: float
    carve: bool = False


Form = Ellipsoid | Rod


@dataclass(frozen=True)
class Sculpture:
    """Forms as arrays, so that all of them are measured at once. Ellipsoids first: centres, radii (E, 3). Then rods:
    starts, axes (R, 3), thick (R, 2) radius at the start and how it grows. order: (F,) which of them comes when; blend:
    (F,) mm; sign: (F,) -1 where a form is carved.
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
    """(N, 3) points where rays from far outside towards `origins`, against `directions` (unit, outward), first hit."""
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
