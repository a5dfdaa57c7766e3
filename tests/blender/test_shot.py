"""A take belongs in the shot: what is seen outside of its line, and of the user's own animation, stays as it was.

Everything is judged on the evaluated mesh, as Blender shows it.
"""

import os
import shutil
import subprocess
from pathlib import Path

import bpy
import numpy as np
import pytest
from stage import LINE, TREE, action_of, make_character, snapshot

WORDS = (TREE / "assets" / "demo_line.txt").read_text()
# Frames of the demo line.
LENGTH = 180


@pytest.fixture
def abrupt(extension, tmp_path) -> Path:
    """A sound that begins and ends in the middle of speech."""
    path = tmp_path / "abrupt.wav"
    cut = (
        "import soundfile, sys; samples, rate = soundfile.read(sys.argv[1]); "
        "soundfile.write(sys.argv[2], samples[int(0.9 * rate) : int(2.45 * rate)], rate)"
    )
    # Blender's own environments of the tests have nothing that reads FLAC.
    subprocess.run([os.environ["KMTALK_PYTHON"], "-c", cut, str(LINE), str(path)], check=True)
    return path


def shown(target, frame, shape="jawOpen"):
    """What Blender shows of a shape key, on whole frames and between them."""
    bpy.context.scene.frame_set(int(frame // 1), subframe=float(frame % 1))
    evaluated = target.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return evaluated.data.shape_keys.key_blocks[shape].value


def everything(target, frames):
    """(frames, shapes) of what Blender shows."""
    rows = []
    for frame in frames:
        bpy.context.scene.frame_set(int(frame))
        evaluated = target.evaluated_get(bpy.context.evaluated_depsgraph_get())
        rows.append([block.value for block in evaluated.data.shape_keys.key_blocks[1:]])
    return np.array(rows)


def key(target, shape, keys):
    """Keys of the animator's own: (frame, value)."""
    block = target.data.shape_keys.key_blocks[shape]
    for frame, value in keys:
        block.value = value
        block.keyframe_insert("value", frame=frame)


def speak(path, frame, **settings):
    assert bpy.ops.kmtalk.generate(filepath=str(path), frame=frame, **settings) == {"FINISHED"}


@pytest.mark.parametrize("placement", ["ACTION", "NLA", "ACTIVE"])
def test_beside_a_line_that_is_cut_in_speech_the_face_rests(scene, head, abrupt, placement):
    scene.kmtalk.placement = placement
    speak(abrupt, 60)
    line = everything(head, range(60, 60 + 46))
    assert line[:, 3].max() > 0.15
    beside = everything(head, [1, 20, 53, 54, 60 + 47 + 7, 200, 1000])
    assert np.abs(beside).max() < 1e-3
    steps = np.abs(np.diff(everything(head, range(50, 120)), axis=0)).max()
    assert steps <= max(np.abs(np.diff(line, axis=0)).max(), line[[0, -1]].max() / 3) + 0.02


def test_a_head_that_rests_elsewhere_keeps_its_rest(scene, head, abrupt):
    blocks = head.data.shape_keys.key_blocks
    blocks["mouthClose"].value = blocks["mouthSmileLeft"].value = 0.3
    bpy.ops.kmtalk.calibrate(pose="CLOSED")
    blocks["browInnerUp"].value = 0.2
    blocks["jawOpen"].value = 0.1
    before = everything(head, [1])[0]
    speak(abrupt, 60)
    speak(abrupt, 300)
    for frame in (1, 40, 53, 120, 200, 290, 360, 900):
        assert everything(head, [frame])[0] == pytest.approx(before, abs=1e-3), frame
    names, plain = [block.name for block in blocks[1:]], make_character(scene, "Plain")
    speak(abrupt, 60)
    scene.kmtalk.target = head
    # Jaw and lips move from the character's rest, not from where a slider was left; expression from what is shown.
    for shape, rest in (("jawOpen", 0.0), ("mouthClose", 0.3), ("mouthSmileLeft", 0.3), ("browInnerUp", 0.2)):
        column = names.index(shape)
        wanted = np.clip(rest + everything(plain, range(60, 105))[:, column], 0, 1)
        assert everything(head, range(60, 105))[:, column] == pytest.approx(wanted, abs=1e-3), shape
    bpy.ops.kmtalk.clear()
    assert everything(head, [1])[0] == pytest.approx(before, abs=1e-6)
    assert len(head.data.shape_keys.animation_data.nla_tracks) == 0


@pytest.mark.parametrize("placement", ["ACTION", "NLA"])
def test_the_users_animation_plays_on(scene, head, placement):
    key(head, "cheekPuff", [(1, 0.0), (50, 0.8), (100, 0.1)])
    key(head, "browDownLeft", [(1, 0.0), (200, 0.6)])
    key(head, "jawOpen", [(1, 0.2), (400, 0.6)])
    mine = action_of(head)
    frames = [1, 30, 50, 75, 100, 150, 199, 300, 420]
    names = [block.name for block in head.data.shape_keys.key_blocks[1:]]
    before = everything(head, frames)
    scene.kmtalk.placement, scene.kmtalk.brows = placement, False
    speak(LINE, 110)
    assert mine.name in bpy.context.window_manager.kmtalk.report
    after = everything(head, frames)
    outside = [row for row, frame in enumerate(frames) if frame < 105 or frame > 110 + LENGTH + 8]
    assert after[outside] == pytest.approx(before[outside], abs=1e-4)
    still = [names.index("cheekPuff"), names.index("browDownLeft")]
    assert after[:, still] == pytest.approx(before[:, still], abs=1e-4)
    plain = make_character(scene, "Plain")
    speak(LINE, 110)
    jaw, spoken = names.index("jawOpen"), range(118, 110 + LENGTH - 8)
    assert everything(head, spoken)[:, jaw] == pytest.approx(everything(plain, spoken)[:, jaw], abs=1e-3)
    for target in (plain, head):
        scene.kmtalk.target = target
        bpy.ops.kmtalk.clear()
    assert action_of(head) == mine
    assert everything(head, frames) == pytest.approx(before, abs=1e-6)
    assert len(bpy.data.actions) == 1


def smiling(head):
    key(head, "mouthSmileLeft", [(1, 0.5), (500, 0.5)])
    key(head, "browInnerUp", [(1, 0.25)])
    return [block.name for block in head.data.shape_keys.key_blocks[1:]]


@pytest.mark.parametrize("placement", ["ACTION", "ACTIVE"])
def test_expression_is_added_replaced_or_left(scene, head, tmp_path, placement):
    names = smiling(head)
    smile, brow = names.index("mouthSmileLeft"), names.index("browInnerUp")
    plain = make_character(scene, "Plain")
    speak(LINE, 20)
    alone = everything(plain, range(10, 210))
    assert alone[:, smile].max() > 0.05
    assert alone[:, brow].max() > 0.02
    scene.kmtalk.target, scene.kmtalk.placement = head, placement
    played = {}
    for expression in ("ADD", "REPLACE", "LEAVE"):
        scene.kmtalk.expression = expression
        speak(LINE, 20, replace=True)
        played[expression] = everything(head, range(10, 210))
    added = np.clip(alone[:, [smile, brow]] + [0.5, 0.25], 0, 1)
    assert played["ADD"][:, [smile, brow]] == pytest.approx(added, abs=0.021)
    inside = slice(20, 170)
    assert played["REPLACE"][inside, smile] == pytest.approx(alone[inside, smile], abs=0.021)
    assert played["LEAVE"][:, smile] == pytest.approx(0.5, abs=1e-4)
    for expression in played:
        assert played[expression][:, names.index("jawOpen")] == pytest.approx(
            alone[:, names.index("jawOpen")], abs=0.021
        )


def test_expression_can_be_changed_afterwards(scene, head):
    names = smiling(head)
    smile = names.index("mouthSmileLeft")
    speak(LINE, 20)
    from bl_ext.user_default.kmtalk.scene import takes_of

    (take,) = takes_of(head)
    added = everything(head, range(20, 200))
    bpy.ops.kmtalk.set_expression(take_id=take.id, expression="LEAVE")
    assert everything(head, range(20, 200))[:, smile] == pytest.approx(0.5, abs=1e-4)
    bpy.ops.kmtalk.set_expression(take_id=take.id, expression="REPLACE")
    assert everything(head, range(40, 180))[:, smile].min() < 0.2
    bpy.ops.kmtalk.set_expression(take_id=take.id, expression="ADD")
    assert everything(head, range(20, 200)) == pytest.approx(added, abs=1e-6)


def test_put_back_makes_the_users_action_the_active_one_again(scene, head):
    key(head, "cheekPuff", [(1, 0.0), (50, 0.8)])
    mine = action_of(head)
    speak(LINE, 20)
    before = everything(head, range(1, 220, 7))
    assert bpy.ops.kmtalk.put_back() == {"FINISHED"}
    assert action_of(head) == mine
    assert everything(head, range(1, 220, 7)) == pytest.approx(before, abs=1e-4)
    with pytest.raises(RuntimeError, match="No action of yours"):
        bpy.ops.kmtalk.put_back()


def test_into_the_users_action_and_out_again_leaves_it_as_it_was(scene, head, abrupt):
    key(head, "jawOpen", [(1, 0.3), (40, 0.5), (80, 0.1), (130, 0.4), (300, 0.2)])
    key(head, "mouthPucker", [(70, 0.2), (90, 0.6)])
    frames = [*range(1, 54), *range(115, 320)]
    before, keys = everything(head, frames), keys_in(action_of(head))
    scene.kmtalk.placement = "ACTIVE"
    state = snapshot()
    with pytest.raises(RuntimeError, match="keys between frames"):
        bpy.ops.kmtalk.generate(filepath=str(abrupt), frame=60)
    assert snapshot() == state
    speak(abrupt, 60, replace=True)
    assert everything(head, frames) == pytest.approx(before, abs=2e-3)
    assert len(bpy.data.actions) == 1
    bpy.ops.kmtalk.clear()
    assert everything(head, frames) == pytest.approx(before, abs=1e-5)
    assert keys_in(action_of(head)) == keys


def keys_in(action):
    from bl_ext.user_default.kmtalk.scene.compat import action_curves

    return {
        curve.data_path: [(point.co.x, round(point.co.y, 5)) for point in curve.keyframe_points]
        for curve in action_curves(action)
    }


@pytest.mark.parametrize("second", [60 + 46, 60 + 50, 60 + 30])
@pytest.mark.parametrize("order", ["first", "last"])
def test_lines_side_by_side_and_overlapping(scene, head, abrupt, tmp_path, second, order):
    other = shutil.copy(abrupt, tmp_path / "other.wav")
    lines = [(abrupt, 60), (other, second)]
    for path, frame in lines if order == "first" else lines[::-1]:
        speak(path, frame)
    rows = everything(head, range(40, second + 80))
    alone = make_character(scene, "Alone")
    speak(abrupt, 60)
    usual = everything(alone, range(55, 120))
    assert rows.max() <= 1.0
    assert np.abs(np.diff(rows, axis=0)).max() < np.abs(np.diff(usual, axis=0)).max() * 1.3 + 0.05
    assert np.abs(rows[:12]).max() < 1e-3
    assert np.abs(rows[-15:]).max() < 1e-3
    # Where the second speaks alone, it is what is seen.
    middle = slice(second + 10 - 40, second + 40 - 40)
    assert rows[middle, 3] == pytest.approx(usual[60 + 10 - 55 : 60 + 40 - 55, 3], abs=0.03) if second > 100 else True


def test_no_curve_for_what_does_not_move(scene, head):
    scene.kmtalk.blinks = scene.kmtalk.brows = False
    speak(LINE, 20)
    from bl_ext.user_default.kmtalk.scene.compat import action_curves

    for curve in action_curves(action_of(head)):
        assert max(abs(point.co.y) for point in curve.keyframe_points) > 0.001, curve.data_path
    names = {curve.data_path for curve in action_curves(action_of(head))}
    assert not any("eyeBlink" in name or "brow" in name for name in names)
    assert {curve.group.name for curve in action_curves(action_of(head))} == {"Jaw", "Lips", "Face"}


def test_sparse_keys_hold_between_frames(scene, head):
    scene.kmtalk.keys = "EVERY_FRAME"
    speak(LINE, 20)
    every = between(head)
    bpy.ops.kmtalk.clear()
    scene.kmtalk.keys = "SPARSE"
    speak(LINE, 20)
    sparse = between(head)
    for path, values in sparse.items():
        assert -1e-6 <= values.min() <= values.max() <= 1 + 1e-6, path
        assert np.abs(values - every[path]).max() < 0.0101, path
    from bl_ext.user_default.kmtalk.scene.compat import action_curves

    points = [point for curve in action_curves(action_of(head)) for point in curve.keyframe_points]
    assert {point.handle_left_type for point in points} == {"ALIGNED"}
    assert len(points) < 0.3 * sum(len(values) for values in every.values()) / 8


def between(head):
    """Data path -> values at every eighth of a frame."""
    from bl_ext.user_default.kmtalk.scene.compat import action_curves

    places = 20 + np.arange((LENGTH - 1) * 8) / 8
    return {
        curve.data_path: np.array([curve.evaluate(float(place)) for place in places])
        for curve in action_curves(action_of(head))
    }


def test_in_the_nlas_tweak_mode_nothing_is_written(scene, head):
    key(head, "browInnerUp", [(1, 0.0)])
    keys, mine = head.data.shape_keys, action_of(head)
    animation = keys.animation_data
    strip = animation.nla_tracks.new().strips.new("mine", 1, mine)
    if hasattr(strip, "action_slot"):
        strip.action_slot = mine.slots[0]
    animation.action = None
    window = bpy.context.window_manager.windows[0]
    area = window.screen.areas[0]
    area.type = "NLA_EDITOR"
    region = next(region for region in area.regions if region.type == "WINDOW")
    bpy.context.view_layer.objects.active = head
    head.select_set(True)
    animation.nla_tracks[0].select = strip.select = True
    with bpy.context.temp_override(window=window, area=area, region=region):
        bpy.ops.anim.channels_select_all(action="SELECT")
        bpy.ops.nla.tweakmode_enter()
    assert animation.use_tweak_mode
    state = snapshot()
    with pytest.raises(RuntimeError, match="tweak mode"):
        bpy.ops.kmtalk.generate(filepath=str(LINE), frame=20)
    assert snapshot() == state


def test_a_locked_track_and_a_shielded_action_are_kept(scene, head):
    scene.kmtalk.placement = "NLA"
    speak(LINE, 20)
    track = next(t for t in head.data.shape_keys.animation_data.nla_tracks if t.strips[0].blend_type == "ADD")
    track.lock, state = True, snapshot()
    for action in (bpy.ops.kmtalk.clear, lambda: speak(LINE, 20)):
        with pytest.raises(RuntimeError, match="is locked; unlock it"):
            action()
    assert snapshot() == state
    track.lock = False
    approved = track.strips[0].action
    approved.use_fake_user, approved.name = True, "approved"
    speak(LINE, 20)
    assert "approved has a fake user" in bpy.context.window_manager.kmtalk.report
    bpy.ops.kmtalk.clear()
    assert "approved" in bpy.data.actions


def test_keys_of_ones_own_in_a_takes_action_survive_it(scene, head):
    speak(LINE, 20)
    key(head, "cheekPuff", [(30, 0.0), (60, 0.7)])
    bpy.ops.kmtalk.clear()
    assert shown(head, 60, "cheekPuff") == pytest.approx(0.7, abs=1e-5)
    assert shown(head, 60, "jawOpen") == pytest.approx(0.0, abs=1e-6)


@pytest.mark.skipif(bpy.app.version < (4, 4), reason="slots came with 4.4")
@pytest.mark.parametrize("placement", ["ACTION", "ACTIVE", "NLA"])
def test_two_faces_in_one_action_keep_their_slots(scene, placement):
    shared, faces = bpy.data.actions.new("brows of both"), []
    for index, name in enumerate(("Anna", "Ben")):
        face = make_character(scene, name)
        animation = face.data.shape_keys.animation_data_create()
        animation.action = shared
        animation.action_slot = shared.slots.new("KEY", name)
        key(face, "browInnerUp", [(1, 0.0), (50, 0.2 + 0.6 * index), (100, 0.0)])
        faces.append(face)
    anna, ben = faces
    before = everything(anna, range(1, 400, 10))
    scene.kmtalk.placement, scene.kmtalk.brows = placement, False
    speak(LINE, 200)
    assert everything(anna, range(1, 400, 10)) == pytest.approx(before, abs=1e-5)
    assert shown(ben, 50, "browInnerUp") == pytest.approx(0.8, abs=1e-3)
    assert max(shown(ben, frame) for frame in range(200, 380, 4)) > 0.1
    bpy.ops.kmtalk.clear()
    assert shown(ben, 50, "browInnerUp") == pytest.approx(0.8, abs=1e-3)
    assert everything(anna, range(1, 400, 10)) == pytest.approx(before, abs=1e-5)
    assert ben.data.shape_keys.animation_data.action_slot.identifier == "KEBen"
