"""Operators of the table of lines and its rules, Cancel, and Fix for what keeps a take from playing."""

import bpy
from bpy.props import EnumProperty, StringProperty

from ..errors import UserError
from ..registering import registering
from ..scene.character.shape_map import target_of
from ..scene.checks import fix_obstacle
from ..scene.compat import sequencer_scene
from ..scene.sound.new_strip import select_only
from ..scene.sound.speakers import fill_lines
from ..scene.sound.strips import find_strip
from .base import ActionOperator, Outcome, busy

__all__ = ["register", "unregister"]


class KMTALK_OT_fill_lines(ActionOperator, bpy.types.Operator):
    """List every audible sound strip with its character; existing lines keep theirs"""

    bl_idname = "kmtalk.fill_lines"
    bl_label = "Refresh"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        if sequencer_scene(context).sequence_editor is None:
            return "Add sound strips in the sequencer"
        return busy(context)

    def act(self, context: bpy.types.Context) -> str:
        return f"{fill_lines(context.scene, sequencer_scene(context))} lines"


class KMTALK_OT_edit_rules(ActionOperator, bpy.types.Operator):
    """Add or remove a rule that chooses the character of strips"""

    bl_idname = "kmtalk.edit_rules"
    bl_label = "Edit Rules"
    bl_options = {"REGISTER", "UNDO"}

    change: EnumProperty(name="Change", items=(("ADD", "Add", "A new rule"), ("REMOVE", "Remove", "The selected rule")))

    def act(self, context: bpy.types.Context) -> str:
        settings = context.scene.kmtalk
        if self.change == "ADD":
            settings.rules.add().target = settings.target
            settings.rule_index = len(settings.rules) - 1
        elif settings.rules:
            settings.rules.remove(settings.rule_index)
            settings.rule_index = max(0, settings.rule_index - 1)
        return ""


class KMTALK_OT_choose_character(ActionOperator, bpy.types.Operator):
    """Make this the character of the panel"""

    bl_idname = "kmtalk.choose_character"
    bl_label = "Switch Character"
    bl_options = {"REGISTER", "UNDO"}

    target: StringProperty(name="Character", description="The object's name")

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return busy(context)

    def act(self, context: bpy.types.Context) -> str:
        found = bpy.data.objects.get(self.target)
        if found is None or found.type != "MESH":
            raise UserError(f"There is no mesh named {self.target}; choose another character.")
        context.scene.kmtalk.target = found
        return ""


class KMTALK_OT_choose_strip(ActionOperator, bpy.types.Operator):
    """Select this strip only, so that Generate speaks it"""

    bl_idname = "kmtalk.choose_strip"
    bl_label = "Choose Strip"
    bl_options = {"REGISTER", "UNDO"}

    strip: StringProperty(name="Strip", description="The strip's name")

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return busy(context)

    def act(self, context: bpy.types.Context) -> str:
        scene = sequencer_scene(context)
        strip = find_strip(scene, self.strip)
        if scene.sequence_editor is not None:
            select_only(scene.sequence_editor, strip)
        return ""


class KMTALK_OT_cancel(bpy.types.Operator):
    """Stop what runs now; nothing more is written"""

    bl_idname = "kmtalk.cancel"
    bl_label = "Cancel"
    bl_options = {"INTERNAL"}

    def execute(self, context: bpy.types.Context) -> Outcome:
        context.window_manager.kmtalk.cancel = True
        return {"FINISHED"}


class KMTALK_OT_fix(ActionOperator, bpy.types.Operator):
    """Remove what keeps the take from playing"""

    bl_idname = "kmtalk.fix"
    bl_label = "Fix"
    bl_options = {"REGISTER", "UNDO"}

    kind: StringProperty(name="Kind", description="What to fix")

    def act(self, context: bpy.types.Context) -> str:
        fix_obstacle(context.scene, target_of(context), self.kind)
        return ""


CLASSES = (
    KMTALK_OT_fill_lines,
    KMTALK_OT_edit_rules,
    KMTALK_OT_choose_character,
    KMTALK_OT_choose_strip,
    KMTALK_OT_cancel,
    KMTALK_OT_fix,
)


register, unregister = registering(CLASSES)
