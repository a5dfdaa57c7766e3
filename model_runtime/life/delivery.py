"""How a line is spoken: its phrases, the words that are stressed, and its melody."""

from dataclasses import dataclass

import numpy as np

from model_runtime.life.curves import RATE, grid
from model_runtime.linguistics.phones import SILENCE, VOWELS, PhoneTrack, Span
from model_runtime.speech.audio import Waveform
from model_runtime.speech.log_mel import BANDS, acoustics
from model_runtime.speech.pitch import semitones

__all__ = ["Accent", "Delivery", "Phrase", "delivery_of"]

# s of the shortest silence between two phrases.
PAUSE_S = 0.1
# s: a vowel this long counts fully; longer ones are drawled.
LONG_VOWEL_S = 0.22
# Share of vowels that are no accents: speakers stress about one syllable of three.
PLAIN_SHARE = 0.66
# s between two accents at least.
APART_S = 0.4
# Semitones that the voice rises over the end of a phrase that asks; s of that end.
RISING = 2.5
ENDING_S = 0.45
# Weights of the three measures of stress, each as standard deviations from the mean of the line's vowels.
LOUD, LONG, HIGH = 1.4, 0.8, 1.0


@dataclass(frozen=True)
class Phrase:
    """Speech between two pauses, seconds. rises: the voice rises at its end."""

    start: float
    end: float
    rises: bool


@dataclass(frozen=True)
class Accent:
    """A stressed vowel, seconds. strength: 0 to 1, the strongest of the line."""

    start: float
    end: float
    strength: float


@dataclass(frozen=True)
class Delivery:
    """duration: seconds. phrases, accents: in order. word_ends: seconds. melody: (G,) semitones above the median, RATE
    rows a second, 0 without a voice."""

    duration: float
    phrases: tuple[Phrase, ...]
    accents: tuple[Accent, ...]
    word_ends: tuple[float, ...]
    melody: np.ndarray

    @property
    def speaking(self) -> np.ndarray:
        """(G,) 1 in phrases, 0 elsewhere."""
        times = grid(self.duration)
        inside = np.zeros(len(times))
        for phrase in self.phrases:
            inside[int(phrase.start * RATE) : int(phrase.end * RATE) + 1] = 1.0
        return inside


def delivery_of(phones: PhoneTrack, waveform: Waveform | None, duration: float) -> Delivery:
    """The delivery of a line. waveform: its sound; None: stress is judged by the lengths of vowels alone. duration:
    seconds."""
    rows = len(grid(duration))
    tones = np.full(rows, np.nan) if waveform is None else _fitted(semitones(waveform), rows, np.nan)
    loudness = np.zeros(rows) if waveform is None else _fitted(acoustics(waveform)[:, BANDS], rows, -1.0)
    spans = _phrases(phones)
    spoken = np.zeros(rows, bool)
    for start, end in spans:
        spoken[int(start * RATE) : int(end * RATE) + 1] = True
    # What hums between the phrases is no voice.
    tones[~spoken] = np.nan
    phrases = tuple(Phrase(start, end, _rises(tones, end)) for start, end in spans)
    ends = tuple(word.end for word in phones.words)
    return Delivery(duration, phrases, _accents(phones, tones, loudness), ends, _filled(tones))


def _phrases(phones: PhoneTrack) -> list[tuple[float, float]]:
    found: list[list[float]] = []
    for phone in phones.phones:
        if phone.label == SILENCE:
            continue
        if found and phone.start - found[-1][1] < PAUSE_S:
            found[-1][1] = phone.end
        else:
            found.append([phone.start, phone.end])
    return [(start, end) for start, end in found]


def _accents(phones: PhoneTrack, tones: np.ndarray, loudness: np.ndarray) -> tuple[Accent, ...]:
    """The vowels that stand out in loudness, length and pitch: at most one a word, APART_S from each other."""
    vowels = [phone for phone in phones.phones if phone.label in VOWELS]
    if not vowels:
        return ()
    measures = np.array([[_mean(loudness, v), min(v.end - v.start, LONG_VOWEL_S), _mean(tones, v)] for v in vowels])
    measures = np.nan_to_num(measures, nan=0.0)
    deviation = np.maximum(measures.std(axis=0), 1e-6)
    stress = (measures - measures.mean(axis=0)) / deviation @ np.array([LOUD, LONG, HIGH])
    least, most = np.quantile(stress, PLAIN_SHARE), stress.max()
    chosen: list[int] = []
    for index in np.argsort(-stress, kind="stable"):
        near = any(abs(vowels[index].start - vowels[other].start) < APART_S for other in chosen)
        if stress[index] >= least and not near:
            chosen.append(int(index))
    room = max(most - least, 1e-6)
    return tuple(
        Accent(vowels[index].start, vowels[index].end, float((stress[index] - least) / room))
        for index in sorted(chosen)
    )


def _rises(tones: np.ndarray, end: float) -> bool:
    """Whether the voice is higher at the end of a phrase than just before."""
    last = tones[max(int((end - ENDING_S) * RATE), 0) : int(end * RATE) + 1]
    half = len(last) // 2
    early, late = last[:half], last[half:]
    if np.isnan(early).all() or np.isnan(late).all():
        return False
    return bool(np.nanmedian(late) - np.nanmedian(early) > RISING)


def _mean(values: np.ndarray, span: Span) -> float:
    part = values[int(span.start * RATE) : int(span.end * RATE) + 1]
    return float(np.nanmean(part)) if len(part) and not np.isnan(part).all() else np.nan


def _filled(tones: np.ndarray) -> np.ndarray:
    """The melody without gaps, smoothed over a tenth of a second, 0 where nobody speaks for long."""
    known = np.isfinite(tones)
    if not known.any():
        return np.zeros(len(tones))
    width = RATE // 4
    window = np.hanning(2 * width + 1)
    weight = np.convolve(known.astype(float), window, mode="full")[width:-width]
    return np.convolve(np.where(known, tones, 0.0), window, mode="full")[width:-width] / np.maximum(weight, 1.0)


def _fitted(values: np.ndarray, rows: int, beyond: float) -> np.ndarray:
    """The values, cut or continued to `rows`."""
    fitted = np.full(rows, beyond)
    fitted[: min(rows, len(values))] = values[:rows]
    return fitted
