"""kmtalk.set_mouth_gain: let jaw and lips of the character move further than the speech says, or not."""

import bpy
from bpy.props import FloatProperty

from ..registering import registering
from ..scene.character.mouth_gain import OFFERED, set_mouth_gain
from ..scene.character.shape_map import target_of
from ..scene.takes.takes import takes_of
from .map_channels import MappingOperator

__all__ = ["register", "unregister"]


class KMTALK_OT_set_mouth_gain(MappingOperator, bpy.types.Operator):
    """Choose how far jaw and lips of this character move. It is kept with the character; takes that are there already
    change when they are generated again"""

    bl_idname = "kmtalk.set_mouth_gain"
    bl_label = "Set Mouth Gain"
    bl_options = {"REGISTER", "UNDO"}

    gain: FloatProperty(
        name="Mouth Gain",
        description="1 is as the speech says; more moves jaw and lips further",
        default=OFFERED,
        min=0.1,
        max=4.0,
    )

    def act(self, context: bpy.types.Context) -> str:
        target = target_of(context)
        set_mouth_gain(target, self.gain)
        far = "as far as spoken" if self.gain == 1.0 else f"{self.gain:.3g} times as far as spoken"
        text = f"{target.name}: jaw and lips move {far}"
        return f"{text}; its takes change when they are generated or imported again" if takes_of(target) else text


register, unregister = registering((KMTALK_OT_set_mouth_gain,))
