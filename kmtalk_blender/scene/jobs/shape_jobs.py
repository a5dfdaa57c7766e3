"""A job that adds the channels' shape keys to a mesh in the scene."""

from pathlib import Path

import bpy
import numpy as np

from ...errors import UserError
from ...runtime.head_file import Head
from ..character.calibration import rest_at
from ..character.gaze_names import GAZE_CHANNELS
from ..character.landmarks import check_marks, marks_text, similarity, vertices_of
from ..character.modifiers import remaking_modifier
from ..character.new_shape import new_shape
from ..character.parts import Part, follow, parts_of
from ..character.shape_names import KNOWN_CHANNELS
from ..compat import shape_keys_of
from ..placement.report import Report
from .head_jobs import HeadJob, with_notes

__all__ = ["EXISTING", "ShapesJob", "check_mesh", "write_mesh", "write_shapes"]

EXISTING = ("ASK", "REPLACE", "KEEP")
SAME = 1e-3  # largest distance of the worker's vertices from those of the mesh, relative to its size
STILL = 1e-5  # a channel that moves a part by less than this, relative to the head's size, is left out of it


class ShapesJob(HeadJob):
    """Adds shape keys to a mesh with FLAME's topology or with landmarks."""

    def __init__(
        self, target: bpy.types.Object, existing: str, folder: Path, chosen: tuple[bpy.types.Object, ...] = ()
    ) -> None:
        """existing: what happens to shape keys with a channel's name, one of EXISTING; ASK raises UserError. chosen:
        meshes that follow the head besides those parented to it (teeth, tongue, lashes, eyes).

        Raises UserError with what is wrong.
        """
        check_mesh(target)
        parts = parts_of(target, chosen)
        for thing in (target, *(bpy.data.objects[part.name] for part in parts)):
            taken = _taken(thing)
            if taken and existing == "ASK":
                names = ", ".join(taken[:3]) + (" ..." if len(taken) > 3 else "")
                raise UserError(f"{thing.name} has the shape keys {names} already; choose Replace or Keep.")
        check_marks(target)
        super().__init__(target.name, folder, {"mesh": str(folder / "mesh.npz"), "name": target.name})
        self.target, self.existing = target.name, existing
        self.chosen = tuple(part.name for part in parts)
        write_mesh(target, folder / "mesh.npz", parts)

    def write(self, context: bpy.types.Context) -> Report:
        """Add the shape keys. Raises UserError, with nothing written, when the mesh was changed meanwhile."""
        target = bpy.data.objects.get(self.target)
        if target is None:
            raise UserError(f"{self.target} was deleted; nothing was written.")
        check_mesh(target)
        gone = [name for name in self.chosen if name not in bpy.data.objects]
        if gone:
            raise UserError(f"{gone[0]} was deleted; nothing was written.")
        parts = parts_of(target, tuple(bpy.data.objects[name] for name in self.chosen))
        count, following = write_shapes(target, self.head, self.existing, parts)
        context.scene.kmtalk.target = target
        also = f"; {', '.join(following)} follow" if following else ""
        return Report("", 0, 0, 0, 0, with_notes(f"{target.name}: {count} shape keys made{also}", self.head))


def check_mesh(target: bpy.types.Object) -> None:
    """Raises UserError when a mesh cannot get shape keys now, with the reason."""
    _check_editable(target)
    remaking = remaking_modifier(target)
    if remaking:
        raise UserError(f"Modifier {remaking} of {target.name} changes the number of vertices; apply it or disable it.")


def _check_editable(thing: bpy.types.Object) -> None:
    if thing.type != "MESH":
        raise UserError(f"{thing.name} is not a mesh; choose the mesh of a head.")
    if thing.library is not None or thing.data.library is not None:
        raise UserError(f"The mesh of {thing.name} is linked; make it local (Object, Relations).")
    if thing.mode != "OBJECT":
        raise UserError(f"{thing.name} is in {thing.mode.lower().replace('_', ' ')} mode; leave it first.")
    if thing.data.users > 1:
        raise UserError(f"{thing.name} shares its mesh with other objects; make it a single user first.")


