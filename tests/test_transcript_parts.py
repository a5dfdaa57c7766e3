"""Transcripts that cover a part of their sound, of pitched voices, with remarks in brackets and with cues in time."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest
import soundfile
from recordings import DATA, LINE, TEXT, TREE, needs_data

from model_runtime.errors import InputError
from model_runtime.linguistics.align import align_speech
from model_runtime.linguistics.decoders import Decoders
from model_runtime.linguistics.subtitles import Cue
from model_runtime.linguistics.text import spoken_words
from model_runtime.linguistics.transcript_file import read_transcript
from model_runtime.speech.audio import SAMPLE_RATE, Waveform, read_audio

ROOM = 1e-4 * np.random.default_rng(0).standard_normal(SAMPLE_RATE // 2)
FRIENDS = "Amongst her friends she was considered beautiful."
CHILL = "The chill wind caused them to shiver violently."
MISMATCHED = "does not match the sound"


@pytest.fixture(scope="module")
def decoders():
    return Decoders()


@pytest.fixture(scope="module")
def line():
    return read_audio(LINE)


def joined(*waveforms):
    """Recordings one after the other, equally loud, with half a second of room tone after each."""
    pieces = [piece for each in waveforms for piece in (0.5 * each.samples / np.abs(each.samples).max(), ROOM)]
    return Waveform(np.concatenate(pieces).astype(np.float32))


def heard_words(alignment):
    return [word.label for word in alignment.track.words]


def assert_in_order(words, among):
    """Each of `words` is among `among`, in this order."""
    rest = iter(among)
    assert all(word in rest for word in words), (words, among)


def person(name):
    return read_audio(DATA / "phones" / f"emu_{name}.flac")


@needs_data
@pytest.mark.parametrize("own", [0, 1])
def test_one_voice_of_a_dialogue_says_its_words_and_the_other_is_heard(line, decoders, own):
    dialogue = joined(person("msajc003"), line, person("msajc012"), line)
    texts = (f"{FRIENDS} {CHILL}", f"{TEXT} {TEXT}")
    alignment = align_speech(dialogue, texts[own], decoders=decoders)
    assert_in_order(spoken_words(texts[own]), heard_words(alignment))
    other = spoken_words(texts[1 - own])
    assert sum(word in heard_words(alignment) for word in other) > 0.8 * len(other)
    assert not any(MISMATCHED in note for note in alignment.notes)
    assert any("which is not in the transcript" in note for note in alignment.notes)


@needs_data
def test_a_third_of_a_transcript_is_used_in_its_place(decoders):
    waveform = read_audio(DATA / "phones" / "mfa_cold_corpus3.flac")
    words = json.loads((DATA / "phones" / "mfa_cold_corpus3.json").read_text())["text"].split()
    alignment = align_speech(waveform, " ".join(words[:20]), decoders=decoders)
    assert_in_order(spoken_words(" ".join(words[:18])), heard_words(alignment))
    assert len(alignment.track.words) > 45, "what the transcript lacks is spoken as it is heard"
    last = next(word for word in alignment.track.words if word.label == "cold")
    assert last.end < waveform.duration / 2
    assert any("which is not in the transcript" in note for note in alignment.notes)


@needs_data
def test_a_transcript_of_more_than_the_sound_says_what_is_not_heard(decoders):
    alignment = align_speech(person("msajc003"), f"{FRIENDS} {CHILL} {TEXT}", decoders=decoders)
    assert heard_words(alignment) == list(spoken_words(FRIENDS))
    assert any('"the chill wind' in note and "which is not heard" in note for note in alignment.notes)
    assert not any(MISMATCHED in note for note in alignment.notes)


@needs_data
@pytest.mark.slow
def test_a_long_sound_whose_words_were_all_used_is_told_nothing_false(line, decoders):
    names = ("mfa_acoustic_corpus", "mfa_cold_corpus", "mfa_cold_corpus3")
    texts = [json.loads((DATA / "phones" / f"{name}.json").read_text())["text"] for name in names]
    recordings = [read_audio(DATA / "phones" / f"{name}.flac") for name in names]
    long, text = joined(*recordings, line), " ".join([*texts, TEXT])
    alignment = align_speech(long, text, decoders=decoders)
    assert heard_words(alignment) == list(spoken_words(text))
    assert not any(MISMATCHED in note for note in alignment.notes)
    third = align_speech(long, texts[0], decoders=decoders)
    assert_in_order(spoken_words(texts[0]), heard_words(third))
    assert {"mouth", "voice"} <= set(heard_words(third))
    assert not any(MISMATCHED in note for note in third.notes)
    assert len(third.notes) <= 5
    wrong = align_speech(long, "penguins rarely juggle eleven purple xylophones " * 20, decoders=decoders)
    assert MISMATCHED in wrong.notes[0]
    assert {"mouth", "voice"} <= set(heard_words(wrong))


@pytest.mark.parametrize("speed", [0.57, 0.7, 1.5, 1.75])
def test_a_right_transcript_of_a_pitched_voice_is_kept(decoders, line, speed):
    pitched = read_audio(LINE, speed=speed)
    alignment = align_speech(pitched, TEXT, decoders=decoders)
    assert heard_words(alignment) == list(spoken_words(TEXT))
    assert alignment.notes == ()
    usual = align_speech(line, TEXT, decoders=decoders).track.words
    moved = [abs(a.start * speed - b.start) for a, b in zip(alignment.track.words, usual, strict=True)]
    assert np.median(moved) < 0.03


@pytest.mark.parametrize("speed", [0.57, 1.0, 1.75])
def test_a_wrong_transcript_is_always_told(decoders, speed):
    pitched = read_audio(LINE, speed=speed)
    alignment = align_speech(pitched, "Penguins rarely juggle eleven purple xylophones.", decoders=decoders)
    assert alignment.notes
    assert speed != 1.0 or MISMATCHED in alignment.notes[0]


@pytest.mark.parametrize(
    ("transcript", "spoken"),
    [
        ("Hello! My name is Kim. Put (any) voice before me, and I will (move my mouth) for you.", TEXT),
        ("Hello! (laughs) My name is Kim. Put any voice before me, and I will move my mouth for you. (sighs)", TEXT),
        ("*Hello!* My name is Kim. (purple) Put any voice before me, and I will move my mouth (for you).", TEXT),
    ],
)
def test_words_in_brackets_are_spoken_if_they_are_heard(line, decoders, transcript, spoken):
    alignment = align_speech(line, transcript, decoders=decoders)
    assert heard_words(alignment) == list(spoken_words(spoken))
    assert alignment.notes == ()


SUBTITLES = """1
00:00:{},000 --> 00:00:{},300
Hello! My name is Kim.

