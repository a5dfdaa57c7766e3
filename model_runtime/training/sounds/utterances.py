"""Speech with the times of its sounds: of synthetic voices in many languages, and of recordings with their words."""

import importlib
import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from model_runtime.datasets import espeak_process
from model_runtime.datasets.espeak_times import phone_starts
from model_runtime.datasets.kokoro import SoundSpan, kokoro, styles
from model_runtime.datasets.synthetic import FLITE_VOICES, sentences, speak
from model_runtime.errors import InputError
from model_runtime.linguistics.align import align_speech
from model_runtime.linguistics.decoders import Decoders
from model_runtime.linguistics.espeak import phones_of
from model_runtime.linguistics.phones import SILENCE, PhoneTrack
from model_runtime.linguistics.sounds import ARPABET_SOUNDS, PAUSE, nearest_phone, sounds_of
from model_runtime.speech.audio import SAMPLE_RATE, Waveform

__all__ = [
    "ESPEAK_LANGUAGES",
    "HELD_OUT",
    "Utterance",
    "espeak_lines",
    "espeak_speech",
    "flite_speech",
    "kokoro_speech",
    "recorded_speech",
]

# espeak-ng's language -> the word list of Faker that is read. Those of HELD_OUT are measured with, never trained on.
ESPEAK_LANGUAGES = {
    **{"nl": "nl_NL", "ru": "ru_RU", "pl": "pl_PL", "cs": "cs_CZ", "el": "el_GR", "da": "da_DK", "uk": "uk_UA"},
    **{"fr": "fr_FR", "it": "it_IT", "vi": "vi_VN", "ar": "ar_AA", "hy": "hy_AM", "az": "az_AZ", "cmn": "zh_CN"},
    **{"he": "he_IL", "fa": "fa_IR", "bn": "bn_BD", "mk": "mk_MK", "la": "la", "de": "de_DE", "es": "es_ES"},
}
HELD_OUT = ("de", "es", "pl")
VARIANTS = ("", "+m1", "+m3", "+m7", "+f1", "+f2", "+f3", "+linda", "+Annie", "+Gene2", "+steph", "+anika")
# Languages that Kokoro reads, some of them not its own -> the word list that is read; none of HELD_OUT.
KOKORO_LANGUAGES = {
    **{"fr-fr": "fr_FR", "it": "it_IT", "cmn": "zh_CN", "nl": "nl_NL", "ru": "ru_RU", "cs": "cs_CZ", "el": "el_GR"},
    **{"da": "da_DK", "uk": "uk_UA"},
}
STYLES = 60
# Seconds of silence around speech of espeak-ng.
PADDING = 0.2
WORDS_A_MINUTE = 175


@dataclass(frozen=True)
class Utterance:
    """name: begins with the kind. waveform: its speech. spans: tile it. exact: the times are those of the engine and
    stay; others are aligned again during training."""

    name: str
    waveform: Waveform
    spans: tuple[SoundSpan, ...]
    exact: bool


def flite_speech() -> Iterator[Utterance]:
    """The sentences of datasets.synthetic, by flite's voices in turn."""
    for index, text in enumerate(sentences()):
        waveform, track = speak(text, FLITE_VOICES[index % len(FLITE_VOICES)])
        yield Utterance(f"flite {index}", waveform, _spans(track), True)


def espeak_speech(count: int, seed: int) -> Iterator[Utterance]:
    """`count` lines of random words in each language but those of HELD_OUT, by espeak-ng."""
    generator = random.Random(seed)
    for language, words in ESPEAK_LANGUAGES.items():
        if language not in HELD_OUT:
            yield from (utterance for _, utterance in espeak_lines(language, words, count, generator))


