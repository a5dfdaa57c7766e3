"""What a voice says of an emotion: how much more, or less, aroused it is than the same voice usually is.

Loudness, pitch and rate rise with arousal and tell little else: joy, anger and fear are all louder, higher and faster
than calm speech, sadness is softer, lower and slower (Banse, Scherer 1996; Juslin, Laukka 2003). So a voice is compared
with other lines of the same speaker, and what is heard is a strength and which emotions fit it, not one emotion.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from model_runtime.speech.audio import SAMPLE_RATE, Waveform
from model_runtime.speech.log_mel import ACOUSTIC_RATE, BANDS, acoustics
from model_runtime.speech.pitch import hertz

__all__ = ["Heard", "Voice", "compare", "measure"]

# Differences that count as 1: dB, semitones, and factor of the rate. Portrayals of strong emotions lie about so far
# from neutral ones (Juslin, Laukka 2003; Banse, Scherer 1996). Rounded; not fitted to recordings.
LOUDER_DB = 6.0
HIGHER_SEMITONES = 4.0
FASTER = 1.25
# Arousal below which a line counts as the speaker's usual voice. Of 105 lines that were said without emotion, by five
# speakers, 5 lie beyond (docs/lab/emotion.md).
USUAL = 0.5
# Emotions that fit a voice that is more, and less, aroused than usual, the most frequent first.
ROUSED = ("happy", "angry", "afraid")
CALMED = ("sad", "disgusted")
# Syllables: smoothing of the energy, rows; least height of a peak above its sides, dB.
SMOOTHING = 2.5
PROMINENCE_DB = 3.0


@dataclass(frozen=True)
class Voice:
    """level: dB while speaking. pitch: Hz, median. rate: syllables a second. Each NaN where it cannot be told."""

    level: float
    pitch: float
    rate: float


@dataclass(frozen=True)
class Heard:
    """arousal: -1 far calmer than usual to 1 far more roused. strength: of the emotion, 0 to 1. fitting: emotions that
    the voice does not tell apart, each with the share of chances that it is the one; empty: nothing unusual."""

    arousal: float
    strength: float
    fitting: dict[str, float]


def measure(waveform: Waveform) -> Voice:
    """The measures of a voice. All NaN where nobody speaks."""
    loud = acoustics(waveform)[:, BANDS] > 0
    rows = np.flatnonzero(loud)
    if len(rows) < ACOUSTIC_RATE // 4:
        return Voice(np.nan, np.nan, np.nan)
    hop = SAMPLE_RATE // ACOUSTIC_RATE
    count = min(len(loud), len(waveform.samples) // hop)
    power = (waveform.samples[: count * hop].astype(np.float64) ** 2).reshape(count, hop).mean(axis=1)
    decibel = 10 * np.log10(gaussian_filter1d(power, SMOOTHING) + 1e-12)
    speech = slice(rows[0], min(rows[-1] + 1, count))
    syllables = _rises(decibel[speech], PROMINENCE_DB)
    pitch = hertz(waveform)[:count]
    voiced = pitch[: len(loud)][loud[: len(pitch)]]
    return Voice(
        float(10 * np.log10(power[loud[:count]].mean() + 1e-12)),
        float(np.nanmedian(voiced)) if np.isfinite(voiced).any() else np.nan,
        max(syllables, 1) / ((speech.stop - speech.start) / ACOUSTIC_RATE),
    )


def _rises(values: np.ndarray, height: float) -> int:
    """How often the values rise by `height` and then fall by it.

    As many as scipy.signal.find_peaks finds with that prominence; that part of scipy is not in the zip.
    """
    count, rising, turn = 0, False, np.inf
    for value in values:
        # The highest value since the rise, or the lowest since the fall.
        turn = max(turn, value) if rising else min(turn, value)
        if rising and value <= turn - height:
            count, rising, turn = count + 1, False, value
        elif not rising and value >= turn + height:
            rising, turn = True, value
    return count


def compare(voice: Voice, usual: list[Voice]) -> Heard:
    """What is heard of a line, against other lines of the same speaker; nothing without them."""
    differences = []
    for measured, others, unit in (
        (voice.level, [one.level for one in usual], LOUDER_DB),
        (12 * np.log2(voice.pitch), [12 * np.log2(one.pitch) for one in usual], HIGHER_SEMITONES),
        (np.log(voice.rate), [np.log(one.rate) for one in usual], np.log(FASTER)),
    ):
        known = [other for other in others if np.isfinite(other)]
        if known and np.isfinite(measured):
            differences.append(float(np.clip((measured - np.median(known)) / unit, -1, 1)))
    arousal = float(np.mean(differences)) if differences else 0.0
    if abs(arousal) < USUAL:
        return Heard(arousal, 0.0, {})
    fitting = ROUSED if arousal > 0 else CALMED
    return Heard(arousal, round(abs(arousal), 2), dict.fromkeys(fitting, round(1 / len(fitting), 2)))
