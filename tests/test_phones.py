"""Phones of real voices, with a transcript and without, and with imperfect transcripts and sounds."""

import json
import re
from difflib import SequenceMatcher

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recordings import DATA, LINE, TEXT, needs_data

from model_runtime.datasets.landmark_tracks import list_tracks
from model_runtime.errors import Cancelled
from model_runtime.linguistics.align import align_speech, find_phones
from model_runtime.linguistics.decoders import Decoders
from model_runtime.linguistics.phones import PHONES, SILENCE
from model_runtime.linguistics.pronounce import pronounce
from model_runtime.linguistics.text import spoken_words
from model_runtime.linguistics.transcript_spread import spread_words
from model_runtime.speech.audio import SAMPLE_RATE, Waveform, read_audio


@pytest.fixture(scope="module")
def decoders():
    return Decoders()


@pytest.fixture(scope="module")
def line():
    return read_audio(LINE)


def check_tiles(track, duration):
    assert track.phones[0].start == 0.0
    assert track.phones[-1].end == pytest.approx(duration, abs=1e-9)
    for before, after in zip(track.phones[:-1], track.phones[1:], strict=True):
        assert before.end == after.start
        assert not before.label == after.label == SILENCE
    assert all(span.end > span.start for span in track.phones)
    assert {span.label for span in track.phones} <= set(PHONES)
    ends = [time for word in track.words for time in (word.start, word.end)]
    assert ends == sorted(ends)
    assert all(0 <= time <= duration + 1e-9 for time in ends)


def test_a_transcript_is_found_in_its_sound(line, decoders):
    alignment = align_speech(line, TEXT, decoders=decoders)
    check_tiles(alignment.track, line.duration)
    assert tuple(word.label for word in alignment.track.words) == spoken_words(TEXT)
    assert alignment.notes == ()


def test_speech_is_heard_without_a_transcript(line, decoders):
    """The line says "Kim", which a recogniser may write as "Gim"."""
    track = find_phones(line, decoders=decoders)
    check_tiles(track, line.duration)
    heard = [word.label for word in track.words]
    assert SequenceMatcher(a=heard, b=list(spoken_words(TEXT))).ratio() > 0.9
    assert not track.unreliable


def test_a_line_said_again_and_again_is_heard_as_often(line, decoders):
    """True repetitions must be told apart from the repetitions of a decoder that is stuck in a loop."""
    often = Waveform(np.tile(line.samples, 4))
    words = [word.label for word in find_phones(often, decoders=decoders).words]
    assert words.count("voice") == 4


@needs_data
def test_another_language_does_not_send_the_recogniser_in_circles(decoders):
    waveform = read_audio(DATA / "facegood" / "1114_3_15.flac")
    alignment = align_speech(waveform, decoders=decoders)
    track = alignment.track
    check_tiles(track, waveform.duration)
    assert any("no words are understood" in note for note in alignment.notes)
    assert alignment.confidence < 0.5
    assert track.unreliable, "what was heard is known to be doubtful"
    words = [word.label for word in track.words]
    assert not any(words[i : i + 3] == words[i + 3 : i + 6] == words[i + 6 : i + 9] for i in range(len(words)))
    assert sum(span.label != SILENCE for span in track.phones) > 3 * waveform.duration


def test_the_same_sound_gives_the_same_phones_whatever_came_before(line, decoders):
    fresh = find_phones(line, TEXT)
    find_phones(line, "completely different words", decoders=decoders)
    assert find_phones(line, TEXT, decoders=decoders) == fresh


@needs_data
@pytest.mark.parametrize("with_transcript", [True, False])
def test_boundaries_lie_where_people_hear_them(with_transcript, decoders):
    labels = json.loads((DATA / "phones" / "emu_msajc012.json").read_text())
    waveform = read_audio(DATA / "phones" / "emu_msajc012.flac")
    text = "The chill wind caused them to shiver violently." if with_transcript else None
    track = find_phones(waveform, text, decoders=decoders)
    ours = np.array([phone.start for phone in track.phones])
    theirs = np.array([start for label, start, _ in labels["phones"] if label != "H"])
    errors = np.abs(ours[None] - theirs[:, None]).min(axis=1)
    assert np.median(errors) < 0.015
    assert np.mean(errors < 0.05) > 0.9


