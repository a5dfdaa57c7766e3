"""Generate: properties of a take that users rely on, with the bundled line and the bundled starter model."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from recordings import DATA, TREE, needs_data

from model_runtime.datasets.landmark_tracks import list_tracks
from model_runtime.errors import InputError
from model_runtime.evaluation.lip_scores import lip_curves
from model_runtime.generate import generate, raw_performance
from model_runtime.heads.demo_head import demo_head
from model_runtime.linguistics.align import find_phones
from model_runtime.linguistics.key_frames import key_frames
from model_runtime.linguistics.phones import BILABIALS, SILENCE, PhoneTrack, Span
from model_runtime.model.checkpoint import load_model
from model_runtime.settings import Settings
from model_runtime.speech.audio import SAMPLE_RATE, Waveform, read_audio
from model_runtime.take import frame_count, read_take, write_take

# Inner-lip apertures below this look closed (IOD).
CLOSED = 0.03


@pytest.fixture(scope="module")
def head():
    return demo_head()


@pytest.mark.parametrize("fps", [23.976, 24.0, 25.0, 30.0, 60.0])
def test_take_has_a_row_for_every_frame_and_its_keys_at_phone_boundaries(line, model, fps):
    waveform, phones = line
    take = generate(waveform, phones, Settings(fps=fps), model)
    frames = round(waveform.duration * fps) + 1
    assert take.weights.shape == (frames, len(take.channels))
    assert take.weights.min() >= 0
    assert take.weights.max() <= 1
    assert take.key_frames[0] == 0
    assert take.key_frames[-1] == frames - 1
    np.testing.assert_array_equal(take.key_frames, key_frames(phones, fps, frames))
    np.testing.assert_array_equal(take.key_weights, take.weights[take.key_frames])


@pytest.mark.weights
def test_phones_that_are_doubtful_do_not_move_the_face(line, model):
    """With unreliable phones the audio-only networks make the motion, so a recogniser's errors do not change it."""
    waveform, phones = line
    vowels = tuple(p if p.label == SILENCE else Span("AA", p.start, p.end) for p in phones.phones)
    frames = frame_count(waveform.duration, 50)
    keys, sound = key_frames(phones, 50, frames), model.extract_features(waveform)
    known, heard, unknown = (
        model.perform(raw_performance(sound, track, keys, frames, Settings(fps=50), model), lambda share: None)
        for track in (
            PhoneTrack(vowels),
            PhoneTrack(vowels, unreliable=True),
            PhoneTrack(phones.phones, unreliable=True),
        )
    )
    np.testing.assert_array_equal(heard, unknown)
    assert np.abs(known - heard).max() > 0.05


def heard_alone(waveform: Waveform, phones: PhoneTrack, model) -> Callable[..., list[np.ndarray]]:
    """Function from phone labels to the lip aperture (IOD) during each such phone, by the audio-only networks without
    post-processing."""
    frames = frame_count(waveform.duration, 50)
    keys = key_frames(phones, 50, frames)
    asked = raw_performance(
        model.extract_features(waveform), replace(phones, unreliable=True), keys, frames, Settings(fps=50), model
    )
    gap = model.perform(asked, lambda share: None) @ np.array(model.gap)
    times = np.arange(frames) / 50

    def within(*labels: str) -> list[np.ndarray]:
        return [gap[(times >= p.start - 0.04) & (times <= p.end)] for p in phones.phones if p.label in labels]

    return within


@pytest.mark.weights
def test_the_sound_alone_closes_and_opens_the_lips(line, model):
    """The line's voice is synthetic: the networks miss some short M between vowels ("name is") and close the lips for
    most bilabials."""
    within = heard_alone(*line, model)
    nearest = [part.min() for part in within(*BILABIALS)]
    assert np.median(nearest) < CLOSED
    assert np.mean(nearest) < 0.05
    assert np.mean([part.max() for part in within("AY", "AW", "AE")]) > 0.1


@pytest.mark.weights
@needs_data
def test_the_sound_alone_closes_every_bilabial_of_people_never_heard(model):
    entries = [entry for entry in list_tracks(DATA / "grid", "dev") if entry.speaker != "s1"]
    nearest = []
    for entry in entries:
        waveform = read_audio(entry.sound)
        within = heard_alone(waveform, find_phones(waveform, entry.text), model)
        nearest += [part.min() for part in within(*BILABIALS)]
    assert len(nearest) > 10
    assert max(nearest) < CLOSED


def test_a_model_that_was_trained_on_other_features_is_refused(tmp_path):
    """Features of another version with as many columns would give wrong motion without an error."""
    copy = shutil.copytree(TREE / "model_runtime" / "weights" / "starter", tmp_path / "model")
    about = json.loads((copy / "model.json").read_text())
    (copy / "model.json").write_text(json.dumps({key: about[key] for key in about if key != "hearing"}))
    with pytest.raises(InputError, match="sound features of another version"):
        load_model(copy)


