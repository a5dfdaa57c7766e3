"""Head and eyes beside a take: what is seen on the evaluated pose and mesh, and that nothing else changes."""

import math

import bpy
import numpy as np
import pytest
from mathutils import Euler, Matrix, Quaternion, Vector
from stage import make_character, needs_strips

from model_runtime.channels import CHANNELS, GAZE

LIDS = ("eyeBlinkLeft", "eyeBlinkRight", "browInnerUp", "browDownLeft")
FRAMES = range(1, 200, 3)


def armature(scene, bones, name="Rig"):
    """An armature of (name, rest matrix, parent)."""
    rig = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for bone, rest, parent in bones:
        made = rig.data.edit_bones.new(bone)
        made.tail = (0, 0.1, 0)
        made.matrix = rest
        if parent:
            made.parent = rig.data.edit_bones[parent]
    bpy.ops.object.mode_set(mode="OBJECT")
    return rig


def upright(place, roll=0.0):
    """The rest matrix of a bone that points up (its Y), with a roll."""
    return Matrix.Translation(place) @ Matrix.Rotation(math.pi / 2, 4, "X") @ Matrix.Rotation(roll, 4, "Y")


def forward(place):
    """The rest matrix of a bone that points ahead, to -Y."""
    return Matrix.Translation(place) @ Matrix.Rotation(math.pi, 4, "Z")


def body(scene, roll=0.0, eyes=True):
    bones = [
        ("spine", upright((0, 0, 1.0)), ""),
        ("neck", upright((0, 0, 1.4), roll / 2), "spine"),
        ("head", upright((0, 0, 1.5), roll), "neck"),
    ]
    if eyes:
        bones += [("eye.L", forward((0.03, -0.08, 1.6)), "head"), ("eye.R", forward((-0.03, -0.08, 1.6)), "head")]
    return armature(scene, bones)


def dressed(target, rig):
    """The character's mesh, moved by an armature."""
    target.modifiers.new("Armature", "ARMATURE").object = rig
    target.parent = rig
    return rig


def generate(scene, **settings):
    for name, value in settings.items():
        setattr(scene.kmtalk, name, value)
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}


def add(**settings):
    for name, value in settings.items():
        setattr(bpy.context.scene.kmtalk.target.kmtalk.life, name, value)
    assert bpy.ops.kmtalk.add_life() == {"FINISHED"}


def turns(thing, bone="", frames=FRAMES):
    """(F, 3, 3) rotation in the world, as seen at the frames."""
    scene, found = bpy.context.scene, []
    for frame in frames:
        scene.frame_set(frame)
        seen = thing.evaluated_get(bpy.context.evaluated_depsgraph_get())
        matrix = seen.matrix_world @ seen.pose.bones[bone].matrix if bone else seen.matrix_world
        found.append(np.array(matrix.to_quaternion().to_matrix()))
    return np.array(found)


def shapes(target, names, frames=FRAMES):
    """(F, S) values of shape keys, as seen at the frames."""
    scene, found = bpy.context.scene, []
    for frame in frames:
        scene.frame_set(frame)
        seen = target.evaluated_get(bpy.context.evaluated_depsgraph_get()).data.shape_keys
        found.append([seen.key_blocks[name].value for name in names])
    return np.array(found)


def world(matrices, before):
    """(F, 3) degrees nod, tilt, turn between two series of rotations, around the world's axes."""
    return np.degrees([Matrix(m @ b.T).to_euler() for m, b in zip(matrices, before, strict=True)])


def trace():
    """All that a removal has to restore."""
    return {
        "objects": sorted(thing.name for thing in bpy.data.objects),
        "armatures": sorted(rig.name for rig in bpy.data.armatures),
        "actions": sorted(action.name for action in bpy.data.actions),
        "constraints": [
            (thing.name, len(thing.constraints), [len(b.constraints) for b in thing.pose.bones] if thing.pose else [])
            for thing in bpy.data.objects
        ],
        "tracks": {
            keys.name: [(track.name, track.mute, len(track.strips)) for track in keys.animation_data.nla_tracks]
            for keys in bpy.data.shape_keys
            if keys.animation_data
        },
        "active": {
            k.name: getattr(k.animation_data.action, "name", "") for k in bpy.data.shape_keys if k.animation_data
        },
        "selected": sorted(thing.name for thing in bpy.context.selected_objects),
        "view": (getattr(bpy.context.object, "name", ""), bpy.context.mode),
    }