@needs_data
def test_spontaneous_speech_that_default_beams_lose_is_aligned(decoders):
    waveform = read_audio(DATA / "phones" / "mfa_cold_corpus.flac")
    text = json.loads((DATA / "phones" / "mfa_cold_corpus.json").read_text())["text"]
    alignment = align_speech(waveform, text, decoders=decoders)
    check_tiles(alignment.track, waveform.duration)
    assert tuple(word.label for word in alignment.track.words) == spoken_words(text)
    assert alignment.notes == ()


@needs_data
@pytest.mark.parametrize("clip", ["bbbs7a", "bwbt8p", "lwal4p"])
def test_no_words_are_heard_in_the_noise_of_a_room(clip, decoders):
    entry = next(entry for entry in list_tracks(DATA / "grid") if entry.name == f"s1/{clip}")
    waveform = read_audio(entry.sound)
    given, heard = (find_phones(waveform, words, decoders=decoders) for words in (entry.text, None))
    assert heard.words
    # A recognised word may begin early with a wrong phone: "play" for "lay" closes the lips in the silence before.
    assert all(word.end > given.words[0].start + 0.15 for word in heard.words)
    assert all(word.start < given.words[-1].end - 0.15 for word in heard.words)


def test_the_words_of_a_line_are_heard_and_how_sure_that_is(line, decoders):
    given = align_speech(line, f"  {TEXT}\n", decoders=decoders)
    assert given.heard == " ".join(TEXT.split())
    assert 0.9 < given.confidence <= 1.0
    found = align_speech(line, decoders=decoders)
    assert SequenceMatcher(a=spoken_words(found.heard), b=spoken_words(TEXT)).ratio() > 0.9
    assert found.heard[0].isupper(), "as people write it, so that it can be edited"
    assert 0.5 < found.confidence < given.confidence
    assert found.notes == ()


def test_a_transcript_of_something_else_is_told(line, decoders):
    alignment = align_speech(
        line, "Penguins rarely juggle eleven purple xylophones in Uzbekistan, do they?", decoders=decoders
    )
    check_tiles(alignment.track, line.duration)
    assert "transcript does not match the sound" in alignment.notes[0]
    assert '"penguins rarely juggle' in alignment.notes[1]
    assert "any voice" in alignment.notes[1], "what is heard instead"
    assert "any voice" in alignment.heard


def times(note: str) -> tuple[float, float]:
    """Start and end, in seconds, from the text of a note."""
    start, end = re.match(r"From ([0-9.]+) to ([0-9.]+) s ", note).groups()
    return float(start), float(end)


@pytest.mark.parametrize("wrong", ["banana", "carefully", "orchestra"])
def test_one_wrong_word_is_told_with_its_place_and_what_is_heard(line, decoders, wrong):
    place = next(word for word in find_phones(line, TEXT, decoders=decoders).words if word.label == "voice")
    alignment = align_speech(line, TEXT.replace("voice", wrong), decoders=decoders)
    assert len(alignment.notes) == 1
    assert f'says "{wrong}", but "voice" is heard' in alignment.notes[0]
    assert times(alignment.notes[0]) == pytest.approx((place.start, place.end), abs=0.25)
    assert alignment.confidence < align_speech(line, TEXT, decoders=decoders).confidence


def test_a_word_too_many_is_told(line, decoders):
    alignment = align_speech(line, TEXT.replace("any voice", "any purple voice"), decoders=decoders)
    assert len(alignment.notes) == 1
    assert '"purple", which is not heard' in alignment.notes[0]


def test_what_half_a_transcript_lacks_is_told(line, decoders):
    alignment = align_speech(line, TEXT[: TEXT.index("any")], decoders=decoders)
    assert len(alignment.notes) == 1
    assert '"any voice before me' in alignment.notes[0]
    assert "not in the transcript" in alignment.notes[0]
    assert times(alignment.notes[0])[1] > 5
    assert alignment.confidence < 0.6


@needs_data
def test_people_who_said_their_transcript_are_told_nothing(decoders):
    entries = list_tracks(DATA / "grid", "dev")[:20]
    notes = [align_speech(read_audio(entry.sound), entry.text, decoders=decoders).notes for entry in entries]
    assert sum(bool(each) for each in notes) <= 1


