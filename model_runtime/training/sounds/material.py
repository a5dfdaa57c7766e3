"""What the network learns from: features of an utterance as it is and changed, with the sound of each row."""

from dataclasses import dataclass, field
from zlib import crc32

import numpy as np
import soxr

from model_runtime.datasets.kokoro import SoundSpan
from model_runtime.linguistics.heard_sounds import sound_features
from model_runtime.linguistics.sounds import PAUSE, SOUNDS
from model_runtime.speech.audio import SAMPLE_RATE, Waveform
from model_runtime.speech.log_mel import ACOUSTIC_RATE
from model_runtime.training.sounds.utterances import Utterance

__all__ = ["Material", "materials"]

# Largest natural log of the factor on pitch, formants and tempo.
TEMPO = 0.22
# Pauses between words that are shorter belong to the sound before, s.
SHORTEST_PAUSE = 0.06
# Points at which the loudness of frequencies is changed, and by how much, dB (standard deviation).
EQUALISER_POINTS, EQUALISER_DB = 6, 5.0
EQUALISER_SHARE, ROOM_SHARE, NOISE_SHARE = 0.7, 0.35, 0.7
ROOM_S, ROOM_LEVEL = (0.1, 0.5), (0.1, 0.5)
NOISE_DB = (8.0, 40.0)
# Natural log of the decay of a room's sound over its length: 60 dB.
DECAY = 6.9


@dataclass
class Material:
    """features: (A, columns) float16. spans: the sounds, s. exact: their times stay. rows: (A,) index of each row's
    sound. boundaries: (A,) in [0, 1], how near a boundary lies."""

    name: str
    features: np.ndarray
    spans: tuple[SoundSpan, ...]
    exact: bool
    rows: np.ndarray = field(init=False)
    boundaries: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.label(self.spans)

    def label(self, spans: tuple[SoundSpan, ...]) -> None:
        """Take the rows' sounds from spans: a row belongs to the span at its centre."""
        count = len(self.features)
        self.rows, self.boundaries = np.zeros(count, np.int64), np.zeros(count, np.float32)
        for span in spans:
            first, after = (max(int(np.ceil(edge * ACOUSTIC_RATE)), 0) for edge in (span.start, span.end))
            self.rows[first:after] = SOUNDS.index(span.sound)
            if span.start > 0:
                before = int(span.start * ACOUSTIC_RATE)
                share = span.start * ACOUSTIC_RATE - before
                for row, near in ((before, 1 - share), (before + 1, share)):
                    if row < count:
                        self.boundaries[row] = max(self.boundaries[row], near)

    @property
    def words(self) -> list[list[SoundSpan]]:
        """The sounds of each word, as first given."""
        groups: dict[int, list[SoundSpan]] = {}
        for span in self.spans:
            if span.word >= 0 and span.sound != PAUSE:
                groups.setdefault(span.word, []).append(span)
        return list(groups.values())


def materials(utterance: Utterance) -> list[Material]:
    """The utterance as it is, and changed: faster or slower, in another room, with noise."""
    generator = np.random.default_rng(crc32(utterance.name.encode()))
    samples, spans = utterance.waveform.samples, _joined(utterance)
    tempo = float(np.exp(generator.uniform(-TEMPO, TEMPO)))
    slower = soxr.resample(samples, SAMPLE_RATE * tempo, SAMPLE_RATE).astype(np.float32)
    scale = len(slower) / len(samples)
    scaled = tuple(SoundSpan(span.sound, span.start * scale, span.end * scale, span.word) for span in spans)
    versions = [(samples, spans), (_changed(slower, generator), scaled)]
    return [
        Material(utterance.name, sound_features(Waveform(each)), spans, utterance.exact) for each, spans in versions
    ]


def _joined(utterance: Utterance) -> tuple[SoundSpan, ...]:
    """The spans; pauses within speech that no one makes, and neighbouring pauses, belong to the span before."""
    spans: list[SoundSpan] = []
    for span in utterance.spans:
        short = not utterance.exact and span.end - span.start < SHORTEST_PAUSE
        pause = span.sound == PAUSE and spans
        if pause and (spans[-1].sound == PAUSE or short):
            spans[-1] = SoundSpan(spans[-1].sound, spans[-1].start, span.end, spans[-1].word)
        else:
            spans.append(span)
    return tuple(spans)


def _changed(samples: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """(N,) samples through an equaliser, a room and noise, each in a share of cases."""
    count = len(samples)
    if generator.random() < EQUALISER_SHARE:
        frequencies = np.log(np.fft.rfftfreq(512, 1 / SAMPLE_RATE) + 60)
        points = np.linspace(np.log(60), np.log(8060), EQUALISER_POINTS)
        gains = np.interp(frequencies, points, generator.normal(0, EQUALISER_DB, EQUALISER_POINTS))
        response = np.roll(np.fft.irfft(10 ** (gains / 20)), 256) * np.hanning(512)
        samples = np.convolve(samples, response)[256 : 256 + count]
    if generator.random() < ROOM_SHARE:
        length = int(generator.uniform(*ROOM_S) * SAMPLE_RATE)
        tail = generator.normal(0, 1, length) * np.exp(-DECAY * np.arange(length) / length)
        tail *= generator.uniform(*ROOM_LEVEL) / np.sqrt((tail**2).sum())
        tail[0] = 1.0
        size = count + length
        samples = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(tail, size), size)[:count]
    if generator.random() < NOISE_SHARE:
        spectrum = np.fft.rfft(generator.normal(0, 1, count))
        spectrum[1:] *= (np.arange(1, len(spectrum)) / len(spectrum)) ** -generator.uniform(0, 1)
        noise = np.fft.irfft(spectrum, count)
        level = np.sqrt((samples**2).mean() / (noise**2).mean()) * 10 ** (-generator.uniform(*NOISE_DB) / 20)
        samples = samples + noise * level
    return (samples / max(np.abs(samples).max(), 1e-6) / 2).astype(np.float32)