@pytest.mark.parametrize("mode", ["QUATERNION", "XYZ", "ZYX", "AXIS_ANGLE"])
@pytest.mark.parametrize("roll", [0.0, 1.1])
def test_a_head_bone_turns_around_the_axes_of_the_face_whatever_its_roll_and_mode(scene, head, line, mode, roll):
    rig = dressed(head, body(scene, roll))
    rig.rotation_euler = (0, 0, 0.7)
    for bone in rig.pose.bones:
        bone.rotation_mode = mode
    generate(scene)
    before = turns(rig, "head")
    was = trace()
    add(neck_share=0.0)
    after = turns(rig, "head")
    # In the axes of the armature, which the face has.
    back = np.array(Matrix.Rotation(0.7, 3, "Z").transposed())
    moved = world(back @ after, back @ before)
    assert 0.8 < np.abs(moved[:, 0]).max() < 8
    assert np.abs(moved).max() < 10
    # A nod is a nod: the same as without a roll and a mode.
    own = keyed(head)
    np.testing.assert_allclose(moved, own, atol=0.15)
    assert bpy.ops.kmtalk.remove_life() == {"FINISHED"}
    assert trace() == was
    np.testing.assert_array_equal(turns(rig, "head"), before)


def rig_of(target):
    from bl_ext.user_default.kmtalk.scene.life.rig import own_rig

    return own_rig(target)


def keyed(target, bone="head", frames=FRAMES):
    """(F, 3) degrees that the keys of the character's own rig say."""
    rig, found = rig_of(target), []
    for frame in frames:
        bpy.context.scene.frame_set(frame)
        seen = rig.evaluated_get(bpy.context.evaluated_depsgraph_get())
        found.append(list(seen.pose.bones[bone].rotation_euler))
    return np.degrees(found)


@pytest.mark.parametrize("mode", ["QUATERNION", "XYZ"])
def test_the_users_animation_of_the_head_plays_on_and_is_as_before_when_removed(scene, head, line, mode):
    rig = dressed(head, body(scene, 0.6))
    bone = rig.pose.bones["head"]
    bone.rotation_mode = mode
    path = "rotation_quaternion" if mode == "QUATERNION" else "rotation_euler"
    for frame, angles in ((1, (0, 0, 0)), (60, (0.5, 0.3, -0.4)), (190, (-0.3, 0.6, 0.2))):
        value = Euler(angles)
        setattr(bone, path, value.to_quaternion() if mode == "QUATERNION" else value)
        bone.keyframe_insert(path, frame=frame)
    action = rig.animation_data.action
    keys = keys_of(action)
    before = turns(rig, "head")
    generate(scene)
    add(neck_share=0.0)
    assert rig.animation_data.action == action
    assert keys_of(action) == keys
    # In the head's own axes the life adds the same to any pose.
    rest = np.array(rig.data.bones["head"].matrix_local.to_3x3())
    added = np.array([rest @ b.T @ a @ rest.T for a, b in zip(turns(rig, "head"), before, strict=True)])
    np.testing.assert_allclose(np.degrees([Matrix(m).to_euler() for m in added]), keyed(head), atol=0.02)
    assert bpy.ops.kmtalk.remove_life() == {"FINISHED"}
    np.testing.assert_array_equal(turns(rig, "head"), before)
    assert keys_of(action) == keys


def keys_of(action):
    from bl_ext.user_default.kmtalk.scene.compat import action_curves

    curves = action_curves(action, id_type="OBJECT")
    return [(c.data_path, c.array_index, [tuple(p.co) for p in c.keyframe_points]) for c in curves]


def test_a_posed_head_without_keys_keeps_its_pose(scene, head, line):
    rig = dressed(head, body(scene, 0.3))
    rig.pose.bones["head"].rotation_quaternion = Quaternion((0, 0, 1), 0.5)
    generate(scene)
    before = turns(rig, "head", [300])
    add()
    # Beside the take, and when it is gone.
    np.testing.assert_allclose(turns(rig, "head", [300]), before, atol=1e-6)
    assert bpy.ops.kmtalk.remove_life() == {"FINISHED"}
    np.testing.assert_allclose(turns(rig, "head", [1, 60, 300]), np.repeat(before, 3, axis=0), atol=1e-6)


