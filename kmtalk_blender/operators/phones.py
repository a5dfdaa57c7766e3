"""The phones of a take: move a boundary, markers, TextGrid."""

import bpy
from bpy.props import FloatProperty, IntProperty, StringProperty

from ..paths import whole_path
from ..scene.baseline import take_info
from ..scene.jobs import GenerateJob
from ..scene.options import Line, options_of
from ..scene.phones import add_markers, listed_action, listed_strip, move_boundary, write_textgrid
from ..scene.queue import Order
from ..scene.rigs import target_of
from ..scene.strips import frame_rate
from .base import Acting, JobOperator, busy

__all__ = ["register", "unregister"]


def phones_reason(context: bpy.types.Context) -> str:
    """Why there are no phones to work on; empty when there are."""
    if busy(context):
        return busy(context)
    return "" if listed_action(context) is not None else "Make a take active first"


class PhoneReasoned(Acting):
    """An operator that needs the phones of the active take."""

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return phones_reason(context)


class KMTALK_OT_move_boundary(PhoneReasoned, bpy.types.Operator):
    """Move the start of the selected phone to the playhead; Complete then changes the motion"""

    bl_idname = "kmtalk.move_boundary"
    bl_label = "Start at Playhead"
    bl_options = {"REGISTER", "UNDO"}

    index: IntProperty(name="Phone", description="Its place in the list; -1: the selected one", default=-1)
    seconds: FloatProperty(name="Time", description="Seconds in the take; negative: the playhead", default=-1.0)

    def act(self, context: bpy.types.Context) -> str:
        action, scene = listed_action(context), context.scene
        index = context.window_manager.kmtalk.phone_index if self.index < 0 else self.index
        phones = action.kmtalk.phones
        strip = phones[index].take if 0 <= index < len(phones) else None
        at_playhead = (scene.frame_current - take_info(action, strip).get("start", 0.0)) / frame_rate(scene)
        move_boundary(action, index, at_playhead if self.seconds < 0 else self.seconds)
        return ""


class KMTALK_OT_add_markers(PhoneReasoned, bpy.types.Operator):
    """A timeline marker for every phone of the take"""

    bl_idname = "kmtalk.add_markers"
    bl_label = "Add Markers"
    bl_options = {"REGISTER", "UNDO"}

    def act(self, context: bpy.types.Context) -> str:
        count = add_markers(context.scene, target_of(context))
        return f"{count} markers"


class KMTALK_OT_export_textgrid(PhoneReasoned, bpy.types.Operator):
    """Write the take's phones and words as a TextGrid for Praat; beside the sound it is read again"""

    bl_idname = "kmtalk.export_textgrid"
    bl_label = "Export TextGrid"

    filepath: StringProperty(name="File", description="Where to", subtype="FILE_PATH")
    filter_glob: StringProperty(default="*.TextGrid", options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        self.filepath = self.filepath or "line.TextGrid"
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def act(self, context: bpy.types.Context) -> str:
        action = listed_action(context)
        write_textgrid(action, whole_path(self.filepath), listed_strip(context, action))
        return f"Wrote {self.filepath}"


class KMTALK_OT_import_textgrid(JobOperator, bpy.types.Operator):
    """Speak the take again with the phones of a TextGrid; edited keys stay"""

    bl_idname = "kmtalk.import_textgrid"
    bl_label = "Import TextGrid"
    bl_options = {"UNDO"}

    filepath: StringProperty(name="File", description="A TextGrid with a tier of phones", subtype="FILE_PATH")
    filter_glob: StringProperty(default="*.TextGrid", options={"HIDDEN"})

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return phones_reason(context)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if self.filepath:
            return super().invoke(context, event)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def orders(self, context: bpy.types.Context) -> list[Order]:
        action, options = listed_action(context), options_of(context.scene)
        info = take_info(action, listed_strip(context, action))
        line = Line(target_of(context).name, textgrid=self.filepath, take=info["id"])
        return [Order(info["strip"], lambda ctx, folder: GenerateJob(ctx, line, options, folder))]


CLASSES = (KMTALK_OT_move_boundary, KMTALK_OT_add_markers, KMTALK_OT_export_textgrid, KMTALK_OT_import_textgrid)


def register() -> None:
    for cls in CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
