"""The character's rig: which shape keys the channels move, calibration."""

import bpy

from ..errors import UserError
from ..operators.make_shapes import mesh_of
from ..scene.marks import LANDMARKS, REQUIRED
from ..scene.rigs import target_of
from .places import in_both_places

__all__ = ["register", "unregister"]


class KMTALK_UL_mapping(bpy.types.UIList):
    """Channel, shape key, gain"""

    def draw_item(self, context, layout, data, item, icon, active_data, active_property, index=0, flt_flag=0) -> None:
        keys = data.id_data.data.shape_keys
        row = layout.row(align=True)
        split = row.split(factor=0.42, align=True)
        gone = bool(item.shape) and item.shape not in keys.key_blocks
        split.label(text=item.channel, icon="ERROR" if gone else "NONE" if item.shape else "REMOVE", translate=False)
        sub = split.row(align=True)
        sub.alert = gone
        sub.prop_search(item, "shape", keys, "key_blocks", text="")
        side = sub.row(align=True)
        side.scale_x = 0.55
        side.prop(item, "gain", text="")


class Rig:
    """Which shape keys the channels move"""

    bl_label = "Rig"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        try:
            target = target_of(context)
        except UserError:
            target = None
        if target is not None and target.type == "MESH" and target.data.shape_keys is not None:
            _draw_mapping(layout, target)
        _draw_shapes(layout, mesh_of(context))


def _draw_mapping(layout: bpy.types.UILayout, target: bpy.types.Object) -> None:
    settings = target.kmtalk
    row = layout.row(align=True)
    row.operator("kmtalk.map_channels", icon="FILE_REFRESH")
    row.operator("kmtalk.load_mapping", text="", icon="IMPORT")
    row.operator("kmtalk.save_mapping", text="", icon="EXPORT")
    row.operator("kmtalk.clear_mapping", text="", icon="X")
    if not len(settings.mapping):
        layout.label(text="Mapped by name", icon="INFO")
    else:
        layout.row().prop(settings, "mapping_mode", expand=True)
        layout.template_list("KMTALK_UL_mapping", "", settings, "mapping", settings, "mapping_index", rows=6)
        row = layout.row(align=True)
        if 0 <= settings.mapping_index < len(settings.mapping):
            row.prop(settings.mapping[settings.mapping_index], "offset")
        row.operator("kmtalk.add_mapping_row", text="", icon="ADD")
    row = layout.row(align=True)
    row.operator("kmtalk.calibrate", text="Closed Here").pose = "CLOSED"
    row.operator("kmtalk.calibrate", text="Fully Open Here").pose = "OPEN"
    row = layout.row(align=True)
    row.operator("kmtalk.drive_jaw_bone", icon="BONE_DATA")
    row.operator("kmtalk.free_jaw_bone", text="", icon="X")
    layout.operator("kmtalk.link_parts", icon="LINKED")


def _draw_shapes(layout: bpy.types.UILayout, target: bpy.types.Object | None) -> None:
    """Heads without shapes: FLAME, or landmarks and Make Shapes."""
    row = layout.row(align=True)
    row.operator("kmtalk.import_flame", icon="IMPORT")
    row.operator("kmtalk.make_shapes", icon="SHAPEKEY_DATA")
    if target is not None and target.type == "MESH" and target.data.shape_keys is not None:
        layout.operator("kmtalk.measure_shapes", icon="VIEWZOOM")
    layout.operator("kmtalk.add_basis", icon="SHAPEKEY_DATA")
    if target is None or (target.mode != "EDIT" and not len(target.kmtalk.landmarks)):
        return
    marked = target.kmtalk.landmarks
    column = layout.column(align=True)
    for name in LANDMARKS:
        row = column.row(align=True)
        item = marked.get(name)
        icon = "CHECKBOX_DEHLT" if item is None else "QUESTION" if item.guessed else "CHECKBOX_HLT"
        text = name.replace("_", " ").capitalize() + ("" if name in REQUIRED else " (helps)")
        row.operator("kmtalk.mark_landmark", text=text, icon=icon).landmark = name
        row.operator("kmtalk.show_landmark", text="", icon="RESTRICT_SELECT_OFF").landmark = name
    layout.operator("kmtalk.guess_landmarks", icon="MOD_MIRROR")


CLASSES = (KMTALK_UL_mapping, *in_both_places(Rig, parent="Main"))


def register() -> None:
    for cls in CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
