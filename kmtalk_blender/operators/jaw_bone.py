"""kmtalk.drive_jaw_bone and kmtalk.free_jaw_bone: drive a pose bone by the channels of the jaw."""

import math

import bpy
from bpy.props import EnumProperty, FloatProperty, StringProperty

from ..errors import UserError
from ..registering import registering
from ..scene.character.jaw_bones import JAW_CHANNELS, JawRange, drive_bone, free_bone
from ..scene.character.shape_map import target_of
from .base import ActionOperator, Outcome, busy

__all__ = ["register", "unregister"]

CHANNELS = tuple((name, name, f"The bone follows {name}") for name in JAW_CHANNELS)
KINDS = (("ROTATION", "Rotation", "The bone turns"), ("LOCATION", "Location", "The bone moves"))
AXES = (("0", "X", "The bone's X"), ("1", "Y", "The bone's Y"), ("2", "Z", "The bone's Z"))


class BoneOperator(ActionOperator):
    """An operator that needs a character and its active pose bone."""

    armature: StringProperty(name="Armature", description="The armature; empty: the active object")
    bone: StringProperty(name="Bone", description="Name of the jaw's bone; empty: the active pose bone")

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        if busy(context):
            return busy(context)
        try:
            target_of(context)
        except UserError as error:
            return str(error)
        return ""

    def chosen(self, context: bpy.types.Context) -> tuple[bpy.types.Object, str]:
        """The armature and the name of the bone. Raises UserError without an armature."""
        armature = bpy.data.objects.get(self.armature) if self.armature else context.view_layer.objects.active
        if armature is None:
            raise UserError("No armature is chosen; choose the one with the jaw.")
        active = getattr(context, "active_pose_bone", None)
        return armature, self.bone or (active.name if active else "")


class KMTALK_OT_drive_jaw_bone(BoneOperator, bpy.types.Operator):
    """Let the active pose bone follow a movement of the jaw"""

    bl_idname = "kmtalk.drive_jaw_bone"
    bl_label = "Jaw Bone"
    bl_options = {"REGISTER", "UNDO"}

    channel: EnumProperty(name="Channel", description="What the bone follows", items=CHANNELS)
    kind: EnumProperty(name="Kind", description="How it follows", items=KINDS)
    axis: EnumProperty(name="Axis", description="Axis of the bone", items=AXES)
    angle: FloatProperty(
        name="Angle",
        description="Rotation at weight 1",
        default=math.radians(18),
        subtype="ANGLE",
        soft_min=-1,
        soft_max=1,
    )
    distance: FloatProperty(name="Distance", description="Movement at weight 1", default=0.006, subtype="DISTANCE")

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Outcome:
        return context.window_manager.invoke_props_dialog(self)

    def act(self, context: bpy.types.Context) -> str:
        armature, bone = self.chosen(context)
        amount = self.angle if self.kind == "ROTATION" else self.distance
        jaw = JawRange(self.channel, self.kind, int(self.axis), amount)
        shape = drive_bone(target_of(context), armature, bone, jaw)
        return f"Bone {bone} follows {shape}"


class KMTALK_OT_free_jaw_bone(BoneOperator, bpy.types.Operator):
    """Remove the drivers that let the pose bone follow the jaw"""

    bl_idname = "kmtalk.free_jaw_bone"
    bl_label = "Free Jaw Bone"
    bl_options = {"REGISTER", "UNDO"}

    def act(self, context: bpy.types.Context) -> str:
        armature, bone = self.chosen(context)
        count = free_bone(armature, bone)
        return f"{count} drivers removed"


CLASSES = (KMTALK_OT_drive_jaw_bone, KMTALK_OT_free_jaw_bone)


register, unregister = registering(CLASSES)
