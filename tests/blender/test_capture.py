"""A capture becomes a take of the character: seen at every frame as it was recorded, edited and completed."""

import json
import sys
from pathlib import Path

import bpy
import numpy as np
import pytest
from stage import LINE, TREE, action_of, curve_of, make_character, needs_strips, snapshot

from model_runtime.channels import CHANNELS, GAZE

sys.path.append(str(Path(__file__).parents[1]))
from capture_files import live_link_face, motion


@pytest.fixture
def actor(scene):
    """A character with all of ARKit's shapes."""
    scene.kmtalk.keys = "EVERY_FRAME"
    return make_character(scene, "Actor", (*CHANNELS, *GAZE))


def seen(target, frame, *shapes):
    bpy.context.scene.frame_set(frame)
    evaluated = target.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return [evaluated.data.shape_keys.key_blocks[shape].value for shape in shapes]


def worst(target, start, frames, fps, late=0.0):
    """The largest difference between what is seen and the known motion."""
    shapes = ("jawOpen", "mouthSmileLeft", "browInnerUp", "eyeLookUpLeft", "noseSneerRight")
    return max(
        np.abs(seen(target, start + i, *shapes) - np.array([motion(s, i / fps + late) for s in shapes])).max()
        for i in frames
    )


@pytest.mark.parametrize(
    ("fps", "clock"),
    [
        (24, {}),
        (30, {"rate": 30, "drop": True, "start": 1800 - 40}),
        (24, {"rate": 60, "drop": True, "start": 3600 - 70, "sign": ";"}),
        (25, {"lost": lambda sample: sample % 5 == 2, "start": 24 * 3600 * 60 - 61}),
    ],
)
@pytest.mark.parametrize("operator", ["import_capture", "import_take"])
def test_what_is_seen_is_what_was_recorded(scene, actor, tmp_path, fps, clock, operator):
    scene.render.fps = fps
    path = live_link_face(tmp_path / "slate.csv", **clock)
    assert getattr(bpy.ops.kmtalk, operator)(filepath=str(path), frame=7) == {"FINISHED"}
    assert worst(actor, 7, range(0, 3 * fps, 3), fps) < 0.005


def test_what_is_sparse_stays_within_its_tolerance(scene, actor, tmp_path):
    scene.kmtalk.keys = "SPARSE"
    bpy.ops.kmtalk.import_capture(filepath=str(live_link_face(tmp_path / "slate.csv")), frame=1)
    assert worst(actor, 1, range(90), 30) < scene.kmtalk.tolerance + 0.005
    assert len(curve_of(actor, "jawOpen").keyframe_points) < 45


def test_an_edit_is_completed_and_stays_when_the_capture_is_read_again(scene, actor, tmp_path):
    path = str(live_link_face(tmp_path / "slate.csv"))
    bpy.ops.kmtalk.import_capture(filepath=path, frame=1)
    keys = curve_of(actor, "jawOpen").keyframe_points
    at = next(key for key in keys if key.co.x == 46)
    before, at.co.y = at.co.y, 0.03
    assert abs(before - 0.03) > 0.2
    assert bpy.ops.kmtalk.complete() == {"FINISHED"}
    assert seen(actor, 46, "jawOpen")[0] == pytest.approx(0.03, abs=1e-5)
    # Its neighbours follow, what is far away stays.
    assert abs(seen(actor, 45, "jawOpen")[0] - motion("jawOpen", 44 / 30)) > 0.05
    assert worst(actor, 1, [0, 5, 85], 30) < 0.02
    assert bpy.ops.kmtalk.import_capture(filepath=path, frame=1) == {"FINISHED"}
    assert seen(actor, 46, "jawOpen")[0] == pytest.approx(0.03, abs=1e-5)
    assert len(bpy.data.actions) == 1


def test_what_no_shape_has_is_said(scene, actor, tmp_path):
    bpy.ops.kmtalk.import_capture(filepath=str(live_link_face(tmp_path / "slate.csv")), frame=1)
    assert "HeadYaw, HeadPitch, HeadRoll" in bpy.context.window_manager.kmtalk.report


