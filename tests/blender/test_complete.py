"""An animator's edits: found, kept exactly, filled in around."""

import bpy
import numpy as np
import pytest
from stage import action_of, curve_of, snapshot


@pytest.fixture
def spoken(scene, head, line):
    """A character with a take from frame 11, with a key on every frame."""
    scene.kmtalk.keys = "EVERY_FRAME"
    bpy.ops.kmtalk.generate()
    return head


def values(head, shape="jawOpen"):
    return np.array([key.co.y for key in curve_of(head, shape).keyframe_points])


def edit(head, index, value, shape="jawOpen"):
    curve = curve_of(head, shape)
    curve.keyframe_points[index].co.y = value
    curve.update()


def baseline(head):
    from bl_ext.user_default.kmtalk.scene.takes.baseline_store import load_baseline

    return load_baseline(action_of(head))


def middle_motion(head):
    """Index of a key motion in the middle of the take."""
    frames = baseline(head).take.key_frames
    return int(frames[len(frames) // 2])


def test_an_edited_pose_stays_and_the_rest_moves_to_it(spoken):
    before, index = values(spoken), middle_motion(spoken)
    edit(spoken, index, 0.97)
    assert bpy.ops.kmtalk.complete() == {"FINISHED"}
    after = values(spoken)
    assert after[index] == np.float32(0.97)
    assert abs(after[index - 1] - before[index - 1]) > 0.05
    assert abs(after[index + 1] - before[index + 1]) > 0.05
    far = np.abs(np.arange(len(after)) - index) > 25
    assert np.abs(after - before)[far].max() < 0.05


def test_key_motions_beyond_the_reach_stay_as_they_are(scene, spoken):
    scene.kmtalk.reach = 0
    before, index = values(spoken), middle_motion(spoken)
    edit(spoken, index, 0.97)
    bpy.ops.kmtalk.complete()
    others = np.setdiff1d(baseline(spoken).take.key_frames, [index])
    assert np.allclose(values(spoken)[others], before[others], atol=1e-5)


def test_a_key_at_a_frame_that_was_no_key_motion(spoken):
    frames = baseline(spoken).take.key_frames
    index = int(next(f for f in range(20, len(values(spoken)) - 5) if f not in frames))
    edit(spoken, index, 0.9)
    bpy.ops.kmtalk.complete()
    assert values(spoken)[index] == np.float32(0.9)


def test_a_key_between_frames_stays_with_its_interpolation(spoken):
    curve = curve_of(spoken, "jawOpen")
    key = curve.keyframe_points.insert(11 + middle_motion(spoken) + 0.5, 0.8)
    key.interpolation, key.type = "CONSTANT", "EXTREME"
    where = key.co.x
    bpy.ops.kmtalk.complete()
    key = next(key for key in curve_of(spoken, "jawOpen").keyframe_points if key.co.x == where)
    assert key.co.y == np.float32(0.8)
    assert (key.interpolation, key.type) == ("CONSTANT", "EXTREME")


def test_completing_again_changes_nothing(spoken):
    edit(spoken, middle_motion(spoken), 0.97)
    bpy.ops.kmtalk.complete()
    once = values(spoken)
    bpy.ops.kmtalk.complete()
    assert np.allclose(values(spoken), once, atol=1e-4)


def test_only_the_range_changes(scene, spoken):
    before, index = values(spoken), middle_motion(spoken)
    edit(spoken, index, 0.97)
    scene.kmtalk.use_range, scene.kmtalk.first, scene.kmtalk.last = True, 11 + index - 6, 11 + index + 6
    bpy.ops.kmtalk.complete()
    outside = np.abs(np.arange(len(before)) - index) > 6
    assert np.array_equal(values(spoken)[outside], before[outside])
    assert not np.array_equal(values(spoken), before)


def test_a_locked_curve_is_left_alone(spoken):
    curve_of(spoken, "mouthFunnel").lock = True
    before = values(spoken, "mouthFunnel")
    edit(spoken, middle_motion(spoken), 0.97)
    bpy.ops.kmtalk.complete()
    assert np.array_equal(values(spoken, "mouthFunnel"), before)


def test_a_locked_curve_is_left_alone_by_generating_again(scene, spoken):
    edit(spoken, middle_motion(spoken), 0.97)
    curve_of(spoken, "jawOpen").lock = True
    before, other = values(spoken), values(spoken, "mouthFunnel")
    scene.kmtalk.jaw = scene.kmtalk.lips = 0.5
    bpy.ops.kmtalk.generate(discard_edits=True)
    assert np.array_equal(values(spoken), before)
    assert curve_of(spoken, "jawOpen").lock
    assert not np.allclose(values(spoken, "mouthFunnel"), other)


def test_a_locked_curve_is_left_alone_when_phones_change(spoken):
    curve_of(spoken, "jawOpen").lock = True
    before = values(spoken)
    for phone in action_of(spoken).kmtalk.phones:
        phone.label = "M"
    bpy.ops.kmtalk.complete()
    assert np.array_equal(values(spoken), before)


def test_nothing_edited_is_said(spoken):
    before = snapshot()
    with pytest.raises(RuntimeError, match="was edited"):
        bpy.ops.kmtalk.complete()
    assert snapshot() == before


def test_a_deleted_key_motion_is_let_go(spoken):
    from bl_ext.user_default.kmtalk.scene.compat import action_curves

    index = middle_motion(spoken)
    for curve in action_curves(action_of(spoken)):
        key = curve.keyframe_points[index]
        curve.keyframe_points.remove(key)
    bpy.ops.kmtalk.complete()
    key = next(key for key in curve_of(spoken, "jawOpen").keyframe_points if key.co.x == 11 + index)
    assert key.type == "GENERATED"
    assert index in baseline(spoken).dropped


def test_edits_survive_saving_and_renaming(scene, spoken, tmp_path):
    index = middle_motion(spoken)
    edit(spoken, index, 0.97)
    spoken.data.shape_keys.key_blocks["jawOpen"].name = "Jaw Open"
    action_of(spoken).name = "Renamed"
    spoken.name = "Somebody"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "saved.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "saved.blend"))
    head = bpy.data.objects["Somebody"]
    from bl_ext.user_default.kmtalk.scene.takes.edits import find_edits

    edits = find_edits(action_of(head), baseline(head))
    assert edits.count == 1
    assert list(edits.keys) == ["Jaw Open"]
    assert bpy.ops.kmtalk.complete() == {"FINISHED"}
    assert values(head, "Jaw Open")[index] == np.float32(0.97)


def test_a_take_that_moved_as_a_whole_was_not_edited(spoken):
    from bl_ext.user_default.kmtalk.scene.compat import action_curves
    from bl_ext.user_default.kmtalk.scene.takes.edits import find_edits

    for curve in action_curves(action_of(spoken)):
        for key in curve.keyframe_points:
            key.co.x += 25
        curve.update()
    moved = baseline(spoken)
    assert moved.start == 36
    assert find_edits(action_of(spoken), moved).count == 0


def test_generating_again_keeps_the_edits_or_not(scene, spoken):
    before, index = values(spoken), middle_motion(spoken)
    edit(spoken, index, 0.97)
    bpy.ops.kmtalk.generate()
    assert values(spoken)[index] == np.float32(0.97)
    assert "1 edited frame kept" in bpy.context.window_manager.kmtalk.report
    from bl_ext.user_default.kmtalk.scene.takes.edits import find_edits

    assert find_edits(action_of(spoken), baseline(spoken)).count == 1
    bpy.ops.kmtalk.generate(discard_edits=True)
    assert np.allclose(values(spoken), before, atol=1e-6)


def test_discarding_gives_back_the_generated_take(spoken):
    before = values(spoken)
    edit(spoken, middle_motion(spoken), 0.97)
    bpy.ops.kmtalk.complete()
    bpy.ops.kmtalk.discard_edits()
    assert np.allclose(values(spoken), before, atol=1e-6)


@pytest.mark.parametrize("mode", ["KEY_MOTIONS", "SPARSE"])
def test_edits_in_takes_with_few_keys(scene, head, line, mode):
    scene.kmtalk.keys = mode
    bpy.ops.kmtalk.generate()
    keys = curve_of(head, "jawOpen").keyframe_points
    key = keys[len(keys) // 2]
    frame = key.co.x
    edit(head, len(keys) // 2, 0.97)
    bpy.ops.kmtalk.complete()
    curve = curve_of(head, "jawOpen")
    assert curve.evaluate(frame) == pytest.approx(0.97, abs=1e-6)
    assert sum(key.co.x == frame for key in curve.keyframe_points) == 1


def test_edited_phones_change_the_motion(spoken):
    """Against what the voice says: the lips come together, whatever the jaw does."""
    before = values(spoken, "mouthClose")
    phones = action_of(spoken).kmtalk.phones
    vowel = max((p for p in phones if p.label not in ("SIL", "M", "B", "P")), key=lambda p: p.end - p.start)
    at = int((vowel.start + vowel.end) / 2 * 30)
    vowel.label = "M"
    assert bpy.ops.kmtalk.complete() == {"FINISHED"}
    assert "M" in [phone.label for phone in action_of(spoken).kmtalk.phones]
    assert (values(spoken, "mouthClose") - before)[max(0, at - 4) : at + 5].max() > 0.05


def test_a_boundary_moves_both_its_phones(spoken):
    phones = action_of(spoken).kmtalk.phones
    middle = (phones[2].start + phones[2].end) / 2
    bpy.ops.kmtalk.move_boundary(index=2, seconds=middle)
    assert phones[1].end == phones[2].start == pytest.approx(middle)
    with pytest.raises(RuntimeError, match="choose a time between"):
        bpy.ops.kmtalk.move_boundary(index=2, seconds=phones[2].end + 1)


def test_a_textgrid_comes_back_and_changes_the_take(scene, spoken, tmp_path):
    phones = [(phone.label, phone.start) for phone in action_of(spoken).kmtalk.phones]
    path = tmp_path / "line.TextGrid"
    bpy.ops.kmtalk.export_textgrid(filepath=str(path))
    middle = next(label for label, _ in phones[3:] if label != "SIL")
    path.write_text(path.read_text().replace(f'text = "{middle}"', 'text = "UW"'))
    before = values(spoken)
    assert bpy.ops.kmtalk.import_textgrid(filepath=str(path)) == {"FINISHED"}
    assert "UW" in [phone.label for phone in action_of(spoken).kmtalk.phones]
    assert not np.allclose(values(spoken), before, atol=1e-3)
    (tmp_path / "none.TextGrid").write_text("nothing")
    with pytest.raises(RuntimeError, match=r"none\.TextGrid"):
        bpy.ops.kmtalk.import_textgrid(filepath=str(tmp_path / "none.TextGrid"))
