"""kmtalk.import_capture: a captured performance (Live Link Face, Face Cap, ...) onto the character, as a take."""

import bpy
from bpy.props import BoolProperty, IntProperty, StringProperty

from ..errors import UserError
from ..paths import whole_path
from ..registering import registering
from ..runtime.input_files import is_file, is_folder
from ..scene.character.shape_map import check_target, target_of
from ..scene.compat import sequencer_scene
from ..scene.jobs.generate_job import GenerateJob
from ..scene.jobs.queue import QueuedJob
from ..scene.options import SpokenLine, options_of
from ..scene.sound.strips import chosen_strip
from .base import JobOperator, Outcome, busy

__all__ = ["register", "unregister"]


class KMTALK_OT_import_capture(JobOperator, bpy.types.Operator):
    """Read a captured performance (Live Link Face .csv or folder, Face Cap .txt and others) onto the character"""

    bl_idname = "kmtalk.import_capture"
    bl_label = "Import Capture"
    bl_options = {"UNDO"}

    filepath: StringProperty(name="File", description="The capture, or the folder of its take", subtype="FILE_PATH")
    filter_glob: StringProperty(default="*.csv;*.tsv;*.txt;*.json;*.npz", options={"HIDDEN"})
    use_strip: BoolProperty(
        name="Sound of the Strip",
        description="The active sound strip was recorded with it; the capture starts with the strip",
        default=False,
    )
    strip: StringProperty(name="Strip", description="Name of the strip with its sound; empty: the active one")
    sound: StringProperty(
        name="Sound", description="Sound file that was recorded with it, in place of a strip", subtype="FILE_PATH"
    )
    transcript: StringProperty(name="Transcript", description="What is said in the sound; empty: as Generate finds it")
    timecode: StringProperty(
        name="From Timecode", description="Timecode at which it begins, to line up two devices; empty: its first one"
    )
    frame: IntProperty(name="Frame", description="Where it starts without a strip; -1: the current frame", default=-1)

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
        """Ask for the file first."""
        if self.filepath:
            return super().invoke(context, event)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def jobs(self, context: bpy.types.Context) -> list[QueuedJob]:
        target, options = target_of(context), options_of(context.scene)
        check_target(target)
        path = whole_path(self.filepath)
        if not is_file(path) and not is_folder(path):
            raise UserError(f"There is no capture {path}; choose one.")
        strip = self.strip
        if self.use_strip and not strip:
            strip = chosen_strip(sequencer_scene(context)).name
        line = SpokenLine(
            target.name,
            strip=strip,
            audio="" if strip else self.sound,
            frame=context.scene.frame_current if self.frame < 0 else self.frame,
            transcript=self.transcript,
            capture=str(path),
            timecode=self.timecode,
        )
        return [QueuedJob(line.name, lambda ctx, folder: GenerateJob(ctx, line, options, folder))]


register, unregister = registering((KMTALK_OT_import_capture,))
