"""What is said in a strip belongs to the strip: typed, from a text of the file, or beside the sound."""

import shutil
import subprocess

import bpy
import pytest
from stage import LINE, TREE, action_of, make_character, needs_strips, snapshot

pytestmark = needs_strips

WORDS = (TREE / "assets" / "demo_line.txt").read_text()
# The same with another name that sounds alike: what is spoken shows whose words were used.
OTHER = WORDS.replace("Kim", "Jim")


@pytest.fixture
def strips(scene, head, tmp_path):
    """Two strips of the demo line, the second one active."""
    sound = shutil.copy(LINE, tmp_path / "line.flac")
    editor = scene.sequence_editor_create()
    made = [editor.strips.new_sound(name, str(sound), 1 + index, 11) for index, name in enumerate(("first", "second"))]
    choose(scene, made[1])
    return made


def choose(scene, strip):
    for other in scene.sequence_editor.strips:
        other.select = other == strip
    scene.sequence_editor.active_strip = strip


def spoken_words(head):
    return {phone.word.lower() for phone in action_of(head).kmtalk.phones if phone.word}


def test_the_panel_shows_and_edits_the_words_of_the_strip_that_is_chosen(scene, strips):
    first, second = strips
    scene.kmtalk.transcript = "Second"
    choose(scene, first)
    assert scene.kmtalk.transcript == ""
    scene.kmtalk.transcript = "First"
    scene.kmtalk.text = bpy.data.texts.new("script")
    assert [strip.kmtalk.transcript for strip in strips] == ["First", "Second"]
    assert (first.kmtalk.text.name, second.kmtalk.text) == ("script", None)
    scene.kmtalk.source = "FILE"
    scene.kmtalk.transcript = "File"
    scene.kmtalk.source = "STRIP"
    choose(scene, second)
    assert scene.kmtalk.transcript == "Second"


def test_words_go_where_the_strip_goes(scene, strips, tmp_path):
    scene.kmtalk.transcript = "Second"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "saved.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "saved.blend"))
    assert bpy.context.scene.sequence_editor.strips["second"].kmtalk.transcript == "Second"


def test_each_strip_is_spoken_with_its_own_words(scene, head, strips):
    for strip, words in zip(strips, (OTHER, WORDS), strict=True):
        strip.kmtalk.transcript = words
    bpy.ops.kmtalk.generate(strip="first")
    assert "jim" in spoken_words(head)
    bpy.ops.kmtalk.clear()
    assert bpy.ops.kmtalk.generate(scope="SELECTED") == {"FINISHED"}
    assert "kim" in spoken_words(head)


def test_a_text_of_the_file(scene, head, strips):
    text = bpy.data.texts.new("script")
    text.write(OTHER)
    strips[1].kmtalk.text = text
    bpy.ops.kmtalk.generate()
    assert "jim" in spoken_words(head)


def test_words_beside_the_sound_are_taken_over_to_be_edited(scene, head, strips, tmp_path):
    with pytest.raises(RuntimeError, match="no words beside the sound of strip second; type them"):
        bpy.ops.kmtalk.take_words(strip="second")
    (tmp_path / "line.txt").write_text(WORDS + "\n")
    bpy.ops.kmtalk.take_words(strip="second")
    assert [strip.kmtalk.transcript for strip in strips] == ["", " ".join(WORDS.split())]
    strips[1].frame_offset_end = 20
    with pytest.raises(RuntimeError, match="no words beside"):
        bpy.ops.kmtalk.take_words(strip="second")


SUBTITLES = """1
00:00:00,000 --> 00:00:02,600
Hello! My name is Kim.

2
00:00:02,600 --> 00:00:06,000
Put any voice before me, and I will move my mouth for you.
"""


@pytest.mark.parametrize(
    "name",
    [
        *("line.srt", "line.SRT", "line.en.srt", "line.vtt", "Line.En.Srt", "line.en-AU.srt", "line.flac.srt"),
        "line.flac.VTT",
    ],
)
def test_subtitles_beside_the_sound_are_spoken(scene, head, strips, tmp_path, name):
    text = SUBTITLES.replace("Kim", "Jim")
    (tmp_path / name).write_text("WEBVTT\n\n" + text.replace(",", ".") if name.lower().endswith(".vtt") else text)
    bpy.ops.kmtalk.generate()
    assert {"jim", "voice"} <= spoken_words(head)
    assert scene.kmtalk.notes == ""


def test_a_trimmed_strip_speaks_the_cues_that_it_plays(scene, head, strips, tmp_path):
    (tmp_path / "line.srt").write_text(SUBTITLES)
    strips[1].frame_offset_start = 78
    bpy.ops.kmtalk.take_words(strip="second")
    assert strips[1].kmtalk.transcript == "Put any voice before me, and I will move my mouth for you."
    strips[1].kmtalk.transcript = ""
    bpy.ops.kmtalk.generate()
    assert {"any", "voice", "mouth"} <= spoken_words(head)
    assert "kim" not in spoken_words(head)


