"""The channel tongueUp: found by name, optional, and in visemes of L N T D."""

import json

import bpy
import numpy as np
import pytest
from characters import MICROSOFT, OCULUS, character
from stage import action_of, curve_of

from model_runtime.channels import CHANNELS, OPTIONAL

NAMES = {
    "KMTalk": "tongueUp",
    "Character Creator": "Tongue_Tip_Up",
    "Character Creator's visemes": "V_Tongue_up",
    "iClone": "T06_Tongue_Tip_Up",
    "MetaHuman": "CTRL_expressions_tongueTipUp",
    "Daz": "eCTRLTongueRaise",
    "Daz, both ways": "eCTRLTongueRaise-Lower",
    "a headset": "TongueUp",
    "one's own words": "tongue tip up",
    "another order": "tongue_up_tip",
}


@pytest.mark.parametrize("name", NAMES)
def test_the_channel_is_found_by_name(scene, name):
    target = character(scene, [*CHANNELS, NAMES[name], "Tongue_Down", "Tongue_Wide", "tongueTwistLeft"])
    assert bpy.ops.kmtalk.map_channels() == {"FINISHED"}
    rows = {row.channel: row.shape for row in target.kmtalk.mapping}
    assert rows["tongueUp"] == NAMES[name]
    assert rows["tongueOut"] == "tongueOut"


def test_the_tip_is_chosen_before_the_whole_tongue(scene):
    target = character(scene, [*CHANNELS, "Tongue_Up", "Tongue_Tip_Up"])
    bpy.ops.kmtalk.map_channels()
    assert {row.channel: row.shape for row in target.kmtalk.mapping}["tongueUp"] == "Tongue_Tip_Up"


def test_a_character_without_it_lacks_nothing(scene, line):
    target = character(scene, CHANNELS)
    assert bpy.ops.kmtalk.map_channels() == {"FINISHED"}
    report = bpy.context.window_manager.kmtalk
    assert [row.channel for row in target.kmtalk.mapping] == list(CHANNELS)
    assert bpy.ops.kmtalk.map_channels(only_missing=True) == {"FINISHED"}
    assert [row.channel for row in target.kmtalk.mapping] == list(CHANNELS)
    assert ", 0 not" not in report.report
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    assert "no shape" not in report.report


def test_our_own_head_speaks_with_it_and_completes(scene, line):
    assert bpy.ops.kmtalk.add_head() == {"FINISHED"}
    head = scene.kmtalk.target
    scene.kmtalk.keys = "EVERY_FRAME"
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    curve = curve_of(head, "tongueUp")
    heights = np.array([point.co[1] for point in curve.keyframe_points])
    assert 0.6 < heights.max() <= 1
    frame, was = curve.keyframe_points[int(heights.argmax())].co
    curve.keyframe_points[int(heights.argmax())].co[1] = 0.3
    assert bpy.ops.kmtalk.complete() == {"FINISHED"}
    assert curve_of(head, "tongueUp").evaluate(frame) == pytest.approx(0.3, abs=1e-3)
    assert curve_of(head, "tongueUp").evaluate(frame + 1) < was


def test_a_take_of_an_earlier_version_plays_and_completes(scene, line, tmp_path):
    head = character(scene, [*CHANNELS, *OPTIONAL])
    from bl_ext.user_default.kmtalk.scene.takes.baseline_store import load_baseline

    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    assert curve_of(head, "tongueUp")
    path = tmp_path / "new.npz"
    assert bpy.ops.kmtalk.export_take(filepath=str(path)) == {"FINISHED"}
    with np.load(path) as stored:
        arrays = dict(stored)
    assert str(arrays["channels"][-1]) == "tongueUp"
    for name in ("weights", "key_weights"):
        arrays[name] = arrays[name][:, :-1]
    arrays["channels"] = arrays["channels"][:-1]
    np.savez(tmp_path / "old.npz", **arrays)
    assert bpy.ops.kmtalk.clear() == {"FINISHED"}
    assert bpy.ops.kmtalk.import_take(filepath=str(tmp_path / "old.npz")) == {"FINISHED"}
    with pytest.raises(StopIteration):
        curve_of(head, "tongueUp")
    jaw = curve_of(head, "jawOpen")
    jaw.keyframe_points[len(jaw.keyframe_points) // 2].co[1] = 0.7
    assert bpy.ops.kmtalk.complete() == {"FINISHED"}
    assert load_baseline(action_of(head)).take.channels == tuple(arrays["channels"].tolist())


def test_presets_carry_it(scene, tmp_path):
    target = character(scene, [*CHANNELS, "Tongue_Tip_Up"])
    bpy.ops.kmtalk.map_channels()
    path = tmp_path / "mine.json"
    assert bpy.ops.kmtalk.save_mapping(filepath=str(path)) == {"FINISHED"}
    assert {"channel": "tongueUp", "shape": "Tongue_Tip_Up", "gain": 1.0, "offset": 0.0} in json.loads(
        path.read_text()
    )["rows"]
    other = character(scene, [*CHANNELS, "Tongue_Tip_Up"], "Cleo")
    assert bpy.ops.kmtalk.load_mapping(filepath=str(path)) == {"FINISHED"}
    assert {row.channel: row.shape for row in other.kmtalk.mapping}["tongueUp"] == "Tongue_Tip_Up"
    assert len(target.kmtalk.mapping) == len(CHANNELS) + 1


@pytest.mark.parametrize(
    ("names", "raised"),
    [
        ([f"viseme_{name}" for name in OCULUS], {"viseme_nn", "viseme_DD"}),
        (MICROSOFT, {"l_14", "d_t_n_19"}),
    ],
)
def test_visemes_of_a_raised_tongue_show_at_l_n_t_d(scene, names, raised):
    from bl_ext.user_default.kmtalk.scene.character.shape_map import shape_map

    target = character(scene, names)
    bpy.ops.kmtalk.map_channels()
    assert target.kmtalk.mapping_mode == "VISEMES"
    channels = (*CHANNELS, *OPTIONAL)

    def shown(up: float) -> float:
        row = np.zeros((1, len(channels)))
        for name, weight in (("jawOpen", 0.2), ("mouthLowerDownLeft", 0.2), ("mouthLowerDownRight", 0.2)):
            row[0, channels.index(name)] = weight
        row[0, channels.index("tongueUp")] = up
        mapping = shape_map(target, channels)
        values = dict(zip(mapping.shapes, mapping.values(row)[0], strict=True))
        return sum(values[name] for name in raised)

    assert shown(0.75) > 0.5 > shown(0.0) + 0.2
