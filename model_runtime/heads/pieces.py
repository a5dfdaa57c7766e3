"""Pieces of a head that are not skin: eyeballs stay, lower teeth and tongue follow the jaw, hair follows the skin."""

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

# Largest distance of a piece's middle from an eye's for a piece of the eye, eye distances.
EYE_NEAR = 0.3
# Largest width of a piece of the eye, eye distances.
EYE_WIDE = 0.75
# Least width of an eyeball, eye distances: a single lash, which may be as deep as wide, is smaller.
BALL_WIDE = 0.16
# Largest distance from an eyeball's centre of a piece that lies on the eyeball, in its radius.
ON_BALL = 1.3
# Largest size of a piece that touches the skin beside the eyeball and is a lash, eye distances: a caruncle is larger.
LASH = 0.07
# Least share of a piece on either side of the bite for a piece with both rows of teeth.
SPANS = 0.2
# Largest distance from our teeth of the gum of a row in such a piece, eye distances.
GUM = 0.1
# Least distance of that gum above or below the lips, eye distances.
APART = 0.1
# Shares of the way from the upper to the lower gum between which the jaw's share rises from 0 to 1.
BITE = (0.35, 0.65)
# Distances behind the foremost point between which the jaw's share falls to 0, eye distances.
THROAT = (1.0, 1.5)
# Skin points that a point of a loose piece follows.
FOLLOWED = 6
# Distance from the skin up to which a piece touches it, eye distances.
TOUCHING = 0.01
# Largest number of points, not touching the skin, whose motion is solved for; larger pieces (hair) follow the nearest
# skin.
MOST_FREE = 20000


@dataclass(frozen=True)
class Piece:
    """A connected piece of the mesh.

    kind: eye, upper, lower (teeth), tongue, or skin for a piece that follows the skin.
    vertices: (n,) indices.
    jaw: (n,) share of the jaw's rotation.
    faces: (F, 3) indices into `vertices`.
    """

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
    """The pieces other than the skin.

    points: (V, 3) m. faces: (F, 3). label: (V,) piece of each vertex, -1 for none. skin: label of the skin. lips:
    z where the lips meet, m. unit: eye distance, m.
    """
    parts = _parts(source, warped)
    sorted_ones = []
    for number in np.setdiff1d(label, [-1, skin]):
        vertices = np.flatnonzero(label == number)
        own = np.searchsorted(vertices, faces[label[faces[:, 0]] == number])
        sorted_ones.append(_sort(vertices, points[vertices], own, parts, lips, unit))
    balls = [points[piece.vertices] for piece in sorted_ones if piece.kind == "eye"]
    lids = cKDTree(points[label == skin])
    return [_on_eyeball(piece, points[piece.vertices], balls, lids, unit) for piece in sorted_ones]


def ride(piece: Piece, here: np.ndarray, skin: np.ndarray, moved: np.ndarray, unit: float) -> np.ndarray:
    """(K, n, 3) m: displacement of a piece that follows the skin, such as hair, lashes and brows.

    here: (n, 3) points of the piece. skin: (N, 3) points of the skin and moved: (K, N, 3) their displacements. Points
    that touch the skin follow it; the others follow their neighbours (Laplace), so that a lash moves with its root.
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


def _on_eyeball(piece: Piece, here: np.ndarray, balls: list[np.ndarray], lids: cKDTree, unit: float) -> Piece:
    """The piece, as part of the eye when it lies on an eyeball (cornea, tear line); lashes stand away from it, or are
    short and stand on the lids."""
    if piece.kind != "skin":
        return piece
    if np.ptp(here, axis=0).max() < LASH * unit and lids.query(here)[0].min() < TOUCHING * unit:
        return piece
    for ball in balls:
        centre = (ball.min(axis=0) + ball.max(axis=0)) / 2
        radius = np.quantile(np.linalg.norm(ball - centre, axis=1), 0.9)
        if np.linalg.norm(here - centre, axis=1).max() < ON_BALL * radius:
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
    """(n,) share of the jaw in a piece with both rows of teeth, by the distances along it to the upper and lower gum.

    here: (n, 3) m. faces: (F, 3) indices into `here`. A tongue in the piece takes the share of its root.
    """
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
        # An eyeball is as deep as wide; rows of lashes are flat.
        size = high - low
        ball = size.min() > 0.5 * size.max() and size.max() > BALL_WIDE * unit
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
