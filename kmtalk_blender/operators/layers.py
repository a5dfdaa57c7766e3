"""kmtalk.put_back and kmtalk.set_expression: how takes and the user's own animation play together."""

import bpy
from bpy.props import EnumProperty, StringProperty

from ..choices import EXPRESSIONS
from ..registering import registering
from ..scene.character.shape_map import target_of
from ..scene.placement.manage_takes import put_back, set_expression
from .base import ActionOperator
from .complete import no_take_reason

__all__ = ["register", "unregister"]


class KMTALK_OT_put_back(ActionOperator, bpy.types.Operator):
    """Make your own action the active one again; the takes stay, on their NLA tracks below it"""

    bl_idname = "kmtalk.put_back"
    bl_label = "Put Back"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return no_take_reason(context)

    def act(self, context: bpy.types.Context) -> str:
        return f"{put_back(target_of(context))} is the active action again"


class KMTALK_OT_set_expression(ActionOperator, bpy.types.Operator):
    """What the take's smile, frown, brows and blinks do to your own keys"""

    bl_idname = "kmtalk.set_expression"
    bl_label = "Expression"
    bl_options = {"REGISTER", "UNDO"}

    take_id: StringProperty(name="Take's Id", description="Id of the take")
    expression: EnumProperty(name="Expression", items=EXPRESSIONS)

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return no_take_reason(context)

    def act(self, context: bpy.types.Context) -> str:
        return " ".join(set_expression(target_of(context), self.take_id, self.expression))


CLASSES = (KMTALK_OT_put_back, KMTALK_OT_set_expression)


register, unregister = registering(CLASSES)