def test_same_input_gives_the_same_bytes(line, model, tmp_path):
    for name in ("a", "b"):
        write_take(generate(*line, Settings(seed=3), model), tmp_path / f"{name}.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_a_take_reads_back_as_it_was_written(line, model, tmp_path):
    take = generate(*line, Settings(), model)
    back = read_take(write_take(take, tmp_path / "take.npz"))
    np.testing.assert_array_equal(back.weights, take.weights)
    assert (back.channels, back.phones, back.meta) == (take.channels, take.phones, take.meta)


@pytest.mark.weights
def test_lips_close_at_every_bilabial_and_open_on_open_vowels(line, model, head):
    take = generate(*line, Settings(), model)
    gap, _ = lip_curves(take, head)
    for phone in line[1].phones:
        during = (take.times >= phone.start - 0.04) & (take.times <= phone.end + 0.02)
        if phone.label in BILABIALS:
            assert gap[during].min() < CLOSED, phone
    open_vowels = [
        gap[(take.times >= p.start) & (take.times <= p.end)].max() for p in line[1].phones if p.label in ("AY", "AW")
    ]
    assert np.mean(open_vowels) > 0.1


def test_a_long_stop_is_held_until_its_burst(line, model, head):
    """The P follows the M of "Kim", so the lips stay closed from the M to the P's burst."""
    take = generate(*line, Settings(), model)
    gap, _ = lip_curves(take, head)
    stop = max((phone for phone in line[1].phones if phone.label == "P"), key=lambda phone: phone.end - phone.start)
    assert stop.end - stop.start > 0.2
    held = (take.times > stop.start - 0.03) & (take.times < stop.end - 0.1)
    assert gap[held].max() < 0.01


@pytest.mark.weights
def test_motion_is_the_same_at_any_frame_rate(line, model):
    slow, fast = (generate(*line, Settings(fps=fps, blinks=False), model) for fps in (25.0, 60.0))
    column = slow.channels.index("jawOpen")
    resampled = np.interp(slow.times, fast.times, fast.weights[:, column])
    assert np.corrcoef(resampled, slow.weights[:, column])[0, 1] > 0.97


@pytest.mark.weights
def test_rounded_sounds_are_narrower_than_spread_ones(line, model, head):
    take = generate(*line, Settings(), model)
    _, width = lip_curves(take, head)

    def mean(*labels: str) -> float:
        parts = [width[(take.times >= p.start) & (take.times <= p.end)] for p in line[1].phones if p.label in labels]
        return float(np.concatenate(parts).mean())

    assert mean("UW", "W", "OW") < mean("IY", "EY", "EH") - 0.02


def test_silence_is_a_still_closed_mouth(model, head):
    silence = Waveform(np.zeros(2 * SAMPLE_RATE, np.float32))
    phones = PhoneTrack((Span(SILENCE, 0.0, 2.0),))
    take = generate(silence, phones, Settings(blinks=False, brows=False), model)
    gap, _ = lip_curves(take, head)
    assert gap.max() < CLOSED
    assert np.abs(np.diff(take.weights, axis=0)).max() < 0.01


@pytest.mark.weights
def test_jaw_and_lips_gains_keep_the_lips_closed_where_they_were(line, model, head):
    plain = generate(*line, Settings(), model)
    loud = generate(*line, Settings(jaw=1.5, lips=1.3), model)
    gap, wide = lip_curves(plain, head)[0], lip_curves(loud, head)[0]
    assert wide.std() > 1.2 * gap.std()
    assert wide[gap < 0.01].max() < CLOSED


def test_a_lead_moves_the_motion_earlier(line, model):
    plain, early = (generate(*line, Settings(fps=50, lead=lead, blinks=False, brows=False), model) for lead in (0, 0.1))
    column = plain.channels.index("jawOpen")
    np.testing.assert_allclose(early.weights[20:200, column], plain.weights[25:205, column], atol=0.05)


def test_blinks_and_brows_can_be_switched_off_and_depend_on_the_seed(line, model):
    def lids(**choices) -> np.ndarray:
        take = generate(*line, Settings(**choices), model)
        return take.weights[:, take.channels.index("eyeBlinkLeft")]

    long = PhoneTrack((Span("AA", 0.0, 60.0),))
    waveform = Waveform(np.random.default_rng(0).normal(0, 0.1, 60 * SAMPLE_RATE).astype(np.float32))
    take = generate(waveform, long, Settings(), model)
    blinks = take.weights[:, take.channels.index("eyeBlinkLeft")]
    count = int(((blinks[1:] > 0.5) & (blinks[:-1] <= 0.5)).sum())
    assert 12 <= count <= 22
    assert lids(blinks=False).max() == 0
    assert not np.array_equal(lids(seed=1), lids(seed=2))


def test_an_unknown_style_is_refused_with_the_known_ones(line, model):
    with pytest.raises(InputError, match=r"no style shouted; choose one of neutral"):
        generate(*line, Settings(style="shouted"), model)


def test_settings_out_of_range_are_refused():
    with pytest.raises(InputError, match="jaw is 9"):
        Settings(jaw=9)
