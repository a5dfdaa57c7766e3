"""Acoustics: what the starter's encoder hears of a voice, made alike for every speaker, room and microphone."""

from dataclasses import dataclass

import numpy as np

from model_runtime.audio import SAMPLE_RATE, Waveform

__all__ = ["ACOUSTIC_RATE", "BANDS", "LogMel", "acoustics", "band_centres", "log_mel", "normalise"]

ACOUSTIC_RATE = 100
BANDS = 40
LOWEST, HIGHEST = 60.0, 7600.0
WINDOW, TRANSFORM = 400, 512
# Rows transformed at a time: bounds the memory of long recordings.
BLOCK = 6000
# Power of a window of noise at -70 dBFS: a recording that is nowhere louder is silent and is not normalised up.
SILENT_POWER = TRANSFORM / 2 * (WINDOW * 3 / 8) * 10 ** (-70 / 10)
FLOOR = SILENT_POWER * 1e-3
# Natural-log power range kept below a recording's loud parts; what is further down is noise floor.
RANGE = 9.0
# Rows within this of the loud parts are speech, for the average spectrum.
SPEECH_RANGE = 5.0


@dataclass(frozen=True)
class LogMel:
    """bands: (A, BANDS) natural-log power; loudness: (A,) of all frequencies. Row i is centred at i / 100 s."""

    bands: np.ndarray
    loudness: np.ndarray


def log_mel(waveform: Waveform) -> LogMel:
    """Log-mel spectrum of a recording, A = floor(duration * 100) + 1 rows."""
    hop = SAMPLE_RATE // ACOUSTIC_RATE
    padded = np.pad(waveform.samples.astype(np.float32), (WINDOW // 2, WINDOW))
    rows = len(waveform.samples) // hop + 1
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::hop][:rows]
    filters = _mel_filters().T
    window = np.hanning(WINDOW).astype(np.float32)
    bands, loudness = np.empty((rows, BANDS)), np.empty(rows)
    for start in range(0, rows, BLOCK):
        power = np.abs(np.fft.rfft(frames[start : start + BLOCK] * window, TRANSFORM)) ** 2
        bands[start : start + BLOCK] = np.log(power @ filters + FLOOR)
        loudness[start : start + BLOCK] = np.log(power.sum(axis=1) + FLOOR)
    return LogMel(bands, loudness)


def normalise(mel: LogMel) -> np.ndarray:
    """(A, BANDS + 1) float32: bands and, last, loudness, with the recording's level and average spectrum removed.

    Level is that of the loud parts; the spectrum's average is taken over speech alone. Voices, rooms and microphones
    look alike then. Values lie in [-3, 3]; a silent recording is constant.
    """
    loud = np.percentile(mel.loudness, 95)
    if loud < np.log(SILENT_POWER):
        return np.full((len(mel.loudness), BANDS + 1), -RANGE / 3, np.float32)
    speech = mel.loudness > loud - SPEECH_RANGE
    bands = np.clip(mel.bands - mel.bands[speech].mean(axis=0), -RANGE, RANGE) / 3
    loudness = np.clip(mel.loudness - loud, -RANGE, RANGE) / 3
    return np.concatenate([bands, loudness[:, None]], axis=1).astype(np.float32)


def acoustics(waveform: Waveform) -> np.ndarray:
    """(A, BANDS + 1) float32: what the encoder hears, 100 rows a second (see `normalise`)."""
    return normalise(log_mel(waveform))


def band_centres() -> np.ndarray:
    """(BANDS,) Hz."""
    return _edges()[1:-1]


def _edges() -> np.ndarray:
    """(BANDS + 2,) Hz, equally spaced in mel (O'Shaughnessy's formula)."""
    mel = np.linspace(2595 * np.log10(1 + LOWEST / 700), 2595 * np.log10(1 + HIGHEST / 700), BANDS + 2)
    return 700 * (10 ** (mel / 2595) - 1)


def _mel_filters() -> np.ndarray:
    """(BANDS, TRANSFORM // 2 + 1) triangular filters, each from its neighbour's centre to the other's."""
    edges = _edges()
    frequencies = np.fft.rfftfreq(TRANSFORM, 1 / SAMPLE_RATE)
    rising = (frequencies - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - frequencies) / np.diff(edges)[1:, None]
    return np.clip(np.minimum(rising, falling), 0, None)
