"""Pitch of a voice by autocorrelation: enough to tell accents and rising ends, not for music."""

import numpy as np

from model_runtime.speech.audio import SAMPLE_RATE, Waveform
from model_runtime.speech.log_mel import ACOUSTIC_RATE

__all__ = ["hertz", "semitones"]

# Hz, lowest and highest pitch that is looked for.
LOWEST_HZ = 65.0
HIGHEST_HZ = 500.0
# Samples of a window: 40 ms, at least two periods of most voices.
WINDOW = 640
TRANSFORM = 2048
# Autocorrelation at the period, by that at 0, of a voiced window.
VOICED = 0.5
# Windows transformed at a time, to bound the memory.
BLOCK = 2000
# Semitones from the median of the voice; pitches beyond are errors of the octave.
FARTHEST = 14.0


def semitones(waveform: Waveform) -> np.ndarray:
    """(G,) semitones above the median of the voice, ACOUSTIC_RATE rows a second, NaN where there is no voice."""
    pitch = hertz(waveform)
    if np.isnan(pitch).all():
        return pitch
    tones = 12 * np.log2(pitch / np.nanmedian(pitch))
    tones[np.abs(tones) > FARTHEST] = np.nan
    return tones


def hertz(waveform: Waveform) -> np.ndarray:
    """(G,) pitch in Hz, ACOUSTIC_RATE rows a second, NaN where there is no voice."""
    hop = SAMPLE_RATE // ACOUSTIC_RATE
    count = len(waveform.samples) // hop + 1
    samples = np.pad(waveform.samples.astype(np.float32), (WINDOW // 2, WINDOW // 2 + hop))
    windows = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::hop][:count]
    shape = np.hanning(WINDOW).astype(np.float32)
    own = _autocorrelation(shape[None])[0]
    shortest, longest = int(SAMPLE_RATE / HIGHEST_HZ), int(SAMPLE_RATE / LOWEST_HZ)
    pitch = np.full(count, np.nan)
    for start in range(0, count, BLOCK):
        part = windows[start : start + BLOCK]
        part = (part - part.mean(axis=1, keepdims=True)) * shape
        found = _autocorrelation(part)[:, : longest + 2] / own[: longest + 2]
        power = np.maximum(found[:, 0], 1e-9)
        inside = found[:, shortest : longest + 1] / power[:, None]
        # The shortest of the periods that are nearly as good as the best one: longer ones are its multiples.
        good = inside > 0.9 * inside.max(axis=1, keepdims=True)
        peak = good.argmax(axis=1)
        climbing = np.arange(inside.shape[1])[None] >= peak[:, None]
        falls = np.diff(inside, axis=1, append=-np.inf) <= 0
        period = shortest + (climbing & falls).argmax(axis=1)
        voiced = (inside[np.arange(len(part)), period - shortest] > VOICED) & (power > 1e-4)
        pitch[start : start + BLOCK] = np.where(voiced, SAMPLE_RATE / period, np.nan)
    return pitch


def _autocorrelation(windows: np.ndarray) -> np.ndarray:
    return np.fft.irfft(np.abs(np.fft.rfft(windows, TRANSFORM, axis=1)) ** 2, axis=1)
