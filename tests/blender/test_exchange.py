"""Takes out and in again; the command; the checks."""

import csv
import importlib.util
import json
import re

import bpy
import numpy as np
import pytest
from stage import LINE, TREE, action_of, curve_of, make_character, needs_strips


@pytest.fixture
def spoken(scene, head, line):
    scene.kmtalk.keys = "EVERY_FRAME"
    bpy.ops.kmtalk.generate()
    return head


def jaw(head):
    return np.array([key.co.y for key in curve_of(head, "jawOpen").keyframe_points])


@pytest.mark.parametrize("suffix", [".npz", ".csv", ".json"])
def test_a_take_comes_back_as_it_went(scene, spoken, tmp_path, suffix):
    curve = curve_of(spoken, "jawOpen")
    curve.keyframe_points[20].co.y = 0.5
    path, before = tmp_path / f"take{suffix}", jaw(spoken)
    bpy.ops.kmtalk.export_take(filepath=str(path))
    other = make_character(scene, "Ben")
    bpy.ops.kmtalk.import_take(filepath=str(path), frame=7)
    assert curve_of(other, "jawOpen").keyframe_points[0].co.x == 7
    assert np.allclose(jaw(other), before, atol=2e-6)


def test_an_exported_take_is_one_for_the_runtime(spoken, tmp_path):
    from model_runtime.take import read_take

    bpy.ops.kmtalk.export_take(filepath=str(tmp_path / "take.npz"))
    take = read_take(tmp_path / "take.npz")
    assert len(take.weights) == len(jaw(spoken))
    assert take.phones.phones


def test_a_cell_of_the_csv_that_is_no_number_is_named(spoken, tmp_path):
    path = tmp_path / "take.csv"
    bpy.ops.kmtalk.export_take(filepath=str(path))
    rows = path.read_text().splitlines()
    column = rows[0].split(",").index("JawOpen")
    rows[7] = ",".join("-" if i == column else cell for i, cell in enumerate(rows[7].split(",")))
    path.write_text("\n".join(rows))
    with pytest.raises(RuntimeError, match=r'row 8: jawOpen is "-"'):
        bpy.ops.kmtalk.import_take(filepath=str(path))
    path.write_text("\n".join(rows).replace(",", ";"))
    with pytest.raises(RuntimeError, match="Import Capture reads other tables"):
        bpy.ops.kmtalk.import_take(filepath=str(path))


def test_the_csv_is_live_link_faces(spoken, tmp_path):
    bpy.ops.kmtalk.export_take(filepath=str(tmp_path / "take.csv"))
    rows = list(csv.reader((tmp_path / "take.csv").open()))
    assert rows[0][:2] == ["Timecode", "BlendShapeCount"]
    assert "JawOpen" in rows[0]
    assert rows[31][0] == "00:00:01:00.000"


def test_a_take_of_another_rate_keeps_its_time(scene, spoken, tmp_path):
    bpy.ops.kmtalk.export_take(filepath=str(tmp_path / "take.npz"))
    before, scene.render.fps = jaw(spoken), 60
    other = make_character(scene, "Ben")
    bpy.ops.kmtalk.import_take(filepath=str(tmp_path / "take.npz"), frame=1)
    assert len(jaw(other)) == 2 * len(before) - 1
    assert np.allclose(jaw(other)[::2], before, atol=1e-5)


