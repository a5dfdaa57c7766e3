"""Hearing: what the starter is given of a sound, the features of two recognisers beside the spectrum.

What one speaker's spectrum would teach does not carry to other voices; what recognisers of thousands of voices make
of it does. Networks that listen through different ones err in different places (docs/experiments.md).
"""

from collections.abc import Callable

import numpy as np

from model_runtime.speech.audio import Waveform
from model_runtime.speech.log_mel import BANDS, acoustics
from model_runtime.speech.moonshine import moonshine
from model_runtime.speech.whisper import whisper
from model_runtime.speech.windowed_encoder import SpeechEncoder, row_count, speech_rows

__all__ = [
    *("ACOUSTICS", "EARS", "FEATURES", "HEARD", "HEARING", "acoustics_alone", "hear", "heard_columns"),
    "speech_features",
]

# The recognisers, in the order of their columns.
EARS: dict[str, SpeechEncoder] = {"moonshine": moonshine(), "whisper": whisper()}
FEATURES = sum(ear.columns for ear in EARS.values())
# Columns that every version hears alike, the last ones: the spectrum and the loudness.
ACOUSTICS = BANDS + 1
# Columns of what the starter hears.
HEARD = FEATURES + ACOUSTICS
# Its name: models and takes note it, as columns of another hearing mean something else.
HEARING = "moonshine-tiny 3-5, whisper-base 4-6"


def speech_features(
    samples: np.ndarray, out: np.ndarray | None = None, checkpoint: Callable[[], None] = lambda: None
) -> np.ndarray:
    """(A, FEATURES) float16 of samples (N,), 16 kHz: row i at i / 100 s.

    out: where to write them, as in NumPy's functions. checkpoint may raise to stop.
    """
    out = np.empty((row_count(samples), FEATURES), np.float16) if out is None else out
    ends = dict(zip(EARS, np.cumsum([ear.columns for ear in EARS.values()]), strict=True))
    # The slowest first: while it runs, other threads do what they have to (hearing_beside).
    for name, ear in reversed(EARS.items()):
        speech_rows(ear, samples, out[:, ends[name] - ear.columns : ends[name]], checkpoint)
    return out


def hear(waveform: Waveform, checkpoint: Callable[[], None] = lambda: None) -> np.ndarray:
    """(A, HEARD) float16, 100 rows a second: the recognisers' features, then the acoustics.

    checkpoint may raise to stop.
    """
    heard = np.empty((row_count(waveform.samples), HEARD), np.float16)
    speech_features(waveform.samples, heard[:, :FEATURES], checkpoint)
    heard[:, FEATURES:] = acoustics(waveform)
    return heard


def heard_columns(ears: tuple[str, ...]) -> np.ndarray:
    """Of what was heard, the columns of those recognisers and the acoustics."""
    owners = np.repeat([*EARS, "acoustics"], [*(ear.columns for ear in EARS.values()), ACOUSTICS])
    return np.flatnonzero(np.isin(owners, [*ears, "acoustics"]))


def acoustics_alone(heard: np.ndarray) -> np.ndarray:
    """Of what was heard (A, F), the columns that every version hears alike: the last ones."""
    return heard[:, -ACOUSTICS:]
