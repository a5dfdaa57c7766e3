"""Examples of sentences without a recording, in the neural voices of Kokoro-82M (`requirements/voices.lock`)."""

import random
from collections.abc import Callable

import numpy as np

from model_runtime.datasets.kokoro import kokoro, styles
from model_runtime.datasets.synthetic import sentences
from model_runtime.linguistics.align import align_speech
from model_runtime.linguistics.decoders import Decoders
from model_runtime.linguistics.espeak import phones_of
from model_runtime.speech.features import speech_features
from model_runtime.speech.log_mel import log_mel
from model_runtime.training.examples import Example, make_example, piece_starts
from model_runtime.training.starter.recorded import FPS

__all__ = ["other_words"]

# Voices: five of the model, and mixtures of them.
STYLES = 60
# Range of the speed, relative to the model's own.
SPEED = (0.85, 1.25)


def other_words(channels: int, sample_weight: float, seed: int, report: Callable[[str], None]) -> list[Example]:
    """Sentences with all English phones, each in one voice, cut into pieces; their motion (T, channels) is 0 as yet.

    Phones are placed as in recordings, by the aligner; sentences whose words it does not find are left out.
    """
    rng, decoders = random.Random(seed), Decoders()
    model = kokoro()
    voices = styles(model, STYLES, seed)
    examples = []
    for index, text in enumerate(sentences()):
        if index % 100 == 0:
            report(f"other sentences {index}/{len(sentences())}")
        number = rng.randrange(len(voices))
        speech = model.speak(phones_of(text, "en-us"), voices[number], rng.uniform(*SPEED))
        if speech is None:
            continue
        waveform, _ = speech
        alignment = align_speech(waveform, text, decoders=decoders)
        if alignment.notes:
            continue
        mel, features = log_mel(waveform), speech_features(waveform.samples)
        still = np.zeros((int(waveform.duration * FPS), channels), np.float32)
        examples += [
            make_example(
                f"kokoro{number}/{text}", mel, features, alignment.track, still, FPS, 0, sample_weight, float(start)
            )
            for start in piece_starts(waveform.duration, FPS)
        ]
    return examples
