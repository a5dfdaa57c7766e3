"""kmtalk.add_head: the project's own head."""

import bpy

from .. import session
from ..scene.api import add_demo_head
from .base import Acting, busy

__all__ = ["KMTALK_OT_add_head", "register", "unregister"]


class KMTALK_OT_add_head(Acting, bpy.types.Operator):
    """Add a head that can speak, and make it the character"""

    bl_idname = "kmtalk.add_head"
    bl_label = "Add Head"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        if context.mode != "OBJECT":
            return "Leave edit mode first (Tab)"
        return busy(context)

    def act(self, context: bpy.types.Context) -> str:
        target = add_demo_head(context, session.worker())
        return f"{target.name}: {len(target.data.shape_keys.key_blocks) - 1} shapes"


def register() -> None:
    bpy.utils.register_class(KMTALK_OT_add_head)


def unregister() -> None:
    bpy.utils.unregister_class(KMTALK_OT_add_head)
