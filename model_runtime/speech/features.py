"""Features: the starter networks' input from a waveform (states of two recognisers' encoders, log-mel, loudness).

A network trained on the spectrum of one speaker does not generalise to other voices. The states of recognisers, which
were trained on thousands of voices, do. Networks given different recognisers make different errors
(docs/experiments.md).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from model_runtime.speech.audio import Waveform
from model_runtime.speech.devices import CPU, Device
from model_runtime.speech.log_mel import BANDS, acoustics
from model_runtime.speech.moonshine import moonshine
from model_runtime.speech.whisper import whisper
from model_runtime.speech.windowed_encoder import SpeechEncoder, encode_windowed, row_count

__all__ = [
    *("ENCODERS", "ENCODER_DIM", "FEATURE_DIM", "FEATURE_VERSION", "SPECTRUM_DIM", "SoundLevels", "encoder_columns"),
    *("extract_features", "levels_of", "no_levels", "spectrum_only", "speech_features"),
]

# The recognisers' encoders, in the order of their columns in the features.
ENCODERS: dict[str, SpeechEncoder] = {"moonshine": moonshine(), "whisper": whisper()}
# Columns of all encoders.
ENCODER_DIM = sum(encoder.columns for encoder in ENCODERS.values())
# The last columns, which are the same in every feature version: log-mel bands, then loudness.
SPECTRUM_DIM = BANDS + 1
# Columns of the features.
FEATURE_DIM = ENCODER_DIM + SPECTRUM_DIM
# Encoders and their averaged states. Stored in models and takes, as columns differ in meaning between versions.
FEATURE_VERSION = "moonshine-tiny 3-5, whisper-base 4-6"
# Log-mel bands from 60 to 700 Hz and from .7 to 3.7 kHz, for the spectral tilt.
LOW_BANDS = slice(0, 10)
MIDDLE_BANDS = slice(10, 30)


@dataclass(frozen=True)
class SoundLevels:
    """Normalised log-mel spectrum and loudness of a waveform, 100 rows a second.

    log_mel: (A, BANDS). loudness: (A,). In both, -1 is the noise of the room and 1 the average of the speech (see
    `log_mel.normalise`). 0 rows: unknown.
    """

    log_mel: np.ndarray
    loudness: np.ndarray

    @property
    def known(self) -> bool:
        """Whether the levels are known: more than 0 rows."""
        return len(self.loudness) > 0

    @property
    def tilt(self) -> np.ndarray:
        """(A,) spectral tilt: mean of MIDDLE_BANDS less mean of LOW_BANDS."""
        middle = self.log_mel[:, MIDDLE_BANDS].mean(axis=1, dtype=np.float64)
        return middle - self.log_mel[:, LOW_BANDS].mean(axis=1, dtype=np.float64)


def speech_features(
    samples: np.ndarray,
    out: np.ndarray | None = None,
    checkpoint: Callable[[], None] = lambda: None,
    device: Device = CPU,
) -> np.ndarray:
    """(A, ENCODER_DIM) float16: the encoders' states for samples (N,) at 16 kHz; row i lies at i / 100 s.

    out: array to write to, as in NumPy's functions. checkpoint: may raise to stop. device: where the encoders run.
    """
    out = np.empty((row_count(samples), ENCODER_DIM), np.float16) if out is None else out
    ends = dict(zip(ENCODERS, np.cumsum([encoder.columns for encoder in ENCODERS.values()]), strict=True))
    # The slowest encoder runs first, while other threads still have work (background_features).
    for name, encoder in reversed(ENCODERS.items()):
        encode_windowed(encoder, samples, out[:, ends[name] - encoder.columns : ends[name]], checkpoint, device)
    return out


def extract_features(
    waveform: Waveform, checkpoint: Callable[[], None] = lambda: None, device: Device = CPU
) -> np.ndarray:
    """(A, FEATURE_DIM) float16, 100 rows a second: the encoders' states, then log-mel bands and loudness.

    checkpoint: may raise to stop. device: where the encoders run.
    """
    features = np.empty((row_count(waveform.samples), FEATURE_DIM), np.float16)
    speech_features(waveform.samples, features[:, :ENCODER_DIM], checkpoint, device)
    features[:, ENCODER_DIM:] = acoustics(waveform)
    return features


def encoder_columns(encoders: tuple[str, ...]) -> np.ndarray:
    """Indices of the feature columns of the named encoders, of log-mel and of loudness."""
    owners = np.repeat([*ENCODERS, "spectrum"], [*(encoder.columns for encoder in ENCODERS.values()), SPECTRUM_DIM])
    return np.flatnonzero(np.isin(owners, [*encoders, "spectrum"]))


def spectrum_only(features: np.ndarray) -> np.ndarray:
    """(A, SPECTRUM_DIM): log-mel and loudness, the last columns of features (A, F) of any version."""
    return features[:, -SPECTRUM_DIM:]


def levels_of(features: np.ndarray) -> SoundLevels:
    """The levels in features (A, F) of the starter, or in its spectrum columns alone; 0 rows with fewer columns."""
    if features.shape[1] < SPECTRUM_DIM:
        return no_levels(features)
    spectrum = spectrum_only(features)
    return SoundLevels(spectrum[:, :BANDS], spectrum[:, BANDS])


def no_levels(features: np.ndarray) -> SoundLevels:
    """Unknown levels (0 rows), for models whose features hold no log-mel and loudness."""
    return SoundLevels(np.zeros((0, BANDS), np.float16), np.zeros(0, np.float16))
