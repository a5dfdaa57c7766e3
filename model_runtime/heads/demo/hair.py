"""Combed-back hair (mm): a thin shell over the scalp up to the hairline, and locks that lie over it like tiles."""

import numpy as np
from scipy.interpolate import PchipInterpolator

from model_runtime.heads.demo.anatomy import FORMS
from model_runtime.heads.demo.fields import smoothstep
from model_runtime.heads.demo.sculpt import cast
from model_runtime.heads.demo.surface import Part, join, mirror_part, ring_quads

__all__ = ["hair"]

# Centre of the rays to the skull, mm.
MIDDLE = np.array([0.0, 8.0, 28.0])
# Mean distance of the skull from it, mm.
SKULL_RADIUS = 88.0
# Angle from the front (degrees) -> z of the hairline, mm: forehead, temple, before the ear, over it, behind it, neck.
HAIRLINE_AT = (0, 16, 30, 40, 50, 58, 66, 73, 79, 86, 94, 106, 117, 130, 148, 180)
HAIRLINE = (74, 74, 69, 58, 47, 34, 12, -8, -12, 6, 13, 12, -14, -40, -53, -57)

# The shell: vertices round the head, rings from the hairline to the crown, thickness (mm).
SHELL_COLUMNS = 48
SHELL_ROWS = 9
SHELL_THICKNESS = 3.0
# Share of the way from the crown to the hairline -> factor on that thickness; the rim lies inside the skin.
SHELL_AT = (0, 0.8, 0.95, 1)
SHELL = (1.0, 1.0, 0.6, -0.2)

# Angle between neighbouring locks half-way from front to back, between rows, and from the hairline to the first row.
SPACING = 9.6
ROW_SPACING = 23.0
INSIDE = 0.5
# Angle from the front to the first row over the forehead, and the lowest lock's angle from the top.
FIRST_ROW = 25.0
LOWEST_ROLL = 97.0
# Length and half width of a lock, mm, and the share by which they differ from lock to lock.
LENGTH = 86.0
HALF_WIDTH = 11.0
VARIATION = 0.2
# Where less of it fits before the hairline, there is no lock, mm.
SHORTEST = 30.0
# Stations along a lock, and steps in which its path is followed.
STATIONS = 7
PATH_STEPS = 32
# Share of the way along a lock -> share of its half width; its height over the scalp as a share of the volume.
ALONG_AT = (0, 0.2, 0.5, 0.8, 1)
WIDTH_ALONG = (0.45, 0.85, 1.0, 0.7, 0.08)
HEIGHT_ALONG = (-0.1, 0.62, 1.0, 1.0, 0.75)
# Cross-section of a lock: share of the half width, share of its height, and what is added in the middle, mm.
SECTION = ((-1.0, 0.3, -1.5), (-0.5, 0.92, 0.0), (0.0, 1.0, 1.0), (0.5, 0.92, 0.0), (1.0, 0.3, -1.5))
# Volume of the hair, mm over the scalp: at the sides and in the neck; added above; added behind the forehead.
VOLUME_BELOW = 4.0
VOLUME_CROWN = 5.0
VOLUME_FRONT = 6.0
# Where hair is combed to: backwards, and downwards from this share in front to that behind.
DOWN = (0.1, 1.6)


def hair() -> Part:
    """The whole hair, symmetric."""
    middle, left = _seeds()
    locks = _locks(np.concatenate([middle, left]))
    beside = locks[len(middle) :]
    return join([_shell(), *locks, *(mirror_part(lock) for lock in beside)])


def _line(direction: np.ndarray) -> np.ndarray:
    """z of the hairline, mm, in the directions (N, 3) from MIDDLE."""
    away = np.degrees(np.arctan2(np.abs(direction[:, 0]), -direction[:, 1]))
    return PchipInterpolator(HAIRLINE_AT, HAIRLINE)(away)


def _scalp(direction: np.ndarray) -> np.ndarray:
    """Points of the skull, mm, in the directions (N, 3) from MIDDLE."""
    return cast(np.tile(MIDDLE, (len(direction), 1)), direction, FORMS)


