"""Loose pieces of a head: eyeballs stay, lower teeth and the tongue follow the jaw, lashes and hair follow the skin."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from model_runtime.heads.source import Source, Warped

__all__ = ["Piece", "sort_pieces"]

# A piece with its middle so near to that of an eye, and no wider than that, belongs to the eye; eye distances.
EYE_NEAR, EYE_WIDE = 0.3, 0.75
# What lies on an eyeball reaches no further from its middle than this, of its radius.
ON_BALL = 1.3
# Both rows of teeth in one piece: at least this share of it lies on either side of the bite.
SPANS = 0.2
# The height over which the part of such a piece between the rows changes from still to jaw, eye distances.
BITE = 0.12


@dataclass(frozen=True)
class Piece:
    """kind: eye, upper, lower, tongue or skin. vertices: indices. jaw: (n,) share of the jaw that each takes."""

    kind: str
    vertices: np.ndarray
    jaw: np.ndarray


def sort_pieces(
    source: Source, warped: Warped, points: np.ndarray, label: np.ndarray, skin: int, lips: float, unit: float
) -> list[Piece]:
    """What each piece other than the skin is. label: (V,) piece of each vertex, -1 for none. lips: height at which the
    lips meet, m. unit: the eye distance, m."""
    parts = _parts(source, warped)
    groups = [np.flatnonzero(label == number) for number in np.unique(label[label >= 0]) if number != skin]
    sorted_ones = [_sort(vertices, points[vertices], parts, lips, unit) for vertices in groups]
    balls = [points[piece.vertices] for piece in sorted_ones if piece.kind == "eye"]
    return [_on_eyeball(piece, points[piece.vertices], balls) for piece in sorted_ones]


def _on_eyeball(piece: Piece, here: np.ndarray, balls: list[np.ndarray]) -> Piece:
    """A piece that lies on an eyeball (cornea, wetness) stays with it; lashes reach away from it."""
    for ball in balls:
        centre = (ball.min(axis=0) + ball.max(axis=0)) / 2
        radius = np.quantile(np.linalg.norm(ball - centre, axis=1), 0.9)
        if piece.kind == "skin" and np.linalg.norm(here - centre, axis=1).max() < ON_BALL * radius:
            return Piece("eye", piece.vertices, piece.jaw)
    return piece


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


def _sort(vertices: np.ndarray, here: np.ndarray, parts: dict[str, np.ndarray], lips: float, unit: float) -> Piece:
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
    below = here[:, 2] < lips
    if SPANS < below.mean() < 1 - SPANS and np.ptp(here[:, 2]) > 0.35 * unit:
        return Piece("lower", vertices, np.clip((lips - here[:, 2]) / (BITE * unit) + 0.5, 0, 1))
    if middle[2] > lips:
        return Piece("upper", vertices, none)
    away = {name: cKDTree(parts[name]).query(here)[0].mean() for name in ("lower", "tongue")}
    return Piece("tongue" if away["tongue"] < away["lower"] else "lower", vertices, none + 1)
