"""Features: what the starter's networks are given of a sound, two recognisers' states beside the log-mel spectrum.

What one speaker's spectrum would teach does not carry to other voices; what recognisers of thousands of voices make
of it does. Networks that are given different recognisers err in different places (docs/experiments.md).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from model_runtime.speech.audio import Waveform
from model_runtime.speech.log_mel import BANDS, acoustics
from model_runtime.speech.moonshine import moonshine
from model_runtime.speech.whisper import whisper
from model_runtime.speech.windowed_encoder import SpeechEncoder, encode_windowed, row_count

__all__ = [
    *("ENCODERS", "ENCODER_DIM", "FEATURE_DIM", "FEATURE_VERSION", "SPECTRUM_DIM", "SoundLevels", "encoder_columns"),
    *("extract_features", "levels_of", "no_levels", "spectrum_only", "speech_features"),
]

# The recognisers' encoders, in the order of their columns.
ENCODERS: dict[str, SpeechEncoder] = {"moonshine": moonshine(), "whisper": whisper()}
ENCODER_DIM = sum(encoder.columns for encoder in ENCODERS.values())
# Columns that every version has, the last ones: the log-mel bands and the loudness.
SPECTRUM_DIM = BANDS + 1
FEATURE_DIM = ENCODER_DIM + SPECTRUM_DIM
# Models and takes note it, as columns of another version mean something else.
FEATURE_VERSION = "moonshine-tiny 3-5, whisper-base 4-6"
# Log-mel bands from 60 to 700 Hz and from .7 to 3.7 kHz.
LOW_BANDS = slice(0, 10)
MIDDLE_BANDS = slice(10, 30)


@dataclass(frozen=True)
class SoundLevels:
    """How bright and how loud a sound is, 100 rows a second. log_mel: (A, BANDS), loudness: (A,), both -1 in the noise
    of the room and 1 in the average of the speech (see `log_mel.normalise`); 0 rows: unknown."""

    log_mel: np.ndarray
    loudness: np.ndarray

    @property
    def known(self) -> bool:
        """Whether there are rows."""
        return len(self.loudness) > 0

    @property
    def tilt(self) -> np.ndarray:
        """(A,) how far the middle bands stand above the low ones."""
        middle = self.log_mel[:, MIDDLE_BANDS].mean(axis=1, dtype=np.float64)
        return middle - self.log_mel[:, LOW_BANDS].mean(axis=1, dtype=np.float64)


def speech_features(
    samples: np.ndarray, out: np.ndarray | None = None, checkpoint: Callable[[], None] = lambda: None
) -> np.ndarray:
    """(A, ENCODER_DIM) float16 of samples (N,), 16 kHz: row i at i / 100 s.

    out: where to write them, as in NumPy's functions. checkpoint may raise to stop.
    """
    out = np.empty((row_count(samples), ENCODER_DIM), np.float16) if out is None else out
    ends = dict(zip(ENCODERS, np.cumsum([encoder.columns for encoder in ENCODERS.values()]), strict=True))
    # The slowest first: while it runs, other threads do what they have to (background_features).
    for name, encoder in reversed(ENCODERS.items()):
        encode_windowed(encoder, samples, out[:, ends[name] - encoder.columns : ends[name]], checkpoint)
    return out


def extract_features(waveform: Waveform, checkpoint: Callable[[], None] = lambda: None) -> np.ndarray:
    """(A, FEATURE_DIM) float16, 100 rows a second: the encoders' states, then the spectrum.

    checkpoint may raise to stop.
    """
    features = np.empty((row_count(waveform.samples), FEATURE_DIM), np.float16)
    speech_features(waveform.samples, features[:, :ENCODER_DIM], checkpoint)
    features[:, ENCODER_DIM:] = acoustics(waveform)
    return features


def encoder_columns(encoders: tuple[str, ...]) -> np.ndarray:
    """Of the features, the columns of those encoders and the spectrum."""
    owners = np.repeat([*ENCODERS, "spectrum"], [*(encoder.columns for encoder in ENCODERS.values()), SPECTRUM_DIM])
    return np.flatnonzero(np.isin(owners, [*encoders, "spectrum"]))


def spectrum_only(features: np.ndarray) -> np.ndarray:
    """Of features (A, F), the columns that every version has: the last ones."""
    return features[:, -SPECTRUM_DIM:]


def levels_of(features: np.ndarray) -> SoundLevels:
    """The levels within features (A, F) of the starter, or within the spectrum alone; none without a spectrum."""
    if features.shape[1] < SPECTRUM_DIM:
        return no_levels(features)
    spectrum = spectrum_only(features)
    return SoundLevels(spectrum[:, :BANDS], spectrum[:, BANDS])


def no_levels(features: np.ndarray) -> SoundLevels:
    """The levels of a model whose features hold none."""
    return SoundLevels(np.zeros((0, BANDS), np.float16), np.zeros(0, np.float16))
