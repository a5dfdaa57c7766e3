"""Parts of a mesh, and operations on them."""

from dataclasses import dataclass

import numpy as np

__all__ = ["Part", "capped", "flipped", "join", "mirror_part", "ring_quads"]


@dataclass(frozen=True)
class Part:
    """vertices: (V, 3) mm. quads: (Q, 4) vertex indices, counter-clockwise from outside; a triangle repeats its last.

    materials: (Q,) names.
    """

    vertices: np.ndarray
    quads: np.ndarray
    materials: np.ndarray


def flipped(quads: np.ndarray) -> np.ndarray:
    """The quads (Q, 4) seen from their other side; a triangle still repeats its last."""
    return quads[:, [1, 0, 3, 2]]


def mirror_part(part: Part) -> Part:
    """The same part on the other side of the face."""
    return Part(part.vertices * [-1, 1, 1], flipped(part.quads), part.materials)


def join(parts: list[Part]) -> Part:
    """All parts as one, in their order."""
    starts = np.cumsum([0] + [len(part.vertices) for part in parts[:-1]])
    return Part(
        np.concatenate([part.vertices for part in parts]),
        np.concatenate([part.quads + start for part, start in zip(parts, starts, strict=True)]),
        np.concatenate([part.materials for part in parts]),
    )


def ring_quads(rings: np.ndarray, closed: bool = True) -> np.ndarray:
    """(Q, 4) quads between rows of vertex indices (R, N); rows run counter-clockwise, each inside the one before."""
    after = np.roll(rings, -1, axis=1)
    quads = np.stack([rings[:-1], after[:-1], after[1:], rings[1:]], axis=-1)
    return (quads if closed else quads[:, :-1]).reshape(-1, 4)


def capped(rings: np.ndarray, material: str, reverse: bool) -> Part:
    """A closed part of `rings` (R, N, 3) with a vertex at either end; `reverse` turns its surface over."""
    count, size = rings.shape[:2]
    points = np.concatenate([rings.reshape(-1, 3), rings[:1].mean(axis=1), rings[-1:].mean(axis=1)])
    index = np.arange(count * size).reshape(count, size)
    after = np.roll(index, -1, axis=1)
    first, last = len(points) - 2, len(points) - 1
    ends = [
        np.stack([after[0], index[0], np.full(size, first), np.full(size, first)], axis=1),
        np.stack([index[-1], after[-1], np.full(size, last), np.full(size, last)], axis=1),
    ]
    quads = np.concatenate([ring_quads(index), *ends])
    return Part(points, flipped(quads) if reverse else quads, np.full(len(quads), material))