def run(capsys, *arguments):
    from bl_ext.user_default.kmtalk.cli import run as command

    code = command(list(arguments))
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_the_command_generates_exports_and_fails_clearly(scene, head, tmp_path, capsys):
    saved = tmp_path / "spoken.blend"
    code, out, _ = run(capsys, "generate", "--audio", str(LINE), "--frame", "5", "-o", str(saved), "--json")
    assert code == 0
    assert json.loads(out.splitlines()[-1])["takes"][0]["frames"] > 100
    assert saved.exists()
    code, out, _ = run(capsys, "export", str(tmp_path / "take.csv"))
    assert code == 0
    assert (tmp_path / "take.csv").exists()
    code, out, _ = run(capsys, "info", "--json")
    assert code == 0
    assert json.loads(out.splitlines()[-1])["takes"]["Anna"][0]["start"] == 5
    code, _, err = run(capsys, "generate", "--audio", "/nowhere.wav", "-o", str(saved))
    assert code == 2
    assert "no sound file" in err
    assert run(capsys, "complete")[0] == 2
    assert run(capsys, "nonsense")[0] == 2


def test_the_command_makes_a_file_a_line(scene, tmp_path, capsys):
    table = tmp_path / "lines.csv"
    table.write_text(f"audio,transcript,frame\n{LINE},hello my name is kim,10\nnone.wav,,1\n")
    # The folder need not be there.
    code, out, err = run(capsys, "batch", str(table), "-o", str(tmp_path / "spoken" / "today"), "--json")
    assert code == 2
    assert "none.wav" in err
    answer = json.loads(out.splitlines()[-1])
    assert len(answer["files"]) == 1
    bpy.ops.wm.open_mainfile(filepath=answer["files"][0])
    head = next(obj for obj in bpy.context.scene.objects if obj.type == "MESH")
    assert curve_of(head, "jawOpen").keyframe_points[0].co.x == 10


def test_a_list_says_what_each_face_shows(scene, tmp_path, capsys):
    """The list as a spreadsheet of a country with decimal commas writes it."""
    from bl_ext.user_default.kmtalk.scene.emotion.tracks import takes_with_emotion
    from bl_ext.user_default.kmtalk.scene.life.tracks import takes_with_life

    table = tmp_path / "lines.csv"
    table.write_text(f"audio;emotion;emotion_strength;head_and_eyes\n{LINE};Happy;0,5;yes\n{LINE};neutral;;no\n")
    code, out, _ = run(capsys, "batch", str(table), "-o", str(tmp_path / "spoken"), "--json")
    assert code == 0
    shown = []
    for file in json.loads(out.splitlines()[-1])["files"]:
        bpy.ops.wm.open_mainfile(filepath=file)
        head = next(obj for obj in bpy.context.scene.objects if obj.type == "MESH")
        shown.append((len(takes_with_emotion(head)), len(takes_with_life(head)), head.kmtalk.emotion.happy))
    assert shown == [(1, 1, 0.5), (0, 0, 0.0)]


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("emotion", "merry", "Line 3 of .* has the emotion merry; give neutral, happy"),
        ("emotion_strength", "1.5", "has the emotion_strength 1.5; give a number from 0 to 1"),
        ("emotion_strength", "nan", "has the emotion_strength nan"),
        ("head_and_eyes", "maybe", "has head_and_eyes maybe; give yes or no"),
        ("frame", "1.5", "needs an audio file, and a whole number as its frame"),
    ],
)
def test_a_wrong_cell_of_a_list_is_named_before_anything_is_made(scene, tmp_path, capsys, column, cell, said):
    table = tmp_path / "lines.csv"
    table.write_text(f"audio,{column}\n{LINE},\n{LINE},{cell}\n")
    code, _, err = run(capsys, "batch", str(table), "-o", str(tmp_path / "spoken"))
    assert code == 2
    assert re.search(said, err)
    assert not (tmp_path / "spoken").exists()