def test_the_neck_takes_its_share_and_the_head_the_rest(scene, head, line):
    rig = dressed(head, body(scene))
    generate(scene)
    before_neck, before_head = turns(rig, "neck"), turns(rig, "head")
    add(neck_share=0.4)
    neck, whole = world(turns(rig, "neck"), before_neck), world(turns(rig, "head"), before_head)
    assert np.abs(whole[:, 0]).max() > 0.8
    np.testing.assert_allclose(neck, 0.4 * whole, atol=0.1)


def test_the_mouth_stays_as_it_is_and_blinks_do_not_double(scene, head, line):
    dressed(head, body(scene))
    generate(scene)
    mouth = [name for name in CHANNELS if name.startswith(("jaw", "mouth", "tongue"))]
    before, upper = shapes(head, mouth, range(1, 200)), shapes(head, LIDS, range(1, 200))
    add(seed=3)
    np.testing.assert_allclose(shapes(head, mouth, range(1, 200)), before, atol=1e-6)
    lids = shapes(head, LIDS, range(1, 200))
    assert lids.min() > -0.03
    assert lids[:, 0].max() > 0.9
    # The take's own blinks and brows are taken off: what is seen is the life.
    assert_seen(head, life_of(head))
    assert bpy.ops.kmtalk.remove_life() == {"FINISHED"}
    np.testing.assert_allclose(shapes(head, LIDS, range(1, 200)), upper, atol=1e-6)


def assert_seen(target, life, start=11):
    """Lids and brows are seen as the life has them, within the tolerances of the sparse curves; blinks come on top of
    lids that follow the eyes down."""
    count = len(life.weights)
    seen = shapes(target, LIDS, range(start, start + count))
    wanted = np.stack([life.weights[:, life.channels.index(name)] for name in LIDS], axis=1)
    for side in (0, 1):
        wanted[:, side] += (1 - wanted[:, side]) * np.clip(-life.eyes[:, side, 1] / 45, 0, 1)
    np.testing.assert_allclose(seen, wanted, atol=0.03)


@pytest.mark.parametrize("expression", ["LEAVE", "REPLACE", "ADD"])
def test_it_is_seen_with_every_expression_of_the_take(scene, head, line, expression):
    dressed(head, body(scene))
    generate(scene)
    add()
    take = next(iter(taken(head)))
    assert bpy.ops.kmtalk.set_expression(take_id=take, expression=expression) == {"FINISHED"}
    assert_seen(head, life_of(head))


def test_shapes_of_the_users_own_action_are_left_to_it(scene, head, line):
    dressed(head, body(scene))
    blink = head.data.shape_keys.key_blocks["eyeBlinkLeft"]
    blink.value = 0.4
    blink.keyframe_insert("value", frame=1)
    generate(scene, placement="ACTIVE")
    before = shapes(head, ["eyeBlinkLeft"])
    add()
    assert "they stay as it has them" in bpy.context.window_manager.kmtalk.report
    np.testing.assert_allclose(shapes(head, ["eyeBlinkLeft"]), before, atol=1e-6)
    assert bpy.ops.kmtalk.remove_life() == {"FINISHED"}
    np.testing.assert_allclose(shapes(head, ["eyeBlinkLeft"]), before, atol=1e-6)


def taken(target):
    from bl_ext.user_default.kmtalk.scene.life.tracks import takes_with_life

    return takes_with_life(target)


def life_of(target):
    from bl_ext.user_default.kmtalk.scene.life.tracks import read_written, takes_with_life

    (take,) = takes_with_life(target)
    return read_written(target, take)


