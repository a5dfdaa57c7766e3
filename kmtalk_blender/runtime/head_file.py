"""HEAD.npz as the extension sees it, with numpy alone. The format is model_runtime.heads.head's."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import UserError
from .unreadable import UNREADABLE

__all__ = ["Head", "read_head"]

# It is the runtime that writes these files.
UNUSABLE = "KMTalk's runtime made a head that cannot be used; install the extension again."


@dataclass(frozen=True)
class Head:
    """A face that can move. +Z is up, it looks along -Y, left is +X.

    vertices: (V, 3) float32 m. faces: (F, 3) int32 triangles. polygons: (F,) the polygon a triangle belongs to.
    materials: (F,) index into material_names. channels: K names. deltas: (K, V, 3) m, displacement at weight 1.
    landmarks: name -> vertex index. resting: channel -> weight that closes lips which stand apart in the neutral mesh.
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


def read_head(path: Path | str) -> Head:
    """Read and check a head. Raises UserError when it is damaged."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        faces = arrays["faces"].astype(np.int32)
        head = Head(
            vertices=arrays["vertices"].astype(np.float32),
            faces=faces,
            polygons=arrays.get("polygons", np.arange(len(faces))).astype(np.int32),
            materials=arrays.get("materials", np.zeros(len(faces))).astype(np.int32),
            material_names=tuple(str(name) for name in arrays.get("material_names", np.array(["skin"]))),
            channels=tuple(str(name) for name in np.atleast_1d(arrays["channels"])),
            deltas=arrays["deltas"].astype(np.float32),
            landmarks={str(name): int(index) for name, index in json.loads(str(arrays["landmarks"])).items()},
            resting={str(name): float(value) for name, value in json.loads(str(arrays.get("resting", "{}"))).items()},
        )
    except UNREADABLE as error:
        raise UserError(UNUSABLE) from error
    count = len(head.vertices)
    if head.vertices.shape != (count, 3) or head.deltas.shape != (len(head.channels), count, 3):
        raise UserError(UNUSABLE)
    if faces.ndim != 2 or faces.shape[1] != 3 or not len(faces) or faces.min() < 0 or faces.max() >= count:
        raise UserError(UNUSABLE)
    if len(head.polygons) != len(faces) or len(head.materials) != len(faces):
        raise UserError(UNUSABLE)
    return head
