"""Landmarks of a face: vertices that the user marked, and guesses made from them."""

import json

import bpy
import numpy as np

from ...errors import UserError

__all__ = ["LANDMARKS", "REQUIRED", "check_marks", "guess_marks", "mark", "marks_of", "similarity"]

# Position of each on KMTalk's own head: left, back and up, in distances between the eyes.
LANDMARKS = {
    "nose_tip": (0.000, -1.868, -0.702),
    "chin": (0.000, -1.418, -1.991),
    "mouth_left": (0.406, -1.523, -1.273),
    "mouth_right": (-0.406, -1.523, -1.273),
    "upper_lip_inner": (0.000, -1.645, -1.301),
    "lower_lip_inner": (0.000, -1.645, -1.303),
    "eye_left_inner": (0.265, -1.345, -0.026),
    "eye_left_outer": (0.735, -1.346, 0.019),
    "eye_right_inner": (-0.265, -1.345, -0.026),
    "eye_right_outer": (-0.735, -1.346, 0.019),
    "upper_lip_outer": (0.000, -1.641, -1.181),
    "lower_lip_outer": (0.000, -1.625, -1.474),
    "brow_left_inner": (0.206, -1.501, 0.267),
    "brow_left_outer": (0.829, -1.186, 0.256),
    "brow_right_inner": (-0.206, -1.501, 0.267),
    "brow_right_outer": (-0.829, -1.186, 0.256),
}
REQUIRED = tuple(LANDMARKS)[:10]
FLAME_VERTICES = 5023  # vertices of a mesh with FLAME's topology, which needs no landmarks
ENOUGH = 4  # marked landmarks that guessing needs


def marks_of(target: bpy.types.Object, sure: bool = False) -> dict[str, int]:
    """Landmark -> vertex, of the marked landmarks of a mesh. sure: without the guesses."""
    count = len(target.data.vertices)
    return {
        item.name: item.vertex
        for item in target.kmtalk.landmarks
        if item.name in LANDMARKS and 0 <= item.vertex < count and not (sure and item.guessed)
    }


def check_marks(target: bpy.types.Object) -> None:
    """Raises UserError when shapes cannot be made for a mesh because landmarks are missing."""
    marked = marks_of(target)
    missing = [name.replace("_", " ") for name in REQUIRED if name not in marked]
    if missing and len(target.data.vertices) != FLAME_VERTICES:
        raise UserError(f"{target.name} lacks the landmarks {', '.join(missing)}; mark them under Rig, Landmarks.")


def mark(target: bpy.types.Object, name: str, vertex: int, guessed: bool = False) -> None:
    """Mark a landmark. Raises UserError for an unknown name or a vertex that does not exist."""
    if name not in LANDMARKS:
        raise UserError(f"There is no landmark {name}; known are {', '.join(LANDMARKS)}.")
    if not 0 <= vertex < len(target.data.vertices):
        raise UserError(f"{target.name} has no vertex {vertex}; select one of its vertices.")
    items = target.kmtalk.landmarks
    item = items.get(name)
    if item is None:
        item = items.add()
        item.name = name
    item.vertex, item.guessed = vertex, guessed


def guess_marks(target: bpy.types.Object) -> int:
    """Guess the missing landmarks. Returns how many.

    KMTalk's own head is fitted to the marked ones; a guess is the vertex nearest to the landmark of the fitted head.
    The user should check each guess. Raises UserError when fewer than four landmarks are marked.
    """
    sure = marks_of(target, sure=True)
    if len(sure) < ENOUGH:
        raise UserError(f"Only {len(sure)} landmarks are marked on {target.name}; mark {ENOUGH} first, eyes and mouth.")
    points = vertices_of(target)
    known = {name: points[vertex] for name, vertex in sure.items()}
    ours = np.array([LANDMARKS[name] for name in known])
    scale, rotation, shift = similarity(ours, np.array(list(known.values())))
    across, middle = _mirror(known, rotation, scale * rotation @ np.array([0.0, *LANDMARKS["nose_tip"][1:]]) + shift)
    taken = set(sure.values())
    guesses = [name for name in LANDMARKS if name not in sure]
    for name in guesses:
        place = scale * rotation @ np.array(LANDMARKS[name]) + shift
        twin = _twin(name)
        if twin in known:
            place = known[twin] - 2 * across * float(across @ (known[twin] - middle))
        away = np.linalg.norm(points - place, axis=1)
        away[list(taken)] = np.inf
        vertex = int(away.argmin())
        taken.add(vertex)
        mark(target, name, vertex, guessed=True)
    return len(guesses)


def similarity(source: np.ndarray, aim: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """Scale, rotation (3, 3) and shift that fit the points (N, 3) of source to aim (Umeyama 1991)."""
    middle, goal = source.mean(axis=0), aim.mean(axis=0)
    a, b = source - middle, aim - goal
    left, stretch, right = np.linalg.svd(b.T @ a)
    sign = np.array([1, 1, np.sign(np.linalg.det(left @ right))])
    rotation = (left * sign) @ right
    scale = float((stretch * sign).sum() / max((a**2).sum(), 1e-30))
    return scale, rotation, goal - scale * rotation @ middle


def marks_text(target: bpy.types.Object) -> str:
    """The landmarks as JSON, for the worker."""
    return json.dumps(marks_of(target))


def vertices_of(target: bpy.types.Object) -> np.ndarray:
    """(V, 3) vertices of the mesh at rest, in its own axes: those of the first shape key, if there is one."""
    shape_keys = target.data.shape_keys
    points = np.empty(3 * len(target.data.vertices), np.float32)
    (shape_keys.reference_key.data if shape_keys else target.data.vertices).foreach_get("co", points)
    return points.reshape(-1, 3).astype(np.float64)


def _mirror(known: dict[str, np.ndarray], rotation: np.ndarray, nose: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Unit normal and a point of the face's plane of symmetry.

    It goes through the landmarks in the middle of the face when three are marked; else it is that of the fitted head.
    """
    along = np.array([place for name, place in known.items() if not _twin(name)])
    if len(along) < 3:
        return rotation[:, 0], nose
    normal = np.linalg.svd(along - along.mean(axis=0))[2][2]
    return normal, along.mean(axis=0)


def _twin(name: str) -> str:
    if "_left" in name:
        return name.replace("_left", "_right")
    return name.replace("_right", "_left") if "_right" in name else ""
