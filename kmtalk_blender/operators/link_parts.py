"""kmtalk.link_parts: shape keys of teeth, tongue, lashes and eyes follow those of the head."""

import bpy

from ..registering import registering
from ..scene.character.parts import follow_head
from ..scene.character.shape_map import target_of
from .map_channels import MappingOperator

__all__ = ["register", "unregister"]


class KMTALK_OT_link_parts(MappingOperator, bpy.types.Operator):
    """Let the character's other meshes follow its sliders, where their shape keys have the same names"""

    bl_idname = "kmtalk.link_parts"
    bl_label = "Link Parts"
    bl_options = {"REGISTER", "UNDO"}

    def act(self, context: bpy.types.Context) -> str:
        target = target_of(context)
        linked = follow_head(target)
        return f"{', '.join(linked)} follow {target.name}"


register, unregister = registering((KMTALK_OT_link_parts,))
