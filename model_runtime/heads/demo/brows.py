"""The left eyebrow (mm), a separate part that lies on the skin."""

import numpy as np
from scipy.interpolate import PchipInterpolator

from model_runtime.heads.demo.anatomy import FORMS
from model_runtime.heads.demo.sculpt import cast_front
from model_runtime.heads.demo.surface import Part, flipped, ring_quads

__all__ = ["ACROSS", "STATIONS", "brow"]

# From the inner to the outer end: x and z of the middle line, half height, thickness; mm.
SHAPE = np.array(
    [
        (12.4, 18.4, 1.2, 0.3),
        (14.2, 18.7, 2.7, 1.2),
        (19.5, 19.7, 3.3, 1.8),
        (27.0, 21.6, 3.1, 1.9),
        (35.0, 22.7, 2.7, 1.8),
        (43.0, 21.3, 2.0, 1.5),
        (49.0, 18.2, 1.2, 1.0),
        (52.5, 15.6, 0.4, 0.4),
    ]
)
# Vertices along a brow.
STATIONS = 19
# Vertices across it.
ACROSS = 7


def brow() -> Part:
    """A sheet of STATIONS x ACROSS vertices, station by station from the nose outwards, bottom to top."""
    x, z, half, thick = PchipInterpolator(np.linspace(0, 1, len(SHAPE)), SHAPE)(np.linspace(0, 1, STATIONS)).T
    lift = np.linspace(-1, 1, ACROSS)
    across = np.repeat(x[:, None], ACROSS, axis=1)
    up = z[:, None] + half[:, None] * lift
    points = cast_front(across.ravel(), up.ravel(), FORMS).reshape(STATIONS, ACROSS, 3)
    # The rim lies just inside the skin, so that no gap is visible.
    points[..., 1] -= (thick[:, None] * (1 - lift**4)) * np.r_[0, np.ones(STATIONS - 2), 0][:, None] - 0.4
    index = np.arange(STATIONS * ACROSS).reshape(STATIONS, ACROSS)
    quads = flipped(ring_quads(index, closed=False))
    return Part(points.reshape(-1, 3), quads, np.full(len(quads), "brow"))
