"""Drag and drop: a sound or a take onto the 3D view."""

from pathlib import Path

import bpy
from bpy.props import StringProperty

from ..errors import UserError
from ..registering import registering
from ..scene.character.shape_map import target_of
from .add_sound import add_spoken_sound
from .base import Outcome, PollReason, busy

__all__ = ["register", "unregister"]


class KMTALK_OT_drop_sound(PollReason, bpy.types.Operator):
    """Add the sound as a strip at the current frame, and make the character speak it"""

    bl_idname = "kmtalk.drop_sound"
    bl_label = "Speak Sound"
    bl_options = {"INTERNAL", "UNDO"}

    filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        if busy(context):
            return busy(context)
        try:
            target_of(context)
        except UserError as error:
            return str(error)
        return ""

    def execute(self, context: bpy.types.Context) -> Outcome:
        try:
            name = add_spoken_sound(context, Path(self.filepath))
        except UserError as error:
            return self.report_error(error)
        try:
            bpy.ops.kmtalk.generate("INVOKE_DEFAULT", strip=name)  # type: ignore[attr-defined]  # our own
        except RuntimeError as error:
            # The strip was added, so this is a warning and the operator is finished.
            self.report({"WARNING"}, str(error).strip())
        return {"FINISHED"}


class KMTALK_FH_sound(bpy.types.FileHandler):
    """Sounds dropped onto the 3D view"""

    bl_idname = "KMTALK_FH_sound"
    bl_label = "KMTalk: speak"
    bl_import_operator = "kmtalk.drop_sound"
    bl_file_extensions = ".wav;.flac;.ogg;.mp3"

    @classmethod
    def poll_drop(cls, context: bpy.types.Context) -> bool:
        return context.area is not None and context.area.type == "VIEW_3D"


class KMTALK_FH_take(bpy.types.FileHandler):
    """Takes dropped onto the 3D view"""

    bl_idname = "KMTALK_FH_take"
    bl_label = "KMTalk: take"
    bl_import_operator = "kmtalk.import_take"
    bl_file_extensions = ".npz;.csv"

    @classmethod
    def poll_drop(cls, context: bpy.types.Context) -> bool:
        return context.area is not None and context.area.type == "VIEW_3D"


CLASSES = (KMTALK_OT_drop_sound, KMTALK_FH_sound, KMTALK_FH_take)


register, unregister = registering(CLASSES)
