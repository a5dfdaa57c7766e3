"""Presets of the style settings, with Blender's own preset system."""

import bpy
from bl_operators.presets import AddPresetBase
from bl_ui.utils import PresetPanel

from ..registering import registering
from ..runtime.schema import SETTINGS

__all__ = ["KMTALK_PT_presets", "register", "unregister"]

# The rate is the scene's own.
SAVED = tuple(name for name in SETTINGS if name != "fps")


class KMTALK_OT_add_preset(AddPresetBase, bpy.types.Operator):  # type: ignore[misc]  # the stubs' return types
    """Add or remove a preset of the style"""

    bl_idname = "kmtalk.add_preset"
    bl_label = "Add Style Preset"
    preset_menu = "KMTALK_PT_presets"
    preset_subdir = "kmtalk_style"
    preset_defines = ("settings = bpy.context.scene.kmtalk",)
    preset_values = tuple(f"settings.{name}" for name in SAVED)


class KMTALK_PT_presets(PresetPanel, bpy.types.Panel):
    """Saved styles"""

    bl_label = "Style Presets"
    preset_subdir = "kmtalk_style"
    preset_operator = "script.execute_preset"
    preset_add_operator = "kmtalk.add_preset"

    def draw(self, context: bpy.types.Context) -> None:
        """List the presets and a field to save another. Before the first is saved, Blender has no folder to list."""
        if bpy.utils.preset_paths(self.preset_subdir):
            super().draw(context)
            return
        manager = context.window_manager
        self.layout.label(text="No style is saved yet", icon="INFO")
        row = self.layout.row()
        row.prop(manager, "preset_name", text="")
        row.operator(self.preset_add_operator, text="", icon="ADD").name = manager.preset_name


CLASSES = (KMTALK_OT_add_preset, KMTALK_PT_presets)


register, unregister = registering(CLASSES)
