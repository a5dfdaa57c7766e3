"""The project's own head: a stylised human head with every channel, computed from its design."""

import numpy as np

from model_runtime.channels import SHAPES
from model_runtime.heads.demo.body import Body, build_body
from model_runtime.heads.demo.landmarks import find_landmarks
from model_runtime.heads.demo.mouth import BORDER, LAST_LIP
from model_runtime.heads.demo.shapes import build_shapes
from model_runtime.heads.head import Head

__all__ = ["MATERIALS", "demo_head"]

MATERIALS = (
    *("skin", "lips", "mouth", "teeth", "tongue", "eye_white", "iris", "pupil", "brow", "gums", "hair", "lashes"),
)
METRES = 0.001
# The upper face (forehead and eye region) lies above this z and in front of this y, mm.
UPPER_FACE_Z = -12.0
UPPER_FACE_Y = -20.0


def demo_head() -> Head:
    """The head at rest with all channels, m, exactly symmetric; the same bytes at every call."""
    body = build_body()
    shapes = build_shapes(body)
    faces, polygons = _triangles(body.whole.vertices, body.whole.quads)
    names = np.array([MATERIALS.index(name) for name in body.whole.materials])
    return Head(
        vertices=(body.whole.vertices * METRES).astype(np.float32),
        faces=faces.astype(np.int32),
        channels=SHAPES,
        deltas=(shapes * METRES).astype(np.float32),
        landmarks=find_landmarks(body),
        lips=np.sort(body.rings.mouth[BORDER : LAST_LIP + 1].ravel()).astype(np.int32),
        upper_face=_upper_face(body),
        materials=names[polygons].astype(np.int32),
        material_names=MATERIALS,
        polygons=polygons.astype(np.int32),
    )


def _triangles(points: np.ndarray, quads: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Triangles (F, 3) of quads (Q, 4), cut along the shorter diagonal, with the quad (F,) each comes from."""
    corner = points[quads]
    first, second = (np.linalg.norm(corner[:, i] - corner[:, i + 2], axis=1) for i in (0, 1))
    # A difference within rounding counts as none, so that mirrored quads are cut alike.
    turn = (second < first - 1e-6) & (quads[:, 2] != quads[:, 3])
    quads = np.where(turn[:, None], np.roll(quads, -1, axis=1), quads)
    halves = np.stack([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]], axis=1)
    keep = np.stack([np.ones(len(quads), dtype=bool), quads[:, 2] != quads[:, 3]], axis=1)
    owner = np.repeat(np.arange(len(quads))[:, None], 2, axis=1)
    return halves[keep], owner[keep]


def _upper_face(body: Body) -> np.ndarray:
    points = body.whole.vertices
    chosen = (points[:, 2] > UPPER_FACE_Z) & (points[:, 1] < UPPER_FACE_Y)
    allowed = np.zeros(len(points), dtype=bool)
    for name in ("skin", "brow_left", "brow_right"):
        allowed[body.spans[name]] = True
    return np.flatnonzero(chosen & allowed).astype(np.int32)
