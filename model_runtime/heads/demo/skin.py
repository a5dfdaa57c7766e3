"""The skin's shape: grid and rings projected onto the sculpture."""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

from model_runtime.heads.demo.anatomy import FORMS
from model_runtime.heads.demo.cage import CAGE, Rings, build_cage
from model_runtime.heads.demo.ears import ear_rings
from model_runtime.heads.demo.eyes import LASHES, LID_EDGE, lid_rings
from model_runtime.heads.demo.mouth import BORDER, LAST_LIP, mouth_rings
from model_runtime.heads.demo.nose import nostril_rings
from model_runtime.heads.demo.sculpt import cast, project
from model_runtime.heads.demo.surface import Part, flipped, ring_quads

__all__ = ["Skin", "build_skin"]

# Angle of each column round the head, degrees from the front; dense over nose and mouth.
COLUMN_ANGLES = (
    *(0, 1.9, 3.8, 5.7, 7.7, 9.9, 12.3, 15.1, 18.3, 22, 26.4, 30.4, 34.7, 39.7),
    *(45.1, 53, 62, 72, 83, 94, 105, 115, 125, 134, 143, 152, 161, 170.5),
)

# Rows, mm: row, ray origin (y, z), front (y, z), side (x, z), back (y, z); the rows between are interpolated.
ROWS = np.array(
    [
        (0, 8, 30, -43, 98, 42, 98, 60, 98),
        (4, 5, 35, -67, 74, 62, 74, 84, 72),
        (8, 0, 25, -90, 35, 74, 36, 98, 30),
        (10, 0, 15, -93, 22, 74, 22, 100, 12),
        (18, 0, -18, -100, -17, 72, -15, 96, -24),
        (23, 0, -34, -108, -34, 69, -28, 88, -38),
        (26, 0, -43, -115, -43, 67, -35, 80, -47),
        (29, 0, -48, -109.5, -51.5, 65, -43, 75, -54),
        (31, 0, -52, -104, -54.3, 63, -47, 72, -58),
        (32, 0, -55, -101.5, -57, 62.5, -49, 71, -60.5),
        (33, 0, -58, -101, -60.5, 62, -51, 70, -63),
        (41, -5, -92, -100, -104, 54, -78, 62, -92),
        (45, -25, -100, -92, -124, 52, -88, 62, -106),
        (46, -35, -100, -80, -129, 50, -93, 62, -110),
        (47, -40, -102, -66, -131, 50, -99, 62, -116),
        (48, -30, -110, -52, -133, 50, -107, 62, -122),
        (49, -5, -130, -42, -140, 51, -117, 62, -130),
        (53, 12, -185, -40, -185, 54, -185, 68, -185),
    ],
    dtype=float,
)
# Rays near the nose start inside the nose, so that they hit its sides and its underside: row, origin (y, z), mm.
NOSE_ROWS = np.array(
    [(18, -50, -17), (23, -75, -33), (26, -88, -40), (29, -91, -43), (31, -92, -46), (32, -85, -49), (33, -60, -56)]
)
# Angle from the front at which that shift of the origin has fallen to 1/e, degrees.
NOSE_ANGLE = 17.0
# Smoothing steps of the grid.
RELAX_ROUNDS = 16
# Origin of the rays over the crown, mm.
CROWN_MIDDLE = (0.0, 8.0, 40.0)


@dataclass(frozen=True)
class Skin:
    """part: the mesh, mm. rings: its topology."""

    part: Part
    rings: Rings


def build_skin() -> Skin:
    """Skin with lips, mouth cavity, lids and ears; exactly symmetric."""
    rings = build_cage(CAGE)
    points = np.zeros((rings.count, 3))
    present = rings.grid >= 0
    points[rings.grid[present]] = _grid_points()[present]
    _fill_cap(points, rings.cap)
    points[rings.mouth] = mouth_rings(points[rings.mouth[0]])
    for side, (eye, ear, nostril) in enumerate(zip(rings.eyes, rings.ears, rings.nostrils, strict=True)):
        flip = np.array([1 - 2 * side, 1, 1])
        points[eye] = lid_rings(points[eye[0]] * flip) * flip
        points[ear] = ear_rings(ear.shape[1]) * flip
        points[nostril] = nostril_rings(nostril.shape[1]) * flip
    quads, materials = _quads(rings)
    points = _relax(points, quads, rings)
    points = (points + points[rings.mirror] * [-1, 1, 1]) / 2
    return Skin(Part(points, quads, materials), rings)


def _grid_points() -> np.ndarray:
    """(rows, columns, 3) points on the sculpture."""
    row = np.arange(CAGE.rows)
    oy, oz, fy, fz, sx, sz, by, bz = PchipInterpolator(ROWS[:, 0], ROWS[:, 1:])(row).T[:, :, None]
    half = np.radians(COLUMN_ANGLES)
    angle = np.concatenate([[-np.pi], -half[:0:-1], half])
    across, front, back = np.sin(angle), np.maximum(np.cos(angle), 0), np.maximum(-np.cos(angle), 0)
    target = np.stack(
        [
            sx * across,
            oy + (fy - oy) * front + (by - oy) * back,
            fz * front**2 + bz * back**2 + sz * across**2,
        ],
        axis=-1,
    )
    origin = np.stack([np.zeros_like(oy), oy, oz], axis=-1) + np.zeros_like(target)
    over_nose = (row >= NOSE_ROWS[0, 0]) & (row <= NOSE_ROWS[-1, 0])
    nose = PchipInterpolator(NOSE_ROWS[:, 0], NOSE_ROWS[:, 1:])(row[over_nose])[:, None]
    near = np.exp(-((np.degrees(angle) / NOSE_ANGLE) ** 4))[:, None]
    origin[over_nose, :, 1:] += near * (nose - origin[over_nose, :, 1:])
    direction = target - origin
    direction /= np.linalg.norm(direction, axis=-1, keepdims=True)
    return cast(origin.reshape(-1, 3), direction.reshape(-1, 3), FORMS).reshape(target.shape)


