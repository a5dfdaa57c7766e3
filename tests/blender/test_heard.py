"""What the runtime understood of a line, and what is doubtful about it, reaches the user and stays with the take."""

import json
import wave

import bpy
import pytest
from stage import LINE, TREE, action_of, needs_strips

WORDS = " ".join((TREE / "assets" / "demo_line.txt").read_text().split())
WRONG = WORDS.replace("voice", "banana")


@pytest.fixture
def door(tmp_path):
    """A second in which nobody speaks."""
    path = tmp_path / "door.wav"
    with wave.open(str(path), "wb") as stream:
        stream.setnchannels(1)
        stream.setsampwidth(2)
        stream.setframerate(16000)
        stream.writeframes(bytes(32000))
    return path


def spoken(head):
    return [phone.word for phone in action_of(head).kmtalk.phones]


def test_a_line_is_heard_without_its_words(scene, head, line):
    scene.kmtalk.transcript = ""
    assert scene.kmtalk.heard == ""
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    assert "any voice before me" in scene.kmtalk.heard
    assert scene.kmtalk.notes == ""
    assert "\n" not in scene.kmtalk.heard


def test_a_word_that_does_not_fit_is_told_with_its_place(scene, head, line):
    scene.kmtalk.transcript = WRONG
    bpy.ops.kmtalk.generate()
    assert scene.kmtalk.heard == WRONG
    assert '"banana", but "voice" is heard' in scene.kmtalk.notes
    assert scene.kmtalk.notes.startswith("From 2.")
    assert scene.kmtalk.notes in bpy.context.window_manager.kmtalk.report


def test_what_is_heard_can_be_corrected_and_is_spoken_next(scene, head, line):
    scene.kmtalk.transcript = ""
    bpy.ops.kmtalk.generate()
    scene.kmtalk.heard = WORDS
    assert scene.kmtalk.transcript == WORDS
    assert scene.kmtalk.heard == WORDS
    bpy.ops.kmtalk.generate()
    assert "kim" in spoken(head)
    assert scene.kmtalk.heard == WORDS


def test_a_transcript_that_was_not_used_does_not_hide_what_was_heard(scene, head, line):
    scene.kmtalk.transcript = "Penguins rarely juggle eleven purple xylophones in Uzbekistan, do they?"
    bpy.ops.kmtalk.generate()
    assert "any voice before me" in scene.kmtalk.heard
    assert "transcript does not match the sound" in scene.kmtalk.notes


def test_a_sound_without_speech_is_told_by_its_name(scene, head, door):
    scene.kmtalk.source, scene.kmtalk.audio = "FILE", str(door)
    bpy.ops.kmtalk.generate()
    report = bpy.context.window_manager.kmtalk.report
    assert report.startswith("No speech is heard in door")
    assert "key motions" not in report
    assert scene.kmtalk.notes.startswith("No speech is heard in door")
    assert scene.kmtalk.heard == ""


def test_notes_stay_with_the_take_in_the_file(scene, head, line, tmp_path):
    scene.kmtalk.transcript = WRONG
    bpy.ops.kmtalk.generate()
    told = scene.kmtalk.notes
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "saved.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "saved.blend"))
    assert bpy.context.scene.kmtalk.notes == told != ""
    bpy.ops.kmtalk.clear()
    assert bpy.context.scene.kmtalk.notes == bpy.context.scene.kmtalk.heard == ""


def test_a_script_gets_them_with_the_report(scene, head, client, door):
    from bl_ext.user_default.kmtalk.scene import Line, generate

    report = generate(bpy.context, client, Line(head.name, audio=str(LINE), transcript=WRONG))
    assert report.heard == WRONG
    assert 0.5 < report.confidence < 1.0
    assert len(report.notes) == 1
    assert report.notes[0] in report.text
    silent = generate(bpy.context, client, Line(head.name, audio=str(door)))
    assert (silent.heard, silent.confidence) == ("", 0.0)


@needs_strips
def test_the_table_marks_the_lines_with_notes(scene, head, line):
    strips = scene.sequence_editor.strips
    other = strips.new_sound("other", str(LINE), 2, 400)
    other.kmtalk.transcript, strips["hello"].kmtalk.transcript = WORDS, WRONG
    bpy.ops.kmtalk.fill_lines()
    bpy.ops.kmtalk.generate(scope="TABLE")
    notes = {item.strip: item.notes for item in scene.kmtalk.lines}
    assert notes["other"] == ""
    assert '"banana"' in notes["hello"]


def test_a_batch_lists_the_notes_of_each_line_and_counts_them(scene, head, door, tmp_path, capsys, extension):
    table = tmp_path / "lines.csv"
    rows = [
        ("audio", "transcript", "target", "frame"),
        (LINE, WORDS, "Anna", 1),
        (LINE, WRONG, "Anna", 1),
        (door, "", "Anna", 1),
    ]
    table.write_text("".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in rows))
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "base.blend"))
    (tmp_path / "out").mkdir()
    code = extension.cli.run(["batch", str(table), "-o", str(tmp_path / "out"), "--json"])
    printed = capsys.readouterr()
    result = json.loads(printed.out.strip().splitlines()[-1])
    assert code == 0
    assert [len(line["notes"]) for line in result["lines"]] == [0, 1, 1]
    assert result["noted"] == 2
    assert "2 with notes" in result["text"]
    assert result["lines"][0]["heard"] == WORDS
    assert "No speech is heard in door" in printed.err


def test_pauses_can_be_closed(scene, head, line):
    def jaw():
        from bl_ext.user_default.kmtalk.scene.takes.baseline_store import load_baseline

        take = load_baseline(action_of(head)).take
        return take.weights[:, take.channels.index("jawOpen")].sum()

    bpy.ops.kmtalk.generate()
    heard = jaw()
    scene.kmtalk.pauses = 0.0
    bpy.ops.kmtalk.generate()
    assert jaw() < heard
