"""Acoustics: what the starter's encoder hears of a voice, made alike for every speaker, room and microphone."""

from dataclasses import dataclass

import numpy as np

from model_runtime.speech.audio import SAMPLE_RATE, Waveform

__all__ = ["ACOUSTIC_RATE", "BANDS", "LogMel", "acoustics", "band_centres", "log_mel", "normalise", "to_mel"]

ACOUSTIC_RATE = 100
BANDS = 40
LOWEST, HIGHEST = 60.0, 7600.0
WINDOW, TRANSFORM = 400, 512
# Rows transformed at a time: bounds the memory of long recordings.
BLOCK = 6000
# Power of a window of noise at -70 dBFS: a recording that is nowhere louder is silent and is not normalised up.
SILENT_POWER = TRANSFORM / 2 * (WINDOW * 3 / 8) * 10 ** (-70 / 10)
FLOOR = SILENT_POWER * 1e-3
# How far a band's noise floor lies below its speech, natural-log power: what lies further down is no noise of the room
# but a gate's silence, what lies closer is a band that holds no speech.
DEEPEST, SHALLOWEST = 9.0, 2.0
# Share of a recording that is taken to be quiet, percent.
QUIET = 10
# Rows within this of the loud parts are speech, for the average spectrum.
SPEECH_RANGE = 5.0
# Values are kept between these; -1 is the noise floor, 1 speech.
BELOW, ABOVE = -1.5, 3.0


@dataclass(frozen=True)
class LogMel:
    """bands: (A, BANDS) natural-log power; loudness: (A,) of all frequencies. Row i is centred at i / 100 s."""

    bands: np.ndarray
    loudness: np.ndarray


def log_mel(waveform: Waveform) -> LogMel:
    """Log-mel spectrum of a recording, A = floor(duration * 100) + 1 rows."""
    hop = SAMPLE_RATE // ACOUSTIC_RATE
    samples = waveform.samples
    rows = len(samples) // hop + 1
    filters = _mel_filters().T
    window = np.hanning(WINDOW).astype(np.float32)
    bands, loudness = np.empty((rows, BANDS)), np.empty(rows)
    for start in range(0, rows, BLOCK):
        end = min(start + BLOCK, rows)
        first, last = start * hop - WINDOW // 2, (end - 1) * hop + WINDOW // 2
        part = samples[max(first, 0) : last].astype(np.float32)
        padded = np.pad(part, (max(-first, 0), last - max(first, 0) - len(part)))
        frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::hop]
        power = np.abs(np.fft.rfft(frames * window, TRANSFORM)) ** 2
        bands[start:end] = np.log(power @ filters + FLOOR)
        loudness[start:end] = np.log(power.sum(axis=1) + FLOOR)
    return LogMel(bands, loudness)


def normalise(mel: LogMel) -> np.ndarray:
    """(A, BANDS + 1) float32: bands and, last, loudness; 1 is a band's average in speech, -1 its noise floor.

    Voices, rooms and microphones look alike then, however far the speech stands out of the noise: what a mouth does
    in a breath or a closure shows by where the sound lies between the two. Values lie in [-1.5, 3]; a silent recording
    is constant.
    """
    loud = np.percentile(mel.loudness, 95)
    if loud < np.log(SILENT_POWER):
        return np.full((len(mel.loudness), BANDS + 1), -1, np.float32)
    speech = mel.loudness > loud - SPEECH_RANGE
    return np.stack([_anchored(column, speech) for column in (*mel.bands.T, mel.loudness)], axis=1)


def _anchored(column: np.ndarray, speech: np.ndarray) -> np.ndarray:
    """(A,) float32 of one band (A,), where `speech` (A,) says which rows are that."""
    high = column[speech].mean()
    depth = np.clip(high - np.percentile(column, QUIET), SHALLOWEST, DEEPEST)
    return np.clip(1 + 2 * (column - high) / depth, BELOW, ABOVE).astype(np.float32)


def acoustics(waveform: Waveform) -> np.ndarray:
    """(A, BANDS + 1) float32: what the encoder hears, 100 rows a second (see `normalise`)."""
    return normalise(log_mel(waveform))


def band_centres() -> np.ndarray:
    """(BANDS,) Hz."""
    return _edges()[1:-1]


def to_mel(frequency: np.ndarray | float) -> np.ndarray:
    """Mel of a frequency in Hz (O'Shaughnessy's formula)."""
    return 2595 * np.log10(1 + np.asarray(frequency) / 700)


def _edges() -> np.ndarray:
    """(BANDS + 2,) Hz, equally spaced in mel."""
    mel = np.linspace(to_mel(LOWEST), to_mel(HIGHEST), BANDS + 2)
    return 700 * (10 ** (mel / 2595) - 1)


def _mel_filters() -> np.ndarray:
    """(BANDS, TRANSFORM // 2 + 1) triangular filters, each from its neighbour's centre to the other's."""
    edges = _edges()
    frequencies = np.fft.rfftfreq(TRANSFORM, 1 / SAMPLE_RATE)
    rising = (frequencies - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - frequencies) / np.diff(edges)[1:, None]
    return np.clip(np.minimum(rising, falling), 0, None)