def tune() -> np.ndarray:
    """Samples of a tune: six seconds of decaying notes."""
    time = np.arange(6 * SAMPLE_RATE) / SAMPLE_RATE
    pitches = (262, 330, 392, 523, 440, 392, 330, 294, 262, 349, 440, 523)
    return 0.1 * sum(
        np.sin(2 * np.pi * p * time) * np.exp(-4 * ((time - 0.4 * i) % 4.8)) for i, p in enumerate(pitches)
    )


def hiss() -> np.ndarray:
    return 0.1 * np.random.default_rng(0).standard_normal(3 * SAMPLE_RATE)


@pytest.mark.parametrize("samples", [np.zeros(SAMPLE_RATE), hiss(), tune()], ids=["silence", "noise", "music"])
def test_where_nobody_speaks_that_is_told(samples, decoders):
    """Without speech, recognisers give "You" or "Thank you for watching"."""
    alignment = align_speech(Waveform(samples.astype(np.float32)), decoders=decoders, name="door.wav")
    assert alignment.notes[0].startswith("No speech is heard in door.wav")
    assert (alignment.heard, alignment.confidence) == ("", 0.0)
    assert alignment.track.words == ()


@pytest.mark.parametrize("samples", [hiss(), tune()], ids=["noise", "music"])
def test_a_transcript_without_a_voice_is_doubted(samples, decoders):
    alignment = align_speech(Waveform(samples.astype(np.float32)), "Where have you been all day?", decoders=decoders)
    assert alignment.notes
    assert alignment.confidence < 0.2


@pytest.mark.parametrize("level", [0.003, 0.1, 1.9])
def test_level_does_not_matter(line, decoders, level):
    loud = Waveform((line.samples * np.float32(level / np.abs(line.samples).max())).astype(np.float32))
    words = [word.label for word in align_speech(loud, TEXT, decoders=decoders).track.words]
    assert tuple(words) == spoken_words(TEXT)


def test_a_pause_in_the_middle_is_silence(line, decoders):
    rng = np.random.default_rng(1)
    pause = (1e-4 * rng.standard_normal(3 * SAMPLE_RATE)).astype(np.float32)
    both = Waveform(np.concatenate([line.samples, pause, line.samples]))
    track = find_phones(both, f"{TEXT} {TEXT}", decoders=decoders)
    check_tiles(track, both.duration)
    middle = line.duration + 1.5
    at_pause = next(span for span in track.phones if span.start <= middle < span.end)
    assert at_pause.label == SILENCE
    assert at_pause.end - at_pause.start > 2.5


@pytest.mark.parametrize("transcript", [None, "hello there"])
def test_silence_is_one_silence(transcript, decoders):
    for samples in (np.zeros(32000, np.float32), np.full(1600, 0.25e-4, np.float32)):
        track = find_phones(Waveform(samples), transcript, decoders=decoders)
        assert [(span.label, span.start, span.end) for span in track.phones] == [(SILENCE, 0.0, len(samples) / 16000)]
        assert track.words == ()


@pytest.mark.parametrize("transcript", [None, "some words that nobody says"])
@pytest.mark.parametrize("kind", ["noise", "hum", "click", "square", "short"])
def test_any_sound_gives_a_track(kind, transcript, decoders):
    rng = np.random.default_rng(0)
    time = np.arange(24000) / SAMPLE_RATE
    samples = {
        "noise": 0.1 * rng.standard_normal(24000),
        "hum": 0.3 * np.sin(2 * np.pi * 50 * time),
        "click": np.eye(1, 24000, 12000)[0],
        "square": np.sign(np.sin(2 * np.pi * 220 * time)),
        "short": 0.1 * rng.standard_normal(1600),
    }[kind]
    waveform = Waveform(samples.astype(np.float32))
    check_tiles(find_phones(waveform, transcript, decoders=decoders), waveform.duration)


def test_a_decoder_that_failed_is_thrown_away(line, decoders):
    short = Waveform(line.samples[:2000])
    check_tiles(find_phones(short, "far more words than a tenth of a second can hold " * 5, decoders=decoders), 0.125)
    assert [w.label for w in find_phones(line, TEXT, decoders=decoders).words] == list(spoken_words(TEXT))