2
00:00:{},800 --> 00:00:{},000
Put any voice before me,
and I will move my mouth for you.
"""


def dialogue_with_cues(folder, line, before):
    """The line, eight seconds of room tone, the line; and subtitles whose times lie `before` s early."""
    quiet = Waveform(np.tile(ROOM, 16).astype(np.float32))
    long = joined(line, quiet, line)
    cues = "".join(
        f"{number}\n{stamp(start - before)} --> {stamp(end - before)}\n{text}\n\n"
        for number, (start, end, text) in enumerate(
            [
                (0.2, 2.2, "Hello! My name is Kim."),
                (2.2, 5.9, "Put any voice before me, and I will move my mouth for you."),
                (15.2, 17.2, "Hello! My name is Kim."),
                (17.2, 20.9, "Put any voice before me, and I will move my mouth for you."),
            ],
            1,
        )
    )
    (folder / "line.srt").write_text(cues)
    return long


def stamp(seconds):
    seconds = max(seconds, 0.0)
    return f"00:00:{int(seconds):02d},{round(seconds % 1 * 1000):03d}"


@pytest.mark.parametrize("before", [0.0, 0.4, 5.0])
def test_cues_say_where_their_words_are_looked_for_and_may_be_wrong(tmp_path, line, decoders, before):
    long = dialogue_with_cues(tmp_path, line, before)
    said = read_transcript(tmp_path / "line.srt")
    assert len(said.cues) == 4
    alignment = align_speech(long, said.text, decoders=decoders, cues=said.cues)
    assert heard_words(alignment) == list(spoken_words(TEXT)) * 2
    assert alignment.notes == ()
    starts = [word.start for word in alignment.track.words if word.label == "hello"]
    assert starts[1] - starts[0] == pytest.approx(line.duration + 9, abs=0.1)


@pytest.mark.parametrize(
    "times",
    [
        [(0.0, 0.0), (0.0, 0.0)],
        [(5.9, 5.95), (5.9, 9.0)],
        [(0.0, 30.0), (0.1, 0.2)],
        [(3.0, 1.0), (-2.0, 0.1)],
        [(99.0, 100.0), (0.0, 1.0)],
        [(5.0, 5.1), (0.0, 0.1)],
    ],
)
def test_times_of_cues_may_be_any(line, decoders, times):
    texts = ("Hello! My name is Kim.", "Put any voice before me, and I will move my mouth for you.")
    cues = [Cue(text, *time) for text, time in zip(texts, times, strict=True)]
    shares = []
    alignment = align_speech(line, " ".join(texts), lambda share, _: shares.append(share), decoders, cues=cues)
    assert heard_words(alignment) == list(spoken_words(TEXT))
    assert shares == sorted(shares)


def test_cues_of_a_part_count_from_its_start(tmp_path):
    (tmp_path / "a.srt").write_text(SUBTITLES.format("01", "02", "02", "06"))
    said = read_transcript(tmp_path / "a.srt", 2.5, None, 2.0)
    assert said.text == "Put any voice before me, and I will move my mouth for you."
    assert [(cue.start, cue.end) for cue in said.cues] == [pytest.approx((0.15, 1.75))]


def run(*arguments):
    command = [sys.executable, "-m", "model_runtime", *map(str, arguments)]
    return subprocess.run(command, cwd=TREE, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", ["line.txt", "line.en.srt", "LINE.SRT"])
def test_every_command_reads_a_transcript_file(tmp_path, name):
    path = tmp_path / name
    path.write_text(TEXT if name.endswith("txt") else f"1\n00:00:00 --> 00:00:06\n{TEXT}\n")
    phones = run("phones", LINE, "-o", tmp_path / "a.json", "--transcript-file", path, "--json")
    assert [word for word, _, _ in json.loads(phones.stdout)["words"]] == list(spoken_words(TEXT))
    (tmp_path / "lines.jsonl").write_text(json.dumps({"audio": str(LINE), "transcript_file": name, "fps": 25}))
    run("batch", tmp_path / "lines.jsonl", "-o", tmp_path / "takes")
    row = json.loads((tmp_path / "takes" / "takes-1-of-1.jsonl").read_text())
    assert (row["error"], row["heard"]) == ("", " ".join(TEXT.split()))
    path.write_text(path.read_text().replace("Kim", "Jim"))
    run("batch", tmp_path / "lines.jsonl", "-o", tmp_path / "takes")
    assert len(list((tmp_path / "takes").glob("*.npz"))) == 2, "another text is another take"
    assert run("subtitles", path).stdout.strip() == " ".join(TEXT.replace("Kim", "Jim").split())


def test_a_transcript_file_that_cannot_be_used_is_named(tmp_path):
    with pytest.raises(InputError, match=r"Cannot read the transcript.*nowhere\.srt"):
        read_transcript(tmp_path / "nowhere.srt")
    soundfile.write(tmp_path / "a.wav", np.zeros(SAMPLE_RATE), SAMPLE_RATE)
    both = run("generate", tmp_path / "a.wav", "-o", tmp_path / "a.npz", "--transcript", "a", "--transcript-file", "b")
    assert both.returncode == 2
    assert re.search("two transcripts", both.stderr)