def test_subtitles_that_are_none_are_an_error_that_names_them(scene, head, strips, tmp_path):
    (tmp_path / "line.srt").write_text("no subtitles")
    with pytest.raises(RuntimeError, match=r"line\.srt holds no subtitles"):
        bpy.ops.kmtalk.generate()


def test_words_that_were_typed_before_there_was_a_strip(scene, head):
    scene.kmtalk.transcript = OTHER
    editor = scene.sequence_editor_create()
    strip = editor.strips.new_sound("line", str(LINE), 1, 11)
    assert scene.kmtalk.transcript == OTHER
    bpy.ops.kmtalk.generate()
    assert "jim" in spoken_words(head)
    scene.kmtalk.transcript = ""
    assert (scene.kmtalk.transcript, strip.kmtalk.transcript) == ("", "")


def test_a_textgrid_of_a_trimmed_strip_has_the_times_of_the_file(scene, head, strips, tmp_path):
    strips[1].frame_offset_start = 36
    bpy.ops.kmtalk.generate()
    phones = [(phone.label, phone.start) for phone in action_of(head).kmtalk.phones]
    path = tmp_path / "exported.TextGrid"
    bpy.ops.kmtalk.export_textgrid(filepath=str(path))
    assert "xmin = 1.2" in path.read_text()
    assert bpy.ops.kmtalk.import_textgrid(filepath=str(path)) == {"FINISHED"}
    again = [(phone.label, phone.start) for phone in action_of(head).kmtalk.phones]
    assert [label for label, _ in again] == [label for label, _ in phones]
    assert [start for _, start in again] == pytest.approx([start for _, start in phones], abs=1e-3)


def test_a_line_of_the_table_chooses_its_strip_and_its_character(scene, head, strips):
    other = make_character(scene, "Second")
    scene.kmtalk.target = head
    bpy.ops.kmtalk.fill_lines()
    assert [line.target for line in scene.kmtalk.lines] == [head, other]
    choose(scene, strips[0])
    scene.kmtalk.line_index = 1
    assert (scene.sequence_editor.active_strip, scene.kmtalk.target) == (strips[1], other)
    assert [strip.select for strip in strips] == [False, True]
    with pytest.raises(RuntimeError, match="no mesh named Nobody"):
        bpy.ops.kmtalk.choose_character(target="Nobody")
    bpy.ops.kmtalk.choose_character(target="Anna")
    assert scene.kmtalk.target == head


def test_the_runtimes_phones_are_those_of_the_menu(extension):
    from bl_ext.user_default.kmtalk.choices import PHONES as OFFERED

    from model_runtime.linguistics.phones import PHONES

    assert OFFERED == PHONES


GERMAN = "Guten Abend, mein Bruder Peter baut im Sommer schöne blaue Möbel."


@pytest.fixture
def german(scene, head, tmp_path):
    """A strip of German speech."""
    program = shutil.which("espeak-ng")
    if program is None:
        pytest.skip("espeak-ng is not installed")
    sound = tmp_path / "abend.wav"
    subprocess.run([program, "-v", "de", "-w", str(sound), GERMAN], check=True)
    strip = scene.sequence_editor_create().strips.new_sound("abend", str(sound), 1, 1)
    choose(scene, strip)
    return strip


def understood(scene, strip):
    from bl_ext.user_default.kmtalk.scene.takes.notes import understood_here

    return understood_here(scene.kmtalk, strip)


def test_a_line_in_another_language_is_read_in_it(scene, head, german):
    german.kmtalk.transcript = GERMAN
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    assert {"guten", "bruder", "möbel"} <= spoken_words(head)
    found = understood(scene, german)
    assert (found.language, found.notes, found.heard) == ("de", (), GERMAN)
    assert found.sureness.startswith("German, ")
    # A word that is inserted is read in the language of the take.
    before = [phone.label for phone in action_of(head).kmtalk.phones]
    last = len(before) - 1
    assert bpy.ops.kmtalk.insert_word(index=last, word="Häuser", seconds=action_of(head).kmtalk.phones[last].start) == {
        "FINISHED"
    }
    added = [phone.label for phone in action_of(head).kmtalk.phones][last:]
    assert [label for label in added if label != "SIL"] == ["HH", "OY", "Z", "AH"]


def test_the_strip_decides_on_its_language_before_the_scene(scene, head, german):
    german.kmtalk.transcript = GERMAN
    scene.kmtalk.language = "fr-fr"
    assert german.kmtalk.language == "scene"
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    assert understood(scene, german).language == "fr-fr"
    german.kmtalk.language = "de"
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    assert understood(scene, german).language == "de"


def test_subtitles_of_the_chosen_language_are_taken(scene, head, german, tmp_path):
    (tmp_path / "abend.en.srt").write_text("1\n00:00:00,000 --> 00:00:05,000\nGood evening\n")
    (tmp_path / "abend.de.srt").write_text(f"1\n00:00:00,000 --> 00:00:05,000\n{GERMAN}\n", encoding="utf-8")
    german.kmtalk.language = "de"
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    assert "bruder" in spoken_words(head)


