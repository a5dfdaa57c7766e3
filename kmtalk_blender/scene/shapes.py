"""Give a mesh in the scene the channels' shape keys; bring in a FLAME model. Both as jobs for the worker."""

from pathlib import Path

import bpy
import numpy as np

from ..errors import UserError
from ..runtime.head_file import Head, read_head
from .aliases import CHANNELS
from .calibration import rest_at
from .heads import add_head
from .marks import marks_text, similarity, vertices_of
from .report import Report
from .requests import Request

__all__ = ["EXISTING", "FlameJob", "ShapesJob", "check_mesh", "write_mesh", "write_shapes"]

EXISTING = ("ASK", "REPLACE", "KEEP")
# Modifiers that make another face of the mesh than the one that would get the shapes.
REMAKING = ("MIRROR", "REMESH", "DECIMATE", "BOOLEAN", "BUILD", "SKIN", "WELD", "MASK")
# How far the worker's vertices may lie from the mesh's, of its size, to be the same.
SAME = 1e-3


class ShapesJob:
    """Shape keys for a mesh of FLAME's topology, or one with landmarks."""

    def __init__(self, target: bpy.types.Object, existing: str, folder: Path) -> None:
        """existing: what becomes of shape keys that have a channel's name, one of EXISTING; ASK refuses.

        Raises UserError with what is wrong.
        """
        check_mesh(target)
        taken = _taken(target)
        if taken and existing == "ASK":
            names = ", ".join(taken[:3]) + (" ..." if len(taken) > 3 else "")
            raise UserError(f"{target.name} has the shape keys {names} already; choose Replace or Keep.")
        self.title, self.target, self.existing, self.folder = target.name, target.name, existing, folder
        self.head: Head | None = None
        write_mesh(target, folder / "mesh.npz")

    def first(self) -> Request:
        """The one request."""
        return Request("head", {"mesh": str(self.folder / "mesh.npz"), "output": str(self.folder / "head.npz")})

    def next(self, result: dict) -> Request | None:
        """Take in the head."""
        self.head = read_head(result["output"])
        return None

    def write(self, context: bpy.types.Context) -> Report:
        """Add the shape keys. Raises UserError, with nothing written, when the mesh has changed meanwhile."""
        target = bpy.data.objects.get(self.target)
        if target is None:
            raise UserError(f"{self.target} is gone; nothing was written.")
        check_mesh(target)
        count = write_shapes(target, self.head, self.existing)
        context.scene.kmtalk.target = target
        return Report("", 0, 0, 0, 0, f"{target.name}: {count} shape keys made")


class FlameJob:
    """A FLAME model's file becomes a head in the scene."""

    def __init__(self, path: Path, folder: Path) -> None:
        """Raises UserError when there is no such file."""
        if not path.is_file():
            raise UserError(f"There is no file {path}; choose a FLAME model.")
        self.title, self.path, self.folder = path.stem, path, folder
        self.head: Head | None = None

    def first(self) -> Request:
        """The one request."""
        return Request("head", {"flame": str(self.path), "output": str(self.folder / "head.npz")})

    def next(self, result: dict) -> Request | None:
        """Take in the head."""
        self.head = read_head(result["output"])
        return None

    def write(self, context: bpy.types.Context) -> Report:
        """Add the head to the scene."""
        target = add_head(context, self.head, self.title)
        return Report("", 0, 0, 0, 0, f"{target.name}: {len(target.data.shape_keys.key_blocks) - 1} shape keys")


def check_mesh(target: bpy.types.Object) -> None:
    """Raises UserError when a mesh cannot get shape keys now, with the reason."""
    if target.type != "MESH":
        raise UserError(f"{target.name} is no mesh; choose a mesh of a head.")
    if target.library is not None or target.data.library is not None:
        raise UserError(f"The mesh of {target.name} is linked; make it local (Object, Relations).")
    if target.mode != "OBJECT":
        raise UserError(f"{target.name} is in {target.mode.lower().replace('_', ' ')} mode; leave it first.")
    if target.data.users > 1:
        raise UserError(f"{target.name} shares its mesh with other objects; make it a single user first.")
    remaking = [modifier.name for modifier in target.modifiers if modifier.type in REMAKING and modifier.show_viewport]
    if remaking:
        raise UserError(f"The modifier {remaking[0]} of {target.name} makes another mesh; apply it or switch it off.")


def write_shapes(target: bpy.types.Object, head: Head, existing: str) -> int:
    """Add a head's channels to a mesh as shape keys, in the mesh's own axes and unit. Returns how many were written.

    Where its lips stand apart, mouthClose rests at what closes them. Raises UserError, with the mesh as it was, when
    the head's vertices are not the mesh's.
    """
    points = vertices_of(target)
    if len(points) != len(head.vertices):
        raise UserError(f"{target.name} has {len(points)} vertices, its shapes {len(head.vertices)}; make them again.")
    scale, rotation, shift = similarity(head.vertices.astype(np.float64), points)
    apart = np.abs(scale * head.vertices @ rotation.T + shift - points).max()
    if apart > SAME * np.ptp(points, axis=0).max():
        raise UserError(f"{target.name} was changed while its shapes were made; make them again.")
    if target.data.shape_keys is None:
        target.shape_key_add(name="Basis", from_mix=False)
    blocks, made = target.data.shape_keys.key_blocks, set()
    for channel, delta in zip(head.channels, head.deltas, strict=True):
        if channel in blocks and existing == "KEEP":
            continue
        block = blocks.get(channel) or target.shape_key_add(name=channel, from_mix=False)
        moved = points + scale * delta.astype(np.float64) @ rotation.T
        block.data.foreach_set("co", moved.astype(np.float32).ravel())
        block.slider_min, block.slider_max, block.value = 0.0, 1.0, 0.0
        made.add(channel)
    target.data.update()
    resting = {channel: value for channel, value in head.resting.items() if channel in made}
    if resting:
        rest_at(target, resting)
    return len(made)


def _taken(target: bpy.types.Object) -> list[str]:
    keys = target.data.shape_keys
    return [name for name in CHANNELS if keys is not None and name in keys.key_blocks]


def write_mesh(target: bpy.types.Object, path: Path) -> None:
    """Write a mesh at rest and its landmarks for the worker (model_runtime.heads.mesh_files)."""
    mesh = target.data
    loops, sizes = np.empty(len(mesh.loops), np.int32), np.empty(len(mesh.polygons), np.int32)
    mesh.loops.foreach_get("vertex_index", loops)
    mesh.polygons.foreach_get("loop_total", sizes)
    if not len(sizes):
        raise UserError(f"{target.name} has no faces; choose a mesh of a head.")
    np.savez_compressed(
        path, vertices=vertices_of(target), loops=loops, sizes=sizes, landmarks=np.array(marks_text(target))
    )
