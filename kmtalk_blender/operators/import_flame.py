"""kmtalk.import_flame: the user's FLAME model becomes a head."""

import bpy
from bpy.props import StringProperty

from ..errors import UserError
from ..paths import whole_path
from ..scene.queue import Order
from ..scene.shapes import FlameJob
from .base import JobOperator, busy

__all__ = ["KMTALK_OT_import_flame", "register", "unregister"]


class KMTALK_OT_import_flame(JobOperator, bpy.types.Operator):
    """Add a head made of a FLAME model (.pkl, .npz) or its template (.ply, .obj)"""

    bl_idname = "kmtalk.import_flame"
    bl_label = "Import FLAME"
    bl_options = {"UNDO"}

    filepath: StringProperty(name="File", description="The model", subtype="FILE_PATH")
    filter_glob: StringProperty(default="*.pkl;*.npz;*.ply;*.obj", options={"HIDDEN"})

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        if context.mode != "OBJECT":
            return "Leave edit mode first (Tab)"
        return busy(context)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Ask for the file first."""
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def orders(self, context: bpy.types.Context) -> list[Order]:
        if not self.filepath:
            raise UserError("No file was chosen; choose a FLAME model.")
        path = whole_path(self.filepath)
        return [Order(path.stem, lambda _, folder: FlameJob(path, folder))]


def register() -> None:
    bpy.utils.register_class(KMTALK_OT_import_flame)


def unregister() -> None:
    bpy.utils.unregister_class(KMTALK_OT_import_flame)
