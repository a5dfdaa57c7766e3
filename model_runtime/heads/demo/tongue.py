"""The tongue (mm): its form at rest, and its two channels."""

import numpy as np
from scipy.interpolate import PchipInterpolator

from model_runtime.heads.demo.fields import smoothstep
from model_runtime.heads.demo.surface import Part, capped

__all__ = ["ROOT", "TIP", "raised", "tongue", "tongue_out", "tongue_up"]

# From root to tip: y, z of the middle, half width, half height.
STATIONS = np.array(
    [
        (-46, -92, 15, 8),
        (-54, -88.0, 17, 8.8),
        (-62, -86.6, 17.4, 8.2),
        (-70, -86.0, 16.4, 6.6),
        (-77, -84.9, 13.4, 3.4),
        (-82, -85.0, 10.2, 1.7),
        (-84.6, -85.5, 6.6, 1.1),
        (-85.6, -85.6, 3.0, 0.5),
    ],
    dtype=float,
)
# y of the root, where both channels move nothing, and of the tip.
ROOT, TIP = -46.0, -85.6
# Shares of the length at which there is a ring of vertices: closer towards the tip, which bends most.
RINGS = (0, 0.1, 0.2, 0.31, 0.42, 0.53, 0.63, 0.72, 0.8, 0.87, 0.93, 0.97, 1.0)
# Depth and half width of the groove along the back of the tongue.
GROOVE = (1.6, 4.0)
# Displacement of the tip at tongueOut 1, forward.
OUT = 40.0
# tongueOut: share of the length -> displacement up. The middle rises most: it lies on the lower teeth.
OUT_UP_AT = (0, 0.3, 0.55, 0.72, 0.9, 1)
OUT_UP = (0, 4.0, 6.6, 6.1, 1.8, 1.0)
# tongueOut: how much thinner and narrower the tongue is, to pass between the teeth.
OUT_FLATTENS = 0.8
OUT_NARROWS = 0.35
# Displacement of the tip at tongueUp 1, forward and up. With it the tip touches the ridge behind the upper incisors at
# jawOpen .3.
UP = (12.0, 21.7)
# tongueUp: exponents of the share of the length, forward and up; and how much narrower the tip is.
UP_SHAPE = (1.4, 1.7)
UP_NARROWS = 0.3


def tongue(around: int = 16) -> Part:
    """The tongue at rest, its tip behind the lower teeth, with a groove along its back."""
    turn = 2 * np.pi * np.arange(around) / around
    at = ROOT + np.array(RINGS) * (TIP - ROOT)
    rings = []
    for y, z, half_width, half_height in zip(at, *_stations(at), strict=True):
        x = half_width * np.cos(turn)
        up = half_height * np.sin(turn)
        depth, width = GROOVE
        groove = np.where(up > 0, -depth * np.exp(-((x / width) ** 2)) * min(half_width / 17, half_height / 5), 0)
        rings.append(np.stack([x, np.full(around, y), z + up + groove], axis=1))
    return capped(np.array(rings), "tongue", reverse=False)


def _stations(at: np.ndarray) -> np.ndarray:
    """(3, N): z of the middle, half width, half height at y `at`."""
    return PchipInterpolator(-STATIONS[:, 0], STATIONS[:, 1:])(-at).T


def _along(points: np.ndarray) -> np.ndarray:
    """(N,) share of the length, 0 root to 1 tip, of points of the tongue (N, 3) at rest."""
    return np.clip((ROOT - points[:, 1]) / (ROOT - TIP), 0, 1)


def tongue_out(points: np.ndarray) -> np.ndarray:
    """tongueOut, (N, 3) mm for points of the tongue at rest: it extends over the lower teeth and lip."""
    along = _along(points)
    passing = smoothstep(0.15, 0.5, along)
    middle = _stations(np.clip(points[:, 1], TIP, ROOT))[0]
    return np.stack(
        [
            -OUT_NARROWS * passing * points[:, 0],
            -OUT * along,
            PchipInterpolator(OUT_UP_AT, OUT_UP)(along) - OUT_FLATTENS * passing * (points[:, 2] - middle),
        ],
        axis=1,
    )


def tongue_up(points: np.ndarray) -> np.ndarray:
    """tongueUp, (N, 3) mm for points of the tongue at rest: the tip rises to the ridge, the body follows."""
    return raised(_along(points), points[:, 0], UP)


def raised(along: np.ndarray, aside: np.ndarray, tip: tuple[float, float]) -> np.ndarray:
    """(N, 3) displacement of a tongue whose tip moves forward and up by `tip`.

    along: (N,) share of the length, 0 root to 1 tip. aside: (N,) distance from the middle of the face.
    """
    forward, up = UP_SHAPE
    narrower = -UP_NARROWS * smoothstep(0.4, 1, along) * aside
    return np.stack([narrower, -tip[0] * along**forward, tip[1] * along**up], axis=1)
