"""Teeth, gums and palate (mm), each part symmetric."""

from dataclasses import dataclass

import numpy as np

from model_runtime.heads.demo.fields import smoothstep
from model_runtime.heads.demo.surface import Part, capped, flipped, join, mirror_part, ring_quads

__all__ = ["LOWER", "UPPER", "Arch", "gum", "palate", "teeth"]


@dataclass(frozen=True)
class Arch:
    """One row of teeth, mm.

    centre_y, half_width, length: ellipse of the fronts of the teeth.
    edge_z, root_z: z of the biting edge and of the gum.
    widths: of each tooth along the arch, from the middle outwards.
    """

    centre_y: float
    half_width: float
    length: float
    edge_z: float
    root_z: float
    widths: tuple[float, ...]


UPPER = Arch(-58.0, 26.5, 39.6, -84.2, -73.3, (8.6, 6.8, 7.6, 7.0, 7.0, 9.5))
LOWER = Arch(-58.0, 24.0, 34.2, -82.0, -91.5, (5.6, 6.2, 7.0, 7.0, 7.2, 9.8))
# Thickness of a tooth, mm.
TOOTH_DEPTH = 5.5
# Exponent of the superellipsoid of a tooth: 1 is an ellipsoid, 0 a block.
ROUNDNESS = 0.3
# Factor on the widths, so that no gaps are visible.
TIGHT = 1.04
# Vertices round a tooth, and rings along it.
AROUND = 10
ALONG = 5
# Height and thickness of a gum, mm.
GUM_HEIGHT = 9.0
GUM_DEPTH = 8.0


def _on_arch(arch: Arch, inset: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Length along the left half of the arch with the points (x, y) there and the outward directions."""
    turn = np.linspace(0, np.pi / 2, 400)
    points = np.stack(
        [(arch.half_width - inset) * np.sin(turn), arch.centre_y - (arch.length - inset) * np.cos(turn)], axis=1
    )
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    tangent = np.gradient(points, axis=0)
    outward = np.stack([tangent[:, 1], -tangent[:, 0]], axis=1)
    return along, points, outward / np.linalg.norm(outward, axis=1, keepdims=True)


def teeth(arch: Arch) -> Part:
    """The teeth of one arch, each a rounded block of its own."""
    along, points, outward = _on_arch(arch, TOOTH_DEPTH / 2)
    left = []
    place = 0.0
    for number, width in enumerate(arch.widths):
        middle = place + width / 2
        place += width
        centre = np.array([np.interp(middle, along, points[:, axis]) for axis in (0, 1)])
        normal = np.array([np.interp(middle, along, outward[:, axis]) for axis in (0, 1)])
        canine = 0.6 if number == 2 else 0.0
        left.append(_tooth(centre, normal / np.linalg.norm(normal), width * TIGHT / 2, arch, canine))
    return join([part for tooth in left for part in (tooth, mirror_part(tooth))])


def _tooth(centre: np.ndarray, normal: np.ndarray, half: float, arch: Arch, canine: float) -> Part:
    """A block with rounded edges (superellipsoid) standing on the arch."""
    turn = 2 * np.pi * np.arange(AROUND) / AROUND
    rise = np.linspace(-np.pi / 2, np.pi / 2, ALONG + 2)[1:-1]

    def bent(value: np.ndarray) -> np.ndarray:
        return np.sign(value) * np.abs(value) ** ROUNDNESS

    tangent = np.array([-normal[1], normal[0]])
    middle_z = (arch.edge_z + arch.root_z) / 2
    tall = (arch.edge_z - arch.root_z) / 2 * (1 + canine * 0.08)
    rings = []
    for angle in rise:
        level = float(bent(np.array(np.sin(angle))))
        size = float(np.abs(np.cos(angle)) ** ROUNDNESS)
        # Thinner towards the biting edge, narrower towards the gum.
        depth = TOOTH_DEPTH / 2 * size * (1 - 0.35 * max(level, 0))
        width = half * size * (1 - 0.1 * max(-level, 0) - 0.2 * canine * max(level, 0))
        flat = centre + (bent(np.cos(turn)) * width)[:, None] * tangent + (bent(np.sin(turn)) * depth)[:, None] * normal
        rings.append(np.column_stack([flat, np.full(AROUND, middle_z + tall * level)]))
    return capped(np.array(rings), "teeth", reverse=tall > 0)


def gum(arch: Arch, stations: int = 14) -> Part:
    """The ridge that one arch of teeth stands in."""
    along, points, outward = _on_arch(arch, TOOTH_DEPTH / 2)
    reach = sum(arch.widths)
    at = np.linspace(0, reach, stations)
    left = np.stack([np.interp(at, along, points[:, axis]) for axis in (0, 1)], axis=1)
    normal = np.stack([np.interp(at, along, outward[:, axis]) for axis in (0, 1)], axis=1)
    centre = np.concatenate([(left * [-1, 1])[:0:-1], left])
    normal = np.concatenate([(normal * [-1, 1])[:0:-1], normal])
    away = np.sign(arch.root_z - arch.edge_z)
    turn = 2 * np.pi * np.arange(10) / 10
    z = arch.root_z + away * (GUM_HEIGHT / 2 - 2.5)
    rings = np.concatenate(
        [
            centre[:, None] + np.cos(turn)[None, :, None] * GUM_DEPTH / 2 * normal[:, None],
            np.broadcast_to((z + np.sin(turn) * GUM_HEIGHT / 2)[None, :, None], (len(centre), len(turn), 1)),
        ],
        axis=-1,
    )
    return capped(rings, "gums", reverse=True)


# The palate: how far its edge lies behind the fronts of the teeth, z of the edge, and the height of its vault, mm.
PALATE_INSET = 6.5
PALATE_EDGE = -72.0
PALATE_HEIGHT = 6.5
# Rows from the front to the back, and vertices of a row.
PALATE_ROWS = 12
PALATE_ACROSS = 9
# Length over which the vault rises behind the incisors, mm; before it lies the ridge.
PALATE_RISE = 16.0


def palate(arch: Arch = UPPER) -> Part:
    """The roof of the mouth within the upper arch, seen from below."""
    turn = np.linspace(0.12, np.pi / 2, PALATE_ROWS)
    half = (arch.half_width - PALATE_INSET) * np.sin(turn)
    y = arch.centre_y - (arch.length - PALATE_INSET) * np.cos(turn)
    across = np.linspace(-1, 1, PALATE_ACROSS)
    vault = PALATE_HEIGHT * smoothstep(0, PALATE_RISE, y - y[0])
    x = half[:, None] * across
    z = PALATE_EDGE + vault[:, None] * (1 - across**2)
    points = np.stack([x, np.broadcast_to(y[:, None], x.shape), z], axis=-1).reshape(-1, 3)
    quads = flipped(ring_quads(np.arange(len(points)).reshape(x.shape), closed=False))
    return Part(points, quads, np.full(len(quads), "gums"))