def test_what_keeps_a_take_from_playing_is_named_and_fixed(scene, spoken):
    from bl_ext.user_default.kmtalk.scene import obstacles

    keys = spoken.data.shape_keys
    scene.frame_end = 500
    assert obstacles(scene, spoken) == []
    keys.key_blocks["jawOpen"].mute = True
    curve_of(spoken, "jawOpen").mute = True
    spoken.show_only_shape_key = True
    keys.key_blocks["mouthClose"].driver_add("value").driver.expression = "0.5"
    scene.frame_end = 20
    kinds = {"shape_muted", "curve_muted", "pinned", "drivers", "range"}
    if hasattr(keys.animation_data, "action_slot"):
        keys.animation_data.action_slot = None
        kinds.add("slot")
    assert {obstacle.kind for obstacle in obstacles(scene, spoken)} == kinds
    for kind in kinds:
        bpy.ops.kmtalk.fix(kind=kind)
    assert obstacles(scene, spoken) == []


def test_markers_and_textgrid(scene, spoken, tmp_path):
    bpy.ops.kmtalk.add_markers()
    said = [phone for phone in action_of(spoken).kmtalk.phones if phone.label != "SIL"]
    assert len(scene.timeline_markers) == len(said)
    bpy.ops.kmtalk.export_textgrid(filepath=str(tmp_path / "line.TextGrid"))
    if importlib.util.find_spec("praatio"):
        from model_runtime.linguistics.textgrid import read_textgrid

        track = read_textgrid(tmp_path / "line.TextGrid")
        assert [span.label for span in track.phones] == [phone.label for phone in action_of(spoken).kmtalk.phones]


def test_a_transcript_beside_the_sound(scene, tmp_path):
    from bl_ext.user_default.kmtalk.scene.sound.strips import AudioClip
    from bl_ext.user_default.kmtalk.scene.sound.transcripts import find_transcript

    sound = tmp_path / "line.wav"
    whole, part = AudioClip("line", sound, 0.0, None, 1, 30.0), AudioClip("line", sound, 2.0, 4.0, 1, 30.0)
    assert find_transcript(whole, "", None).text == ""
    (tmp_path / "line.txt").write_text("hello there", encoding="utf-8")
    assert find_transcript(whole, "", None).text == "hello there"
    assert find_transcript(part, "", None).text == ""
    cues = "1\n00:00:00,000 --> 00:00:01,500\nfirst\n\n2\n00:00:02,100 --> 00:00:03,900\n<i>second</i> one\n"
    (tmp_path / "line.srt").write_text(cues)
    assert find_transcript(part, "", None).file == tmp_path / "line.srt"
    assert find_transcript(part, "typed", None).text == "typed"
    text = bpy.data.texts.new("words")
    text.write("from the text")
    assert find_transcript(part, "", text).text == "from the text"


def test_the_package_never_imports_the_runtime():
    for path in (TREE / "kmtalk_blender").rglob("*.py"):
        lines = path.read_text().splitlines()
        assert not [line for line in lines if line.strip().startswith(("import model_runtime", "from model_runtime"))]


@needs_strips
def test_a_dropped_sound_becomes_a_strip_that_speaks(scene, head):
    scene.frame_set(33)
    assert bpy.ops.kmtalk.drop_sound(filepath=str(LINE)) == {"FINISHED"}
    assert [strip.name for strip in scene.sequence_editor.strips] == ["demo_line"]
    assert curve_of(head, "jawOpen").keyframe_points[0].co.x == 33


def test_the_runtime_says_what_it_is(scene):
    assert bpy.ops.kmtalk.ask_runtime() == {"FINISHED"}
    state = bpy.context.window_manager.kmtalk
    assert "starter" in state.models.split(",")
    assert state.runtime.startswith("KMTalk 0.")


def test_the_list_of_phones_follows_the_playhead_and_jumps(scene, spoken):
    from bl_ext.user_default.kmtalk.scene.phones.timeline import follow

    phones, state = action_of(spoken).kmtalk.phones, bpy.context.window_manager.kmtalk
    scene.frame_set(60)
    follow(scene, bpy.context)
    seconds = (60 - 11) / 30
    assert phones[state.phone_index].start <= seconds < phones[state.phone_index].end
    state.phone_index = 5
    assert phones[5].start <= (scene.frame_current - 11) / 30 <= phones[5].end
