"""Our own head as the definition of every channel: its skin, its curves, and its displacements; the warp to a face."""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import RBFInterpolator
from scipy.spatial import cKDTree

from model_runtime.heads.demo.jaw import FORWARD, HINGE, jaw_swing
from model_runtime.heads.head import Head
from model_runtime.heads.mesh import vertex_normals
from model_runtime.heads.own_head import own_head

__all__ = ["CURVES", "Source", "Warped", "carried", "make_source", "warp_source"]

# FaceMesh points of our curves: lines where the lips meet and borders of the red, from the left corner to the right;
# lids from the outer corner to the inner one.
CURVES = {
    "upper_lip": (291, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191, 78, 61),
    "lower_lip": (291, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95, 78, 61),
    "upper_red": (291, 409, 270, 269, 267, 0, 37, 39, 40, 185, 61),
    "lower_red": (291, 375, 321, 405, 314, 17, 84, 181, 91, 146, 61),
    "upper_lid_left": (263, 466, 388, 387, 386, 385, 384, 398, 362),
    "lower_lid_left": (263, 249, 390, 373, 374, 380, 381, 382, 362),
    "upper_lid_right": (33, 246, 161, 160, 159, 158, 157, 173, 133),
    "lower_lid_right": (33, 7, 163, 144, 145, 153, 154, 155, 133),
}
EXTRA_LANDMARKS = {
    "upper_lip_outer": 0,
    "lower_lip_outer": 17,
    "brow_left_inner": 285,
    "brow_left_outer": 276,
    "brow_right_inner": 55,
    "brow_right_outer": 46,
}
# Points far from the face, m, that the warp moves by a similarity alone, so that it stays bounded.
FAR = np.array([[x, y, z] for x in (-0.1, 0.1) for y, z in ((0.06, 0.1), (0.06, -0.12), (-0.02, 0.12))])
MILLIMETRES = 1000.0
# Rounds of pulling our surface to the face.
ROUNDS = 2
# Points of our surface that are pulled, at most twice as many.
SAMPLES = 260
# Largest distance of such a point from the face, eye distances.
REACH = 0.16
# Least cosine between the normals of our surface and of the face at such a point.
ALIKE = 0.6
# Points of our skin from which a field is interpolated.
NEAR = 8
# Step of the finite differences of the warp, m.
STEP = 0.001


@dataclass(frozen=True)
class Source:
    """Our own head of V vertices.

    head: itself.
    skin: vertices of skin and lips.
    jaw: (V,) share of the jaw's rotation.
    landmarks: name -> vertex.
    normals: (V, 3).
    rest_of_jaw: (V, 3) displacement of jawOpen besides the jaw's rotation, m.
    """

    head: Head
    skin: np.ndarray
    jaw: np.ndarray
    landmarks: dict[str, int]
    normals: np.ndarray
    rest_of_jaw: np.ndarray

    def curve(self, name: str) -> np.ndarray:
        """Vertices of a curve."""
        return np.array([self.head.landmarks[f"facemesh_{number}"] for number in CURVES[name]])


@dataclass(frozen=True)
class Warped:
    """The source fitted to another face.

    points: (V, 3) images of its vertices, m.
    turn: (V, 3, 3) Jacobian of the warp at each vertex.
    hinge: (3,) hinge of the jaw, m.
    """

    points: np.ndarray
    turn: np.ndarray
    hinge: np.ndarray


def make_source(head: Head | None = None) -> Source:
    """Our head, prepared for the transfer. head: our head, where it was read before."""
    head = head or own_head()
    names = [head.material_names.index(name) for name in ("skin", "lips")]
    shown = np.unique(head.faces[np.isin(head.materials, names)])
    jaw = -head.deltas[head.channels.index("jawForward"), :, 1] * MILLIMETRES / FORWARD
    landmarks = {name: index for name, index in head.landmarks.items() if not name.startswith("facemesh_")}
    landmarks |= {name: head.landmarks[f"facemesh_{number}"] for name, number in EXTRA_LANDMARKS.items()}
    points = head.vertices.astype(np.float64)
    swing = jaw_swing(points * MILLIMETRES, jaw) / MILLIMETRES
    rest = head.deltas[head.channels.index("jawOpen")] - swing
    return Source(head, shown, jaw, landmarks, vertex_normals(points, head.faces), rest)


