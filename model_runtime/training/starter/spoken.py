"""Examples from synthetic voices: the recorded sentences said by others, and sentences that nobody recorded."""

import random
from collections.abc import Callable
from dataclasses import replace
from difflib import SequenceMatcher

import numpy as np

from model_runtime.datasets.synthetic import Voice, sentences, speak, voices
from model_runtime.linguistics.phones import SILENCE, PhoneTrack
from model_runtime.speech.features import speech_features
from model_runtime.speech.log_mel import log_mel
from model_runtime.training.examples import SECONDS, Example, make_example
from model_runtime.training.starter.recorded import Recording

__all__ = ["other_words", "same_words"]

FPS = 25.0
# Recordings whose phones differ more than this from what the voice said are left out.
LEAST_LIKENESS = 0.75
# How long the speech of a sentence lasts in the recordings, seconds.
PACE = (1.3, 1.8)
# The letters of GRID's sentences as they are said.
LETTERS = {"z": "zed", "a": "ay"}


def same_words(
    recordings: list[Recording], importance: float, seed: int, report: Callable[[str], None]
) -> list[Example]:
    """Every second recorded sentence said by a synthetic voice, with the recorded motion warped to its phones."""
    chance = random.Random(seed)
    examples = []
    for index, recording in enumerate(recordings[::2]):
        if index % 100 == 0:
            report(f"recorded sentences in other voices {index}/{len(recordings) // 2}")
        voice = replace(chance.choice(voices()), rate=1.0)
        said = {**LETTERS, "a": "eh"} if voice.engine == "espeak" else LETTERS
        text = " ".join(said.get(word, word) for word in recording.text.split())
        _, track = speak(text, voice)
        spoken = [phone for phone in track.phones if phone.label != SILENCE]
        rate = (spoken[-1].end - spoken[0].start) / chance.uniform(*PACE)
        waveform, track = speak(text, replace(voice, rate=min(2.5, max(0.4, rate))))
        assert recording.example.phones is not None, "a recorded sentence has its phones"
        source = _warp(recording.example.phones, track)
        if source is None:
            continue
        times = np.arange(int(min(waveform.duration, SECONDS) * FPS) + 1) / FPS
        wanted = source(times)
        motion = np.stack(
            [np.interp(wanted, recording.example.times, column) for column in recording.example.weights.T], axis=1
        )
        name = f"{voice.name}/{recording.example.name}"
        mel, features = log_mel(waveform), speech_features(waveform.samples)
        examples.append(make_example(name, mel, features, track, motion, FPS, 0, importance))
    return examples


def other_words(
    channels: int, importance: float, seed: int, report: Callable[[str], None], spoken_by: int = 2
) -> list[Example]:
    """Sentences with all English sounds, said by several voices and cut into pieces; their motion is still zero."""
    chance = random.Random(seed)
    examples = []
    for index, text in enumerate(sentences()):
        if index % 100 == 0:
            report(f"other sentences {index}/{len(sentences())}")
        for voice in chance.sample(voices(), spoken_by):
            examples.extend(_pieces(text, _varied(voice, chance), channels, importance))
    return examples


def _varied(voice: Voice, chance: random.Random) -> Voice:
    return replace(voice, rate=round(voice.rate * chance.uniform(0.9, 1.15), 3))


def _pieces(text: str, voice: Voice, channels: int, importance: float) -> list[Example]:
    waveform, track = speak(text, voice)
    mel, features = log_mel(waveform), speech_features(waveform.samples)
    still = np.zeros((int(waveform.duration * FPS), channels), np.float32)
    spare = max(waveform.duration - SECONDS, 0)
    count = 1 + int(np.ceil(spare / SECONDS - 0.1))
    starts = np.round(np.linspace(0, spare, count) * FPS) / FPS if count > 1 else np.zeros(1)
    return [
        make_example(f"{voice.name}/{text}", mel, features, track, still, FPS, 0, importance, float(start))
        for start in starts
    ]


def _warp(recorded: PhoneTrack, spoken: PhoneTrack) -> Callable[[np.ndarray], np.ndarray] | None:
    """From times of the synthetic voice to times of the recording, by the phones that both said."""
    matcher = SequenceMatcher(
        a=[phone.label for phone in recorded.phones], b=[phone.label for phone in spoken.phones], autojunk=False
    )
    if matcher.ratio() < LEAST_LIKENESS:
        return None
    anchors = [
        (spoken.phones[block.b + place].start, recorded.phones[block.a + place].start)
        for block in matcher.get_matching_blocks()
        for place in range(block.size)
        if recorded.phones[block.a + place].start > 0 and spoken.phones[block.b + place].start > 0
    ]
    # Outside the speech, time runs alike in both.
    first, last = anchors[0], anchors[-1]
    here = np.array([first[0] - 10, *(anchor[0] for anchor in anchors), last[0] + 10])
    there = np.array([first[1] - 10, *(anchor[1] for anchor in anchors), last[1] + 10])
    return lambda times: np.clip(np.interp(times, here, there), 0, recorded.duration)