def test_brows_of_the_user_play_on_below(scene, head, line):
    dressed(head, body(scene))
    brow = head.data.shape_keys.key_blocks["browInnerUp"]
    brow.value = 0.3
    brow.keyframe_insert("value", frame=1)
    squint = head.shape_key_add(name="eyeSquintLeft", from_mix=False)
    squint.value = 0.25
    generate(scene)
    add()
    assert shapes(head, ["browInnerUp"]).min() > 0.27
    # A slider without keys keeps its value beside the life, in 5.0 too.
    np.testing.assert_allclose(shapes(head, ["eyeSquintLeft"], [1, 5, 300]), 0.25, atol=1e-6)
    assert bpy.ops.kmtalk.remove_life() == {"FINISHED"}
    np.testing.assert_allclose(shapes(head, ["browInnerUp", "eyeSquintLeft"], [300]), [[0.3, 0.25]], atol=1e-6)


def gaze_error(rig, camera, frames):
    """Degrees between where the left eye's bone points and the camera."""
    found = []
    for frame in frames:
        bpy.context.scene.frame_set(frame)
        graph = bpy.context.evaluated_depsgraph_get()
        seen = rig.evaluated_get(graph)
        bone = seen.pose.bones["eye.L"]
        way = (seen.matrix_world @ bone.matrix).to_3x3() @ Vector((0, 1, 0))
        place = seen.matrix_world @ bone.head
        found.append(math.degrees(way.angle(camera.evaluated_get(graph).matrix_world.translation - place)))
    return np.array(found)


def test_eyes_hold_on_a_camera_that_moves_while_the_body_turns(scene, head, line):
    rig = dressed(head, body(scene, 0.8))
    spine = rig.pose.bones["spine"]
    spine.rotation_mode = "XYZ"
    for frame, turn in ((1, 0.0), (190, 0.5)):
        spine.rotation_euler = (0, turn, 0)
        spine.keyframe_insert("rotation_euler", frame=frame)
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    scene.collection.objects.link(camera)
    for frame, x in ((1, -0.8), (190, 1.2)):
        camera.location = (x, -2.0, 1.9)
        camera.keyframe_insert("location", frame=frame)
    generate(scene)
    scene.frame_set(33)
    add(look_at=camera, gaze=0.0)
    assert scene.frame_current == 33
    off = gaze_error(rig, camera, range(30, 170, 5))
    assert np.median(off) < 1.5
    assert off.max() < 4


def test_eyes_with_track_to_follow_the_gaze_point(scene, head, line):
    rig = dressed(head, body(scene, 0.8))
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    camera.location = (0.5, -2.3, 1.9)
    scene.collection.objects.link(camera)
    generate(scene)
    was = trace()
    add(eyes_to="POINT", look_at=camera, gaze=0.0)
    track = rig.pose.bones["eye.L"].constraints.new("DAMPED_TRACK")
    track.target, track.track_axis = bpy.data.objects["Anna Gaze Point"], "TRACK_Y"
    assert np.median(gaze_error(rig, camera, range(30, 170, 10))) < 2
    # Beside the take the eyes look ahead.
    scene.frame_set(300)
    bpy.context.view_layer.update()
    seen = rig.evaluated_get(bpy.context.evaluated_depsgraph_get())
    way = (seen.matrix_world @ seen.pose.bones["eye.L"].matrix).to_3x3() @ Vector((0, 1, 0))
    assert math.degrees(way.angle(Vector((0, -1, 0)))) < 2
    rig.pose.bones["eye.L"].constraints.remove(track)
    assert bpy.ops.kmtalk.remove_life() == {"FINISHED"}
    assert trace() == was


def test_a_target_behind_the_head_is_told_and_held_within_human_limits(scene, head, line):
    rig = dressed(head, body(scene))
    thing = bpy.data.objects.new("Ball", None)
    thing.location = (0, 3, 1.6)
    scene.collection.objects.link(thing)
    generate(scene)
    add(look_at=thing)
    assert "behind the head" in bpy.context.window_manager.kmtalk.report
    eye, before = turns(rig, "eye.L"), turns(rig, "head")
    angles = [math.degrees(Matrix(b.T @ e).to_quaternion().angle) for e, b in zip(eye, before, strict=True)]
    assert np.ptp(angles) < 30


