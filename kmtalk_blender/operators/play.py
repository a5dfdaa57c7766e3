"""kmtalk.play: play the take with its sound."""

import bpy

from ..registering import registering
from ..scene.placement.playback import first_frame
from .base import ActionOperator, busy

__all__ = ["KMTALK_OT_play", "register", "unregister"]


class KMTALK_OT_play(ActionOperator, bpy.types.Operator):
    """Play from the start of the strip, in sync with its sound; where drawing is slow, frames are dropped"""

    bl_idname = "kmtalk.play"
    bl_label = "Play"

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        return busy(context)

    def act(self, context: bpy.types.Context) -> str:
        if context.screen.is_animation_playing:
            bpy.ops.screen.animation_cancel(restore_frame=False)
            return ""
        context.scene.frame_set(first_frame(context))
        # Synchronised for this playback only: the scene's own setting is not changed.
        bpy.ops.screen.animation_play(sync=True)
        return ""


register, unregister = registering((KMTALK_OT_play,))
