"""What an animator can have set on a character, and what is said of it."""

import bpy
import pytest
from stage import LINE, action_of, make_character, snapshot


def speak(frame=20, **settings):
    assert bpy.ops.kmtalk.generate(filepath=str(LINE), frame=frame, **settings) == {"FINISHED"}


def kinds(scene, target):
    from bl_ext.user_default.kmtalk.scene import obstacles

    scene.frame_end = 10_000
    return {obstacle.kind: obstacle for obstacle in obstacles(scene, target)}


def shown(target, frame, shape="jawOpen"):
    bpy.context.scene.frame_set(frame)
    evaluated = target.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return evaluated.data.shape_keys.key_blocks[shape].value


def test_an_eye_that_was_chosen_as_the_character(scene, head):
    eye = make_character(scene, "Eye", ["eyeBlinkLeft", "eyeBlinkRight"])
    eye.parent = head
    before = snapshot()
    with pytest.raises(RuntimeError, match="Eye has no shape keys of a mouth; choose Anna"):
        bpy.ops.kmtalk.generate(filepath=str(LINE), frame=20)
    assert snapshot() == before


def test_one_mesh_in_two_objects_is_said(scene, head):
    twin = bpy.data.objects.new("Twin", head.data)
    scene.collection.objects.link(twin)
    speak()
    assert "Twin shares the mesh of Anna" in bpy.context.window_manager.kmtalk.report


def test_pieces_that_nobody_parented_are_found_and_other_characters_are_not(scene, head):
    teeth = make_character(scene, "Teeth", ["jawOpen"])
    teeth.scale = (0.2, 0.2, 0.2)
    teeth.location = (0.4, 0.4, 0.0)
    ben = make_character(scene, "Ben")
    ben.location = (3.0, 0.0, 0.0)
    scene.kmtalk.target = head
    bpy.context.view_layer.update()
    speak()
    found = kinds(scene, head)["parts"]
    assert "Teeth" in found.text
    assert "Ben" not in found.text
    bpy.ops.kmtalk.fix(kind="parts")
    assert "parts" not in kinds(scene, head)
    frame = max(range(20, 200, 3), key=lambda frame: shown(head, frame))
    assert shown(teeth, frame) == pytest.approx(shown(head, frame), abs=1e-5)


def test_an_action_of_ones_own_above_the_takes(scene, head):
    head.data.shape_keys.key_blocks["jawOpen"].keyframe_insert("value", frame=3)
    mine = action_of(head)
    speak()
    assert kinds(scene, head) == {}
    bpy.ops.kmtalk.put_back()
    assert action_of(head) == mine
    assert shown(head, 60) == pytest.approx(0.0, abs=1e-6)
    assert "covers 1 of their shapes" in kinds(scene, head)["hand_above"].text
    bpy.ops.kmtalk.fix(kind="hand_above")
    assert kinds(scene, head) == {}
    assert shown(head, 60) > 0.05


@pytest.mark.parametrize("placement", ["ACTION", "NLA"])
def test_what_hides_a_take_is_found_wherever_it_lies(scene, head, placement):
    scene.kmtalk.placement = placement
    speak()
    keys = head.data.shape_keys
    keys.key_blocks["jawOpen"].driver_add("value").driver.expression = "0.25"
    keys.key_blocks["mouthClose"].mute = True
    other = keys.animation_data.nla_tracks.new()
    other.is_solo = True
    assert set(kinds(scene, head)) >= {"drivers", "shape_muted", "nla_solo"}
    for kind in ("drivers", "shape_muted", "nla_solo"):
        bpy.ops.kmtalk.fix(kind=kind)
    assert kinds(scene, head) == {}
    assert max(shown(head, frame) for frame in range(30, 180, 5)) > 0.1


def test_an_expression_that_is_left_to_the_user_is_no_obstacle(scene, head):
    scene.kmtalk.expression = "LEAVE"
    speak()
    assert kinds(scene, head) == {}
