"""Rest: the mouth is still in silence, but moves with a voice that has no words in the phones."""

from dataclasses import replace

import numpy as np
import pytest
from recordings import DATA, needs_data

from model_runtime.evaluation.lip_scores import lip_curves
from model_runtime.generate import generate
from model_runtime.heads.demo_head import demo_head
from model_runtime.linguistics.align import find_phones
from model_runtime.linguistics.phones import SILENCE, PhoneTrack, Span
from model_runtime.settings import Settings
from model_runtime.speech.audio import SAMPLE_RATE, Waveform, read_audio


def gap(waveform: Waveform, phones: PhoneTrack, model, start: float, end: float) -> np.ndarray:
    """Lip aperture between two times (seconds), IOD."""
    take = generate(waveform, phones, Settings(blinks=False, brows=False), model)
    return lip_curves(take, demo_head())[0][(take.times > start) & (take.times < end)]


@pytest.mark.weights
def test_a_voice_whose_words_are_missing_still_moves_the_lips(line, model):
    """With a transcript that ends early, 1.5 s of speech have no phones."""
    waveform, phones = line
    last = [phone for phone in phones.phones if phone.label != SILENCE][-1].end
    cut = last - 1.5
    kept = [phone for phone in phones.phones if phone.end <= cut]
    short = PhoneTrack((*kept, Span(SILENCE, kept[-1].end, phones.duration)))
    whole, without = (gap(waveform, track, model, cut + 0.4, last) for track in (phones, short))
    assert without.std() > 0.4 * whole.std()


def cut(line: tuple[Waveform, PhoneTrack], start: float, end: float) -> tuple[Waveform, PhoneTrack]:
    """The line from `start` to `end` seconds, with digital silence before 0 and after the line's end."""
    waveform, phones = line
    before, after = (np.zeros(round(max(0.0, s) * SAMPLE_RATE), np.float32) for s in (-start, end - phones.duration))
    inner = waveform.samples[round(max(0.0, start) * SAMPLE_RATE) : round(end * SAMPLE_RATE)]
    stretched = [
        replace(phone, start=-10.0 if phone.start == 0 else phone.start, end=max(phone.end, end) if last else phone.end)
        for phone, last in zip(phones.phones, [False] * (len(phones.phones) - 1) + [True], strict=True)
    ]
    spans = [Span(p.label, max(p.start, start) - start, min(p.end, end) - start) for p in stretched]
    kept = tuple(span for span in spans if span.end > span.start)
    return Waveform(np.concatenate([before, inner, after])), PhoneTrack(kept)


@pytest.mark.weights
def test_a_clean_line_begins_at_rest_and_one_in_a_room_as_people_do(line, model):
    waveform, phones = cut(line, -0.2, line[1].duration)
    first = phones.phones[0]
    room = 2e-3 * np.random.default_rng(0).normal(size=len(waveform.samples))
    clean, roomy = (
        gap(sound, phones, model, -1.0, first.end)
        for sound in (waveform, Waveform((waveform.samples + room).astype(np.float32)))
    )
    assert clean[0] < 0.005
    assert clean[-1] > 0.1
    assert roomy[0] > 0.1


@pytest.mark.parametrize("silence", [0.0, 0.03, 0.1, 0.2, 0.4])
def test_a_line_begins_and_ends_without_a_jump_however_tightly_it_is_cut(silence, line, model):
    """With at least 0.3 s of silence the mouth is at rest at both ends; with less it may be slightly open there."""
    spoken = [phone for phone in line[1].phones if phone.label != SILENCE]
    waveform, phones = cut(line, spoken[0].start - silence, spoken[-1].end + silence)
    take = generate(waveform, phones, Settings(fps=60, blinks=False, brows=False), model)
    opened = lip_curves(take, demo_head())[0]
    edges = (take.times < silence + 0.1) | (take.times > phones.duration - silence)
    # Change over 1/30 s (two frames at 60 a second), IOD; 0.12 to 0.19 were visible jumps.
    steps = np.abs(opened[2:] - opened[:-2])[edges[2:]]
    assert steps.max() < 0.1
    if silence >= 0.3:
        assert max(opened[0], opened[-1]) < 0.005


def test_nobody_is_taken_to_speak_in_the_noise_of_a_room(model):
    noise = Waveform((0.02 * np.random.default_rng(0).normal(size=3 * SAMPLE_RATE)).astype(np.float32))
    silence = PhoneTrack((Span(SILENCE, 0.0, 3.0),))
    assert gap(noise, silence, model, 0.0, 3.0).max() < 0.01


@needs_data
@pytest.mark.parametrize("clip", ["lrar2p", "lbwe6p"])
def test_a_click_where_a_recording_ends_parts_no_lips(clip, model):
    """In both clips a loud noise begins in the last tenth of a second, most of a second after the last word."""
    waveform = read_audio(DATA / "grid" / "s1" / f"{clip}.flac")
    phones = find_phones(waveform)
    still = gap(waveform, phones, model, waveform.duration - 0.2, waveform.duration + 0.05)
    assert still.max() - still.min() < 0.001