def test_progress_rises_and_may_stop_the_work(line, decoders):
    shares = []
    find_phones(line, None, lambda share, text: shares.append(share), decoders)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0

    def stop(share, text):
        raise Cancelled

    with pytest.raises(Cancelled):
        find_phones(line, TEXT, stop, decoders)


@pytest.mark.slow
def test_a_long_recording_keeps_its_words_in_place(line, decoders):
    turns = 14
    long = Waveform(np.tile(line.samples, turns))
    assert long.duration > 60
    alignment = align_speech(long, " ".join([TEXT] * turns), decoders=decoders)
    track = alignment.track
    check_tiles(track, long.duration)
    assert alignment.notes == ()
    assert tuple(word.label for word in track.words) == spoken_words(TEXT) * turns
    first = spoken_words(TEXT)[0]
    starts = [word.start for word in track.words if word.label == first]
    own = next(word.start for word in find_phones(line, TEXT, decoders=decoders).words if word.label == first)
    near = [min(abs(start - (turn * line.duration + own)) for start in starts) for turn in range(turns)]
    assert np.median(near) < 0.1


@pytest.mark.parametrize(
    ("transcript", "words"),
    [
        ("“Don’t” — STOP!", "don't stop"),
        ("[door slams] Hello (quietly) <break/> there {cue}", "hello there"),
        ("It's $3.50, or £2,000.", "it's three dollars fifty cents or two thousand pounds"),
        ("In 1984 at 10:05 on the 21st", "in nineteen eighty four at ten oh five on the twenty first"),
        ("No. No. 5 and Dr. Who vs. Mrs. Smith", "no number five and doctor who versus missus smith"),
        ("50% of 1.25 & 007", "fifty percent of one point two five and zero zero seven"),
        ("Müller naïve façade", "muller naive facade"),
        ("Привет 你好", "privet nihao"),
        ("U.S.A., e.g. that", "u s a for example that"),
        ("...?!  \n\t", ""),
    ],
)
def test_transcripts_are_read_as_they_are_spoken(transcript, words):
    assert " ".join(spoken_words(transcript)) == words


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_becomes_words_with_phones(text):
    for word in spoken_words(text):
        assert set(word) <= set("abcdefghijklmnopqrstuvwxyz'")
        assert set(pronounce(word, lambda _: None)) <= set(PHONES)


@pytest.mark.parametrize(
    "transcript",
    ["Zorblax kmtalked Photoshopping xkcd's bbc", "aaaa" * 500, "'''", "ñ ß Ω", "1" * 400, "the " * 300],
)
def test_words_that_no_dictionary_knows_are_no_error(line, decoders, transcript):
    check_tiles(find_phones(line, transcript, decoders=decoders), line.duration)


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("zorblax", "Z AO R B L AE K S"),
        ("flanation", "F L AE N EY SH AH N"),
        ("shrike", "SH R AY K"),
        ("tatters", "T AE T ER Z"),
        ("mcfly", "M AH K F L AY"),
        ("bcd", "B IY S IY D IY"),
    ],
)
def test_words_of_no_dictionary_are_said_as_they_are_written(word, phones):
    assert pronounce(word, lambda _: None) == tuple(phones.split())


def test_words_of_a_long_transcript_are_dealt_where_they_were_heard():
    words = ["one", "two", "three", "four", "five", "six", "seven", "eight"]
    sure = [["one", "two"], ["three", "four"], ["five", "six", "seven", "eight"]]
    assert spread_words(words, sure, 6) == [(1, words[:2]), (1, words[2:4]), (1, words[4:])]
    doubtful = [["one", "too"], ["tree", "four"], ["five", "six", "seven", "eight"]]
    assert spread_words(words, doubtful, 6) == [(2, words[:4]), (1, words[4:])]


@given(
    words=st.lists(st.sampled_from("abcd"), max_size=30),
    heard=st.lists(st.lists(st.sampled_from("abcde"), max_size=5), min_size=1, max_size=8),
    longest=st.integers(1, 4),
)
def test_every_word_is_dealt_once_and_every_piece_covered(words, heard, longest):
    groups = spread_words(words, heard, longest)
    assert [word for _, part in groups for word in part] == words
    assert sum(count for count, _ in groups) == len(heard)