@pytest.mark.parametrize(
    ("name", "page"), [("abend.txt", "cp1252"), ("abend.de.srt", "cp1252"), ("abend.txt", "utf-16")]
)
def test_words_beside_the_sound_in_another_encoding(scene, head, german, tmp_path, name, page):
    text = f"1\n00:00:00,000 --> 00:00:05,000\n{GERMAN}\n" if name.endswith("srt") else GERMAN
    (tmp_path / name).write_bytes(text.encode(page))
    german.kmtalk.language = "de"
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    assert {"schöne", "möbel"} <= spoken_words(head)
    notes = understood(scene, german).notes
    assert any("read as Windows-1252" in note for note in notes) == (page == "cp1252")
    assert bpy.ops.kmtalk.take_words(strip=german.name) == {"FINISHED"}
    assert german.kmtalk.transcript == GERMAN


def test_the_scenes_list_says_how_names_are_pronounced(scene, head, strips, tmp_path):
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    scene, strips = bpy.context.scene, bpy.context.scene.sequence_editor.strips
    head = scene.kmtalk.target
    (tmp_path / "names.txt").write_text("Zorblax  K IH1 M\n[de]\nMöbel /ʃa/\n", encoding="utf-8")
    strips["second"].kmtalk.transcript = WORDS.replace("Kim", "Zorblax")
    scene.kmtalk.pronunciations = "//names.txt"
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    phones = action_of(head).kmtalk.phones
    assert [phone.label for phone in phones if phone.word == "zorblax" and phone.label != "SIL"] == ["K", "IH", "M"]
    (tmp_path / "names.txt").write_text("Zorblax  G AA M\n")
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    phones = action_of(head).kmtalk.phones
    assert [phone.label for phone in phones if phone.word == "zorblax" and phone.label != "SIL"] == ["G", "AA", "M"]
    last = len(phones) - 1
    assert bpy.ops.kmtalk.insert_word(index=last, word="Zorblax", seconds=phones[last].start) == {"FINISHED"}
    added = [phone.label for phone in action_of(head).kmtalk.phones][last:]
    assert [label for label in added if label != "SIL"] == ["G", "AA", "M"]
    before = snapshot()
    (tmp_path / "names.txt").write_text("Zorblax\n")
    with pytest.raises(RuntimeError, match=r"names\.txt, line 1: .Zorblax. has no pronunciation; write a tab"):
        bpy.ops.kmtalk.generate(strip="first")
    assert snapshot() == before


def test_the_command_takes_a_list(scene, head, strips, tmp_path):
    from bl_ext.user_default.kmtalk import cli

    path = tmp_path / "names.txt"
    path.write_text("Zorblax  K IH1 M\n")
    words = WORDS.replace("Kim", "Zorblax")
    spoken = ["generate", "--strip", "second", "--transcript", words, "--pronunciations", str(path)]
    assert cli.run([*spoken, "-o", str(tmp_path / "out.blend")]) == 0
    phones = action_of(head).kmtalk.phones
    assert [phone.label for phone in phones if phone.word == "zorblax" and phone.label != "SIL"] == ["K", "IH", "M"]


def test_phones_show_the_sound_that_is_meant_until_they_are_changed(scene, head, german, tmp_path):
    from bl_ext.user_default.kmtalk.choices import ipa_of

    german.kmtalk.transcript = GERMAN
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    phones = action_of(head).kmtalk.phones
    place = next(i for i, phone in enumerate(phones) if phone.sound.startswith("ø") and phone.word == "Möbel")
    assert (phones[place].label, ipa_of(phones[place].label, phones[place].sound)[0]) == ("UH", "ø")
    assert ipa_of("SIL", "") == ""
    before = [phone.sound for phone in phones]
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    head = bpy.context.scene.kmtalk.target
    phones = action_of(head).kmtalk.phones
    phones[place].label = "IY"
    assert (phones[place].sound, ipa_of("IY", phones[place].sound)) == ("", "i")
    assert bpy.ops.kmtalk.complete() == {"FINISHED"}
    phones = action_of(head).kmtalk.phones
    assert phones[place].label == "IY"
    assert [phone.sound for phone in phones] == [*before[:place], "", *before[place + 1 :]]
    last = len(phones) - 1
    bpy.ops.kmtalk.insert_word(index=last, word="Tür", seconds=phones[last].start)
    added = [(phone.label, phone.sound) for phone in action_of(head).kmtalk.phones][last:]
    assert added[:2] == [("T", "t"), ("UW", "y")]
    # Exported, brought back, and written as a TextGrid.
    bpy.ops.kmtalk.complete()
    kept = [phone.sound for phone in action_of(head).kmtalk.phones]
    for name in ("take.json", "take.npz"):
        bpy.ops.kmtalk.export_take(filepath=str(tmp_path / name))
        bpy.ops.kmtalk.clear()
        bpy.ops.kmtalk.import_take(filepath=str(tmp_path / name))
        assert [phone.sound for phone in action_of(head).kmtalk.phones] == kept
    bpy.ops.kmtalk.export_textgrid(filepath=str(tmp_path / "line.TextGrid"))
    assert '"sounds"' in (tmp_path / "line.TextGrid").read_text(encoding="utf-8")
