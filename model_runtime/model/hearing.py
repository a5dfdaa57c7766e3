"""Hearing: what the starter is given of a sound, the features of a recogniser beside the spectrum.

What one speaker's spectrum would teach does not carry to other voices; what a recogniser of thousands of voices makes
of it does (docs/experiments.md).
"""

import numpy as np

from model_runtime.acoustics import BANDS, acoustics
from model_runtime.audio import Waveform
from model_runtime.moonshine import FEATURES, encode

__all__ = ["HEARD", "HEARING", "hear", "still_understood"]

# Columns of what the starter hears.
HEARD = FEATURES + BANDS + 1
# Its name: a take notes it, as another hearing's columns mean something else.
HEARING = "moonshine-tiny 3-5"


def hear(waveform: Waveform) -> np.ndarray:
    """(A, HEARD) float16, 100 rows a second: the recogniser's features, then the acoustics."""
    spectrum = acoustics(waveform)
    heard = np.empty((len(spectrum), HEARD), np.float16)
    heard[:, FEATURES:] = spectrum
    del spectrum  # with long recordings every copy counts
    encode(waveform.samples, heard[:, :FEATURES])
    return heard


def still_understood(heard: np.ndarray, hearing: object) -> np.ndarray:
    """What the networks can use of what a take (A, F) heard with a hearing of that name: all of it if it is theirs,
    else the acoustics, which every version hears alike."""
    return heard if hearing == HEARING else heard[:, -(BANDS + 1) :]