def espeak_lines(language: str, words: str, count: int, generator: random.Random) -> Iterator[tuple[str, Utterance]]:
    """`count` lines of random words of Faker's list `words`, each with the text, in voices of several kinds."""
    for index, text in enumerate(_lines(words, count, generator)):
        request = {
            "text": text,
            "voice": language + generator.choice(VARIANTS),
            "wpm": round(WORDS_A_MINUTE * generator.uniform(0.8, 1.15)),
            "pitch": generator.randint(30, 70),
        }
        yield text, Utterance(f"espeak {language} {index}", *_espeak(request), True)


def kokoro_speech(count: int, seed: int) -> Iterator[Utterance]:
    """`count` lines in each of Kokoro's languages, and as many English sentences as in three, in mixed styles."""
    generator = random.Random(seed)
    model = kokoro()
    voices = styles(model, STYLES, seed)
    texts = {"en-us": generator.sample(list(sentences()), 3 * count)}
    texts |= {language: _lines(words, count, generator) for language, words in KOKORO_LANGUAGES.items()}
    for language, lines in texts.items():
        for index, text in enumerate(lines):
            style, speed = generator.choice(voices), generator.uniform(0.8, 1.3)
            spoken = model.speak(phones_of(text, language), style, speed)
            if spoken is not None:
                yield Utterance(f"kokoro {language} {index}", *spoken, False)


def recorded_speech(clips: Sequence[tuple[Path, str]], decoders: Decoders) -> Iterator[Utterance]:
    """Recordings (16 kHz) with their words, as the aligner finds them; those that do not match are left out."""
    for path, text in clips:
        samples, _ = soundfile.read(path, dtype="float32")
        alignment = align_speech(Waveform(samples), text, decoders=decoders)
        if not alignment.notes:
            yield Utterance(f"recorded {path.stem}", Waveform(samples), _spans(alignment.track), False)


def _lines(words: str, count: int, generator: random.Random) -> list[str]:
    """Lines of five to eight random words of a list of Faker."""
    listed = list(importlib.import_module(f"faker.providers.lorem.{words}").Provider.word_list)
    return [" ".join(generator.choices(listed, k=generator.randint(5, 8))) for _ in range(count)]


def _espeak(request: dict) -> tuple[Waveform, tuple[SoundSpan, ...]]:
    command = [sys.executable, str(Path(espeak_process.__file__))]
    run = subprocess.run(command, input=json.dumps(request).encode(), capture_output=True, check=False)
    if run.returncode != 0:
        raise InputError(f"espeak-ng cannot speak {request['voice']}; install the package espeak-ng.")
    header, _, sound = run.stdout.partition(b"\n")
    answer = json.loads(header)
    samples = np.frombuffer(sound, dtype="<i2").astype(np.float32) / 32768
    rate = answer["rate"]
    marks = [[name.partition("(")[0], first] for name, first in answer["phonemes"]]
    english: Callable[[str], str] = lambda label: SILENCE if label == SILENCE else nearest_phone(label)  # noqa: E731
    starts = phone_starts(marks, samples, rate, sounds_of, english)
    silence = np.zeros(round(PADDING * rate), np.float32)
    waveform = Waveform(soxr.resample(np.concatenate([silence, samples, silence]), rate, SAMPLE_RATE))
    edges = [0.0, *(start + PADDING for _, start in starts), waveform.duration]
    labels = [PAUSE, *(PAUSE if label == SILENCE else label for label, _ in starts)]
    spans = zip(labels, edges[:-1], edges[1:], strict=True)
    return waveform, tuple(SoundSpan(label, start, end, -1) for label, start, end in spans if end > start)


def _spans(track: PhoneTrack) -> tuple[SoundSpan, ...]:
    spans = []
    for phone in track.phones:
        middle = (phone.start + phone.end) / 2
        words = (index for index, word in enumerate(track.words) if word.start <= middle <= word.end)
        index = next(words, -1) if phone.label != SILENCE else -1
        spans.append(SoundSpan(ARPABET_SOUNDS[phone.label][0], phone.start, phone.end, index))
    return tuple(spans)
