"""The table of a character: renamed shapes, presets, library overrides, calibration."""

import json

import bpy
import pytest
from characters import character, posed

from model_runtime.channels import CHANNELS


def test_a_renamed_shape_is_named_and_mapped_again(scene, line):
    target = character(scene, CHANNELS)
    bpy.ops.kmtalk.map_channels()
    row = next(row for row in target.kmtalk.mapping if row.channel == "mouthPucker")
    row.gain = 0.5
    target.data.shape_keys.key_blocks["jawOpen"].name = "JAW_open"
    with pytest.raises(RuntimeError, match="Bert has no shape key jawOpen any more"):
        bpy.ops.kmtalk.generate()
    assert bpy.ops.kmtalk.map_channels(only_missing=True) == {"FINISHED"}
    assert posed(target, jawOpen=0.5)["JAW_open"] == 0.5
    assert posed(target, mouthPucker=1)["mouthPucker"] == 0.5, "what was edited stays"


def test_presets(scene, tmp_path):
    target = character(scene, CHANNELS)
    bpy.ops.kmtalk.map_channels()
    next(row for row in target.kmtalk.mapping if row.channel == "jawOpen").gain = 0.7
    path = tmp_path / "mine.json"
    assert bpy.ops.kmtalk.save_mapping(filepath=str(path)) == {"FINISHED"}
    assert json.loads(path.read_text())["mode"] == "DIRECT"
    other = character(scene, [name for name in CHANNELS if name != "tongueOut"], "Cleo")
    assert bpy.ops.kmtalk.load_mapping(filepath=str(path)) == {"FINISHED"}
    assert posed(other, jawOpen=1)["jawOpen"] == pytest.approx(0.7)
    assert next(row.shape for row in other.kmtalk.mapping if row.channel == "tongueOut") == ""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "is not a mapping of KMTalk"),
        ('{"kmtalk_mapping": 2, "mode": "DIRECT", "rows": []}', "is not a mapping of KMTalk"),
        ('{"kmtalk_mapping": 1, "mode": "DIRECT", "rows": [{"channel": "jawOpne", "shape": "a"}]}', "jawOpne"),
        ('{"kmtalk_mapping": 1, "mode": "DIRECT", "rows": [{"channel": "jawOpen", "shape": "x"}]}', "has none of the"),
    ],
)
def test_bad_presets_change_nothing(scene, tmp_path, text, sentence):
    target = character(scene, CHANNELS)
    bpy.ops.kmtalk.map_channels()
    before = [(row.channel, row.shape) for row in target.kmtalk.mapping]
    path = tmp_path / "bad.json"
    path.write_text(text)
    with pytest.raises(RuntimeError, match=sentence):
        bpy.ops.kmtalk.load_mapping(filepath=str(path))
    assert [(row.channel, row.shape) for row in target.kmtalk.mapping] == before


def test_mapping_of_a_library_override(scene, tmp_path):
    target = character(scene, [f"A_{name}" for name in CHANNELS], "Linked")
    bpy.ops.kmtalk.map_channels()
    path = tmp_path / "library.blend"
    bpy.data.libraries.write(str(path), {target})
    bpy.data.objects.remove(target)
    with bpy.data.libraries.load(str(path), link=True) as (_, wanted):
        wanted.objects = ["Linked"]
    override = wanted.objects[0].override_create()
    scene.collection.objects.link(override)
    scene.kmtalk.target = override
    assert override.override_library is not None
    assert posed(override, jawOpen=0.5)["A_jawOpen"] == 0.5, "the library's mapping holds"
    next(row for row in override.kmtalk.mapping if row.channel == "jawOpen").gain = 0.6
    assert posed(override, jawOpen=1)["A_jawOpen"] == pytest.approx(0.6)
    assert bpy.ops.kmtalk.map_channels() == {"FINISHED"}
    assert posed(override, jawOpen=1)["A_jawOpen"] == 1
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "shot.blend"))
    opened = bpy.data.objects["Linked"]
    assert opened.override_library is not None
    assert {row.channel: row.shape for row in opened.kmtalk.mapping} == {name: f"A_{name}" for name in CHANNELS}
    assert len(opened.kmtalk.mapping) == len(CHANNELS), "each row once, as before it was saved"


def test_calibration(scene):
    target = character(scene, CHANNELS)
    blocks = target.data.shape_keys.key_blocks
    bpy.ops.kmtalk.map_channels()
    blocks["mouthClose"].value = 0.2
    assert bpy.ops.kmtalk.calibrate(pose="CLOSED") == {"FINISHED"}
    assert posed(target)["mouthClose"] == pytest.approx(0.2)
    with pytest.raises(RuntimeError, match="jawOpen of Bert is at rest"):
        bpy.ops.kmtalk.calibrate(pose="OPEN")
    blocks["jawOpen"].value = 0.6
    assert bpy.ops.kmtalk.calibrate(pose="OPEN") == {"FINISHED"}
    assert posed(target, jawOpen=1)["jawOpen"] == pytest.approx(0.6)
    assert posed(target, jawOpen=0.5)["jawOpen"] == pytest.approx(0.3)
    assert posed(target, mouthClose=0.5)["mouthClose"] == pytest.approx(0.7)


def test_a_cleared_take_leaves_the_character_at_its_rest(scene, line):
    target = character(scene, CHANNELS)
    blocks = target.data.shape_keys.key_blocks
    blocks["mouthClose"].value = 0.2
    assert bpy.ops.kmtalk.calibrate(pose="CLOSED") == {"FINISHED"}
    assert bpy.ops.kmtalk.map_channels() == {"FINISHED"}
    assert posed(target)["mouthClose"] == pytest.approx(0.2), "mapping again does not open the mouth"
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    scene.frame_set(60)
    assert bpy.ops.kmtalk.clear() == {"FINISHED"}
    assert blocks["mouthClose"].value == pytest.approx(0.2)
    assert blocks["jawOpen"].value == 0
