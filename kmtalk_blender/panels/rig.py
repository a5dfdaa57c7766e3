"""Panels of the character's rig: mapping, calibration, jaw bone and other meshes, shape keys for new heads."""

from typing import Any

import bpy

from ..errors import UserError
from ..operators.make_shapes import mesh_of
from ..registering import registering
from ..scene.character.landmarks import LANDMARKS, REQUIRED
from ..scene.character.shape_map import target_of
from .drawing import RowMixin, draw_gain_offer
from .places import PanelMixin, in_both_places

__all__ = ["register", "unregister"]


class KMTALK_UL_mapping(RowMixin, bpy.types.UIList):
    """A channel, and the shape key that it moves when that has another name"""

    def draw_row(self, context: bpy.types.Context, row: bpy.types.UILayout, data: Any, item: Any, index: int) -> None:
        gone = bool(item.shape) and item.shape not in data.id_data.data.shape_keys.key_blocks
        sign: Any = "ERROR" if gone else "SHAPEKEY_DATA" if item.shape else "REMOVE"
        row.alert = gone
        row.active = bool(item.shape)
        row.label(text=item.channel, icon=sign, translate=False)
        if item.shape and item.shape != item.channel:
            row.label(text=item.shape, translate=False)
        if item.shape and not gone and item.certainty != "SURE":
            row.label(text=item.bl_rna.properties["certainty"].enum_items[item.certainty].name, icon="QUESTION")


class Rig(PanelMixin):
    """Shape keys, bones and meshes of the character"""

    bl_label = "Rig"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        target = character(context)
        if target is None:
            self.layout.label(text="The character has no shape keys yet", icon="INFO")


class NeedsShapes(PanelMixin):
    """A panel about a character with shape keys."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return character(context) is not None


class ShapeKeys(NeedsShapes):
    """Which shape keys the channels move"""

    bl_label = "Shape Keys"

    def draw(self, context: bpy.types.Context) -> None:
        layout, target = self.layout, character(context)
        if target is None:
            return
        settings = target.kmtalk
        row = layout.row(align=True)
        row.operator("kmtalk.map_channels", icon="FILE_REFRESH")
        row.operator("kmtalk.load_mapping", text="", icon="IMPORT")
        row.operator("kmtalk.save_mapping", text="", icon="EXPORT")
        row.operator("kmtalk.clear_mapping", text="", icon="X")
        draw_gain_offer(layout, context, target)
        layout.prop(settings, "mouth_gain")
        if not len(settings.mapping):
            layout.label(text="Found by their names", icon="INFO")
            return
        layout.row().prop(settings, "mapping_mode", expand=True)
        row = layout.row()
        row.template_list("KMTALK_UL_mapping", "", settings, "mapping", settings, "mapping_index", rows=6)
        row.operator("kmtalk.add_mapping_row", text="", icon="ADD")
        if 0 <= settings.mapping_index < len(settings.mapping):
            chosen = settings.mapping[settings.mapping_index]
            column = layout.column(align=True)
            column.use_property_split = True
            column.use_property_decorate = False
            column.prop_search(chosen, "shape", target.data.shape_keys, "key_blocks")
            column.prop(chosen, "gain")
            column.prop(chosen, "offset")


class Mouth(NeedsShapes):
    """Calibrate the closed and the open mouth from the sliders of the shape keys"""

    bl_label = "Closed and Open Mouth"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        column = self.layout.column()
        column.operator("kmtalk.calibrate", text="This Pose Is Closed").pose = "CLOSED"
        column.operator("kmtalk.calibrate", text="This Pose Is Fully Open").pose = "OPEN"


class Followers(NeedsShapes):
    """Let a jaw bone, teeth, tongue, lashes and eyes follow the shape keys"""

    bl_label = "Jaw Bone and Other Meshes"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        row = self.layout.row(align=True)
        row.operator("kmtalk.drive_jaw_bone", icon="BONE_DATA")
        row.operator("kmtalk.free_jaw_bone", text="", icon="X")
        self.layout.operator("kmtalk.link_parts", icon="LINKED")


class NewShapes(PanelMixin):
    """Shape keys for heads that have none, or none with a known name"""

    bl_label = "Heads without Shape Keys"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout, mesh = self.layout, mesh_of(context)
        layout.operator("kmtalk.import_flame", icon="IMPORT")
        layout.operator("kmtalk.add_basis", icon="IMPORT")
        layout.label(text=f"For {mesh.name}" if mesh is not None else "For the selected mesh", translate=False)
        layout.operator("kmtalk.make_shapes", icon="SHAPEKEY_DATA")
        if character(context) is not None:
            layout.operator("kmtalk.measure_shapes", icon="VIEWZOOM")


class Landmarks(PanelMixin):
    """Vertices of the face that Make Shapes and Measure Shapes need"""

    bl_label = "Landmarks"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout, mesh = self.layout, mesh_of(context)
        if mesh is None or (mesh.mode != "EDIT" and not len(mesh.kmtalk.landmarks)):
            layout.label(text="Select a vertex in edit mode (Tab)", icon="INFO")
            return
        marked = mesh.kmtalk.landmarks
        column = layout.column(align=True)
        for name in LANDMARKS:
            row = column.row(align=True)
            item = marked.get(name)
            icon: Any = "CHECKBOX_DEHLT" if item is None else "QUESTION" if item.guessed else "CHECKBOX_HLT"
            text = name.replace("_", " ").capitalize() + ("" if name in REQUIRED else " (optional)")
            row.operator("kmtalk.mark_landmark", text=text, icon=icon).landmark = name
            row.operator("kmtalk.show_landmark", text="", icon="RESTRICT_SELECT_OFF").landmark = name
        layout.operator("kmtalk.guess_landmarks", icon="MOD_MIRROR")


def character(context: bpy.types.Context) -> bpy.types.Object | None:
    """The character, when it has shape keys."""
    try:
        target = target_of(context)
    except UserError:
        return None
    return target if target.type == "MESH" and target.data.shape_keys is not None else None


CLASSES = (
    KMTALK_UL_mapping,
    *in_both_places(Rig, parent="Main"),
    *in_both_places(ShapeKeys, parent="Rig"),
    *in_both_places(Mouth, parent="Rig"),
    *in_both_places(Followers, parent="Rig"),
    *in_both_places(NewShapes, parent="Rig"),
    *in_both_places(Landmarks, parent="NewShapes"),
)


register, unregister = registering(CLASSES)
