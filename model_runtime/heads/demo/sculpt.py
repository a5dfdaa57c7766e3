"""The sculpture: the head as a signed distance field, a smooth union of simple forms (mm)."""

from dataclasses import dataclass

import numpy as np

__all__ = ["Ellipsoid", "Rod", "cast", "cast_front", "distance", "project"]


@dataclass(frozen=True)
class Ellipsoid:
    """centre, radii: (x, y, z) mm. blend: width of the soft seam, mm. carve: taken away instead of added.

    A form with a centre beside x = 0 stands on both sides of the face.
    """

    centre: tuple[float, float, float]
    radii: tuple[float, float, float]
    blend: float
    carve: bool = False

    def distance(self, points: np.ndarray) -> np.ndarray:
        """(N,) signed distance of (N, 3) points, mm, to first order (Quilez's bound for ellipsoids)."""
        offset = points - self.centre
        radii = np.array(self.radii)
        near = np.linalg.norm(offset / radii, axis=1)
        slope = np.linalg.norm(offset / radii**2, axis=1)
        return near * (near - 1) / np.maximum(slope, 1e-9)


@dataclass(frozen=True)
class Rod:
    """A round stick from `start` to `end` (mm) whose radius runs from the first value of `radii` to the second."""

    start: tuple[float, float, float]
    end: tuple[float, float, float]
    radii: tuple[float, float]
    blend: float
    carve: bool = False

    def distance(self, points: np.ndarray) -> np.ndarray:
        """(N,) signed distance of (N, 3) points, mm, to first order."""
        axis = np.subtract(self.end, self.start)
        along = np.clip((points - self.start) @ axis / (axis @ axis), 0, 1)
        radius = self.radii[0] + (self.radii[1] - self.radii[0]) * along
        return np.linalg.norm(points - self.start - along[:, None] * axis, axis=1) - radius


Form = Ellipsoid | Rod


def distance(points: np.ndarray, forms: tuple[Form, ...]) -> np.ndarray:
    """(N,) signed distance, mm, of (N, 3) points to the sculpture; negative inside. Forms apply in their order."""
    folded = points.copy()
    folded[:, 0] = np.abs(folded[:, 0])
    total = np.full(len(points), 1e3)
    for form in forms:
        other = form.distance(folded)
        sign = -1.0 if form.carve else 1.0
        total, other = sign * total, sign * (-other if form.carve else other)
        seam = np.maximum(form.blend - np.abs(total - other), 0) / form.blend
        total = sign * (np.minimum(total, other) - seam**2 * form.blend / 4)
    return total


def cast(origins: np.ndarray, directions: np.ndarray, forms: tuple[Form, ...], reach: float = 170.0) -> np.ndarray:
    """(N, 3) points where rays from far outside towards `origins`, against `directions` (unit, outward), first hit."""
    travel = np.full(len(origins), reach)
    for _ in range(36):
        travel -= 0.85 * distance(origins + travel[:, None] * directions, forms)
    return origins + travel[:, None] * directions


def cast_front(across: np.ndarray, up: np.ndarray, forms: tuple[Form, ...]) -> np.ndarray:
    """(N, 3) points of the front of the face at x = `across`, z = `up`, mm."""
    origins = np.stack([across, np.zeros_like(across), up], axis=1)
    return cast(origins, np.tile([0.0, -1.0, 0.0], (len(across), 1)), forms)


def project(points: np.ndarray, forms: tuple[Form, ...], steps: int = 3) -> np.ndarray:
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
