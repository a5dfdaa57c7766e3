"""Test meshes derived from the project's head (other proportions, unit, axes, vertex order, triangles), and a synthetic
FLAME model."""

from pathlib import Path

import numpy as np

from model_runtime.heads.flame_topology import FLAME_LANDMARKS, FLAME_VERTICES
from model_runtime.heads.mesh import Mesh, pieces
from model_runtime.heads.source import make_source


def morphed(points: np.ndarray) -> np.ndarray:
    """(V, 3) points of another face: narrower, with a longer chin and a bigger nose."""
    x, y, z = (points / 0.062).T
    low = np.clip(-z - 1.0, 0, 1.2)
    nose = np.exp(-((x / 0.25) ** 2 + ((z + 0.6) / 0.35) ** 2 + ((y + 1.8) / 0.3) ** 2))
    return 0.062 * np.stack([x * (0.92 - 0.08 * low), y * 1.04 - 0.12 * nose, z * 1.05 - 0.1 * low], axis=1)


def other_mesh(seed: int = 3) -> Mesh:
    """A head in centimetres, Y up, with shuffled vertices, quads split along the other diagonal, and 16 landmarks."""
    source = make_source()
    head = source.head
    points = morphed(head.vertices.astype(np.float64)) * 100
    points = points[:, [0, 2, 1]] * [1, 1, -1] + [4.0, 160.0, -2.0]
    faces = head.faces.copy()
    first = np.flatnonzero((head.polygons[1:] == head.polygons[:-1]) & (faces[1:, 0] == faces[:-1, 0]))
    a, b, c, d = faces[first, 0], faces[first, 1], faces[first, 2], faces[first + 1, 2]
    faces[first], faces[first + 1] = np.stack([a, b, d], axis=1), np.stack([b, c, d], axis=1)
    order = np.random.default_rng(seed).permutation(len(points))
    place = np.argsort(order)
    landmarks = {name: int(place[index]) for name, index in source.landmarks.items()}
    return Mesh(points[order], place[faces].astype(np.int32), head.polygons, landmarks)


def made_up_flame() -> dict[str, np.ndarray]:
    """The arrays of a FLAME model with the official keys and sizes; the template is our head's front and eyeballs."""
    source = make_source()
    head, points = source.head, morphed(source.head.vertices.astype(np.float64))
    label = pieces(len(points), head.faces)
    skin = label == label[source.landmarks["nose_tip"]]
    depth = np.sort(points[skin, 1])[FLAME_VERTICES - 900]
    kept = (skin & (points[:, 1] <= depth)) | (label == 1)
    faces = head.faces[kept[head.faces].all(axis=1)]
    used = np.unique(faces)
    chosen = np.concatenate([used, np.flatnonzero(~kept)[: FLAME_VERTICES - len(used)]])
    index_of = {int(vertex): i for i, vertex in enumerate(chosen)}
    order = np.arange(FLAME_VERTICES)
    of_skin = np.flatnonzero(skin & kept)
    for name, wanted in FLAME_LANDMARKS.items():
        vertex = source.landmarks[name]
        if not skin[vertex]:
            vertex = int(of_skin[np.linalg.norm(points[of_skin] - points[vertex], axis=1).argmin()])
        now = int(np.flatnonzero(order == index_of[vertex])[0])
        order[[now, wanted]] = order[[wanted, now]]
    chosen = chosen[order]
    place = np.full(len(points), -1)
    place[chosen] = np.arange(FLAME_VERTICES)
    template = points[chosen][:, [0, 2, 1]] * [1, 1, -1]
    jaw = np.clip(source.jaw[chosen], 0, 1)
    weights = np.stack([0.4 * (1 - jaw), 0.6 * (1 - jaw), jaw, 0 * jaw, 0 * jaw], axis=1)
    hinge = np.argsort(np.linalg.norm(template - [0, -0.028, 0.008], axis=1))[:40]
    regressor = np.zeros((5, FLAME_VERTICES))
    regressor[:, hinge] = 1 / len(hinge)
    shapes = np.zeros((FLAME_VERTICES, 3, 400))
    pucker = head.deltas[head.channels.index("mouthPucker"), chosen][:, [0, 2, 1]] * [1, 1, -1]
    shapes[:, :, 300] = 0.8 * pucker
    return {
        "v_template": template,
        "f": place[faces].astype(np.uint32),
        "shapedirs": shapes,
        "posedirs": np.zeros((FLAME_VERTICES, 3, 36)),
        "J_regressor": regressor,
        "weights": weights,
        "kintree_table": np.array([[4294967295, 0, 1, 1, 1], [0, 1, 2, 3, 4]]),
    }


def write_obj(mesh: Mesh, path: Path) -> None:
    lines = [f"v {x:.6f} {y:.6f} {z:.6f}" for x, y, z in mesh.vertices]
    lines += ["f " + " ".join(f"{corner + 1}//" for corner in face) for face in mesh.faces]
    path.write_text("\n".join(lines))
