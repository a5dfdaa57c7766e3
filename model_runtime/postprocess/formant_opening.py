"""Resonance: open lips raise the first formant, so the middle of the spectrum tells how far they are open.

The further a mouth opens, the more sound between .7 and 4 kHz comes out of it beside what lies below: in vowels (the
first formant rises with the opening), in nasals and closures (hardly anything above .7 kHz is left), and in breaths,
which are heard through parted lips. The networks learned one speaker, whose phones tell them nearly all; this adds what
every voice tells (docs/experiments.md).
"""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from model_runtime.postprocess.lip_aperture import close_lips, part_lips
from model_runtime.postprocess.smoothstep import ease
from model_runtime.speech.log_mel import ACOUSTIC_RATE

__all__ = ["apply_resonance", "spectral_balance"]

# Columns of the acoustics, counted from their end: 60 to 700 Hz, and .7 to 3.7 kHz.
LOW, MIDDLE = slice(-41, -31), slice(-31, -11)
# Seconds (standard deviation) over which the balance is averaged.
SMOOTHED = 0.05
# IOD that the lips open further when the middle rises by as much as lies between half way and speech, against the low.
SLOPE = 0.03
# Lips that the networks hold together are not parted; from this gap on they are free to, IOD.
FREE = 0.1


def spectral_balance(sound: np.ndarray, smoothed: float) -> np.ndarray:
    """(A,) how far the middle bands of a sound (A, F) stand above the low ones; 0 in a voice's average sound and in the
    noise of the room. smoothed: seconds (standard deviation) over which it is averaged."""
    balance = sound[:, MIDDLE].mean(axis=1, dtype=np.float64) - sound[:, LOW].mean(axis=1, dtype=np.float64)
    return gaussian_filter1d(balance, smoothed * ACOUSTIC_RATE, mode="nearest")


def apply_resonance(
    weights: np.ndarray, channels: tuple[str, ...], gap: np.ndarray, sound: np.ndarray, fps: float
) -> np.ndarray:
    """Weights (T, K) in [0, 1], opened where the voice is brighter than on average and closed where it is duller.

    sound: (A, F), the last columns acoustics; 0 rows: unknown, nothing changes. gap: (K,) IOD that a channel opens the
    lips by.
    """
    if not len(sound):
        return weights
    times = np.arange(len(weights)) / fps
    balance = spectral_balance(sound, SMOOTHED)
    change = SLOPE * np.interp(times, np.arange(len(sound)) / ACOUSTIC_RATE, balance)
    change = np.where(change > 0, change * ease(weights @ gap / FREE), change)
    return part_lips(close_lips(weights, channels, gap, -change), channels, gap, change)
