"""kmtalk.link_parts: teeth, tongue, lashes and eyes with shape keys of their own follow the head's."""

import bpy

from ..errors import UserError
from ..scene.parts import follow_head
from ..scene.rigs import target_of
from .map_channels import MappingReasoned

__all__ = ["register", "unregister"]


class KMTALK_OT_link_parts(MappingReasoned, bpy.types.Operator):
    """Let the character's other meshes follow its sliders, where their shape keys have the same names"""

    bl_idname = "kmtalk.link_parts"
    bl_label = "Link Parts"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            target = target_of(context)
            linked = follow_head(target)
        except UserError as error:
            return self.refuse(error)
        self.report({"INFO"}, f"{', '.join(linked)} follow {target.name}")
        return {"FINISHED"}


def register() -> None:
    bpy.utils.register_class(KMTALK_OT_link_parts)


def unregister() -> None:
    bpy.utils.unregister_class(KMTALK_OT_link_parts)