def _fill_cap(points: np.ndarray, cap: np.ndarray) -> None:
    """Set the crown's vertices: a Coons patch of its border, projected onto the sculpture."""
    size = len(cap) - 1
    u, v = np.meshgrid(np.arange(size + 1) / size, np.arange(size + 1) / size)
    u, v = u[..., None], v[..., None]
    top, bottom, left, right = points[cap[0]], points[cap[-1]], points[cap[:, 0]], points[cap[:, -1]]
    coons = (1 - v) * top[None] + v * bottom[None] + (1 - u) * left[:, None] + u * right[:, None]
    coons -= (1 - u) * (1 - v) * top[0] + u * (1 - v) * top[-1] + (1 - u) * v * bottom[0] + u * v * bottom[-1]
    direction = coons[1:-1, 1:-1].reshape(-1, 3) - CROWN_MIDDLE
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    points[cap[1:-1, 1:-1].ravel()] = cast(np.tile(CROWN_MIDDLE, (len(direction), 1)), direction, FORMS)


def _quads(rings: Rings) -> tuple[np.ndarray, np.ndarray]:
    """All quads of the skin with their materials."""
    grid = np.concatenate([rings.grid, rings.grid[:, :1]], axis=1)
    sheet = np.stack([grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:]], axis=-1).reshape(-1, 4)
    for hole in (*rings.eyes, *rings.ears, *rings.nostrils, rings.mouth):
        # a hole two columns wide leaves quads whose four corners are all on its border
        inside = np.isin(sheet, hole[0]).all(axis=1) | (sheet < 0).any(axis=1)
        sheet = sheet[~inside]
    cap = rings.cap
    crown = np.stack([cap[:-1, :-1], cap[:-1, 1:], cap[1:, 1:], cap[1:, :-1]], axis=-1).reshape(-1, 4)
    parts = [(sheet, "skin"), (crown, "skin")]
    for side in (0, 1):
        for hole in (rings.eyes[side], rings.ears[side], rings.nostrils[side]):
            quads = ring_quads(hole)
            parts.append((quads if side == 0 else flipped(quads), "skin"))
    for pair in (rings.ears, rings.nostrils):
        left, right = (_zip(hole[-1]) for hole in pair)
        parts += [(left, "skin"), (flipped(right), "skin")]
    mouth = rings.mouth
    parts += [
        (ring_quads(mouth[: BORDER + 1]), "skin"),
        (ring_quads(mouth[BORDER : LAST_LIP + 1]), "lips"),
        (ring_quads(mouth[LAST_LIP:]), "mouth"),
        (_zip(mouth[-1]), "mouth"),
    ]
    quads = np.concatenate([quads for quads, _ in parts])
    materials = np.concatenate([np.full(len(quads), name) for quads, name in parts])
    for eye in rings.eyes:
        # The rim of the upper lid has the colour of its lashes.
        rim = np.isin(quads, eye[LID_EDGE - 1 : LID_EDGE + 2, LASHES]).all(axis=1)
        materials = np.where(rim, "lashes", materials)
    return quads, materials


def _zip(ring: np.ndarray) -> np.ndarray:
    """Close a ring by quads between its upper and its lower half; the two ends are triangles."""
    half = len(ring) // 2
    upper, lower = ring[: half + 1], np.concatenate([ring[:1], ring[: half - 1 : -1]])
    quads = np.stack([upper[:-1], upper[1:], lower[1:], lower[:-1]], axis=-1)
    quads[0] = [upper[0], upper[1], lower[1], lower[1]]
    quads[-1] = [upper[-2], upper[-1], lower[-2], lower[-2]]
    return quads


def _relax(points: np.ndarray, quads: np.ndarray, rings: Rings) -> np.ndarray:
    """Smooth the grid and the outer rings along the surface; lips, lids and ears keep their design."""
    free = np.zeros(len(points), dtype=bool)
    free[rings.grid[1:-1][rings.grid[1:-1] >= 0]] = True
    free[rings.cap[1:-1, 1:-1]] = True
    free[rings.mouth[:4]] = True
    for eye, ear, nostril in zip(rings.eyes, rings.ears, rings.nostrils, strict=True):
        free[eye[:3]] = True
        free[ear[0]] = False
        free[nostril[0]] = False
    edges = np.unique(np.sort(np.concatenate([quads[:, [i, (i + 1) % 4]] for i in range(4)])), axis=0)
    edges = edges[edges[:, 0] != edges[:, 1]]
    ends, others = np.concatenate([edges, edges[:, ::-1]]).T
    moving = np.flatnonzero(free)
    place = np.full(len(points), -1)
    place[moving] = np.arange(len(moving))
    source, owner = others[free[ends]], place[ends[free[ends]]]
    degree = np.bincount(owner)[:, None]
    points = points.copy()
    for _ in range(RELAX_ROUNDS):
        mean = np.zeros((len(moving), 3))
        np.add.at(mean, owner, points[source])
        points[moving] = project((points[moving] + mean / degree) / 2, FORMS, steps=1)
    points[moving] = project(points[moving], FORMS, steps=2)
    return points
