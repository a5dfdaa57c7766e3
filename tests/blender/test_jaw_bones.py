"""A pose bone that follows the jaw."""

import bpy
import pytest
from characters import character
from stage import curve_of

from model_runtime.channels import CHANNELS


def jaw_armature(scene):
    """An armature with one bone, like a jaw."""
    armature = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    bone = armature.data.edit_bones.new("jaw")
    bone.head, bone.tail = (0, 0, 0), (0, -0.1, 0)
    bpy.ops.object.mode_set(mode="OBJECT")
    return armature


def test_a_jaw_bone_follows_the_take(scene, line):
    target = character(scene, [name for name in CHANNELS if not name.startswith("jaw")])
    armature = jaw_armature(scene)
    for channel, angle in (("jawOpen", 0.4), ("jawForward", -0.1)):
        done = bpy.ops.kmtalk.drive_jaw_bone(armature="Rig", bone="jaw", channel=channel, axis="0", angle=angle)
        assert done == {"FINISHED"}
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    curve = curve_of(target, "jawOpen")
    frame = max(curve.keyframe_points, key=lambda point: point.co[1]).co[0]
    scene.frame_set(round(frame))
    blocks = target.data.shape_keys.key_blocks
    evaluated = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
    wanted = 0.4 * blocks["jawOpen"].value - 0.1 * blocks["jawForward"].value
    assert blocks["jawOpen"].value > 0.05
    assert evaluated.pose.bones["jaw"].rotation_euler[0] == pytest.approx(wanted, abs=1e-4)
    assert bpy.ops.kmtalk.free_jaw_bone(armature="Rig", bone="jaw") == {"FINISHED"}
    assert not armature.animation_data.drivers


def test_a_jaw_bone_that_cannot_follow_is_left_alone(scene):
    target = character(scene, ["mouthPucker"])
    armature = jaw_armature(scene)
    with pytest.raises(RuntimeError, match="Rig has no bone chin"):
        bpy.ops.kmtalk.drive_jaw_bone(armature="Rig", bone="chin")
    armature.pose.bones["jaw"].rotation_mode = "XYZ"
    armature.pose.bones["jaw"].keyframe_insert("rotation_euler", frame=1)
    with pytest.raises(RuntimeError, match="Bone jaw has keys or a driver"):
        bpy.ops.kmtalk.drive_jaw_bone(armature="Rig", bone="jaw")
    assert [block.name for block in target.data.shape_keys.key_blocks] == ["Basis", "mouthPucker"]
