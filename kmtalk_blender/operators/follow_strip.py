"""kmtalk.follow_strip: move takes to where their strips are now."""

import bpy
from bpy.props import StringProperty

from ..registering import registering
from ..scene.character.shape_map import target_of
from ..scene.options import options_of
from ..scene.placement.follow_strip import drifts, follow_strip
from .base import ActionOperator
from .complete import no_take_reason

__all__ = ["KMTALK_OT_follow_strip", "register", "unregister"]


class KMTALK_OT_follow_strip(ActionOperator, bpy.types.Operator):
    """Move the take to where its strip is now, at the scene's frame rate; edits move with it"""

    bl_idname = "kmtalk.follow_strip"
    bl_label = "Follow Strip"
    bl_options = {"REGISTER", "UNDO"}

    take_id: StringProperty(name="Take's Id", description="Id of the take; empty: every take whose strip was moved")

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return no_take_reason(context)

    def act(self, context: bpy.types.Context) -> str:
        target, options = target_of(context), options_of(context.scene)
        chosen = [self.take_id] if self.take_id else [drift.take for drift in drifts(target) if not drift.again]
        reports = [follow_strip(target, take, options) for take in chosen]
        return " ".join(report.text for report in reports) or "Every take is where its strip is already."


register, unregister = registering((KMTALK_OT_follow_strip,))
