"""Head: a neutral mesh with one shape per channel, and its file (HEAD.npz)."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.files.input_files import parse_json
from model_runtime.files.npz import TEXT, WHOLE, Wanted, all_finite, read_npz, texts, write_npz

__all__ = ["LANDMARKS", "Head", "landmarks_from", "read_head", "write_head"]

LANDMARKS = (
    "upper_lip_inner",
    "lower_lip_inner",
    "mouth_left",
    "mouth_right",
    "eye_left_inner",
    "eye_left_outer",
    "eye_right_inner",
    "eye_right_outer",
    "chin",
    "nose_tip",
)
ARRAYS = {
    "vertices": Wanted("f", 3 * limits.MESH_VERTICES),
    "faces": Wanted(WHOLE),
    "channels": Wanted(TEXT, limits.CHANNELS),
    "deltas": Wanted("f"),
    "landmarks": Wanted(TEXT, 1),
    "lips": Wanted(WHOLE),
    "upper_face": Wanted(WHOLE),
    "materials": Wanted(WHOLE, required=False),
    "material_names": Wanted(TEXT, limits.CHANNELS, required=False),
    "polygons": Wanted(WHOLE, required=False),
    "resting": Wanted(TEXT, 1, required=False),
    "notes": Wanted(TEXT, 1, required=False),
}


@dataclass(frozen=True)
class Head:
    """A neutral mesh with one displacement a channel. +X is the character's left, +Z up, -Y forward.

    vertices: (V, 3) float32 m.
    faces: (F, 3) int32 triangles.
    channels: K names.
    deltas: (K, V, 3) float32 m, displacement at weight 1.
    landmarks: name -> vertex index, at least LANDMARKS; our own head adds facemesh_<i> (MediaPipe FaceMesh point i).
    lips, upper_face: int32 vertex indices.
    materials: (F,) int32 indices into material_names.
    polygons: (F,) int32 polygon of each triangle; the triangles of a quad share a number.
    resting: channel -> weight in [0, 1] that is always added; it closes lips that are apart in the neutral mesh.
    notes: sentences on channels that could not be made.
    """

    vertices: np.ndarray
    faces: np.ndarray
    channels: tuple[str, ...]
    deltas: np.ndarray
    landmarks: dict[str, int]
    lips: np.ndarray
    upper_face: np.ndarray
    materials: np.ndarray
    material_names: tuple[str, ...]
    polygons: np.ndarray
    resting: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def eye_distance(self) -> float:
        """Distance between the eye centres (IOD), m: the unit of all openings."""
        centres = [
            (self.vertices[self.landmarks[f"eye_{s}_inner"]] + self.vertices[self.landmarks[f"eye_{s}_outer"]]) / 2
            for s in ("left", "right")
        ]
        return float(np.linalg.norm(centres[0] - centres[1]))


def write_head(head: Head, path: Path | str) -> Path:
    """Write HEAD.npz atomically; equal heads give equal bytes."""
    return write_npz(
        path,
        {
            "vertices": head.vertices.astype(np.float32),
            "faces": head.faces.astype(np.int32),
            "channels": np.array(head.channels, dtype=np.str_),
            "deltas": head.deltas.astype(np.float32),
            "landmarks": np.array(json.dumps(head.landmarks, sort_keys=True)),
            "lips": head.lips.astype(np.int32),
            "upper_face": head.upper_face.astype(np.int32),
            "materials": head.materials.astype(np.int32),
            "material_names": np.array(head.material_names, dtype=np.str_),
            "polygons": head.polygons.astype(np.int32),
            "resting": np.array(json.dumps(head.resting, sort_keys=True)),
            "notes": np.array(json.dumps(head.notes)),
        },
    )


def landmarks_from(value: Any) -> dict[str, int]:
    """Landmark name -> vertex index, from JSON values. Raises ValueError for anything else."""
    if not isinstance(value, dict) or len(value) > limits.LANDMARKS:
        raise ValueError("landmarks")
    if any(type(index) is not int or not 0 <= index < limits.MESH_VERTICES for index in value.values()):
        raise ValueError("landmarks")
    return dict(value)


def read_head(path: Path | str) -> Head:
    """Read and check HEAD.npz. Raises InputError naming the array that is wrong."""
    arrays = read_npz(path, ARRAYS)
    vertices, faces, deltas = arrays["vertices"], arrays["faces"], arrays["deltas"]
    channels = texts(arrays["channels"])

    def refuse(problem: str) -> InputError:
        return InputError(f"{path} is not a head: {problem}.")

    def parsed(name: str, otherwise: str) -> Any:
        return parse_json("".join(texts(arrays[name])), f"The array {name} in {path}") if name in arrays else otherwise

    for name, array in (("vertices", vertices), ("deltas", deltas)):
        if not all_finite(array, np.float32):
            raise refuse(f"{name} must be finite numbers")
    if vertices.ndim != 2 or vertices.shape[1] != 3 or not len(vertices):
        raise refuse("vertices must have three coordinates each")
    if deltas.shape != (len(channels), *vertices.shape):
        raise refuse("deltas must hold one displacement a channel and a vertex")
    try:
        landmarks = landmarks_from(parsed("landmarks", ""))
    except ValueError as error:
        raise refuse("landmarks must be a JSON object of vertex indices") from error
    resting = parsed("resting", "") or {}
    if (
        not isinstance(resting, dict)
        or not set(resting) <= set(channels)
        or not all(type(weight) in (int, float) and 0 <= weight <= 1 for weight in resting.values())
    ):
        raise refuse("resting must give channels of the head weights from 0 to 1")
    notes = parsed("notes", "") or []
    if not isinstance(notes, list) or not all(isinstance(note, str) for note in notes):
        raise refuse("notes must be sentences")
    missing = [name for name in LANDMARKS if name not in landmarks]
    if missing:
        raise refuse(f"landmarks lack {', '.join(missing)}")
    if faces.ndim != 2 or faces.shape[1] != 3 or any(arrays[name].ndim != 1 for name in ("lips", "upper_face")):
        raise refuse("faces must be triangles of vertex indices, lips and upper_face lists of them")
    indices = [faces, arrays["lips"], arrays["upper_face"], np.array(list(landmarks.values()))]
    if any(index.size and (index.min() < 0 or index.max() >= len(vertices)) for index in indices):
        raise refuse("an index points outside the vertices")
    material_names = texts(arrays.get("material_names", np.array(["skin"])))
    materials = arrays.get("materials", np.zeros(len(faces), np.int32))
    polygons = arrays.get("polygons", np.arange(len(faces)))
    if any(array.shape != (len(faces),) for array in (materials, polygons)):
        raise refuse("materials and polygons must hold one whole number a face")
    if len(materials) and not 0 <= materials.min() <= materials.max() < len(material_names):
        raise refuse("a face has a material without a name")
    return Head(
        vertices=vertices.astype(np.float32, copy=False),
        faces=faces.astype(np.int32),
        channels=channels,
        deltas=deltas.astype(np.float32, copy=False),
        landmarks=landmarks,
        lips=arrays["lips"].astype(np.int32),
        upper_face=arrays["upper_face"].astype(np.int32),
        materials=materials.astype(np.int32),
        material_names=material_names,
        polygons=polygons.astype(np.int32),
        resting={name: float(weight) for name, weight in resting.items()},
        notes=tuple(notes),
    )