def test_two_devices_begin_together(scene, actor, tmp_path):
    live_link_face(tmp_path / "a.csv", start=3600)
    bpy.ops.kmtalk.import_capture(filepath=str(tmp_path / "a.csv"), frame=1, timecode="00:01:00:30")
    assert worst(actor, 1, range(0, 70, 5), 30, late=0.5) < 0.005


def spoken(target):
    return [phone.label for phone in action_of(target).kmtalk.phones if phone.label != "SIL"]


def test_the_sound_gives_phones_and_generating_keeps_the_capture(scene, actor, tmp_path):
    path = str(live_link_face(tmp_path / "slate.csv", seconds=5.9))
    words = (TREE / "assets" / "demo_line.txt").read_text()
    bpy.ops.kmtalk.import_capture(filepath=path, sound=str(LINE), transcript=words, frame=11)
    assert spoken(actor)[2:4] == ["L", "OW"]
    assert worst(actor, 11, range(0, 170, 7), 30) < 0.005
    assert bpy.ops.kmtalk.generate(filepath=str(LINE), frame=11) == {"FINISHED"}
    assert "keeps the motion of slate.csv" in bpy.context.window_manager.kmtalk.report
    assert worst(actor, 11, range(0, 170, 7), 30) < 0.005
    # A sound that is heard otherwise moves the face there, and nowhere else.
    phones = action_of(actor).kmtalk.phones
    place = next(i for i, phone in enumerate(phones) if phone.label == "L")
    phones[place].label = "M"
    assert bpy.ops.kmtalk.complete() == {"FINISHED"}
    assert spoken(actor)[2:4] == ["M", "OW"]
    assert worst(actor, 11, range(90, 170, 7), 30) < 0.005


@needs_strips
def test_the_strip_that_was_recorded_with_it(scene, actor, tmp_path):
    strip = scene.sequence_editor_create().strips.new_sound("line", str(LINE), 1, 31)
    strip.frame_offset_start = 30
    path = str(live_link_face(tmp_path / "slate.csv", seconds=5.9))
    assert bpy.ops.kmtalk.import_capture(filepath=path, use_strip=True) == {"FINISHED"}
    # The strip plays from 1 s on, from frame 61.
    assert worst(actor, 61, range(0, 130, 7), 30, late=1.0) < 0.005
    assert spoken(actor)
    strip.name = "renamed"
    assert bpy.ops.kmtalk.import_capture(filepath=path, use_strip=True) == {"FINISHED"}
    assert len(bpy.data.actions) == 1


def test_bad_captures_change_nothing(scene, actor, tmp_path):
    (tmp_path / "a.csv").write_text("Timecode,BlendshapeCount,JawOpen\nnoon,1,0.5\n")
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    for name in ("iPad", "iPhone"):
        live_link_face(tmp_path / "two" / f"slate_{name}.csv")
    before = snapshot()
    for name, said in (
        ("gone.csv", "There is no capture"),
        ("a.csv", 'line 2: Timecode is "noon"'),
        ("one", "holds no .csv"),
        ("two", "several devices"),
    ):
        with pytest.raises(RuntimeError, match=said):
            bpy.ops.kmtalk.import_capture(filepath=str(tmp_path / name), frame=1)
    assert snapshot() == before


def test_the_command(scene, actor, tmp_path, capsys):
    from bl_ext.user_default.kmtalk.cli import run

    live_link_face(tmp_path / "slate_iPhone.csv")
    saved = tmp_path / "shot.blend"
    assert run(["capture", str(tmp_path), "--frame", "5", "-o", str(saved), "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["takes"][0]["frames"] == 91
    bpy.ops.wm.open_mainfile(filepath=str(saved))
    assert worst(bpy.data.objects["Actor"], 5, range(0, 90, 9), 30) < 0.005
    assert run(["capture", str(tmp_path / "gone.csv"), "-o", str(saved)]) == 2
    assert "There is no capture" in capsys.readouterr().err
