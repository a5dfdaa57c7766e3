"""Loose pieces of a head: eyeballs stay, lower teeth and the tongue follow the jaw, lashes and hair follow the skin."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from model_runtime.heads.source import Source, Warped

__all__ = ["Piece", "sort_pieces"]

# A piece whose middle is nearer than this to the middle of an eye, of its size, is part of the eye; in eye distances.
EYE_NEAR, EYE_WIDE = 0.3, 0.75
# Both rows of teeth in one piece: at least this share of it lies on either side of the bite.
SPANS = 0.2
# The height over which the part of such a piece between the rows changes from still to jaw, eye distances.
BITE = 0.12


@dataclass(frozen=True)
class Piece:
    """kind: eye, upper, lower, tongue or skin. vertices: indices. jaw: (n,) share of the jaw that each takes (teeth)."""

    kind: str
    vertices: np.ndarray
    jaw: np.ndarray


def sort_pieces(
    source: Source, warped: Warped, points: np.ndarray, label: np.ndarray, skin: int, unit: float
) -> list[Piece]:
    """What each piece other than the skin is. label: (V,) piece of each vertex, -1 for none."""
    parts = _parts(source, warped)
    sorted_ones = []
    for number in np.unique(label[label >= 0]):
        if number == skin:
            continue
        vertices = np.flatnonzero(label == number)
        sorted_ones.append(_sort(vertices, points[vertices], parts, unit))
    return sorted_ones


def _parts(source: Source, warped: Warped) -> dict[str, np.ndarray]:
    head, places = source.head, warped.points
    of = {name: np.unique(head.faces[head.materials == i]) for i, name in enumerate(head.material_names)}
    teeth, still = of["teeth"], source.jaw[of["teeth"]] < 0.5
    white = of["eye_white"]
    left = places[white, 0] > 0
    return {
        "upper": places[teeth[still]],
        "lower": places[teeth[~still]],
        "tongue": places[of["tongue"]],
        "eye_left": places[white[left]],
        "eye_right": places[white[~left]],
    }


def _sort(vertices: np.ndarray, here: np.ndarray, parts: dict[str, np.ndarray], unit: float) -> Piece:
    low, high = here.min(axis=0), here.max(axis=0)
    middle, none = (low + high) / 2, np.zeros(len(vertices))
    eyes = [parts[name].mean(axis=0) for name in ("eye_left", "eye_right")]
    if min(np.linalg.norm(middle - eye) for eye in eyes) < EYE_NEAR * unit and (high - low).max() < EYE_WIDE * unit:
        # Lashes lie flat before the eyeball: they reach further forward than it and have no depth behind.
        ball = min(np.ptp(here, axis=0)) > 0.5 * max(np.ptp(here, axis=0))
        return Piece("eye" if ball else "skin", vertices, none)
    mouth = np.concatenate([parts[name] for name in ("upper", "lower", "tongue")])
    box = mouth.min(axis=0) - 0.15 * unit, mouth.max(axis=0) + 0.15 * unit
    if not ((middle > box[0]) & (middle < box[1])).all() or np.ptp(here[:, 0]) > 1.6 * np.ptp(mouth[:, 0]):
        return Piece("skin", vertices, none)
    bite = (parts["upper"][:, 2].min() + parts["lower"][:, 2].max()) / 2
    below = here[:, 2] < bite
    if SPANS < below.mean() < 1 - SPANS and np.ptp(here[:, 2]) > 0.35 * unit:
        return Piece("lower", vertices, np.clip((bite - here[:, 2]) / (BITE * unit) + 0.5, 0, 1))
    kinds = {name: cKDTree(parts[name]).query(here)[0].mean() for name in ("upper", "lower", "tongue")}
    kind = min(kinds, key=lambda name: kinds[name])
    return Piece(kind, vertices, none if kind == "upper" else none + 1)
