"""HEAD.npz as the extension sees it, with numpy alone. The format is model_runtime.heads.head's."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from .. import limits
from ..errors import UserError
from .input_files import open_file, parse_json
from .npz import TEXT, WHOLE, Wanted, all_finite, read_arrays, texts

__all__ = ["Head", "read_head"]

# The runtime writes these files, so the user can only install it again.
UNUSABLE = "KMTalk's runtime made a head that cannot be used; install the extension again."
ARRAYS = {
    "vertices": Wanted("f", 3 * limits.VERTICES),
    "faces": Wanted(WHOLE),
    "channels": Wanted(TEXT, limits.CHANNELS),
    "deltas": Wanted("f"),
    "landmarks": Wanted(TEXT, 1),
    "polygons": Wanted(WHOLE, required=False),
    "materials": Wanted(WHOLE, required=False),
    "material_names": Wanted(TEXT, limits.CHANNELS, required=False),
    "resting": Wanted(TEXT, 1, required=False),
    "notes": Wanted(TEXT, 1, required=False),
}


@dataclass(frozen=True)
class Head:
    """A head mesh with the displacement of each channel. +Z is up, it faces -Y, its left is +X.

    vertices: (V, 3) float32 m. faces: (F, 3) int32 triangles. polygons: (F,) the polygon a triangle belongs to.
    materials: (F,) index into material_names. channels: K names. deltas: (K, V, 3) m, displacement at weight 1.
    landmarks: name -> vertex index. resting: channel -> weight that closes lips which are apart in the neutral mesh.
    notes: sentences on channels that could not be made.
    """

    vertices: np.ndarray
    faces: np.ndarray
    polygons: np.ndarray
    materials: np.ndarray
    material_names: tuple[str, ...]
    channels: tuple[str, ...]
    deltas: np.ndarray
    landmarks: dict[str, int]
    resting: dict[str, float]
    notes: tuple[str, ...]


def read_head(path: Path | str) -> Head:
    """Read and check a head. Raises UserError when it is damaged."""
    try:
        return _read(path)
    except (UserError, ValueError) as error:
        raise UserError(UNUSABLE) from error


def _read(path: Path | str) -> Head:
    """Raises UserError or ValueError when the file is not a head."""
    with open_file(path, limits.ANY_SIZE, "head (.npz)") as stream:
        arrays = read_arrays(stream, str(path), ARRAYS)
    vertices, faces = arrays["vertices"], arrays["faces"]
    if vertices.ndim != 2 or faces.ndim != 2 or faces.shape[1] != 3 or not len(faces):
        raise ValueError("three numbers each")
    head = Head(
        vertices=vertices.astype(np.float32, copy=False),
        faces=faces,
        polygons=arrays.get("polygons", np.arange(len(faces))),
        materials=arrays.get("materials", np.zeros(len(faces), np.int32)),
        material_names=texts(arrays.get("material_names", np.array(["skin"]))),
        channels=texts(arrays["channels"]),
        deltas=arrays["deltas"].astype(np.float32, copy=False),
        landmarks=_numbers(arrays, "landmarks"),
        resting={name: float(value) for name, value in _numbers(arrays, "resting").items()},
        notes=_sentences(arrays),
    )
    count = len(head.vertices)
    if head.vertices.shape != (count, 3) or head.deltas.shape != (len(head.channels), count, 3):
        raise ValueError("vertices and deltas")
    if not all_finite(head.vertices) or not all_finite(head.deltas):
        raise ValueError("numbers")
    if faces.min() < 0 or faces.max() >= count:
        raise ValueError("faces")
    if head.polygons.shape != (len(faces),) or head.materials.shape != (len(faces),):
        raise ValueError("polygons and materials")
    if not 0 <= head.materials.min() <= head.materials.max() < len(head.material_names):
        raise ValueError("a material without a name")
    if not set(head.resting) <= set(head.channels):
        raise ValueError("a channel that rests")
    return replace(head, faces=faces.astype(np.int32))


def _numbers(arrays: dict[str, np.ndarray], name: str) -> dict:
    """A JSON object of numbers, stored as an array of text; empty without such an array."""
    value = parse_json("".join(texts(arrays[name])), name) if name in arrays else {}
    if not isinstance(value, dict) or any(type(number) not in (int, float) for number in value.values()):
        raise ValueError(name)
    return value


def _sentences(arrays: dict[str, np.ndarray]) -> tuple[str, ...]:
    """The notes, a JSON list stored as an array of text; none without such an array."""
    value = parse_json("".join(texts(arrays["notes"])), "notes") if "notes" in arrays else []
    if not isinstance(value, list) or not all(isinstance(note, str) for note in value):
        raise ValueError("notes")
    return tuple(value)
