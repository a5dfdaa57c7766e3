"""kmtalk.add_sound: add a sound file to the sequencer, to generate lip-sync from it."""

from pathlib import Path

import bpy
from bpy.props import BoolProperty, StringProperty

from ..registering import registering
from ..scene.compat import sequencer_scene
from ..scene.sound.new_strip import add_sound
from .base import ActionOperator, Outcome, busy

__all__ = ["KMTALK_OT_add_sound", "add_spoken_sound", "register", "unregister"]


def add_spoken_sound(context: bpy.types.Context, path: Path) -> str:
    """Add a sound file at the current frame and make it the panel's source. Returns its strip's name.

    In a Blender without sound strips it becomes the panel's sound file, and the name is empty. Raises UserError when
    the file is not a sound.
    """
    scene, settings = sequencer_scene(context), context.scene.kmtalk
    strip = add_sound(scene, path, scene.frame_current)
    workspace = context.workspace
    if workspace is not None and getattr(workspace, "sequencer_scene", scene) is None:
        # Since 5.0 a newly opened sequencer shows no scene until one is set.
        workspace.sequencer_scene = scene  # type: ignore[attr-defined]  # the stubs are those of 4.5
    settings.source = "STRIP" if strip is not None else "FILE"
    if strip is None:
        settings.audio, settings.frame = str(path), scene.frame_current
        return ""
    return strip.name


class KMTALK_OT_add_sound(ActionOperator, bpy.types.Operator):
    """Choose a sound file and put it into the sequencer at the current frame"""

    bl_idname = "kmtalk.add_sound"
    bl_label = "Add Sound"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(name="File", description="The sound", subtype="FILE_PATH", options={"SKIP_SAVE"})
    filter_sound: BoolProperty(default=True, options={"HIDDEN"})
    filter_folder: BoolProperty(default=True, options={"HIDDEN"})
    hide_props_region: BoolProperty(default=True, options={"HIDDEN"})

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return busy(context)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Outcome:
        """Ask for the file first."""
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def act(self, context: bpy.types.Context) -> str:
        path = Path(bpy.path.abspath(self.filepath))
        add_spoken_sound(context, path)
        return f"{path.name} starts at frame {sequencer_scene(context).frame_current}"


register, unregister = registering((KMTALK_OT_add_sound,))
