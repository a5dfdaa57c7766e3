"""Panels of the settings: style of the motion, keys, runtime."""

import bpy

from ..operators.presets import KMTALK_PT_presets
from ..registering import registering
from ..runtime.model_folder import OWN, styles_of
from .places import PanelMixin, in_both_places, labelled

__all__ = ["register", "unregister"]


class KMTALK_MT_styles(bpy.types.Menu):
    """The styles that the model offers"""

    bl_label = "Style"

    def draw(self, context: bpy.types.Context) -> None:
        model = context.scene.kmtalk.model
        styles = styles_of(model if model == OWN else bpy.path.abspath(model))
        for style in styles:
            chosen = self.layout.operator("wm.context_set_string", text=style.capitalize(), translate=False)
            chosen.data_path, chosen.value = "scene.kmtalk.style", style
        if not styles:
            self.layout.label(text="The model cannot be read; choose another one under Runtime", icon="ERROR")


class Style(PanelMixin):
    """Settings of the motion"""

    bl_label = "Style"
    bl_options = {"DEFAULT_CLOSED"}

    def draw_header_preset(self, context: bpy.types.Context) -> None:
        KMTALK_PT_presets.draw_panel_header(self.layout)

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.kmtalk
        layout.use_property_split = True
        layout.use_property_decorate = False
        labelled(layout, "Style").menu("KMTALK_MT_styles", text=settings.style.capitalize(), translate=False)
        column = layout.column(align=True)
        for name in ("jaw", "lips", "smoothing", "lead", "pauses"):
            column.prop(settings, name)
        row = layout.row(heading="Upper Face")
        row.prop(settings, "blinks", toggle=True)
        row.prop(settings, "brows", toggle=True)
        layout.prop(settings, "seed")
        layout.prop(settings, "language")
        layout.prop(settings, "pronunciations")


class Output(PanelMixin):
    """How the motion becomes keys, and where they are written"""

    bl_label = "Keys"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.kmtalk
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(settings, "keys")
        if settings.keys == "SPARSE":
            layout.prop(settings, "tolerance")
        layout.prop(settings, "interpolation")
        layout.prop(settings, "placement")
        layout.prop(settings, "expression")
        column = layout.column(align=True)
        column.prop(settings, "rest_in")
        column.prop(settings, "rest_out")
        layout.prop(settings, "keep_edits")


class Runtime(PanelMixin):
    """The model and the device that compute the motion"""

    bl_label = "Runtime"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.kmtalk
        state = context.window_manager.kmtalk
        layout.use_property_split = True
        layout.use_property_decorate = False
        row = layout.row(align=True)
        row.prop(settings, "model")
        row.operator("kmtalk.install_model", text="", icon="IMPORT")
        layout.prop(settings, "device")
        if state.runtime:
            layout.label(text=state.runtime, icon="CHECKMARK", translate=False)
        layout.operator("kmtalk.ask_runtime", icon="FILE_REFRESH")


CLASSES = (
    KMTALK_MT_styles,
    *in_both_places(Style, parent="Main"),
    *in_both_places(Output, parent="Main"),
    *in_both_places(Runtime, parent="Main"),
)


register, unregister = registering(CLASSES)
