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
    shorter: of each tooth, from the biting edge.
    """

    centre_y: float
    half_width: float
    length: float
    edge_z: float
    root_z: float
    widths: tuple[float, ...]
    shorter: tuple[float, ...]


UPPER = Arch(-58.0, 28.0, 39.6, -84.2, -73.3, (8.6, 6.9, 7.8, 7.2, 7.2, 9.8), (0, 0.9, 0.1, 0.8, 1.0, 1.2))
LOWER = Arch(-58.0, 25.5, 34.2, -82.0, -91.5, (5.6, 6.2, 7.0, 7.0, 7.2, 9.8), (0, 0.1, 0, 0.6, 0.9, 1.1))
# Thickness of a tooth, mm.
TOOTH_DEPTH = 5.5
# Exponents of the superellipsoid of a tooth, along and round it: 1 is an ellipsoid, 0 a block.
ALONG_ROUNDNESS = 0.34
AROUND_ROUNDNESS = 0.4
# Number of the canine, from the middle; it and those before it are front teeth.
CANINE = 2
# Factor on the widths, so that no gaps are visible.
TIGHT = 1.09
# How much thinner a front tooth is at its edge, and how much narrower a tooth is at the gum.
EDGE_THINS = 0.6
NECK_NARROWS = 0.16
# Vertices round a tooth, and rings along it.
AROUND = 12
ALONG = 6
# Height and thickness of a gum, mm.
GUM_HEIGHT = 9.0
GUM_DEPTH = 7.0


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
        left.append(_tooth(centre, normal / np.linalg.norm(normal), width * TIGHT / 2, arch, number))
    return join([part for tooth in left for part in (tooth, mirror_part(tooth))])


def _tooth(centre: np.ndarray, normal: np.ndarray, half: float, arch: Arch, number: int) -> Part:
    """A block with rounded edges (superellipsoid) standing on the arch."""
    turn = 2 * np.pi * np.arange(AROUND) / AROUND
    rise = np.linspace(-np.pi / 2, np.pi / 2, ALONG + 2)[1:-1]

    def bent(value: np.ndarray, roundness: float) -> np.ndarray:
        return np.sign(value) * np.abs(value) ** roundness

    tangent = np.array([-normal[1], normal[0]])
    edge = arch.edge_z + np.sign(arch.root_z - arch.edge_z) * arch.shorter[number]
    middle_z, tall = (edge + arch.root_z) / 2, (edge - arch.root_z) / 2
    canine, thins = number == CANINE, EDGE_THINS if number <= CANINE else 0.2
    rings = []
    for angle in rise:
        level = float(bent(np.array(np.sin(angle)), ALONG_ROUNDNESS))
        size = float(np.abs(np.cos(angle)) ** ALONG_ROUNDNESS)
        # Thinner towards the biting edge, narrower towards the gum.
        depth = TOOTH_DEPTH / 2 * size * (1 - thins * max(level, 0))
        width = half * size * (1 - NECK_NARROWS * max(-level, 0) - 0.3 * canine * max(level, 0))
        # The edge lies under the front of the tooth.
        forward = (TOOTH_DEPTH / 2 - depth) * thins
        across, deep = bent(np.cos(turn), AROUND_ROUNDNESS) * width, bent(np.sin(turn), AROUND_ROUNDNESS) * depth
        flat = centre + across[:, None] * tangent + (deep + forward)[:, None] * normal
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