def write_shapes(
    target: bpy.types.Object, head: Head, existing: str, parts: tuple[Part, ...] = ()
) -> tuple[int, list[str]]:
    """Add a head's channels to a mesh as shape keys, in the mesh's own axes and unit.

    Parts get the shape keys that move them, with drivers that follow the head. When the lips are apart at rest, the
    rest value of mouthClose closes them. Returns the number of shape keys of the mesh, and the names of the parts.
    Raises UserError, with every mesh unchanged, when the head's vertices are not those of the mesh and its parts, or a
    part cannot be changed.
    """
    points = np.concatenate([vertices_of(target), *(part.points for part in parts)])
    if len(points) != len(head.vertices):
        raise UserError(f"{target.name} has {len(points)} vertices, its shapes {len(head.vertices)}; make them again.")
    scale, rotation, shift = similarity(head.vertices.astype(np.float64), points)
    apart = np.abs(scale * head.vertices @ rotation.T + shift - points).max()
    if apart > SAME * np.ptp(points, axis=0).max():
        raise UserError(f"{target.name} was changed while its shapes were made; make them again.")
    moved = {
        channel: scale * delta.astype(np.float64) @ rotation.T
        for channel, delta in zip(head.channels, head.deltas, strict=True)
    }
    ends = np.cumsum([len(target.data.vertices), *(len(part.points) for part in parts)])
    least = STILL * np.ptp(points, axis=0).max()
    following = {}
    for part, start, end in zip(parts, ends[:-1], ends[1:], strict=True):
        own = {channel: delta[start:end] for channel, delta in moved.items() if np.abs(delta[start:end]).max() > least}
        if own:
            _check_editable(bpy.data.objects[part.name])
            following[part.name] = {channel: delta @ part.turn.T for channel, delta in own.items()}
    made = _add_keys(target, {channel: delta[: ends[0]] for channel, delta in moved.items()}, existing)
    resting = {channel: value for channel, value in head.resting.items() if channel in made}
    if resting:
        rest_at(target, resting)
    for name, deltas in following.items():
        for channel in _add_keys(bpy.data.objects[name], deltas, existing):
            follow(bpy.data.objects[name], target, channel)
    return len(made), list(following)


def _add_keys(thing: bpy.types.Object, deltas: dict[str, np.ndarray], existing: str) -> list[str]:
    """Add or replace shape keys with (V, 3) displacements. Returns their names."""
    points, made = vertices_of(thing), []
    before = set(thing.data.shape_keys.key_blocks.keys()) if thing.data.shape_keys is not None else set()
    for channel, delta in deltas.items():
        if channel in before and existing == "KEEP":
            continue
        block = shape_keys_of(thing).key_blocks[channel] if channel in before else new_shape(thing, channel)
        block.data.foreach_set("co", (points + delta).astype(np.float32).ravel())
        block.slider_min, block.slider_max, block.value = 0.0, 1.0, 0.0
        made.append(channel)
    thing.data.update()
    return made


def _taken(target: bpy.types.Object) -> list[str]:
    blocks = target.data.shape_keys.key_blocks if target.data.shape_keys is not None else ()
    return [name for name in (*KNOWN_CHANNELS, *GAZE_CHANNELS) if name in blocks]


def write_mesh(target: bpy.types.Object, path: Path, parts: tuple[Part, ...] = ()) -> None:
    """Write a mesh at rest with its landmarks and parts, for the worker (format: model_runtime.heads.mesh_files)."""
    things = [(target, vertices_of(target)), *((bpy.data.objects[part.name], part.points) for part in parts)]
    if not len(target.data.polygons):
        raise UserError(f"{target.name} has no faces; choose a mesh of a head.")
    loops, sizes, start = [], [], 0
    for thing, points in things:
        corners = np.empty(len(thing.data.loops), np.int32)
        counts = np.empty(len(thing.data.polygons), np.int32)
        thing.data.loops.foreach_get("vertex_index", corners)
        thing.data.polygons.foreach_get("loop_total", counts)
        loops.append(corners + start)
        sizes.append(counts)
        start += len(points)
    np.savez_compressed(
        path,
        vertices=np.concatenate([points for _, points in things]),
        loops=np.concatenate(loops),
        sizes=np.concatenate(sizes),
        own=np.array(len(things[0][1])),
        landmarks=np.array(marks_text(target)),
    )
