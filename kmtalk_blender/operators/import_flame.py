"""kmtalk.import_flame: add a head made of the user's FLAME model."""

import bpy
from bpy.props import StringProperty

from ..errors import UserError
from ..paths import whole_path
from ..registering import registering
from ..scene.jobs.head_jobs import FlameJob
from ..scene.jobs.queue import QueuedJob
from .add_head import AddHeadOperator
from .base import Outcome

__all__ = ["KMTALK_OT_import_flame", "register", "unregister"]


class KMTALK_OT_import_flame(AddHeadOperator, bpy.types.Operator):
    """Add a head made of a FLAME model (.pkl, .npz) or its template (.ply, .obj)"""

    bl_idname = "kmtalk.import_flame"
    bl_label = "Import FLAME"
    bl_options = {"UNDO"}

    filepath: StringProperty(name="File", description="The model", subtype="FILE_PATH", options={"SKIP_SAVE"})
    filter_glob: StringProperty(default="*.pkl;*.npz;*.ply;*.obj", options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Outcome:
        """Ask for the file first."""
        if self.filepath:
            return super().invoke(context, event)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> Outcome:
        """Run to the end; after the file browser of a window, start again as a modal operator instead."""
        if self.options.is_invoke and not bpy.app.background:
            bpy.ops.kmtalk.import_flame(  # type: ignore[attr-defined]  # our own
                "INVOKE_DEFAULT", filepath=self.filepath
            )
            return {"CANCELLED"}
        return super().execute(context)

    def jobs(self, context: bpy.types.Context) -> list[QueuedJob]:
        if not self.filepath:
            raise UserError("No file was chosen; choose a FLAME model.")
        path = whole_path(self.filepath)
        return [QueuedJob(path.stem, lambda _, folder: FlameJob(path, folder))]


register, unregister = registering((KMTALK_OT_import_flame,))
