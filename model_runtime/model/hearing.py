"""Hearing: what the starter is given of a sound, the features of a recogniser beside the spectrum.

What one speaker's spectrum would teach does not carry to other voices; what a recogniser of thousands of voices makes
of it does (docs/experiments.md).
"""

import numpy as np

from model_runtime.acoustics import BANDS, acoustics
from model_runtime.audio import Waveform
from model_runtime.moonshine import FEATURES, encode

__all__ = ["HEARD", "HEARING", "acoustics_alone", "hear"]

# Columns of what the starter hears.
HEARD = FEATURES + BANDS + 1
# Its name: models and takes note it, as columns of another hearing mean something else.
HEARING = "moonshine-tiny 3-5"


def hear(waveform: Waveform) -> np.ndarray:
    """(A, HEARD) float16, 100 rows a second: the recogniser's features, then the acoustics."""
    spectrum = acoustics(waveform)
    heard = np.empty((len(spectrum), HEARD), np.float16)
    heard[:, FEATURES:] = spectrum
    del spectrum  # with long recordings every copy counts
    encode(waveform.samples, heard[:, :FEATURES])
    return heard


def acoustics_alone(heard: np.ndarray) -> np.ndarray:
    """Of what was heard (A, F), the columns that every version hears alike: the last ones."""
    return heard[:, -(BANDS + 1) :]
