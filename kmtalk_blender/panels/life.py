"""The panel of head and eyes: on or off, strengths, what is looked at, and what turns."""

from typing import Any

import bpy

from ..errors import UserError
from ..registering import registering
from ..runtime.schema import LIFE_SETTINGS
from ..scene.character.shape_map import target_of
from ..scene.life.tracks import takes_with_life
from .places import PanelMixin, in_both_places

__all__ = ["register", "unregister"]


class Life(PanelMixin):
    """Head, eyes, blinks and brows that go with the takes, beside the mouth"""

    bl_label = "Head and Eyes"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        try:
            target = target_of(context)
        except UserError:
            layout.label(text="No character is chosen", icon="INFO")
            return
        life = target.kmtalk.life
        column = layout.column(align=True)
        for name in LIFE_SETTINGS:
            column.prop(life, name)
        layout.prop(life, "look_at", icon="HIDE_OFF")
        added = bool(takes_with_life(target)) if target.type == "MESH" else False
        row = layout.row(align=True)
        row.scale_y = 1.2
        text = "Update Head and Eyes" if added else "Add Head and Eyes"
        row.operator("kmtalk.add_life", text=text, icon="ARMATURE_DATA")
        row.operator("kmtalk.remove_life", text="", icon="X")


class Turning(PanelMixin):
    """Which bones, objects or shapes are head and eyes"""

    bl_label = "What Turns"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        try:
            target = target_of(context)
        except UserError:
            return
        life = target.kmtalk.life
        layout.prop(life, "head_to")
        if life.head_to == "OBJECT":
            layout.prop(life, "head_object")
        if life.head_to in ("AUTO", "BONE") or life.eyes_to in ("AUTO", "BONES"):
            layout.prop(life, "armature")
        if life.head_to in ("AUTO", "BONE"):
            for name in ("head_bone", "neck_bone", "chest_bone"):
                _bone_field(layout, target, name)
            layout.prop(life, "neck_share")
        layout.prop(life, "eyes_to")
        if life.eyes_to in ("AUTO", "BONES"):
            for name in ("eye_left_bone", "eye_right_bone"):
                _bone_field(layout, target, name)
        if life.eyes_to == "OBJECTS":
            layout.prop(life, "eye_left")
            layout.prop(life, "eye_right")


def _bone_field(layout: bpy.types.UILayout, target: bpy.types.Object, name: str) -> None:
    life: Any = target.kmtalk.life
    armature = life.armature or target.find_armature()
    if armature is not None and armature.type == "ARMATURE":
        layout.prop_search(life, name, armature.data, "bones")
    else:
        layout.prop(life, name)


CLASSES = (*in_both_places(Life, parent="Main"), *in_both_places(Turning, parent="Life"))


register, unregister = registering(CLASSES)
