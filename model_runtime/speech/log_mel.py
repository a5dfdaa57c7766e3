"""Log-mel spectrum and loudness, normalised to be alike for every speaker, room and microphone."""

from dataclasses import dataclass

import numpy as np

from model_runtime.speech.audio import SAMPLE_RATE, Waveform

__all__ = ["ACOUSTIC_RATE", "BANDS", "LogMel", "acoustics", "band_centres", "log_mel", "normalise", "to_mel"]

# Rows a second.
ACOUSTIC_RATE = 100
# Mel bands.
BANDS = 40
# Lower edge of the first band.
LOWEST_HZ = 60.0
# Upper edge of the last band.
HIGHEST_HZ = 7600.0
# Samples of a window.
WINDOW = 400
# Samples of its Fourier transform.
TRANSFORM = 512
# Rows transformed at a time: bounds the memory for long recordings.
BLOCK = 6000
# Power of a window of noise at -70 dBFS. A recording that stays below is silent and is not amplified.
SILENT_POWER = TRANSFORM / 2 * (WINDOW * 3 / 8) * 10 ** (-70 / 10)
# Power added before the logarithm.
FLOOR = SILENT_POWER * 1e-3
# Natural-log power: limits of the distance from a band's speech level down to its noise floor. A lower floor is the
# silence of a noise gate, not the noise of the room; a higher one is that of a band without speech.
DEEPEST = 9.0
SHALLOWEST = 2.0
# Percentile of a band's rows that is taken as its noise floor.
QUIET = 10
# Natural-log power: rows within this of the loud level (95th percentile) count as speech for the average spectrum.
SPEECH_RANGE = 5.0
# Limits of the normalised values, in which -1 is the noise floor and 1 the average of the speech.
BELOW = -1.5
ABOVE = 3.0


@dataclass(frozen=True)
class LogMel:
    """bands: (A, BANDS) natural-log power. loudness: (A,) same, all frequencies. Row i is centred at i / 100 s."""

    bands: np.ndarray
    loudness: np.ndarray


def log_mel(waveform: Waveform) -> LogMel:
    """Log-mel spectrum and loudness of a waveform, A = floor(duration * 100) + 1 rows."""
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
    """(A, BANDS + 1) float32: bands, then loudness; 1 is a band's average in speech, -1 its noise floor.

    The scale makes voices, rooms and microphones alike, at any distance between speech and noise: breaths and closures
    lie at levels between the two. Values lie in [BELOW, ABOVE]; a silent recording is -1 throughout.
    """
    loud = np.percentile(mel.loudness, 95)
    if loud < np.log(SILENT_POWER):
        return np.full((len(mel.loudness), BANDS + 1), -1, np.float32)
    speech = mel.loudness > loud - SPEECH_RANGE
    # Column by column, so that long recordings are not copied as a whole.
    normalised = np.empty((len(mel.loudness), BANDS + 1), np.float32)
    for index, column in enumerate((*mel.bands.T, mel.loudness)):
        normalised[:, index] = _anchored(column, speech)
    return normalised


def _anchored(column: np.ndarray, speech: np.ndarray) -> np.ndarray:
    """(A,) float32, normalised: one band (A,) natural-log power; speech: (A,) whether a row is speech."""
    high = column[speech].mean()
    depth = np.clip(high - np.percentile(column, QUIET), SHALLOWEST, DEEPEST)
    return np.clip(1 + 2 * (column - high) / depth, BELOW, ABOVE).astype(np.float32)


def acoustics(waveform: Waveform) -> np.ndarray:
    """(A, BANDS + 1) float32: normalised log-mel bands, then loudness, 100 rows a second (see `normalise`)."""
    return normalise(log_mel(waveform))


def band_centres() -> np.ndarray:
    """(BANDS,) Hz: the centres of the bands."""
    return _edges()[1:-1]


def to_mel(frequency: np.ndarray | float) -> np.ndarray:
    """Mel of a frequency in Hz (O'Shaughnessy's formula)."""
    return 2595 * np.log10(1 + np.asarray(frequency) / 700)


def _edges() -> np.ndarray:
    """(BANDS + 2,) Hz: edges of the triangular filters, equally spaced in mel."""
    mel = np.linspace(to_mel(LOWEST_HZ), to_mel(HIGHEST_HZ), BANDS + 2)
    return 700 * (10 ** (mel / 2595) - 1)


def _mel_filters() -> np.ndarray:
    """(BANDS, TRANSFORM // 2 + 1) triangular filters, each from the centre of the band below to that of the next."""
    edges = _edges()
    frequencies = np.fft.rfftfreq(TRANSFORM, 1 / SAMPLE_RATE)
    rising = (frequencies - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - frequencies) / np.diff(edges)[1:, None]
    return np.clip(np.minimum(rising, falling), 0, None)
