"""Examples from synthetic voices: recorded sentences in other voices, for the teacher."""

import random
from collections.abc import Callable
from dataclasses import replace
from difflib import SequenceMatcher

import numpy as np

from model_runtime.datasets.synthetic import speak, voices
from model_runtime.linguistics.phones import SILENCE, PhoneTrack
from model_runtime.speech.features import speech_features
from model_runtime.speech.log_mel import log_mel
from model_runtime.training.examples import SECONDS, Example, make_example
from model_runtime.training.starter.recorded import FPS, Recording

__all__ = ["same_words"]

# Least SequenceMatcher ratio between the phones of a recording and of the synthetic voice; recordings below it are left
# out.
LEAST_LIKENESS = 0.75
# Range of the duration of speech in a recording, s.
SPEECH_S = (1.3, 1.8)
# GRID's letters spelled as they are pronounced.
LETTERS = {"z": "zed", "a": "ay"}


def same_words(
    recordings: list[Recording], sample_weight: float, seed: int, report: Callable[[str], None]
) -> list[Example]:
    """Every second recorded sentence in a synthetic voice, with the recorded motion warped in time to its phones."""
    rng = random.Random(seed)
    examples = []
    for index, recording in enumerate(recordings[::2]):
        if index % 100 == 0:
            report(f"recorded sentences in other voices {index}/{len(recordings) // 2}")
        voice = replace(rng.choice(voices()), rate=1.0)
        said = {**LETTERS, "a": "eh"} if voice.engine == "espeak" else LETTERS
        text = " ".join(said.get(word, word) for word in recording.text.split())
        _, track = speak(text, voice)
        spoken = [phone for phone in track.phones if phone.label != SILENCE]
        rate = (spoken[-1].end - spoken[0].start) / rng.uniform(*SPEECH_S)
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
        examples.append(make_example(name, mel, features, track, motion, FPS, 0, sample_weight))
    return examples


def _warp(recorded: PhoneTrack, spoken: PhoneTrack) -> Callable[[np.ndarray], np.ndarray] | None:
    """A map from times (N,) of the synthetic voice to times of the recording, s, linear between their common phones.

    None when the phones differ too much.
    """
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
    # Before the first and after the last common phone the slope is 1.
    first, last = anchors[0], anchors[-1]
    here = np.array([first[0] - 10, *(anchor[0] for anchor in anchors), last[0] + 10])
    there = np.array([first[1] - 10, *(anchor[1] for anchor in anchors), last[1] + 10])
    return lambda times: np.clip(np.interp(times, here, there), 0, recorded.duration)
