"""Subtitles as a transcript: the words that are said, once, in whatever form the file comes."""

import subprocess
import sys

import pytest
from recordings import LINE, TEXT, TREE

from model_runtime.errors import InputError
from model_runtime.linguistics.subtitles import is_subtitles, read_subtitles

SAID = "Hello there. How are you, Ann & Bob? Fine."
FORMS = {
    "a.srt": "1\n00:00:00,500 --> 00:00:01,500\nHello there.\n\n2\n00:00:02,000 --> 00:00:03,000\nHow are you,\n"
    "Ann &amp; Bob?\n\n3\n00:00:04,000 --> 00:00:05,000\n<i>Fine.</i>\n",
    "no_empty_lines.SRT": "1\n00:00:00,500 --> 00:00:01,500\nHello there.\n2\n00:00:02,000 --> 00:00:03,000\n"
    "How are you,\nAnn & Bob?\n3\n00:00:04,000 --> 00:00:05,000\nFine.\n",
    "short_times.en.srt": "1\n00:00 --> 00:01\nHello there.\n\n2\n00:02.0 --> 00:03.5\nHow are you, Ann & Bob?\n\n"
    "3\n0:00:04 --> 0:00:05\nFine.\n",
    "positions.srt": "1\n00:00:00,500 --> 00:00:01,500  X1:10 X2:20 Y1:1 Y2:2\nHello there.\n\n2\n"
    "00:00:02,000 --> 00:00:03,000\n{\\an8}How are you, Ann & Bob?\n\n3\n00:00:04,000 --> 00:00:05,000\nFine.\n",
    "a.vtt": "WEBVTT - talk\n\nNOTE a remark\nof two lines\n\nSTYLE\n::cue { color: red }\n\nfirst\n"
    "00:00.500 --> 00:01.500 position:10% align:start\n<v Ann>Hello there.\n\n00:02.000 --> 00:03.000\n"
    "<c.red>How are you, Ann &amp; Bob?</c>\n\n00:04.000 --> 00:05.000\nFine.\n",
    "rolling.vtt": "WEBVTT\n\n00:00.500 --> 00:01.500\nHello there.\n\n00:01.500 --> 00:01.600\nHello there.\n\n"
    "00:01.600 --> 00:03.000\nHello there.\nHow are you, Ann & Bob?\n\n"
    "00:03.000 --> 00:03.100\nHow are you, Ann & Bob?\n\n"
    "00:03.100 --> 00:05.000\nHow are you, Ann & Bob?\nFine.\n",
    "a.sub": "{12}{37}Hello there.\n{50}{75}How are you,|Ann & Bob?\n{100}{125}{y:i}Fine.\n",
    "a.sbv": "0:00:00.500,0:00:01.500\nHello there.\n\n0:00:02.000,0:00:03.000\nHow are you,\nAnn & Bob?\n\n"
    "0:00:04.000,0:00:05.000\nFine.\n",
    "names.srt": "A-1\n00:00:00,500 --> 00:00:01,500\nHello there.\n\nA-2\n00:00:02,000 --> 00:00:03,000\n"
    "How are you, Ann & Bob?\n\nthe last one\n00:00:04,000 --> 00:00:05,000\nFine.\n",
    "spaces.srt": "1\n00: 00: 00, 500 --> 00: 00: 01, 500\nHello there.\n\n2\n"
    "00 : 00 : 02 , 000 --> 00 : 00 : 03 , 000\n"
    "How are you, Ann & Bob?\n\n3\n00:00:04,000 --> 00:00:05,000\nFine.\n",
    "under_another_name.txt": "1\n00:00:00,500 --> 00:00:01,500\nHello there.\n\n2\n00:00:02,000 --> 00:00:03,000\n"
    "How are you, Ann & Bob?\n\n3\n00:00:04,000 --> 00:00:05,000\nFine.\n",
    "growing.srt": "1\n00:00:00,500 --> 00:00:01,000\nHello\n\n2\n00:00:01,000 --> 00:00:02,000\nHello there.\n\n"
    "3\n00:00:02,000 --> 00:00:02,500\nHow are\n\n4\n00:00:02,500 --> 00:00:03,000\nHow are you, Ann & Bob?\n\n"
    "5\n00:00:04,000 --> 00:00:05,000\nFine.\n",
    "drawing.ass": "[Script Info]\nScriptType: v4.00+\n\n[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    "Dialogue: 0,0:00:00.00,0:00:09.00,Default,,0,0,0,,{\\an7\\p1}m 0 0 l 100 0 100 100{\\p0}\n"
    "Dialogue: 0,0:00:00.50,0:00:01.50,Default,,0,0,0,,{\\k20}Hel{\\k30}lo there.\n"
    "Dialogue: 1,0:00:00.50,0:00:01.50,Default,,0,0,0,,{\\blur3}Hello there.\n"
    "Dialogue: 0,0:00:02.00,0:00:03.00,Default,,0,0,0,,How are you,\\NAnn & Bob?\n"
    "Dialogue: 0,0:00:04.00,0:00:05.00,Default,,0,0,0,,Fine.\n",
    "a.ass": "[Script Info]\nScriptType: v4.00+\n\n[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    "Comment: 0,0:00:00.00,0:00:09.00,Default,,0,0,0,,not said\n"
    "Dialogue: 0,0:00:00.50,0:00:01.50,Default,,0,0,0,,{\\i1}Hello there.{\\i0}\n"
    "Dialogue: 0,0:00:02.00,0:00:03.00,Default,,0,0,0,,How are you,\\NAnn & Bob?\n"
    "Dialogue: 0,0:00:04.00,0:00:05.00,Default,,0,0,0,,Fine.\n",
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_every_form_says_the_same(tmp_path, name, encoding, ends):
    (tmp_path / name).write_bytes(FORMS[name].replace("\n", ends).encode(encoding))
    assert is_subtitles(tmp_path / name)
    assert read_subtitles(tmp_path / name) == SAID


def test_what_is_said_again_is_said_again(tmp_path):
    cues = [f"{n}\n00:00:0{n},000 --> 00:00:0{n + 1},000\nNo.\n" for n in range(3)]
    (tmp_path / "a.srt").write_text("\n".join(cues))
    assert read_subtitles(tmp_path / "a.srt") == "No. No. No."


def test_a_part_says_what_is_said_in_it(tmp_path):
    (tmp_path / "a.srt").write_text(FORMS["a.srt"])
    assert read_subtitles(tmp_path / "a.srt", 1.6, 3.5) == "How are you, Ann & Bob?"
    assert read_subtitles(tmp_path / "a.srt", 3.5) == "Fine."


def test_letters_of_old_files(tmp_path):
    (tmp_path / "a.srt").write_bytes("1\n00:00:00,500 --> 00:00:01,500\nDéjà vu, señor.\n".encode("cp1252"))
    assert read_subtitles(tmp_path / "a.srt") == "Déjà vu, señor."


@pytest.mark.parametrize("content", [b"", b"no subtitles", bytes(range(256)), b"00:99 --> x"])
def test_what_is_none_is_refused(tmp_path, content):
    (tmp_path / "a.srt").write_bytes(content)
    with pytest.raises(InputError, match="holds no subtitles"):
        read_subtitles(tmp_path / "a.srt")


def test_the_command_reads_them(tmp_path):
    (tmp_path / "line.srt").write_text(f"1\n00:00:00 --> 00:00:06\n{TEXT}\n")
    command = [sys.executable, "-m", "model_runtime", "generate", LINE, "-o", tmp_path / "a.npz", "--json"]
    run = subprocess.run(
        [*map(str, command), "--transcript-file", str(tmp_path / "line.srt")],
        cwd=TREE,
        capture_output=True,
        text=True,
        check=True,
    )
    assert '"notes": []' in run.stdout


def cues(*rows, counted=True):
    """A .srt with a cue for each (start, end, text), whole seconds."""
    return "\n".join(
        (f"{number}\n" if counted else "") + f"00:00:{start:02d},000 --> 00:00:{end:02d},000\n{text}\n"
        for number, (start, end, text) in enumerate(rows, 1)
    )


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize("text", ["42", "It was\n1984", "Count:\n3\n2\n1", "7\ndwarfs", "99.", "1"])
def test_numbers_that_are_said_are_no_counters(tmp_path, text, counted):
    for place in range(3):
        said = ["How many?", "So many.", "Yes."]
        said[place] = text
        rows = [(2 * index, 2 * index + 1, each) for index, each in enumerate(said)]
        (tmp_path / "a.srt").write_text(cues(*rows, counted=counted))
        assert read_subtitles(tmp_path / "a.srt") == " ".join(said).replace("\n", " ")


def test_counters_with_empty_lines_around_them(tmp_path):
    (tmp_path / "a.srt").write_text("1\n\n00:00 --> 00:01\n\n42\n\n2\n\n00:02 --> 00:03\n\nYes.\n")
    assert read_subtitles(tmp_path / "a.srt") == "42 Yes."


def test_who_says_it_again_after_rolling_captions_says_it(tmp_path):
    rolling = cues((0, 2, "no"), (2, 4, "no\nyes"), (4, 6, "yes\nwell"))
    (tmp_path / "a.srt").write_text(rolling + "\n" + cues((9, 10, "well")))
    assert read_subtitles(tmp_path / "a.srt") == "no yes well well"


def test_a_cue_that_begins_as_the_one_before_is_said_whole(tmp_path):
    (tmp_path / "a.srt").write_text(cues((0, 1, "No"), (1, 2, "No problem at all."), (2, 3, "Fine.")))
    assert read_subtitles(tmp_path / "a.srt") == "No No problem at all. Fine."
