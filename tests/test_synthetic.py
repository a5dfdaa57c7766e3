"""Synthetic speech of the real programs: its text, its phone times, and the inputs that are refused."""

import ctypes.util
import shutil
from collections import Counter

import numpy as np
import pytest

from model_runtime.datasets.synthetic import Voice, sentences, speak, voices
from model_runtime.errors import InputError
from model_runtime.linguistics.phones import PHONES, SILENCE, PhoneTrack, Span
from model_runtime.speech.audio import SAMPLE_RATE, Waveform

SLT = Voice("flite", "slt")
AMERICAN = Voice("espeak", "en-US")

needs_programs = pytest.mark.skipif(
    shutil.which("flite") is None or ctypes.util.find_library("espeak-ng") is None,
    reason="flite and espeak-ng are not installed",
)


def labels(track: PhoneTrack) -> list[str]:
    return [phone.label for phone in track.phones]


def loudness(waveform: Waveform, start: float, end: float) -> float:
    part = waveform.samples[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)]
    return float(np.sqrt(np.mean(part**2)))


def first(track: PhoneTrack, label: str) -> Span:
    return next(phone for phone in track.phones if phone.label == label)


@needs_programs
@pytest.mark.parametrize("voice", voices(), ids=lambda voice: f"{voice.engine}-{voice.name}-{voice.rate}")
def test_every_voice_says_the_sentence_and_tiles_its_duration(voice: Voice):
    waveform, track = speak("My boy fed five poor wolves, then we measured them.", voice)
    assert waveform.samples.dtype == np.float32
    assert 0.05 < np.abs(waveform.samples).max() <= 1
    assert set(labels(track)) <= set(PHONES)
    assert track.phones[0].start == 0
    assert track.duration == pytest.approx(waveform.duration, abs=1e-6)
    for before, after in zip(track.phones, track.phones[1:], strict=False):
        assert before.end == after.start > before.start
        assert (before.label, after.label) != (SILENCE, SILENCE)
    assert labels(track)[0] == labels(track)[-1] == SILENCE
    assert SILENCE in labels(track)[1:-1], "the comma is a pause"
    counts = Counter(labels(track))
    assert (counts["M"], counts["B"], counts["OY"], counts["ZH"], counts["F"]) == (3, 1, 1, 1, 2)


@needs_programs
@pytest.mark.parametrize(
    ("voice", "said"),
    [
        (SLT, "SIL DH AH G ER L SIL T UH K B EY ZH B UH K S SIL"),
        (AMERICAN, "SIL DH AH G ER L SIL T UH K B EY ZH B UH K S SIL"),
    ],
)
def test_phones_are_arpabet_without_stress(voice: Voice, said: str):
    _, track = speak("The girl, took beige books.", voice)
    assert labels(track) == said.split()


@needs_programs
@pytest.mark.parametrize("voice", [SLT, AMERICAN])
def test_the_same_text_gives_the_same_sound_every_time(voice: Voice):
    once = speak("The nurse sang about pepper and butter.", voice)
    speak("Something else in between.", voice)
    again = speak("The nurse sang about pepper and butter.", voice)
    assert once[0].samples.tobytes() == again[0].samples.tobytes()
    assert once[1] == again[1]


@needs_programs
@pytest.mark.parametrize("voice", [AMERICAN, Voice("espeak", "en+steph"), Voice("espeak", "en-029+m6")])
def test_a_stop_starts_when_the_mouth_closes(voice: Voice):
    waveform, track = speak("A copy.", voice)
    stop = first(track, "P")
    vowel = track.phones[track.phones.index(stop) - 1]
    assert loudness(waveform, vowel.end - 0.03, vowel.end) > 10 * loudness(waveform, stop.start, stop.start + 0.025)
    # The stop's span contains its burst.
    assert loudness(waveform, stop.end - 0.02, stop.end) > 3 * loudness(waveform, stop.start, stop.start + 0.025)


@needs_programs
@pytest.mark.parametrize("voice", [AMERICAN, Voice("espeak", "en+m6"), Voice("espeak", "en+belinda")])
def test_a_vowel_starts_when_the_lips_open(voice: Voice):
    waveform, track = speak("I know my mother.", voice)
    # The more open the mouth, the louder the high frequencies (second difference of the samples).
    high = Waveform(np.diff(waveform.samples, 2))
    for nasal in (phone for phone in track.phones if phone.label == "M"):
        closed = loudness(high, nasal.end - 0.02, nasal.end - 0.005)
        assert loudness(high, nasal.end + 0.005, nasal.end + 0.035) > 1.7 * closed


@needs_programs
def test_a_final_l_is_not_lost_in_its_vowel():
    _, track = speak("Tell Bill.", AMERICAN)
    assert labels(track) == ["SIL", "T", "EH", "L", "B", "IH", "L", "SIL"]
    assert min(phone.end - phone.start for phone in track.phones if phone.label == "L") > 0.03


@needs_programs
@pytest.mark.parametrize("engine_voice", [SLT, AMERICAN])
def test_rate_and_pitch_are_obeyed(engine_voice: Voice):
    def speech(rate: float, pitch: float | None) -> tuple[float, bytes]:
        waveform, track = speak("Where have you been?", Voice(engine_voice.engine, engine_voice.name, rate, pitch))
        return track.phones[-1].start - track.phones[0].end, waveform.samples.tobytes()

    (normal, sound), (fast, _), (_, other) = speech(1, None), speech(1.5, None), speech(1, 90)
    assert fast < 0.8 * normal
    assert sound != other


@needs_programs
@pytest.mark.parametrize(
    ("text", "voice", "problem"),
    [
        ("", SLT, "no text"),
        ("  \n", AMERICAN, "no text"),
        ("a\0b", AMERICAN, "no text"),
        ("...", AMERICAN, "no words"),
        ("...", SLT, "no words"),
        ("Hello.", Voice("flite", "nobody"), 'no voice "nobody"'),
        ("Hello.", Voice("espeak", "xx-nobody"), 'no voice "xx-nobody"'),
        ("Hello.", Voice("festival", "slt"), 'no engine "festival"'),
        ("Hello.", Voice("flite", "slt", 0.1), "rate"),
        ("Hello.", Voice("flite", "slt", float("nan")), "rate"),
    ],
)
def test_what_cannot_be_spoken_is_refused(text: str, voice: Voice, problem: str):
    with pytest.raises(InputError, match=problem):
        speak(text, voice)


def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputError, match="install the package flite"):
        speak("Hello.", SLT)


def test_sentences_are_short_natural_and_all_different():
    lines = sentences()
    assert len(lines) >= 440
    assert len(set(lines)) == len(lines)
    assert all(5 <= len(line.split()) <= 14 for line in lines)
    assert all(line[-1] in ".?!" and line.isascii() for line in lines)
    assert sum("," in line for line in lines) > 100


@needs_programs
@pytest.mark.slow
def test_the_sentences_hold_every_phone_often():
    counts = Counter(label for text in sentences() for label in labels(speak(text, SLT)[1]))
    assert set(counts) == set(PHONES)
    assert min(counts.values()) >= 40
    assert min(counts[phone] for phone in ("P", "B", "M", "F", "V", "W")) >= 250
