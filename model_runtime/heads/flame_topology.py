"""FLAME's topology: recognised by its triangles; landmarks of its neutral template.

This file holds vertex numbers and a digest alone; the model and its triangles come from the user's file.
"""

import hashlib

import numpy as np

from model_runtime.errors import InputError
from model_runtime.heads.mesh import Mesh, pieces

__all__ = ["FLAME_LANDMARKS", "FLAME_VERTICES", "flame_landmarks"]

FLAME_VERTICES = 5023
# sha256 of the triangles, each rotated to start at its lowest vertex, sorted, little-endian int32.
TRIANGLES = "b49a9d41a9f7cef546fa83a8eea9b4cce6531124166df25afda324802534ec13"
# Vertices of the connected pieces: face and neck, then the eyeballs.
PIECES = (3931, 546, 546)
FLAME_LANDMARKS = {
    "upper_lip_inner": 3533,
    "lower_lip_inner": 3509,
    "upper_lip_outer": 3543,
    "lower_lip_outer": 3503,
    "mouth_left": 1579,
    "mouth_right": 2715,
    "eye_left_inner": 3833,
    "eye_left_outer": 1175,
    "eye_right_inner": 3632,
    "eye_right_outer": 2437,
    "brow_left_inner": 3851,
    "brow_left_outer": 571,
    "brow_right_inner": 3684,
    "brow_right_outer": 1984,
    "nose_tip": 3526,
    "chin": 3401,
}


def flame_landmarks(mesh: Mesh, model: bool = False) -> dict[str, int]:
    """Landmark -> vertex of a mesh with FLAME's vertices in FLAME's order; empty for another number of vertices.

    Other triangles than FLAME's are accepted when the mesh has larger polygons and FLAME's pieces and layout, or, with
    model=True, FLAME's layout. Raises InputError when the number of vertices is FLAME's but the order is not.
    """
    if len(mesh.vertices) != FLAME_VERTICES:
        return {}
    joined = len(np.unique(mesh.polygons)) < len(mesh.faces) and _in_pieces(mesh)
    if _digest(mesh.faces) == TRIANGLES or ((joined or model) and _laid_out(mesh)):
        return dict(FLAME_LANDMARKS)
    raise InputError(
        f"The mesh has FLAME's {FLAME_VERTICES} vertices, but not its triangles in its order; import it again with the "
        "vertex order kept, or mark landmarks on it."
    )


def _digest(faces: np.ndarray) -> str:
    turn = faces.argmin(axis=1)[:, None]
    turned = np.take_along_axis(faces, (turn + np.arange(3)) % 3, axis=1)
    ordered = turned[np.lexsort(turned.T[::-1])]
    return hashlib.sha256(np.ascontiguousarray(ordered, "<i4").tobytes()).hexdigest()


def _in_pieces(mesh: Mesh) -> bool:
    label = pieces(len(mesh.vertices), mesh.faces)
    return tuple(sorted(np.bincount(label).tolist(), reverse=True)) == PIECES


def _laid_out(mesh: Mesh) -> bool:
    """Whether the landmarks lie to each other as on FLAME's face."""
    at = {name: mesh.vertices[index] for name, index in FLAME_LANDMARKS.items()}
    across = at["eye_left_outer"] - at["eye_right_outer"]
    mouth = at["mouth_left"] - at["mouth_right"]
    unit = float(np.linalg.norm(across))
    along = float(mouth @ across) / max(unit**2, 1e-30)
    lips = float(np.linalg.norm(at["upper_lip_inner"] - at["lower_lip_inner"])) / max(unit, 1e-30)
    return 0.3 < along < 0.9 and lips < 0.15
