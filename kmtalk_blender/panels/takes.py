"""The takes of the character: which one is worked on, edit and complete."""

import bpy

from ..errors import UserError
from ..scene.rigs import target_of
from ..scene.takes import takes_of
from .places import in_both_places

__all__ = ["register", "unregister"]


class Takes:
    """The character's takes; edit keys in the dope sheet, then complete"""

    bl_label = "Take"

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.kmtalk
        try:
            takes = takes_of(target_of(context))
        except UserError:
            takes = []
        if not takes:
            layout.label(text="Nothing spoken yet", icon="INFO")
            layout.operator("kmtalk.import_take", icon="IMPORT")
            return
        box = layout.column(align=True)
        for take in takes:
            row = box.row(align=True)
            icon = "RADIOBUT_ON" if take.active else "RADIOBUT_OFF"
            text = f"{take.strip}  {take.start:g}–{take.end:g}"
            row.operator("kmtalk.activate_take", text=text, icon=icon, emboss=take.active).take = take.action
            clear = row.operator("kmtalk.clear", text="", icon="X")
            clear.take, clear.strip = take.action, take.strip
        column = layout.column(align=True)
        column.use_property_split = True
        column.use_property_decorate = False
        column.prop(settings, "reach")
        row = column.row(heading="Only Range", align=True)
        row.prop(settings, "use_range", text="")
        sub = row.row(align=True)
        sub.active = settings.use_range
        sub.prop(settings, "first", text="")
        sub.prop(settings, "last", text="")
        row = layout.row(align=True)
        row.scale_y = 1.2
        row.operator("kmtalk.complete", icon="KEYFRAME_HLT")
        row.operator("kmtalk.discard_edits", text="", icon="LOOP_BACK")
        row = layout.row(align=True)
        row.operator("kmtalk.import_take", text="Import", icon="IMPORT")
        row.operator("kmtalk.export_take", text="Export", icon="EXPORT")


CLASSES = in_both_places(Takes, parent="Main")


def register() -> None:
    for cls in CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
