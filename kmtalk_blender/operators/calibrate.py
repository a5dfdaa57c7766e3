"""kmtalk.calibrate: take the sliders' pose as the closed or the fully open mouth."""

from typing import Any

import bpy
from bpy.props import EnumProperty, StringProperty

from ..registering import registering
from ..scene.character.calibration import calibrate_closed, calibrate_open
from ..scene.character.shape_map import target_of
from .map_channels import MappingOperator

__all__ = ["register", "unregister"]

POSES = (
    ("CLOSED", "Closed Here", "The pose of the sliders is the closed mouth"),
    ("OPEN", "Fully Open Here", "The pose of the sliders is the channel at weight 1"),
)


class KMTALK_OT_calibrate(MappingOperator, bpy.types.Operator):
    """Take the pose of the shape keys' sliders as the closed or the fully open mouth"""

    bl_idname = "kmtalk.calibrate"
    bl_label = "Calibrate"
    bl_options = {"REGISTER", "UNDO"}

    pose: EnumProperty(name="Pose", description="What the sliders show", items=POSES)
    channel: StringProperty(
        name="Channel", description="The channel that is at weight 1 in this pose", default="jawOpen"
    )

    @classmethod
    def description(cls, context: bpy.types.Context, properties: Any) -> str:
        """The tooltip of the pose."""
        return next(text for name, _, text in POSES if name == properties.pose)

    def act(self, context: bpy.types.Context) -> str:
        target = target_of(context)
        if self.pose == "CLOSED":
            count = calibrate_closed(target)
            return f"{target.name} rests with {count} shape keys at values other than 0"
        calibrate_open(target, self.channel)
        return f"{target.name}: {self.channel} reaches this pose at 1"


register, unregister = registering((KMTALK_OT_calibrate,))
