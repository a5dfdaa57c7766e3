"""Heads of other tools as files: KMTalk's own lips with the shapes of a family's names, and how far they open."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np
from stage import LINE, TREE

__all__ = ["Lips", "build", "gaps", "made_line", "read_lips", "through_file"]


def made_line(folder: Path) -> tuple[Path, "Lips"]:
    """The take file of the line of the demo at 30 frames a second, and the lips of the project's own head."""
    for command in (["generate", str(LINE), "-o", "take.npz", "--fps", "30"], ["head", "-o", "head.npz"]):
        run = [os.environ["KMTALK_PYTHON"], "-m", "model_runtime", *command]
        env = os.environ | {"PYTHONPATH": str(TREE)}
        subprocess.run(run, cwd=folder, env=env, check=True, capture_output=True)
    return folder / "take.npz", read_lips(folder / "head.npz")


@dataclass(frozen=True)
class Lips:
    """The lips of KMTalk's own head. points: (V, 3) m. faces: (F, 3). deltas: channel -> (V, 3). inner: upper and lower
    middle of the inner lips, (2, 3)."""

    points: np.ndarray
    faces: np.ndarray
    deltas: dict[str, np.ndarray]
    inner: np.ndarray


def read_lips(path: Path) -> Lips:
    """The lips of a head file."""
    with np.load(path) as head:
        points, faces = head["vertices"].astype(float), head["faces"]
        marks = json.loads(str(head["landmarks"]))
        lips = np.zeros(len(points), bool)
        lips[head["lips"]] = True
        faces = faces[lips[faces].any(axis=1)]
        used = np.unique(faces)
        new = np.full(len(points), -1)
        new[used] = np.arange(len(used))
        deltas = dict(zip(head["channels"].tolist(), head["deltas"][:, used].astype(float), strict=True))
        inner = points[[marks["upper_lip_inner"], marks["lower_lip_inner"]]]
        return Lips(points[used], new[faces], deltas, inner)


def build(scene, lips: Lips, family: dict[str, dict[str, float]]) -> bpy.types.Object:
    """A mesh with the family's shape keys, each moving the lips as the channels do that it stands for."""
    mesh = bpy.data.meshes.new("head")
    mesh.from_pydata(lips.points.tolist(), [], lips.faces.tolist())
    target = bpy.data.objects.new("head", mesh)
    scene.collection.objects.link(target)
    target.shape_key_add(name="Basis", from_mix=False)
    for number, (name, channels) in enumerate(family.items()):
        moved = lips.points + sum((weight * lips.deltas[c] for c, weight in channels.items()), np.zeros(3))
        # Exporters leave out shapes that move nothing, as blinks do here: one corner tells them apart.
        moved[0, 1] += 1e-4 * (number + 1)
        block = target.shape_key_add(name=name, from_mix=False)
        block.data.foreach_set("co", moved.astype(np.float32).ravel())
        block.value = 0.0
    return target


def through_file(target: bpy.types.Object, path: Path) -> bpy.types.Object:
    """Export a head as .glb or .fbx, remove it, and import it again."""
    bpy.ops.object.select_all(action="DESELECT")
    target.select_set(True)
    bpy.context.view_layer.objects.active = target
    if path.suffix == ".glb":
        bpy.ops.export_scene.gltf(filepath=str(path), use_selection=True, export_animations=False)
    else:
        bpy.ops.export_scene.fbx(filepath=str(path), use_selection=True, bake_anim=False, use_mesh_modifiers=False)
    bpy.data.objects.remove(target)
    before = set(bpy.data.objects)
    if path.suffix == ".glb":
        bpy.ops.import_scene.gltf(filepath=str(path))
    else:
        bpy.ops.import_scene.fbx(filepath=str(path))
    return next(each for each in bpy.data.objects if each not in before and each.type == "MESH")


def gaps(target: bpy.types.Object, lips: Lips, frames: range) -> np.ndarray:
    """(n,) m between the inner lips of the evaluated mesh in each frame."""
    scene = bpy.context.scene
    rest = np.empty(len(target.data.vertices) * 3, np.float32)
    target.data.shape_keys.key_blocks[0].data.foreach_get("co", rest)
    turn = np.array(target.matrix_world)[:3, :3]
    at = np.array(target.matrix_world)[:3, 3]
    placed = rest.reshape(-1, 3) @ turn.T + at
    upper, lower = (int(((placed - point) ** 2).sum(axis=1).argmin()) for point in lips.inner)
    found = []
    for frame in frames:
        scene.frame_set(frame)
        mesh = target.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
        found.append((turn @ (np.array(mesh.vertices[upper].co) - np.array(mesh.vertices[lower].co)))[2])
    # Takes are imported at the playhead.
    scene.frame_set(1)
    return np.array(found)