def warp_source(source: Source, landmarks: dict[str, np.ndarray], skin: np.ndarray, faces: np.ndarray) -> Warped:
    """Fit our head to a face: to its landmarks (name -> (3,), m), then to its surface.

    skin: (N, 3) points of the standing face, m; faces: its triangles. Linear radial basis functions through the
    landmarks; then points of our front are pulled to the face along its normals, where the normals of both agree.
    """
    points = source.head.vertices.astype(np.float64)
    names = [name for name in source.landmarks if name in landmarks]
    ours = points[[source.landmarks[name] for name in names]]
    theirs = np.array([landmarks[name] for name in names])
    size = np.linalg.norm(theirs - theirs.mean(axis=0)) / np.linalg.norm(ours - ours.mean(axis=0))
    far = theirs.mean(axis=0) + size * (FAR - ours.mean(axis=0))
    known, aims = np.concatenate([ours, FAR]), np.concatenate([theirs, far])
    coarse = RBFInterpolator(known, aims, kernel="linear", degree=1)
    turn = _turn(points, names, known, aims)
    normals, tree = vertex_normals(skin, faces), cKDTree(skin)
    front = source.skin[(points[source.skin, 1] < -0.02) & (np.abs(source.normals[source.skin, 1]) > 0.2)]
    lips = points[source.curve("upper_lip")].mean(axis=0)
    front = front[np.linalg.norm((points[front] - lips) * [0.7, 0.7, 1], axis=1) > 0.016]
    chosen = front[:: max(1, len(front) // SAMPLES)]
    warp = coarse
    for _ in range(ROUNDS):
        here = warp(points[chosen])
        away, nearest = tree.query(here)
        alike = (normals[nearest] * source.normals[chosen]).sum(axis=1) > ALIKE
        good = alike & (away < REACH * 0.062 * size)
        # Along the normal only: positions along the surface are given by the landmarks.
        along = ((skin[nearest] - here) * normals[nearest]).sum(axis=1, keepdims=True) * normals[nearest]
        pulled = np.concatenate([aims, (here + along)[good]])
        soft = np.concatenate([np.zeros(len(aims)), np.full(good.sum(), 1e-3)])
        warp = RBFInterpolator(
            np.concatenate([known, points[chosen][good]]), pulled, kernel="linear", degree=1, smoothing=soft
        )
    hinge = coarse(np.array([[0.0, *HINGE]]) / MILLIMETRES)[0]
    return Warped(warp(points), turn, hinge)


def _turn(points: np.ndarray, names: list[str], known: np.ndarray, aims: np.ndarray) -> np.ndarray:
    """(V, 3, 3) Jacobian at points (V, 3) of the warp from `known` (n, 3) to `aims` (n, 3), by finite differences.

    The two inner-lip landmarks count as one, their mean: the fraction of a millimetre between them is no measure.
    """
    meeting = [names.index("upper_lip_inner"), names.index("lower_lip_inner")]
    others = np.setdiff1d(np.arange(len(known)), meeting)
    merged = [np.concatenate([places[others], places[meeting].mean(axis=0)[None]]) for places in (known, aims)]
    warp = RBFInterpolator(*merged, kernel="linear", degree=1)
    return np.stack([(warp(points + axis) - warp(points - axis)) / (2 * STEP) for axis in np.eye(3) * STEP], axis=2)


def carried(source: Source, warped: Warped, places: np.ndarray, fields: np.ndarray) -> np.ndarray:
    """(K, N, D): fields (K, V, D) over our skin, interpolated at `places` (N, 3) of the other face, m."""
    away, near = cKDTree(warped.points[source.skin]).query(places, k=NEAR)
    weight = np.maximum(1 - away / (away[:, -1:] * 1.001), 1e-6) ** 2
    weight /= weight.sum(axis=1, keepdims=True)
    return np.einsum("knjd,nj->knd", fields[:, source.skin[near]], weight)
