"""Rest: the mouth is still where nobody speaks, and not where a voice is heard that has no words."""

import numpy as np
import pytest
from recordings import DATA, needs_data

from model_runtime.audio import SAMPLE_RATE, Waveform, read_audio
from model_runtime.generate import generate
from model_runtime.heads.demo_head import demo_head
from model_runtime.linguistics.listen import find_phones
from model_runtime.linguistics.phones import SILENCE, PhoneTrack, Span
from model_runtime.settings import Settings
from model_runtime.track_scores import lip_curves


def gap(waveform: Waveform, phones: PhoneTrack, model, start: float, end: float) -> np.ndarray:
    """Lip gap between two times, IOD."""
    take = generate(waveform, phones, Settings(blinks=False, brows=False), model)
    return lip_curves(take, demo_head())[0][(take.times > start) & (take.times < end)]


def test_a_voice_whose_words_are_missing_still_moves_the_lips(line, model):
    """A transcript that ends early leaves a second and a half of speech without phones."""
    waveform, phones = line
    last = [phone for phone in phones.phones if phone.label != SILENCE][-1].end
    cut = last - 1.5
    kept = [phone for phone in phones.phones if phone.end <= cut]
    short = PhoneTrack((*kept, Span(SILENCE, kept[-1].end, phones.duration)))
    whole, without = (gap(waveform, track, model, cut + 0.4, last) for track in (phones, short))
    assert without.std() > 0.4 * whole.std()


def test_a_clean_line_begins_at_rest_and_one_in_a_room_as_people_do(line, model):
    """The face is neutral until the take begins: lips that are open in its first frame would jump."""
    waveform, phones = line
    first = phones.phones[0]
    room = 2e-3 * np.random.default_rng(0).normal(size=len(waveform.samples))
    clean, roomy = (
        gap(sound, phones, model, -1.0, first.end)
        for sound in (waveform, Waveform((waveform.samples + room).astype(np.float32)))
    )
    assert clean[0] < 0.005
    assert clean[-1] > 0.1
    assert roomy[0] > 0.1


def test_nobody_is_taken_to_speak_in_the_noise_of_a_room(model):
    noise = Waveform((0.02 * np.random.default_rng(0).normal(size=3 * SAMPLE_RATE)).astype(np.float32))
    silence = PhoneTrack((Span(SILENCE, 0.0, 3.0),))
    assert gap(noise, silence, model, 0.0, 3.0).max() < 0.01


@needs_data
@pytest.mark.parametrize("clip", ["lrar2p", "lbwe6p"])
def test_a_click_where_a_recording_ends_parts_no_lips(clip, model):
    """In these two something loud begins in the last tenth of a second, most of a second after the last word."""
    waveform = read_audio(DATA / "grid" / "s1" / f"{clip}.flac")
    phones = find_phones(waveform)
    still = gap(waveform, phones, model, waveform.duration - 0.2, waveform.duration + 0.05)
    assert still.max() - still.min() < 0.001
