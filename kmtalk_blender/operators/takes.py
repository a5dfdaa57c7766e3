"""Operators of a character's takes: clear, activate, export, import."""

import bpy
from bpy.props import BoolProperty, IntProperty, StringProperty

from .. import session
from ..errors import UserError
from ..paths import whole_path
from ..registering import registering
from ..runtime.take_tables import is_exported
from ..scene.character.shape_map import target_of
from ..scene.jobs.blocking import generate
from ..scene.options import SpokenLine, options_of
from ..scene.placement.exchange import export_take, import_take
from ..scene.placement.manage_takes import activate_take, clear_takes
from ..scene.takes.takes import active_take, take_at
from .base import ActionOperator, Outcome, busy
from .complete import no_take_reason

__all__ = ["register", "unregister"]


class KMTALK_OT_clear(ActionOperator, bpy.types.Operator):
    """Remove the character's takes and make your own action the active one again"""

    bl_idname = "kmtalk.clear"
    bl_label = "Clear"
    bl_options = {"REGISTER", "UNDO"}

    take: StringProperty(name="Take", description="Only this take's action; empty: all of them")
    strip: StringProperty(name="Strip", description="Only the take of this strip; empty: all of them")
    take_id: StringProperty(name="Take's Id", description="Id of the only take to remove; empty: all of them")

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return no_take_reason(context)

    def act(self, context: bpy.types.Context) -> str:
        names = (self.take,) if self.take else ()
        count, messages = clear_takes(target_of(context), names, self.strip, self.take_id)
        return " ".join([f"{count} take{'s' if count > 1 else ''} removed.", *messages])


class KMTALK_OT_activate_take(ActionOperator, bpy.types.Operator):
    """Edit this take: its action becomes the active one. A linked take is copied first"""

    bl_idname = "kmtalk.activate_take"
    bl_label = "Work on Take"
    bl_options = {"REGISTER", "UNDO"}

    take: StringProperty(name="Take", description="The take's action")

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return no_take_reason(context)

    def act(self, context: bpy.types.Context) -> str:
        return " ".join(activate_take(target_of(context), self.take))


class KMTALK_OT_export_take(ActionOperator, bpy.types.Operator):
    """Write the take as it plays now: .npz (everything), .csv (Live Link Face) or .json"""

    bl_idname = "kmtalk.export_take"
    bl_label = "Export Take"

    filepath: StringProperty(name="File", description="File to write: .npz, .csv or .json", subtype="FILE_PATH")
    filter_glob: StringProperty(default="*.npz;*.csv;*.json", options={"HIDDEN"})
    check_existing: BoolProperty(default=True, options={"HIDDEN"})

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return no_take_reason(context)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Outcome:
        self.filepath = self.filepath or "take.npz"
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def act(self, context: bpy.types.Context) -> str:
        target = target_of(context)
        here = take_at(target, active_take(target), context.scene.frame_current)
        path = export_take(target, whole_path(self.filepath), here)
        return f"Wrote {path}"


class KMTALK_OT_import_take(ActionOperator, bpy.types.Operator):
    """Read a take (.npz, Live Link Face .csv, .json) onto the character, from the current frame"""

    bl_idname = "kmtalk.import_take"
    bl_label = "Import Take"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(name="File", description="The take", subtype="FILE_PATH")
    filter_glob: StringProperty(default="*.npz;*.csv;*.json", options={"HIDDEN"})
    frame: IntProperty(name="Frame", description="Where it starts; -1: the current frame", default=-1)

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        if busy(context):
            return busy(context)
        try:
            target_of(context)
        except UserError as error:
            return str(error)
        return ""

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Outcome:
        if self.filepath:
            return self.execute(context)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def act(self, context: bpy.types.Context) -> str:
        scene = context.scene
        frame = scene.frame_current if self.frame < 0 else self.frame
        path = whole_path(self.filepath)
        if path.suffix.lower() == ".csv" and not is_exported(path):
            line = SpokenLine(target_of(context).name, frame=frame, capture=str(path))
            return generate(context, session.worker(), line, options_of(scene)).text
        action, take = import_take(scene, target_of(context), path, frame, options_of(scene))
        return f"{action.name}: {take.duration:.1f} s"


CLASSES = (KMTALK_OT_clear, KMTALK_OT_activate_take, KMTALK_OT_export_take, KMTALK_OT_import_take)


register, unregister = registering(CLASSES)
