"""Several takes in one action of the user's: each is edited, completed, discarded and removed for itself."""

import shutil

import bpy
import numpy as np
import pytest
from stage import LINE, TREE, action_of, curve_of

WORDS = (TREE / "assets" / "demo_line.txt").read_text()
STARTS = {"first": 11, "second": 300}


@pytest.fixture
def spoken(scene, head, tmp_path):
    """Anna with a key of the animator's own at frame 5000 and two takes in the same action."""
    head.data.shape_keys.key_blocks["jawOpen"].keyframe_insert("value", frame=5000)
    scene.kmtalk.placement, scene.kmtalk.transcript, scene.kmtalk.keys = "ACTIVE", WORDS, "EVERY_FRAME"
    for name, start in STARTS.items():
        sound = shutil.copy(LINE, tmp_path / f"{name}.flac")
        bpy.ops.kmtalk.generate(filepath=str(sound), frame=start)
    return head


def values(head, shape="jawOpen"):
    """Frame -> value."""
    return {key.co.x: key.co.y for key in curve_of(head, shape).keyframe_points}


def edit(head, frame, value=0.97):
    curve = curve_of(head, "jawOpen")
    next(key for key in curve.keyframe_points if key.co.x == frame).co.y = value
    curve.update()


def takes(head):
    from bl_ext.user_default.kmtalk.scene import takes_of

    return [(take.strip, take.start, take.active) for take in takes_of(head)]


def ids(head):
    """Label -> id."""
    from bl_ext.user_default.kmtalk.scene import takes_of

    return {take.strip: take.id for take in takes_of(head)}


def test_both_are_takes_of_the_same_action(spoken):
    assert takes(spoken) == [("first", 11, True), ("second", 300, True)]
    assert len(bpy.data.actions) == 1
    phones = action_of(spoken).kmtalk.phones
    half = len(phones) // 2
    assert [phone.take for phone in phones] == [ids(spoken)["first"]] * half + [ids(spoken)["second"]] * half


def test_nothing_edited_is_said_whatever_else_the_action_holds(spoken):
    with pytest.raises(RuntimeError, match="was edited"):
        bpy.ops.kmtalk.complete()


@pytest.mark.parametrize("edited", [("first",), ("second",), ("first", "second")])
def test_complete_works_for_every_take_that_was_edited(spoken, edited):
    before = values(spoken)
    frames = [STARTS[name] + 90 for name in edited]
    for frame in frames:
        edit(spoken, frame)
    assert bpy.ops.kmtalk.complete() == {"FINISHED"}
    after = values(spoken)
    assert after.keys() == before.keys()
    assert after[5000] == before[5000]
    for frame in frames:
        assert after[frame] == np.float32(0.97)
        assert abs(after[frame + 1] - before[frame + 1]) > 0.05
    for name in STARTS.keys() - set(edited):
        own = [frame for frame in before if STARTS[name] <= frame < STARTS[name] + 180]
        assert [after[frame] for frame in own] == [before[frame] for frame in own]


def test_phones_of_the_second_change_the_second(scene, spoken):
    before, phones = values(spoken, "mouthClose"), action_of(spoken).kmtalk.phones
    second = [p for p in phones if p.take == ids(spoken)["second"] and p.label not in ("SIL", "M", "B", "P")]
    max(second, key=lambda phone: phone.end - phone.start).label = "M"
    bpy.context.window_manager.kmtalk.phone_index = len(phones) - 3
    assert scene.frame_current > 300
    assert bpy.ops.kmtalk.complete() == {"FINISHED"}
    after = values(spoken, "mouthClose")
    assert all(after[frame] == before[frame] for frame in before if frame < 200)
    assert max(after[frame] - before[frame] for frame in before) > 0.05


def test_discarding_leaves_what_is_not_of_a_take(spoken):
    before = values(spoken)
    for start in STARTS.values():
        edit(spoken, start + 90)
    bpy.ops.kmtalk.complete()
    bpy.ops.kmtalk.discard_edits()
    assert values(spoken) == pytest.approx(before, abs=1e-6)


def test_one_take_goes_and_the_others_stay(spoken):
    before = values(spoken)
    bpy.ops.kmtalk.clear(take=action_of(spoken).name, strip="first")
    assert takes(spoken) == [("second", 300, True)]
    assert values(spoken) == {frame: value for frame, value in before.items() if frame >= 300}
    bpy.ops.kmtalk.clear()
    assert list(values(spoken)) == [5000]


def test_an_own_action_of_a_take_written_into_is_shared_from_then_on(scene, head, tmp_path):
    scene.kmtalk.transcript = WORDS
    bpy.ops.kmtalk.generate(filepath=str(shutil.copy(LINE, tmp_path / "first.flac")), frame=11)
    scene.kmtalk.placement = "ACTIVE"
    bpy.ops.kmtalk.generate(filepath=str(shutil.copy(LINE, tmp_path / "second.flac")), frame=300)
    assert takes(head) == [("first", 11, True), ("second", 300, True)]
    bpy.ops.kmtalk.clear(take=action_of(head).name, strip="first")
    assert takes(head) == [("second", 300, True)]


def test_a_take_becomes_an_action_of_its_own_again(scene, spoken):
    mine = action_of(spoken)
    scene.kmtalk.placement = "ACTION"
    bpy.ops.kmtalk.import_take(filepath=str(export(spoken, "second")), frame=300)
    assert [(strip, start) for strip, start, _ in takes(spoken)] == [("first", 11), ("second", 300)]
    assert mine.name in bpy.data.actions
    scene.frame_set(5000)
    key = next(key for curve in curves(mine) for key in curve.keyframe_points if key.co.x == 5000)
    assert spoken.data.shape_keys.key_blocks["jawOpen"].value == pytest.approx(key.co.y)


def curves(action):
    from bl_ext.user_default.kmtalk.scene.compat import action_curves

    return action_curves(action)


def export(head, strip):
    from pathlib import Path

    from bl_ext.user_default.kmtalk.scene import export_take

    return export_take(head, Path(bpy.app.tempdir) / f"{strip}.npz", strip)


def test_writing_over_half_of_a_take_asks_and_makes_it_plain_keys(scene, spoken, tmp_path):
    sound = shutil.copy(LINE, tmp_path / "third.flac")
    with pytest.raises(RuntimeError, match="keys between frames"):
        bpy.ops.kmtalk.generate(filepath=str(sound), frame=100)
    bpy.ops.kmtalk.generate(filepath=str(sound), frame=100, replace=True)
    assert takes(spoken) == [("third", 100, True), ("second", 300, True)]
    assert 11 in values(spoken)