@pytest.mark.parametrize("eyes_to", ["BONES", "POINT"])
def test_lids_follow_eyes_that_turn_as_bones_up_and_down(scene, line, eyes_to):
    """Unless the face has eyeLook shapes, which may carry them along already."""
    target = make_character(scene, "Anna", (*CHANNELS, "eyeWideLeft", "eyeWideRight"))
    dressed(target, body(scene))
    ball = bpy.data.objects.new("Ball", None)
    scene.collection.objects.link(ball)
    for frame, height in ((1, -1.0), (100, 4.2)):
        ball.location = (0, -2.5, height)
        ball.keyframe_insert("location", frame=frame)
    generate(scene)
    was = trace()
    add(look_at=ball, gaze=0.0, blinking=0.0, head=0.0, eyes_to=eyes_to)
    seen = shapes(target, ["eyeBlinkLeft", "eyeBlinkRight", "eyeWideLeft", "eyeWideRight"], [40, 105])
    assert (seen[0, :2] > 0.25).all(), "down: the lids come along"
    assert (seen[0, 2:] < 1e-3).all()
    assert (seen[1, :2] < 0.02).all()
    assert (seen[1, 2:] > 0.15).all(), "up: they open wide"
    assert bpy.ops.kmtalk.remove_life() == {"FINISHED"}
    assert trace() == was
    assert np.abs(shapes(target, ["eyeWideLeft"], [40, 105])).max() < 1e-6


def test_the_eyes_of_our_own_head_turn_by_its_shapes(scene, line):
    assert bpy.ops.kmtalk.add_head() == {"FINISHED"}
    target = scene.kmtalk.target
    generate(scene)
    add(gaze=2.0)
    assert "its eyes do not turn" not in bpy.context.window_manager.kmtalk.report
    frames, life = range(11, 190), life_of(target)
    looks = [name for name in GAZE if name.startswith("eyeLook")]
    seen = shapes(target, [*looks, "eyeBlinkLeft"], frames)
    assert seen[:, :-1].max() > 0.1
    # What is seen is where the life looks: 25 degrees up and down, 30 aside at 1.
    up = 25 * (seen[:, looks.index("eyeLookUpLeft")] - seen[:, looks.index("eyeLookDownLeft")])
    aside = 30 * (seen[:, looks.index("eyeLookOutLeft")] - seen[:, looks.index("eyeLookInLeft")])
    awake = seen[:, -1] < 0.01
    count = min(len(frames), len(life.eyes))
    wanted = life.eyes[:count, 0]
    np.testing.assert_allclose(aside[:count][awake[:count]], wanted[awake[:count], 0], atol=1.0)
    np.testing.assert_allclose(up[:count][awake[:count]], wanted[awake[:count], 1], atol=1.0)
    assert np.abs(up[seen[:, -1] > 0.97]).max(initial=0.0) < 1, "shut lids are shut"


def test_what_is_gone_or_locked_is_said_when_a_take_changes_and_the_life_stays(scene, head, line):
    rig = dressed(head, body(scene))
    generate(scene)
    add()
    before = keyed(head)
    rig.pose.bones["head"].lock_rotation[2] = True
    said = "Head and eyes stay as they were: The rotation of bone head of Rig is locked; unlock it"
    generate(scene)
    assert bpy.context.window_manager.kmtalk.report.count(said) == 1
    np.testing.assert_array_equal(keyed(head), before)
    from bl_ext.user_default.kmtalk.scene import set_expression

    (take,) = taken(head)
    (sentence,) = set_expression(head, take, "REPLACE")
    assert sentence.startswith(said)
    np.testing.assert_array_equal(keyed(head), before)


def test_eyes_of_shapes_and_of_objects(scene, line):
    target = make_character(scene, "Anna", (*CHANNELS, *GAZE))
    generate(scene)
    add(gaze=2.0)
    looks = [name for name in GAZE if name.startswith("eyeLook")]
    assert shapes(target, looks, range(11, 190)).max() > 0.1
    eyes = []
    for name, x in (("Eye L", 0.3), ("Eye R", -0.3)):
        eye = bpy.data.objects.new(name, None)
        eye.location, eye.rotation_euler = (x, -0.2, 0.3), (0.4, 0.2, 0.9)
        eye.parent = target
        scene.collection.objects.link(eye)
        eyes.append(eye)
    bpy.ops.kmtalk.remove_life()
    before = turns(eyes[0])
    add(eyes_to="OBJECTS", eye_left=eyes[0], eye_right=eyes[1], head_to="NONE", gaze=2.0)
    assert shapes(target, looks, range(11, 190)).max() < 1e-6
    moved = world(turns(eyes[0]), before)
    assert np.abs(moved[:, 2]).max() > 2
    np.testing.assert_allclose(moved, keyed(target, "eye_left"), atol=0.1)


