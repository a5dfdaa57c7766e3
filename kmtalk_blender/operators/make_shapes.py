"""kmtalk.make_shapes and kmtalk.measure_shapes: shape keys for a head, and what existing ones do."""

from pathlib import Path

import bpy
from bpy.props import EnumProperty

from ..errors import UserError
from ..registering import registering
from ..scene.jobs.measure_jobs import MeasureJob
from ..scene.jobs.queue import QueuedJob
from ..scene.jobs.shape_jobs import ShapesJob, check_mesh
from .base import JobOperator, busy

__all__ = ["NO_MESH", "chosen_mesh", "mesh_of", "register", "unregister"]

NO_MESH = "Select the mesh of a head"
CHOICES = (
    ("ASK", "Ask", "Stop when shape keys with a channel's name exist"),
    ("REPLACE", "Replace", "Shape keys with a channel's name are replaced"),
    ("KEEP", "Keep", "Shape keys with a channel's name stay as they are"),
)


def mesh_of(context: bpy.types.Context) -> bpy.types.Object | None:
    """The active mesh, else the panel's character."""
    active = context.view_layer.objects.active if context.view_layer else None
    return active if active is not None and active.type == "MESH" else context.scene.kmtalk.target


def chosen_mesh(context: bpy.types.Context) -> bpy.types.Object:
    """As `mesh_of`. Raises UserError when there is none."""
    target = mesh_of(context)
    if target is None:
        raise UserError(f"{NO_MESH}.")
    return target


class KMTALK_OT_make_shapes(JobOperator, bpy.types.Operator):
    """Add shape keys to the active head (FLAME, or with landmarks); other selected and parented meshes follow it"""

    bl_idname = "kmtalk.make_shapes"
    bl_label = "Make Shapes"
    bl_options = {"UNDO"}

    existing: EnumProperty(
        name="Existing", description="What happens to existing shape keys with a channel's name", items=CHOICES
    )

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return busy(context) or ("" if mesh_of(context) is not None else NO_MESH)

    def jobs(self, context: bpy.types.Context) -> list[QueuedJob]:
        target, existing = chosen_mesh(context), self.existing
        check_mesh(target)
        name = target.name
        beside = tuple(thing.name for thing in context.selected_objects if thing.type == "MESH" and thing != target)

        def job(_: object, folder: Path) -> ShapesJob:
            return ShapesJob(bpy.data.objects[name], existing, folder, tuple(bpy.data.objects[b] for b in beside))

        return [QueuedJob(name, job)]


class KMTALK_OT_measure_shapes(JobOperator, bpy.types.Operator):
    """Map shape keys of any name by how they move the mesh; needs FLAME's topology or marked landmarks"""

    bl_idname = "kmtalk.measure_shapes"
    bl_label = "Measure Shapes"
    bl_options = {"UNDO"}

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return busy(context) or ("" if mesh_of(context) is not None else NO_MESH)

    def jobs(self, context: bpy.types.Context) -> list[QueuedJob]:
        target = chosen_mesh(context)
        check_mesh(target)
        name = target.name
        return [QueuedJob(name, lambda _, folder: MeasureJob(bpy.data.objects[name], folder))]


CLASSES = (KMTALK_OT_make_shapes, KMTALK_OT_measure_shapes)


register, unregister = registering(CLASSES)
