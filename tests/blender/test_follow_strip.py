"""A strip was moved, stretched, or the scene has another rate: it is told by how much, and the take follows."""

import bpy
import numpy as np
import pytest
from stage import LINE, TREE, action_of, curve_of, needs_strips

pytestmark = needs_strips

WORDS = (TREE / "assets" / "demo_line.txt").read_text()
EDITED = 0.97


@pytest.fixture(params=["EVERY_FRAME", "SPARSE"])
def spoken(scene, head, request):
    """A strip from frame 11, its take, and one key of the jaw dragged up at frame 61 or near it."""
    scene.kmtalk.keys = request.param
    strip = scene.sequence_editor_create().strips.new_sound("hello", str(LINE), 1, 11)
    strip.kmtalk.transcript = WORDS
    assert bpy.ops.kmtalk.generate(strip="hello") == {"FINISHED"}
    points = curve_of(head, "jawOpen").keyframe_points
    point = min(points, key=lambda point: abs(point.co.x - 61))
    point.co_ui = (point.co.x, EDITED)
    curve_of(head, "jawOpen").update()
    return strip, point.co.x


def drifts(head):
    from bl_ext.user_default.kmtalk.scene import drifts

    return drifts(head)


def jaw(head, frames):
    values = []
    for frame in frames:
        bpy.context.scene.frame_set(int(frame // 1), subframe=float(frame % 1))
        values.append(head.data.shape_keys.key_blocks["jawOpen"].value)
    return np.array(values)


def edits(head):
    from bl_ext.user_default.kmtalk.scene.takes.baseline_store import load_baseline
    from bl_ext.user_default.kmtalk.scene.takes.edits import find_edits

    return find_edits(action_of(head), load_baseline(action_of(head)))


def pending(head):
    from bl_ext.user_default.kmtalk.scene.takes.baseline_store import load_baseline
    from bl_ext.user_default.kmtalk.scene.takes.pending import pending_frames

    return pending_frames(edits(head), load_baseline(action_of(head)), set()).tolist()


def test_in_step_nothing_is_said(head, spoken):
    assert drifts(head) == []
    assert bpy.ops.kmtalk.follow_strip() == {"FINISHED"}


def test_a_moved_and_renamed_strip(scene, head, spoken):
    strip, edited = spoken
    before = jaw(head, range(5, 200))
    strip.name, strip.frame_start = "good morning", strip.frame_start + 25
    (drift,) = drifts(head)
    assert (drift.frames, drift.scale) == (25, 1)
    assert drift.text == "good morning starts 25 frames later than its take."
    assert bpy.ops.kmtalk.follow_strip() == {"FINISHED"}
    assert drifts(head) == []
    assert jaw(head, range(30, 225)) == pytest.approx(before, abs=0.011)
    assert edits(head).frames.tolist() == [edited + 25]
    assert bpy.ops.kmtalk.complete() == {"FINISHED"}
    assert jaw(head, [edited + 25])[0] == pytest.approx(EDITED, abs=1e-5)


@pytest.mark.parametrize("later", [0, 25])
def test_what_waits_for_complete_still_does(scene, head, spoken, later):
    strip, _ = spoken
    assert bpy.ops.kmtalk.complete() == {"FINISHED"}
    assert pending(head) == []
    point = min(curve_of(head, "jawOpen").keyframe_points, key=lambda point: abs(point.co.x - 121))
    waits = point.co.x
    point.co_ui = (waits, EDITED)
    curve_of(head, "jawOpen").update()
    assert pending(head) == [round(waits)]
    if later:
        strip.frame_start += later
    else:
        scene.render.fps, later = 60, waits - 11
    assert bpy.ops.kmtalk.follow_strip() == {"FINISHED"}
    assert pending(head) == [round(waits + later)]
    assert bpy.ops.kmtalk.complete() == {"FINISHED"}
    assert pending(head) == []


def test_trimming_a_strip_leaves_them_in_step(head, spoken):
    spoken[0].frame_offset_start = 12
    assert drifts(head) == []


def test_a_take_that_was_moved_along_by_hand_is_in_step(head, spoken):
    from bl_ext.user_default.kmtalk.scene.compat import action_curves

    bpy.ops.kmtalk.discard_edits()
    spoken[0].frame_start += 25
    assert len(drifts(head)) == 1
    for curve in action_curves(action_of(head)):
        for point in curve.keyframe_points:
            point.co_ui.x += 25
        curve.update()
    assert drifts(head) == []


def test_another_frame_rate(scene, head, spoken):
    before = jaw(head, range(5, 200))
    scene.render.fps = 60
    (drift,) = drifts(head)
    assert drift.scale == pytest.approx(2)
    assert "100% longer" in drift.text
    assert bpy.ops.kmtalk.follow_strip() == {"FINISHED"}
    assert drifts(head) == []
    start = 11 + 2 * (5 - 11)
    after = jaw(head, range(start, start + 2 * 195, 2))
    away = np.abs(np.arange(5, 200) - spoken[1]) > 6
    assert after[away] == pytest.approx(before[away], abs=0.025)
    assert jaw(head, [11 + 2 * (spoken[1] - 11)])[0] == pytest.approx(EDITED, abs=1e-5)
    assert bpy.ops.kmtalk.complete() == {"FINISHED"}


def test_a_stretched_strip(scene, head, spoken):
    strip, edited = spoken
    window = bpy.context.window_manager.windows[0]
    if hasattr(window.workspace, "sequencer_scene"):
        window.workspace.sequencer_scene = scene
    area = window.screen.areas[0]
    area.type = "SEQUENCE_EDITOR"
    region = next(region for region in area.regions if region.type == "WINDOW")
    scene.sequence_editor.active_strip, strip.select = strip, True
    with bpy.context.temp_override(window=window, area=area, region=region):
        bpy.ops.sequencer.retiming_segment_speed_set(speed=50.0)
    (drift,) = drifts(head)
    assert drift.scale == pytest.approx(2, abs=0.02)
    assert bpy.ops.kmtalk.follow_strip() == {"FINISHED"}
    assert drifts(head) == []
    assert jaw(head, [round(11 + drift.scale * (edited - 11))])[0] == pytest.approx(EDITED, abs=1e-5)
    with bpy.context.temp_override(window=window, area=area, region=region):
        bpy.ops.sequencer.retiming_key_add(timeline_frame=100)
    strip.retiming_keys[1].timeline_frame = 130
    (drift,) = drifts(head)
    assert drift.again
    with pytest.raises(RuntimeError, match="generate it again"):
        bpy.ops.kmtalk.follow_strip(take_id=drift.take)


def test_takes_follow_by_themselves_when_the_user_wants_it(scene, head, spoken):
    from bl_ext.user_default.kmtalk.handlers import on_timer

    spoken[0].frame_start += 25
    for _ in range(3):
        on_timer()
    assert drifts(head)
    scene.kmtalk.follow = True
    for _ in range(3):
        on_timer()
    assert drifts(head) == []