def test_an_empty_or_the_object_itself_turns_as_the_head(scene, head, line):
    generate(scene)
    empty = bpy.data.objects.new("Neck", None)
    empty.rotation_euler = (0.3, 0.1, 1.2)
    scene.collection.objects.link(empty)
    for chosen in (None, empty):
        turning = chosen or head
        before = turns(turning)
        add(head_to="OBJECT", head_object=chosen)
        assert 0.8 < np.abs(world(turns(turning), before)).max() < 12
        assert bpy.ops.kmtalk.remove_life() == {"FINISHED"}
        np.testing.assert_allclose(turns(turning), before, atol=1e-6)


def test_generating_and_clearing_take_the_life_along(scene, head, line):
    rig = dressed(head, body(scene))
    generate(scene)
    assert bpy.ops.kmtalk.clear() == {"FINISHED"}
    was = trace()
    generate(scene)
    add()
    first = life_of(head)
    generate(scene)
    np.testing.assert_array_equal(life_of(head).head, first.head)
    assert bpy.ops.kmtalk.clear() == {"FINISHED"}
    assert trace() == was
    assert np.ptp(turns(rig, "head"), axis=0).max() < 1e-6


def test_it_works_in_pose_mode_and_leaves_mode_and_selection(scene, head, line):
    rig = dressed(head, body(scene))
    generate(scene)
    bpy.context.view_layer.objects.active = rig
    rig.select_set(True)
    bpy.ops.object.mode_set(mode="POSE")
    was = trace()["selected"], trace()["view"]
    add()
    assert (trace()["selected"], trace()["view"]) == was
    assert bpy.context.mode == "POSE"
    bpy.ops.object.mode_set(mode="OBJECT")


@needs_strips
def test_the_life_follows_a_take_that_is_moved(scene, head, line):
    from bl_ext.user_default.kmtalk.scene.takes.takes import takes_of

    dressed(head, body(scene))
    generate(scene)
    add()
    before = keyed(head, frames=range(11, 191))
    strips = (
        scene.sequence_editor.strips if hasattr(scene.sequence_editor, "strips") else scene.sequence_editor.sequences
    )
    strips[0].frame_start += 40
    assert bpy.ops.kmtalk.follow_strip(take_id=takes_of(head)[0].id) == {"FINISHED"}
    np.testing.assert_allclose(keyed(head, frames=range(51, 231)), before, atol=0.02)


def test_it_is_the_same_after_saving_and_can_be_removed_then(scene, head, line, tmp_path):
    dressed(head, body(scene))
    generate(scene)
    was = trace()
    add()
    before = keyed(head)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "alive.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "alive.blend"))
    target = bpy.data.objects["Anna"]
    np.testing.assert_allclose(keyed(target), before, atol=1e-5)
    assert bpy.ops.kmtalk.remove_life() == {"FINISHED"}
    assert trace() == was


def test_the_command_without_a_window_adds_it(scene, head, line, tmp_path):
    from bl_ext.user_default.kmtalk import cli

    dressed(head, body(scene))
    arguments = ["--audio", str(line), "--frame", "11", "--head-and-eyes", "-o", str(tmp_path / "shot.blend")]
    assert cli.run(["generate", "--target", "Anna", *arguments]) == 0
    assert len(taken(head)) == 1
    assert np.abs(keyed(head)).max() > 0.8


