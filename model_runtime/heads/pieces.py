"""Loose pieces of a head: eyeballs stay, lower teeth and the tongue follow the jaw, lashes and hair follow the skin."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu
from scipy.spatial import cKDTree

from model_runtime.heads.demo.fields import smoothstep
from model_runtime.heads.source import Source, Warped
from model_runtime.heads.surface import make_surface

__all__ = ["Piece", "ride", "sort_pieces"]

# A piece with its middle so near to that of an eye, and no wider than that, belongs to the eye; eye distances.
EYE_NEAR, EYE_WIDE = 0.3, 0.75
# What lies on an eyeball reaches no further from its middle than this, of its radius.
ON_BALL = 1.3
# Both rows of teeth in one piece: at least this share of it lies on either side of the bite.
SPANS = 0.2
# Where such a piece is this near to our teeth, and this far above or below the lips, it is a row's gum; eye distances.
GUM, APART = 0.1, 0.1
# Between the rows it changes from still to jaw at these shares of the way along it; the throat stands this far behind
# the lips, eye distances.
BITE, THROAT = (0.35, 0.65), (1.0, 1.5)


# A loose piece follows this many points of the skin nearest to it; it touches the skin within this, eye distances.
FOLLOWED, TOUCHING = 6, 0.01
# Pieces with more points between than this follow the nearest skin: hair of a hundred thousand points takes long.
MOST_FREE = 20000


@dataclass(frozen=True)
class Piece:
    """kind: eye, upper, lower, tongue or skin. vertices: (n,) indices. jaw: (n,) share of the jaw that each takes.
    faces: (F, 3) into `vertices`."""

    kind: str
    vertices: np.ndarray
    jaw: np.ndarray
    faces: np.ndarray


def sort_pieces(
    source: Source,
    warped: Warped,
    points: np.ndarray,
    faces: np.ndarray,
    label: np.ndarray,
    skin: int,
    lips: float,
    unit: float,
) -> list[Piece]:
    """What each piece other than the skin is. faces: (F, 3). label: (V,) piece of each vertex, -1 for none. lips: the
    height at which the lips meet, m. unit: the eye distance, m."""
    parts = _parts(source, warped)
    sorted_ones = []
    for number in np.setdiff1d(label, [-1, skin]):
        vertices = np.flatnonzero(label == number)
        own = np.searchsorted(vertices, faces[label[faces[:, 0]] == number])
        sorted_ones.append(_sort(vertices, points[vertices], own, parts, lips, unit))
    balls = [points[piece.vertices] for piece in sorted_ones if piece.kind == "eye"]
    return [_on_eyeball(piece, points[piece.vertices], balls) for piece in sorted_ones]


def ride(piece: Piece, here: np.ndarray, skin: np.ndarray, moved: np.ndarray, unit: float) -> np.ndarray:
    """(K, n, 3) what a piece that follows the skin does: hair, lashes, brows, what covers an eye.

    here: (n, 3) its points. skin: (N, 3), moved: (K, N, 3). Where it touches the skin it goes along; between, each
    point goes as its neighbours do, so that a lash goes with its root and a cover shuts evenly between both lids.
    """
    away, near = cKDTree(skin).query(here, k=FOLLOWED)
    weight = 1 / np.maximum(away, 1e-6) ** 2
    weight /= weight.sum(axis=1, keepdims=True)
    result = np.einsum("knjd,nj->knd", moved[:, near], weight)
    surface = make_surface(here, piece.faces, unit)
    graph = surface.graph(1 / np.maximum(surface.lengths, 1e-3 * unit))
    touching = away[:, 0] < TOUCHING * unit
    part = connected_components(graph, directed=False)[1]
    free = np.flatnonzero(~touching & np.isin(part, part[touching]))
    if 0 < len(free) < MOST_FREE:
        kept = np.setdiff1d(np.arange(len(here)), free)
        total = np.asarray(graph.sum(axis=1)).ravel()
        rows = (sparse.diags(total) - graph).tocsr()[free]
        flat = result.transpose(1, 0, 2).reshape(len(here), -1)
        flat[free] = splu(rows[:, free].tocsc()).solve(-(rows[:, kept] @ flat[kept]))
        result = flat.reshape(len(here), len(moved), 3).transpose(1, 0, 2)
    return result


def _on_eyeball(piece: Piece, here: np.ndarray, balls: list[np.ndarray]) -> Piece:
    """A piece that lies on an eyeball (cornea, wetness) stays with it; lashes reach away from it."""
    for ball in balls:
        centre = (ball.min(axis=0) + ball.max(axis=0)) / 2
        radius = np.quantile(np.linalg.norm(ball - centre, axis=1), 0.9)
        if piece.kind == "skin" and np.linalg.norm(here - centre, axis=1).max() < ON_BALL * radius:
            return replace(piece, kind="eye")
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


def _share(here: np.ndarray, faces: np.ndarray, parts: dict[str, np.ndarray], lips: float, unit: float) -> np.ndarray:
    """(n,) share of the jaw in a piece with both rows: by how near the gums of either lie along it, so that a tongue
    goes with the gums that it grows from. faces: (F, 3) into `here`."""
    surface = make_surface(here, faces, unit)
    away = {row: cKDTree(parts[row]).query(here)[0] for row in ("upper", "lower")}
    along = {}
    for row, beyond in (("upper", here[:, 2] - lips > APART * unit), ("lower", lips - here[:, 2] > APART * unit)):
        gum = np.flatnonzero(beyond & (away[row] < GUM * unit))
        along[row] = surface.nearest_source(gum)[0] if len(gum) else np.full(len(here), np.inf)
    whole = along["upper"] + along["lower"]
    share = np.divide(along["upper"], whole, out=np.full(len(here), 0.5), where=np.isfinite(whole) & (whole > 0))
    share[~np.isfinite(along["upper"])] = 1.0
    share[~np.isfinite(along["lower"])] = 0.0
    deep = (here[:, 1] - here[:, 1].min()) / unit
    return smoothstep(*BITE, share) * (1 - smoothstep(*THROAT, deep))


def _sort(
    vertices: np.ndarray,
    here: np.ndarray,
    faces: np.ndarray,
    parts: dict[str, np.ndarray],
    lips: float,
    unit: float,
) -> Piece:
    low, high = here.min(axis=0), here.max(axis=0)
    middle, none = (low + high) / 2, np.zeros(len(vertices))
    eyes = [parts[name].mean(axis=0) for name in ("eye_left", "eye_right")]
    if min(np.linalg.norm(middle - eye) for eye in eyes) < EYE_NEAR * unit and (high - low).max() < EYE_WIDE * unit:
        # Lashes lie flat before the eyeball: they reach further forward than it and have no depth behind.
        ball = min(np.ptp(here, axis=0)) > 0.5 * max(np.ptp(here, axis=0))
        return Piece("eye" if ball else "skin", vertices, none, faces)
    mouth = np.concatenate([parts[name] for name in ("upper", "lower", "tongue")])
    box = mouth.min(axis=0) - 0.15 * unit, mouth.max(axis=0) + 0.15 * unit
    if not ((middle > box[0]) & (middle < box[1])).all() or np.ptp(here[:, 0]) > 1.6 * np.ptp(mouth[:, 0]):
        return Piece("skin", vertices, none, faces)
    below = here[:, 2] < lips
    if SPANS < below.mean() < 1 - SPANS and np.ptp(here[:, 2]) > 0.35 * unit:
        return Piece("lower", vertices, _share(here, faces, parts, lips, unit), faces)
    if middle[2] > lips:
        return Piece("upper", vertices, none, faces)
    away = {name: cKDTree(parts[name]).query(here)[0].mean() for name in ("lower", "tongue")}
    return Piece("tongue" if away["tongue"] < away["lower"] else "lower", vertices, none + 1, faces)
