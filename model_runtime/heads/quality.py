"""Figures of a head's shapes: opening, closing, symmetry, stretch."""

from dataclasses import dataclass

import numpy as np

from model_runtime.channels import MOUTH, mirrored
from model_runtime.heads.head import Head
from model_runtime.heads.lip_gap import find_lips
from model_runtime.heads.mirror import find_mirror
from model_runtime.heads.surface import make_surface

__all__ = ["Quality", "measure"]

# Shortest edge whose stretch is measured, eye distances.
SHORTEST = 0.008


@dataclass(frozen=True)
class Quality:
    """The figures; distances in eye distances.

    rest: widest lip gap at rest, seen from the front.
    opened: lip gap on the midline at jawOpen 1.
    closed: widest lip gap at jawOpen and mouthClose 1.
    crossing: increase of the lips' crossing from the neutral mesh to jawOpen and mouthClose 1.
    symmetry: largest difference between a channel and the mirror image of its opposite one, share of the channel's
        largest displacement.
    stretch: largest ratio of a skin edge's length to that at rest, of all channels at 1; mouthClose with jawOpen.
    stretched_by: the channel with that ratio.
    skull: largest displacement of the top and back of the head by channels of the mouth.
    """

    rest: float
    opened: float
    closed: float
    crossing: float
    symmetry: float
    stretch: float
    stretched_by: str
    skull: float


def measure(head: Head) -> Quality:
    """Measure a head; the mirror plane lies between the eyes."""
    unit = head.eye_distance
    points, deltas = head.vertices.astype(np.float64), head.deltas.astype(np.float64)
    number = {channel: index for index, channel in enumerate(head.channels)}
    lips = find_lips(head)
    neutral = points + sum((weight * deltas[number[name]] for name, weight in head.resting.items()), np.zeros((1, 3)))
    opened = lips.gap(neutral + deltas[number["jawOpen"]])
    closed = lips.gap(neutral + deltas[number["jawOpen"]] + deltas[number["mouthClose"]])
    factor, channel = _stretch(head, points, deltas)
    eyes = points[[head.landmarks["eye_left_outer"], head.landmarks["eye_right_outer"]]]
    still = (points[:, 2] > eyes[:, 2].mean() + 0.9 * unit) | (points[:, 1] > eyes[:, 1].mean() + 1.6 * unit)
    moved = [np.abs(deltas[number[name]][still]).max() for name in MOUTH if name in number] if still.any() else [0.0]
    return Quality(
        rest=lips.gap(neutral).widest,
        opened=opened.middle,
        closed=closed.widest,
        crossing=max(0.0, closed.crossing - lips.gap(points).crossing),
        symmetry=_asymmetry(head, points, deltas),
        stretch=factor,
        stretched_by=channel,
        skull=float(max(moved)) / unit,
    )


def _asymmetry(head: Head, points: np.ndarray, deltas: np.ndarray) -> float:
    skin = np.isin(head.materials, [head.material_names.index(name) for name in ("skin", "lips")])
    # The jaw's displacement distinguishes touching vertices of the two lips.
    jaw = deltas[head.channels.index("jawOpen")] + 2 * deltas[head.channels.index("mouthClose")]
    sides = np.concatenate([np.abs(jaw[:, :1]), jaw[:, 1:]], axis=1)
    mirror = find_mirror(make_surface(points, head.faces[skin], head.eye_distance), head.landmarks, sides)
    some = np.zeros(len(points), bool)
    some[head.faces[skin]] = True
    some &= mirror.twin >= 0
    worst = 0.0
    for index, channel in enumerate(head.channels):
        other = deltas[head.channels.index(mirrored(channel))][mirror.twin[some]] * [-1, 1, 1]
        largest = np.linalg.norm(deltas[index], axis=1).max()
        if largest > 1e-6:
            worst = max(worst, float(np.linalg.norm(deltas[index][some] - other, axis=1).max() / largest))
    return worst


def _stretch(head: Head, points: np.ndarray, deltas: np.ndarray) -> tuple[float, str]:
    skin = np.isin(head.materials, [head.material_names.index(name) for name in ("skin", "lips")])
    faces = head.faces[skin]
    edges = np.unique(np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1), axis=0)
    rest = np.linalg.norm(points[edges[:, 0]] - points[edges[:, 1]], axis=1)
    edges, rest = edges[rest > SHORTEST * head.eye_distance], rest[rest > SHORTEST * head.eye_distance]
    worst, name = 0.0, ""
    opened = deltas[head.channels.index("jawOpen")]
    for channel, delta in zip(head.channels, deltas, strict=True):
        posed = points + (delta + opened if channel == "mouthClose" else delta)
        factor = float((np.linalg.norm(posed[edges[:, 0]] - posed[edges[:, 1]], axis=1) / rest).max())
        if factor > worst:
            worst, name = factor, channel
    return worst, name