def test_a_linked_character_is_named_and_its_override_lives_and_is_saved(scene, head, line, tmp_path):
    dressed(head, body(scene, 0.4))
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "library.blend"))
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    scene = bpy.context.scene
    with bpy.data.libraries.load(str(tmp_path / "library.blend"), link=True) as (_, wanted):
        wanted.objects = ["Rig", "Anna"]
    for thing in wanted.objects:
        scene.collection.objects.link(thing)
    linked = bpy.data.objects["Anna"]
    target = linked.override_hierarchy_create(scene, bpy.context.view_layer, do_fully_editable=True)
    scene.kmtalk.target = target
    scene.kmtalk.source, scene.kmtalk.audio, scene.kmtalk.frame = "FILE", str(line), 11
    generate(scene)
    rig = target.find_armature()
    assert rig.override_library is not None
    before = turns(rig, "head")
    add(gaze=0.5)
    after = turns(rig, "head")
    assert np.abs(world(after, before)).max() > 0.8
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "shot.blend"))
    target = bpy.context.scene.kmtalk.target
    # Blender from 5.0 on loses what an override has of properties that its library does not have.
    assert target.kmtalk.life.gaze == (1.0 if bpy.app.version >= (5, 0) else 0.5)
    np.testing.assert_allclose(turns(target.find_armature(), "head"), after, atol=1e-5)
    assert bpy.ops.kmtalk.remove_life() == {"FINISHED"}
    np.testing.assert_allclose(turns(target.find_armature(), "head"), before, atol=1e-5)


def test_a_copy_of_a_character_does_not_touch_the_rig_of_the_first(scene, head, line):
    rig = dressed(head, body(scene))
    generate(scene)
    add()
    before = turns(rig, "head")
    copy = head.copy()
    copy.data = head.data.copy()
    scene.collection.objects.link(copy)
    scene.kmtalk.target = copy
    if bpy.ops.kmtalk.remove_life.poll():
        bpy.ops.kmtalk.remove_life()
    scene.kmtalk.target = head
    np.testing.assert_array_equal(turns(rig, "head"), before)


def refused(match, **settings):
    was = trace()
    for name, value in settings.items():
        setattr(bpy.context.scene.kmtalk.target.kmtalk.life, name, value)
    with pytest.raises(RuntimeError, match=match):
        bpy.ops.kmtalk.add_life()
    assert trace() == was


def test_what_cannot_turn_is_named_and_nothing_is_changed(scene, head, line):
    generate(scene)
    refused("No armature moves Anna", head_to="BONE")
    rig = dressed(head, body(scene, eyes=False))
    refused("Rig has no bone skull; choose the bone of the head", head_bone="skull")
    refused("Rig has no bone throat; choose the bone of the neck", head_bone="head", neck_bone="throat")
    refused("has no bones of eyes; choose", neck_bone="", eyes_to="BONES")
    refused("has no eyeLook shapes", eyes_to="SHAPES")
    refused("choose the left and the right one", eyes_to="OBJECTS")
    rig.pose.bones["head"].lock_rotation[1] = True
    refused("The rotation of bone head of Rig is locked; unlock it", eyes_to="AUTO")
    rig.pose.bones["head"].lock_rotation[1] = False
    refused("cannot look at Rig, which is part of it", look_at=rig)
    head.kmtalk.life.look_at = None
    assert bpy.ops.kmtalk.add_life() == {"FINISHED"}
    assert bpy.context.window_manager.kmtalk.report.count("has no eye bones and no eyeLook shapes") == 1


def test_without_a_take_it_says_so(scene, head):
    assert not bpy.ops.kmtalk.add_life.poll()
    assert not bpy.ops.kmtalk.remove_life.poll()


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["mixamorig:Hips", "mixamorig:Head", "mixamorig:HeadTop_End", "mixamorig:LeftEye", "mixamorig:RightEye"], 1),
        (["spine", "DEF-head", "ORG-head", "head", "MCH-eye.L", "eye.L", "eye.R", "master_eye.L", "master_eye.R"], 3),
        (["CC_Base_Hip", "CC_Base_Head", "CC_Base_L_Eye", "CC_Base_R_Eye"], 1),
        (["J_Bip_C_Hips", "J_Bip_C_Head", "J_Adj_L_FaceEye", "J_Adj_R_FaceEye"], 1),
        (["Bip01 Pelvis", "Bip01 Head", "lEye", "rEye", "lEyelid"], 1),
        (["頭", "Bone", "Forehead", "eyelid.L"], None),
    ],
)
def test_bones_of_known_rigs_are_found_by_their_names(extension, names, found):
    from bl_ext.user_default.kmtalk.scene.life.bone_names import find_bone, find_eyes

    assert find_bone(names, "head") == ("" if found is None else names[found])
    left, right = find_eyes(names)
    assert bool(left and right) == (found is not None)
    assert "lid" not in left + right
