"""Displacements of the brow channels (mm): of the forehead, and of the eyebrows, which follow it."""

from dataclasses import dataclass

import numpy as np

from model_runtime.heads.demo.body import Body
from model_runtime.heads.demo.fields import follow, smoothstep

__all__ = ["brow_channels"]


@dataclass(frozen=True)
class BrowMove:
    """A displacement, mm.

    span: x, mm, where it starts, is full, starts to fall, and ends.
    """

    up: float
    inward: float
    forward: float
    span: tuple[float, float, float, float]


BROW_MOVES = {
    "browInnerUp": BrowMove(6.0, 0, 0.3, (-60, 0, 10, 48)),
    "browOuterUp": BrowMove(5.0, 0, 0.2, (2, 40, 48, 70)),
    "browDown": BrowMove(-4.6, 1.6, 0.8, (-6, 12, 34, 62)),
}
# z, mm, where the displacement starts above the lid, is full, starts to fall, and ends on the forehead.
HEIGHT = (7.0, 18.0, 24.0, 64.0)


def brow_channels(body: Body) -> dict[str, np.ndarray]:
    """browInnerUp, and browOuterUpLeft and browDownLeft: (V, 3) mm each over the whole head."""
    points = body.whole.vertices
    skin = points[body.spans["skin"]]
    low, full, lag, still = HEIGHT
    level = smoothstep(low, full, skin[:, 2]) * (1 - smoothstep(lag, still, skin[:, 2]))
    level *= 1 - smoothstep(-60, -35, skin[:, 1])
    riding = {brow: follow(points[body.spans[brow]], skin) for brow in ("brow_left", "brow_right")}
    result = {}
    for name, move in BROW_MOVES.items():
        both = name == "browInnerUp"
        x = np.abs(skin[:, 0]) if both else skin[:, 0]
        a, b, c, d = move.span
        share = level * smoothstep(a, b, x) * (1 - smoothstep(c, d, x))
        field = share[:, None] * np.array([0.0 if both else -move.inward, -move.forward, move.up])
        whole = np.zeros_like(points)
        whole[body.spans["skin"]] = field
        for brow, (nearest, weights) in riding.items():
            whole[body.spans[brow]] = (field[nearest] * weights[..., None]).sum(axis=1)
        result[name if both else f"{name}Left"] = whole
    return result