def _shell() -> Part:
    """A cap of rings from the hairline up to the crown."""
    turn = 2 * np.pi * (np.arange(SHELL_COLUMNS) - SHELL_COLUMNS // 2) / SHELL_COLUMNS
    flat = np.stack([np.sin(turn), -np.cos(turn), np.zeros(SHELL_COLUMNS)], axis=1)
    line = _line(flat)
    level = cast(np.column_stack([np.zeros(SHELL_COLUMNS), np.full(SHELL_COLUMNS, MIDDLE[1]), line]), flat, FORMS)
    reach = np.linalg.norm(level[:, :2] - MIDDLE[:2], axis=1)
    lowest = np.arctan2(line - MIDDLE[2], reach)
    share = np.concatenate([np.linspace(0, 0.9, SHELL_ROWS - 2)[1:], [0.95, 0.98, 1.0]])[::-1]
    rise = np.pi / 2 + (lowest - np.pi / 2) * share[:, None]
    direction = flat * np.cos(rise)[..., None] + [0, 0, 1] * np.sin(rise)[..., None]
    skull = _scalp(direction.reshape(-1, 3)).reshape(direction.shape)
    thick = SHELL_THICKNESS * PchipInterpolator(SHELL_AT, SHELL)(share)
    rings = skull + direction * thick[:, None, None]
    top = _scalp(np.array([[0.0, 0.0, 1.0]])) + np.array([0, 0, SHELL_THICKNESS])
    index = np.arange(rings.shape[0] * SHELL_COLUMNS).reshape(-1, SHELL_COLUMNS)
    crown = np.full(SHELL_COLUMNS, index.size)
    fan = np.stack([index[-1], np.roll(index[-1], -1), crown, crown], axis=1)
    quads = np.concatenate([ring_quads(index), fan])
    return Part(np.concatenate([rings.reshape(-1, 3), top]), quads, np.full(len(quads), "hair"))


def _seeds() -> tuple[np.ndarray, np.ndarray]:
    """Directions (N, 3) of the roots of the locks in the middle, and of those on the left, row by row behind the
    hairline."""
    rows = []
    for number, behind in enumerate(np.arange(0, 150, ROW_SPACING)):
        # The angle about the axis from front to back, so that a row follows the hairline over the forehead.
        step = SPACING / np.sin(np.radians(np.clip(behind + FIRST_ROW, FIRST_ROW, 180 - FIRST_ROW)))
        roll = np.radians(np.arange(0 if number % 2 == 0 else step / 2, LOWEST_ROLL, step))
        rows.append(_around(_first(roll) + np.radians(behind + INSIDE), roll))
    seeds = np.concatenate(rows)
    seeds = seeds[_scalp(seeds)[:, 2] > _line(seeds) + 1.0]
    # Over the ear and at the neck there is no room for a lock.
    seeds = seeds[_trace(seeds, np.full(len(seeds), LENGTH))[1] > SHORTEST / LENGTH * PATH_STEPS]
    middle = seeds[:, 0] < 1e-9
    return seeds[middle] * [0, 1, 1], seeds[~middle]


def _around(polar: np.ndarray, roll: np.ndarray) -> np.ndarray:
    """(N, 3) directions at the angle `polar` (N,) from the front and `roll` (N,) from the top to the left, radians."""
    return np.stack([np.sin(polar) * np.sin(roll), -np.cos(polar), np.sin(polar) * np.cos(roll)], axis=1)


def _first(roll: np.ndarray) -> np.ndarray:
    """(N,) angle from the front, radians, at which the hairline is crossed at `roll` (N,), radians."""
    polar = np.radians(np.arange(5, 175, 1.0))
    direction = _around(np.tile(polar, len(roll)), np.repeat(roll, len(polar)))
    within = (_scalp(direction)[:, 2] > _line(direction)).reshape(len(roll), -1)
    return polar[within.argmax(axis=1)]


def _locks(seeds: np.ndarray) -> list[Part]:
    """The locks whose roots lie in the directions `seeds` (N, 3) from MIDDLE."""
    number = np.arange(len(seeds))
    golden = 0.5 * (5**0.5 - 1)
    longer, wider = (1 + VARIATION * (2 * (number * golden**power % 1) - 1) for power in (1, 2))
    spine, way = _paths(seeds, LENGTH * longer)
    beside = np.cross(way, spine)
    at = np.linspace(0, 1, STATIONS)
    width = PchipInterpolator(ALONG_AT, WIDTH_ALONG)(at)
    half = HALF_WIDTH * wider[:, None] * width / SKULL_RADIUS
    place, share, ridge = np.array(SECTION).T
    direction = spine[:, :, None] + (half[..., None] * place)[..., None] * beside[:, :, None]
    direction /= np.linalg.norm(direction, axis=-1, keepdims=True)
    skull = _scalp(direction.reshape(-1, 3)).reshape(direction.shape)
    height = (_volume(spine) * PchipInterpolator(ALONG_AT, HEIGHT_ALONG)(at))[..., None] * share
    points = skull + direction * (height + width[:, None] * ridge)[..., None]
    quads = ring_quads(np.arange(STATIONS * len(SECTION)).reshape(STATIONS, -1), closed=False)
    return [Part(lock.reshape(-1, 3), quads, np.full(len(quads), "hair")) for lock in points]


def _trace(seeds: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(N, PATH_STEPS + 1, 3) directions along which hair is combed from `seeds` (N, 3), over `lengths` (N,) mm, and the
    step (N,) at which it comes to the hairline, or PATH_STEPS."""
    step = lengths[:, None] / SKULL_RADIUS / PATH_STEPS
    path = [seeds / np.linalg.norm(seeds, axis=1, keepdims=True)]
    for _ in range(PATH_STEPS):
        there = path[-1] + step * _combed(path[-1])
        path.append(there / np.linalg.norm(there, axis=1, keepdims=True))
    points = np.stack(path, axis=1)
    flat = points.reshape(-1, 3)
    outside = (_scalp(flat)[:, 2] < _line(flat)).reshape(len(seeds), -1)
    outside[:, : PATH_STEPS // 8] = False
    return points, np.where(outside.any(axis=1), outside.argmax(axis=1), PATH_STEPS)


def _paths(seeds: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(N, STATIONS, 3) directions along which locks lie from `seeds` (N, 3) over `lengths` (N,) mm or to the hairline,
    and the ways (N, STATIONS, 3) along the scalp there."""
    points, end = _trace(seeds, lengths)
    at = np.linspace(0, 1, STATIONS) * end[:, None]
    below = np.minimum(at.astype(int), PATH_STEPS - 1)
    rest = (at - below)[..., None]
    rows = np.arange(len(seeds))[:, None]
    spine = (1 - rest) * points[rows, below] + rest * points[rows, below + 1]
    spine /= np.linalg.norm(spine, axis=-1, keepdims=True)
    return spine, _combed(spine.reshape(-1, 3)).reshape(spine.shape)


def _combed(direction: np.ndarray) -> np.ndarray:
    """(N, 3) unit vectors along the scalp in which hair lies in the directions (N, 3)."""
    front, behind = DOWN
    share = smoothstep(-0.6, 0.9, direction[:, 1])
    way = np.stack([np.zeros(len(share)), np.ones(len(share)), -(front + (behind - front) * share)], axis=1)
    way -= direction * (way * direction).sum(axis=1, keepdims=True)
    return way / np.linalg.norm(way, axis=1, keepdims=True)


def _volume(direction: np.ndarray) -> np.ndarray:
    """Height of the hair over the scalp in the directions (..., 3), mm."""
    above = smoothstep(0.15, 0.85, direction[..., 2])
    front = smoothstep(-0.3, 0.5, -direction[..., 1]) * smoothstep(0.2, 0.6, direction[..., 2])
    return VOLUME_BELOW + VOLUME_CROWN * above + VOLUME_FRONT * front
