"""A line becomes curves: where they lie, what they hold, and what they leave alone."""

import bpy
import numpy as np
import pytest
from stage import LINE, action_of, curve_of, has_strips, make_character, needs_strips, snapshot

from model_runtime.channels import OPTIONAL, SHAPES


def keys_of(curve):
    pairs = np.empty(len(curve.keyframe_points) * 2, np.float32)
    curve.keyframe_points.foreach_get("co", pairs)
    return pairs.reshape(-1, 2)


def test_our_head_comes_with_a_shape_a_channel(scene):
    assert bpy.ops.kmtalk.add_head() == {"FINISHED"}
    target = scene.kmtalk.target
    assert [block.name for block in target.data.shape_keys.key_blocks] == ["Basis", *SHAPES]
    assert all((block.slider_min, block.slider_max) == (0, 1) for block in target.data.shape_keys.key_blocks[1:])
    assert all(block.value == 0 for block in target.data.shape_keys.key_blocks[1:])
    quads = sum(len(polygon.vertices) == 4 for polygon in target.data.polygons)
    assert quads > 0.9 * len(target.data.polygons)
    assert all(polygon.use_smooth for polygon in target.data.polygons)
    assert "KMTalk lips" in target.data.materials
    assert bpy.context.view_layer.objects.active == target


def test_a_line_is_one_action_of_its_own(scene, head, line):
    scene.kmtalk.keys = "EVERY_FRAME"
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    action, animation = action_of(head), head.data.shape_keys.animation_data
    assert len(bpy.data.actions) == 1
    if hasattr(animation, "action_slot"):
        assert animation.action_slot is not None
        assert animation.action_slot.target_id_type == "KEY"
    take = take_of(action)
    jaw = keys_of(curve_of(head, "jawOpen"))
    line = jaw[(jaw[:, 0] >= 11) & (jaw[:, 0] < 11 + len(take.weights))]
    assert len(line) == len(take.weights)
    assert (np.diff(jaw[:, 0]) == 1).all()
    assert np.allclose(line[:, 1], take.weights[:, take.channels.index("jawOpen")], atol=0.0101)
    assert np.allclose(line[1:-1, 1], take.weights[1:-1, take.channels.index("jawOpen")], atol=1e-6)
    motions = [round(k.co.x) - 11 for k in curve_of(head, "jawOpen").keyframe_points if k.type == "KEYFRAME"]
    assert set(motions) - set(take.key_frames.tolist()) <= {jaw[0, 0] - 11, jaw[-1, 0] - 11}
    assert set(take.key_frames.tolist()) <= set(motions)
    assert 0.1 < jaw[:, 1].max() <= 1.0
    assert not any(key.select_control_point for key in curve_of(head, "jawOpen").keyframe_points)


def take_of(action):
    from bl_ext.user_default.kmtalk.scene.takes.baseline_store import load_baseline

    return load_baseline(action).take


