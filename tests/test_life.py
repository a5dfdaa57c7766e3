"""Head, eyes, lids and brows beside a take: human rates and speeds, the same bytes, and a mouth that is left alone."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from recordings import LINE, TREE

from model_runtime.channels import MOUTH
from model_runtime.errors import InputError
from model_runtime.generate import generate
from model_runtime.life.performance import LIFE_CHANNELS, life_of
from model_runtime.life.settings import LifeSettings
from model_runtime.linguistics.phones import SILENCE, PhoneTrack, Span
from model_runtime.schema import LIFE_SETTINGS
from model_runtime.settings import Settings
from model_runtime.speech.audio import Waveform
from model_runtime.take import Take, write_take

# The line, said so often, lasts three minutes.
TIMES = 30
STILL = {name: 0.0 for name in LIFE_SETTINGS if name != "seed"}


@pytest.fixture(scope="module")
def take(line, model):
    waveform, phones = line
    return generate(waveform, phones, Settings(), model)


@pytest.fixture(scope="module")
def long_speech(line, take) -> tuple[Take, Waveform]:
    """Three minutes of speech with its pauses."""
    waveform, phones = line
    length = phones.duration

    def said(spans: tuple[Span, ...]) -> tuple[Span, ...]:
        return tuple(Span(s.label, s.start + i * length, s.end + i * length) for i in range(TIMES) for s in spans)

    frames = round(TIMES * length * 30) + 1
    track = PhoneTrack(said(phones.phones), said(phones.words))
    last = np.array([0, frames - 1], np.int32)
    still = replace(take, weights=np.zeros((frames, 1), np.float32), channels=("jawOpen",), key_frames=last)
    return replace(still, phones=track), Waveform(np.tile(waveform.samples, TIMES))


@pytest.fixture(scope="module")
def alive(long_speech):
    return life_of(*long_speech, LifeSettings())


def starts(life, *labels) -> np.ndarray:
    return np.array([event.start for event in life.events if event.label in labels])


def nearest(times: np.ndarray, places: np.ndarray) -> np.ndarray:
    """(N,) seconds from each time to the nearest place."""
    return np.abs(times[:, None] - places[None]).min(axis=1)


def test_a_blink_shuts_the_eyes_wherever_they_look(long_speech):
    """The shapes eyeLookUp and eyeLookDown carry the lids along, so a blink takes them back."""
    take, waveform = long_speech
    for channel, height in (("eyeLookUpLeft", 6.0), ("eyeLookDownLeft", -6.0)):
        there = np.tile([0.0, -20.0, height], (len(take.weights), 1))
        life = life_of(take, waveform, LifeSettings(head=0.0, gaze=0.0), there)
        look, blink = (life.weights[:, life.channels.index(name)] for name in (channel, "eyeBlinkLeft"))
        assert (blink > 0.99).sum() > 10
        assert look[blink > 0.99].max() < 0.01
        assert np.median(look[blink < 0.01]) > 0.3


@pytest.mark.parametrize("seed", range(3))
def test_eyes_blink_as_often_as_those_of_speakers_and_mostly_at_pauses(long_speech, seed):
    take, waveform = long_speech
    life = life_of(take, waveform, LifeSettings(seed=seed))
    blinks, minutes = starts(life, "blink"), take.phones.duration / 60
    assert 15 <= len(blinks) / minutes <= 20
    pauses = np.array([phone.start for phone in take.phones.phones if phone.label == SILENCE])
    assert np.mean(nearest(blinks, pauses) < 0.3) > 0.6
    # By chance far fewer lie there.
    chance = np.random.default_rng(seed).uniform(0, take.phones.duration, 2000)
    assert np.mean(nearest(chance, pauses) < 0.3) < 0.5
    # The lids show the same blinks: each closes the eye, within human times.
    shut = life.weights[:, LIFE_CHANNELS.index("eyeBlinkLeft")] > 0.5
    lengths = np.diff(np.flatnonzero(np.diff(np.r_[False, shut, False]))).reshape(-1)[::2] / take.fps
    assert len(lengths) == pytest.approx(len(blinks), abs=1)
    assert lengths.min() >= 0.06
    assert lengths.max() <= 0.3


@pytest.mark.parametrize("seed", range(8))
def test_a_short_line_has_a_blink(line, take, seed):
    life = life_of(take, line[0], LifeSettings(seed=seed))
    assert 1 <= len(starts(life, "blink")) <= 4


@pytest.mark.parametrize("word", ["move", "any", "voice"])
def test_a_word_that_is_said_louder_gets_nods(line, take, word):
    waveform, phones = line
    place = next(span for span in phones.words if span.label == word)
    first, last = (int(time * 16000) for time in (place.start, place.end))
    louder = waveform.samples * 0.3
    louder[first:last] *= 3

    def nods(samples) -> int:
        lives = [life_of(take, Waveform(samples), LifeSettings(seed=seed)) for seed in range(8)]
        events = [event for life in lives for event in life.events if event.label == "nod"]
        return sum(place.start < event.start + 0.25 < place.end + 0.05 for event in events)

    assert nods(louder) >= max(5, nods(waveform.samples))


def test_phrases_end_with_a_nod_more_often_than_not(long_speech, alive):
    take, _ = long_speech
    pauses = np.array([p.start for p in take.phones.phones[1:] if p.label == SILENCE and p.end - p.start > 0.15])
    nods = [event for event in alive.events if event.label == "nod"]
    ended = [any(event.start < pause < event.end for event in nods) for pause in pauses]
    assert np.mean(ended) > 0.6
    assert 15 <= 60 * len(nods) / take.phones.duration <= 70


def test_movements_have_human_ranges_and_speeds(long_speech, alive):
    take, _ = long_speech
    speed = np.abs(np.diff(alive.head, axis=0)) * take.fps
    assert np.abs(alive.head).max() < 12  # degrees: a calm speaker
    assert (alive.head.std(axis=0) > 0.6).all()
    assert speed.max() < 60  # degrees a second
    assert np.percentile(speed, 95) < 20
    # Eyes leave what they look at for a quarter of the time, by a few degrees, and jump there within two frames.
    away = alive.eyes.mean(axis=1)[:, 0] + alive.head[:, 2]
    assert 0.1 < np.mean(np.abs(away) > 3) < 0.45
    assert np.abs(alive.eyes).max() < 25
    jumps = np.abs(np.diff(away)) * take.fps
    assert 60 < jumps.max() < 700
    # Between jumps they hold: most of the time the gaze stays within half a degree a second.
    assert np.median(jumps) < 0.5


def test_brows_rise_on_accents_and_not_on_all(alive, long_speech):
    take, _ = long_speech
    raised = 60 * len(starts(alive, "brow_raise", "frown")) / take.phones.duration
    assert 5 < raised < 30
    brow = alive.weights[:, LIFE_CHANNELS.index("browInnerUp")]
    assert 0.1 < brow.max() < 0.5
    assert np.mean(brow < 0.02) > 0.5


def test_equal_input_gives_equal_bytes_and_another_seed_another_life(tmp_path, take):
    write_take(take, tmp_path / "take.npz")
    for name, seed in (("a", "3"), ("b", "3"), ("c", "4")):
        told = run(tmp_path / "take.npz", LINE, "-o", tmp_path / f"{name}.npz", "--seed", seed, "--json")
        assert json.loads(told.stdout)["frames"] == len(take.weights)
    first, second, other = ((tmp_path / f"{name}.npz").read_bytes() for name in "abc")
    assert first == second
    assert first != other


def test_the_frame_rate_changes_no_event(line, take):
    waveform, _ = line
    fast = replace(take, fps=60.0, weights=np.repeat(take.weights, 2, axis=0)[:-1])
    slow, quick = (life_of(one, waveform, LifeSettings()) for one in (take, fast))
    assert slow.events == quick.events
    np.testing.assert_allclose(slow.head, quick.head[::2], atol=1e-3)


def test_at_strength_0_everything_is_still(line, take):
    life = life_of(take, line[0], LifeSettings(**STILL))
    for name in ("head", "chest"):
        assert not getattr(life, name).any(), name
    assert not life.weights[:, :9].any()
    # Only both eyes meet at a far point.
    assert np.abs(life.eyes).max() < 1
    assert not life.events


@pytest.mark.parametrize(
    ("part", "events", "moved"),
    [
        ("head", {"nod", "posture"}, "head"),
        ("gaze", {"look_away", "look_back"}, "eyes"),
        ("blinking", {"blink"}, "eyeBlinkLeft"),
        ("eyebrows", {"brow_raise", "frown"}, "browInnerUp"),
        ("breath", {"breath"}, "chest"),
    ],
)
def test_each_strength_moves_its_part_alone(long_speech, part, events, moved):
    take, waveform = long_speech
    life = life_of(take, waveform, LifeSettings(**STILL | {part: 1.0}))
    assert {event.label for event in life.events} == events
    sizes = {name: np.abs(getattr(life, name)).max() for name in ("head", "chest")}
    # Where the head moves, the eyes hold: their gaze is what they do of their own.
    sizes["eyes"] = np.abs(looked_at(life)).max() if part != "head" else 0.0
    sizes |= {channel: column(life, channel).max() for channel in LIFE_CHANNELS[:9]}
    assert sizes[moved] > 0.1
    together = {"breath": {"head"}, "eyebrows": set(LIFE_CHANNELS[2:9]), "blinking": {"eyeBlinkRight"}}
    others = {name: size for name, size in sizes.items() if name not in {moved, *together.get(part, ())}}
    assert all(size < (0.6 if name == "eyes" else 1e-6) for name, size in others.items()), others


def column(life, channel) -> np.ndarray:
    return life.weights[:, life.channels.index(channel)]


def test_the_take_and_its_mouth_stay_as_they_are(tmp_path, take):
    write_take(take, tmp_path / "take.npz")
    before = (tmp_path / "take.npz").read_bytes()
    run(tmp_path / "take.npz", LINE, "-o", tmp_path / "life.npz")
    assert (tmp_path / "take.npz").read_bytes() == before
    with np.load(tmp_path / "life.npz") as life:
        assert not set(life["channels"].tolist()) & set(MOUTH)


def test_a_take_begins_and_ends_at_rest(line, take):
    life = life_of(take, line[0], LifeSettings(head=2.0, gaze=2.0))
    for end in (0, -1):
        np.testing.assert_allclose(life.head[end], 0, atol=0.02)
        np.testing.assert_allclose(life.eyes[end], 0, atol=1e-6)
        np.testing.assert_allclose(life.weights[end], 0, atol=1e-6)


def looked_at(life, index=0) -> np.ndarray:
    """(T, 2) degrees: where an eye looks, in the axes of the resting face. Small rotations add up."""
    eye = life.eyes[:, index]
    return np.stack([eye[:, 0] + life.head[:, 2], eye[:, 1] - life.head[:, 0]], axis=1)


def test_eyes_and_head_turn_to_a_target_and_meet_there(line, take):
    frames = len(take.weights)
    aside = np.tile([16.0, -16.0, 0.0], (frames, 1))
    life = life_of(take, line[0], LifeSettings(gaze=0.0, head=0.5), aside)
    middle = slice(frames // 3, 2 * frames // 3)
    np.testing.assert_allclose(looked_at(life)[middle].mean(axis=0), [45, 0], atol=4)
    assert 15 < life.head[middle, 2].mean() < 40
    assert np.abs(life.eyes).max() <= 35.01
    near = life_of(take, line[0], LifeSettings(**STILL), np.tile([0.0, -8.0, 0.0], (frames, 1)))
    # The left eye looks to the right, the right eye to the left.
    assert near.eyes[middle, 0, 0].mean() == pytest.approx(-3.6, abs=0.2)
    assert near.eyes[middle, 1, 0].mean() == pytest.approx(3.6, abs=0.2)


def test_a_target_that_goes_behind_the_head_is_held_at_the_limit_and_told(tmp_path, take):
    frames = len(take.weights)
    turn = np.radians(np.linspace(0, 180, frames))
    path = np.stack([20 * np.sin(turn), -20 * np.cos(turn), np.zeros(frames)], axis=1)
    np.savez(tmp_path / "target.npz", target=path)
    write_take(take, tmp_path / "take.npz")
    told = run(tmp_path / "take.npz", LINE, "-o", tmp_path / "life.npz", "--target", tmp_path / "target.npz", "--json")
    notes = json.loads(told.stdout)["notes"]
    assert len(notes) == 1
    assert "behind the head" in notes[0]
    with np.load(tmp_path / "life.npz") as life:
        assert np.abs(life["head"]).max() < 65
        assert np.abs(life["eyes"]).max() <= 35.01
        assert life["held"].any()
        assert not life["held"][: frames // 3].any()


@pytest.mark.parametrize("shape", [(3, 3), (1, 2), (4,)])
def test_a_target_of_another_shape_is_refused(tmp_path, take, shape):
    np.savez(tmp_path / "target.npz", target=np.zeros(shape))
    write_take(take, tmp_path / "take.npz")
    done = run(tmp_path / "take.npz", "-o", tmp_path / "l.npz", "--target", tmp_path / "target.npz", check=False)
    assert done.returncode == 2
    assert "is not a target" in done.stderr
    assert not (tmp_path / "l.npz").exists()


@pytest.mark.parametrize("name", LIFE_SETTINGS)
def test_a_setting_outside_of_its_range_is_refused(name):
    low, high = LIFE_SETTINGS[name].range
    for wrong in (low - 1, high + 1, "1", True):
        with pytest.raises(InputError, match=name):
            LifeSettings(**{name: wrong})


def test_a_take_without_sound_speech_or_length_lives(take):
    silent = replace(take, phones=PhoneTrack((Span(SILENCE, 0.0, take.phones.duration),)))
    short = replace(take, weights=take.weights[:4], phones=PhoneTrack((Span("AH", 0.0, 0.1),)))
    for one in (take, silent, short, replace(take, phones=PhoneTrack(()))):
        life = life_of(one, None, LifeSettings())
        assert len(life.head) == len(one.weights)
        assert np.isfinite(life.head).all()
        assert np.isfinite(life.eyes).all()


def test_phones_that_outlast_the_motion_are_refused(take):
    endless = replace(take, phones=PhoneTrack((Span("AH", 0.0, 1e300),)))
    with pytest.raises(InputError, match="generate it again"):
        life_of(endless, None, LifeSettings())


def run(*arguments, check=True):
    command = [sys.executable, "-m", "model_runtime", "life", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=check, cwd=TREE)
