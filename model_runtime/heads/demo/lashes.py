"""Lashes of the left eye (mm), which ride on the edges of the lids."""

from dataclasses import dataclass

import numpy as np

from model_runtime.heads.demo.anatomy import EYE_CENTRE
from model_runtime.heads.demo.eyes import HALF_WIDTH
from model_runtime.heads.demo.surface import Part

__all__ = ["lash_motion", "lashes"]


@dataclass(frozen=True)
class Row:
    """The lashes of one lid. first, last: vertices of the lid's edge between which they stand; count: their number.

    length: mm in the middle of the lid; at its ends they are half as long.
    rise: share of a lash's tip that points up along the lid whose edge is at the height of the eye's centre.
    turn: what a mm of height of that edge adds, so that lashes go down with the lid.
    fan: share of a lash's length by which tips at the corners lean away from the middle of the eye.
    width: mm at the root.
    """

    first: float
    last: float
    count: int
    length: float
    rise: float
    turn: float
    fan: float
    width: float


UPPER = Row(first=1.2, last=15.0, count=22, length=6.2, rise=0.15, turn=0.07, fan=0.4, width=0.7)
LOWER = Row(first=22.0, last=34.2, count=13, length=2.4, rise=-0.5, turn=0.0, fan=0.3, width=0.35)
ROWS = (UPPER, LOWER)
# Share of the way along a lash of its two middle corners.
BEND = 0.5


def lashes(edge: np.ndarray) -> Part:
    """The lashes of both lids, whose front edge is `edge` (36, 3): five vertices a lash."""
    points = np.concatenate([_row(row, edge) for row in ROWS])
    first = 5 * np.arange(len(points) // 5)[:, None]
    quads = np.concatenate([first + np.array(corners) for corners in ((0, 1, 3, 2), (2, 3, 4, 4))])
    return Part(points, quads, np.full(len(quads), "lashes"))


def lash_motion(edge: np.ndarray, moved: np.ndarray) -> np.ndarray:
    """(V, 3) mm: displacement of the lashes where the edge of the lids (36, 3) goes to `moved` (36, 3)."""
    return lashes(moved).vertices - lashes(edge).vertices


def _row(row: Row, edge: np.ndarray) -> np.ndarray:
    """(5 count, 3) vertices: two at the root, two at the bend, one at the tip of each lash."""
    at = np.linspace(row.first, row.last, row.count)
    index = np.arange(len(edge))
    root = np.stack([np.interp(at, index, edge[:, axis]) for axis in range(3)], axis=1)
    along = np.gradient(root, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    # Away from the eyeball, and along the lid: a lid that turns about the eyeball turns its lashes.
    out = root - EYE_CENTRE
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    up = np.cross([1.0, 0.0, 0.0], out)
    up *= np.sign(up[:, 2:]) / np.linalg.norm(up, axis=1, keepdims=True)
    share = np.linspace(-1, 1, row.count)
    length = row.length * (1 - 0.5 * share**2)
    rise = row.rise + row.turn * (root[:, 2:] - EYE_CENTRE[2])
    lean = np.sign(along[:, :1]) * along * (row.fan * (root[:, :1] - EYE_CENTRE[0]) / HALF_WIDTH)
    half = np.full((row.count, 1), row.width / 2)

    def on_lash(way: float) -> np.ndarray:
        return root + (way * length)[:, None] * (out * (1 - 0.3 * way) + up * rise * way + lean * way)

    bend = on_lash(BEND)
    corners = [root - half * along, root + half * along, bend - 0.6 * half * along, bend + 0.6 * half * along]
    return np.stack([*corners, on_lash(1.0)], axis=1).reshape(-1, 3)