def test_the_face_moves_when_the_timeline_does(scene, head, line):
    bpy.ops.kmtalk.generate()
    jaw = keys_of(curve_of(head, "jawOpen"))
    for frame, value in jaw[:: len(jaw) // 5]:
        scene.frame_set(int(frame))
        assert head.data.shape_keys.key_blocks["jawOpen"].value == pytest.approx(value, abs=1e-6)


def test_sparse_keeps_the_motion_with_under_a_quarter_of_the_keys(scene, head, line):
    scene.kmtalk.keys = "SPARSE"
    bpy.ops.kmtalk.generate()
    take = take_of(action_of(head))
    frames, count = np.arange(len(take.weights)), 0
    moving = {curve.data_path for curve in curves_of(head)}
    for column, channel in enumerate(take.channels):
        if channel not in head.data.shape_keys.key_blocks:
            assert channel in OPTIONAL, "the character lacks what is optional alone"
            continue
        if f'key_blocks["{channel}"].value' not in moving:
            assert take.weights[:, column].max() <= 0.01
            continue
        curve = curve_of(head, channel)
        count += len(curve.keyframe_points)
        played = np.array([curve.evaluate(float(11 + frame)) for frame in frames])
        assert np.abs(played - take.weights[:, column]).max() < 0.0102
    assert count < 0.25 * take.weights.size


def curves_of(head):
    from bl_ext.user_default.kmtalk.scene.compat import action_curves

    return action_curves(action_of(head))


def test_key_motions_alone(scene, head, line):
    scene.kmtalk.keys, scene.kmtalk.interpolation = "KEY_MOTIONS", "CONSTANT"
    bpy.ops.kmtalk.generate()
    take, curve = take_of(action_of(head)), curve_of(head, "jawOpen")
    frames = (keys_of(curve)[:, 0] - 11).tolist()
    assert [frame for frame in frames if 0 <= frame < len(take.weights)] == take.key_frames.tolist()
    assert {key.interpolation for key in curve.keyframe_points} == {"CONSTANT"}


def test_the_users_action_plays_on_below_and_comes_back(scene, head, line):
    head.data.shape_keys.key_blocks["cheekPuff"].keyframe_insert("value", frame=3)
    mine = action_of(head)
    bpy.ops.kmtalk.generate()
    animation = head.data.shape_keys.animation_data
    assert animation.action != mine
    track = next(track for track in animation.nla_tracks if track.strips[0].action == mine)
    assert not track.mute
    bpy.ops.kmtalk.clear()
    assert action_of(head) == mine
    assert len(animation.nla_tracks) == 0
    assert len(bpy.data.actions) == 1


def test_generating_a_strip_again_replaces_its_take(scene, head, line):
    bpy.ops.kmtalk.generate()
    name = action_of(head).name
    scene.kmtalk.jaw = 0.5
    bpy.ops.kmtalk.generate()
    assert [action.name for action in bpy.data.actions] == [name]


def test_a_second_line_leaves_the_first_playing(scene, head, line):
    bpy.ops.kmtalk.generate(filepath=str(LINE), frame=11)
    first = keys_of(curve_of(head, "jawOpen"))
    peak = int(first[first[:, 1].argmax(), 0])
    second = LINE.with_name("second.flac")
    assert not second.exists()
    bpy.ops.kmtalk.import_take(filepath=str(export(head)), frame=1000)
    scene.frame_set(peak)
    assert head.data.shape_keys.key_blocks["jawOpen"].value == pytest.approx(first[:, 1].max(), abs=1e-5)
    scene.frame_set(peak - 11 + 1000)
    assert head.data.shape_keys.key_blocks["jawOpen"].value == pytest.approx(first[:, 1].max(), abs=1e-5)


def export(head):
    from pathlib import Path

    from bl_ext.user_default.kmtalk.scene import export_take

    path = Path(bpy.app.tempdir) / "exported.npz"
    return export_take(head, path)


def test_into_the_active_action_only_when_allowed(scene, head, line):
    block = head.data.shape_keys.key_blocks["jawOpen"]
    for frame in (20, 5000):
        block.keyframe_insert("value", frame=frame)
    mine, before = action_of(head), snapshot()
    scene.kmtalk.placement = "ACTIVE"
    with pytest.raises(RuntimeError, match="has 1 keys between"):
        bpy.ops.kmtalk.generate()
    assert snapshot() == before
    bpy.ops.kmtalk.generate(replace=True)
    assert action_of(head) == mine
    assert keys_of(curve_of(head, "jawOpen"))[-1, 0] == 5000
    bpy.ops.kmtalk.clear()
    assert keys_of(curve_of(head, "jawOpen"))[:, 0].tolist() == [20, 5000]


def test_a_take_on_an_nla_track(scene, head, line):
    scene.kmtalk.placement = "NLA"
    bpy.ops.kmtalk.generate()
    animation = head.data.shape_keys.animation_data
    assert animation.action is None
    assert [track.name for track in animation.nla_tracks] == ["Rest", "hello" if has_strips() else "demo_line"]
    take = take_of(animation.nla_tracks[1].strips[0].action)
    jaw = take.weights[:, take.channels.index("jawOpen")]
    scene.frame_set(11 + int(jaw.argmax()))
    assert head.data.shape_keys.key_blocks["jawOpen"].value == pytest.approx(jaw.max(), abs=1e-5)


def test_shapes_are_found_by_their_names_and_missing_ones_are_told(scene, line):
    target = make_character(scene, "Other")
    blocks = target.data.shape_keys.key_blocks
    blocks["jawOpen"].name = "Head.JAW_OPEN"
    blocks["eyeBlinkLeft"].name = "eyeBlink_L"
    target.shape_key_remove(blocks["mouthPucker"])
    bpy.ops.kmtalk.generate()
    assert curve_of(target, "Head.JAW_OPEN")
    assert curve_of(target, "eyeBlink_L")
    assert "1 channels have no shape" in bpy.context.window_manager.kmtalk.report


def test_the_mapping_decides(scene, head, line):
    row = head.kmtalk.mapping.add()
    row.channel, row.shape, row.gain, row.offset = "jawOpen", "mouthFunnel", 2.0, 0.1
    bpy.ops.kmtalk.generate()
    take = take_of(action_of(head))
    expected = 2 * take.weights[:, take.channels.index("jawOpen")] + 0.1
    for frame in (11 + 20, 11 + 60, 11 + 100):
        scene.frame_set(frame)
        assert head.data.shape_keys.key_blocks["mouthFunnel"].value == pytest.approx(expected[frame - 11], abs=0.011)
    assert head.data.shape_keys.key_blocks["mouthFunnel"].slider_max >= expected.max() - 1e-6


def test_where_takes_overlap_the_later_one_wins_and_fades_in(scene, head, line):
    bpy.ops.kmtalk.generate(filepath=str(LINE), frame=101)
    exported, length = export(head), len(take_of(action_of(head)).weights)
    bpy.ops.kmtalk.import_take(filepath=str(exported), frame=50)
    animation = head.data.shape_keys.animation_data
    assert animation.action is None
    takes = [track.strips[0] for track in animation.nla_tracks if track.strips[0].blend_type == "ADD"]
    assert [strip.frame_start for strip in takes] == [50, 101]
    take = take_of(takes[0].action)
    jaw = take.weights[:, take.channels.index("jawOpen")]

    def played(frame):
        scene.frame_set(frame)
        return head.data.shape_keys.key_blocks["jawOpen"].value

    assert played(60) == pytest.approx(jaw[10], abs=0.011)
    assert played(120) == pytest.approx(jaw[19], abs=0.011)
    assert played(101 + length - 10) == pytest.approx(jaw[length - 10], abs=0.011)
    assert min(jaw[2], jaw[53]) - 0.02 <= played(103) <= jaw[2] + jaw[53] + 0.02


@needs_strips
def test_the_whole_scene_each_strip_for_its_character(scene):
    anna, ben = make_character(scene, "Anna"), make_character(scene, "Ben")
    editor = scene.sequence_editor_create()
    for index, name in enumerate(("anna one", "ben one", "anna two")):
        strip = editor.strips.new_sound(name, str(LINE), 1 + index, 1 + 200 * index)
        strip.frame_final_end = strip.frame_final_start + 45
    assert bpy.ops.kmtalk.generate(scope="SCENE") == {"FINISHED"}
    from bl_ext.user_default.kmtalk.scene import takes_of

    assert [(take.strip, take.start) for take in takes_of(anna)] == [("anna one", 1), ("anna two", 401)]
    assert [(take.strip, take.start) for take in takes_of(ben)] == [("ben one", 201)]
    assert [item.state for item in scene.kmtalk.lines] == ["done"] * 3


@needs_strips
def test_a_line_that_fails_does_not_stop_the_others(scene):
    make_character(scene, "Anna")
    editor = scene.sequence_editor_create()
    for index in range(2):
        strip = editor.strips.new_sound(f"line {index}", str(LINE), 1, 1 + 200 * index)
        strip.frame_final_end = strip.frame_final_start + 45
    ghost = bpy.data.objects.new("Ghost", bpy.data.meshes.new("Ghost"))
    scene.collection.objects.link(ghost)
    from bl_ext.user_default.kmtalk.scene.sound.speakers import fill_lines

    fill_lines(scene, scene)
    scene.kmtalk.lines[0].target = ghost
    assert bpy.ops.kmtalk.generate(scope="TABLE") == {"FINISHED"}
    assert "no shape keys" in scene.kmtalk.lines[0].state
    assert scene.kmtalk.lines[1].state == "done"
