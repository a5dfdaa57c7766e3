"""Make one voice sound like many, in the log-mel domain, where it costs little."""

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

from model_runtime.speech.log_mel import BANDS, LogMel, band_centres

__all__ = ["Augmentation", "augment"]


@dataclass(frozen=True)
class Augmentation:
    """Probability and strength of each change. tract: largest relative shift of the formants (vocal-tract length).
    blur: of neighbouring bands into each other (harmonics of another pitch). noise_snr: dB, from and to. expansion:
    largest relative change of the dynamic range."""

    tract: float = 0.18
    tract_share: float = 0.8
    blur: float = 0.35
    blur_share: float = 0.4
    reverberation_share: float = 0.3
    noise_snr: tuple[float, float] = (5.0, 40.0)
    noise_share: float = 0.7
    expansion: float = 0.15
    expansion_share: float = 0.5
    mask_share: float = 0.3


def augment(mel: LogMel, config: Augmentation, chance: np.random.Generator) -> LogMel:
    """The same words from another mouth, in another room."""
    bands = mel.bands
    if chance.random() < config.tract_share:
        bands = _shift_formants(bands, float(np.exp(chance.uniform(-config.tract, config.tract))))
    if chance.random() < config.blur_share:
        share = chance.uniform(0, config.blur)
        padded = np.pad(bands, ((0, 0), (1, 1)), mode="edge")
        bands = (1 - share) * bands + share / 2 * (padded[:, :-2] + padded[:, 2:])
    if chance.random() < config.reverberation_share:
        bands = _reverberate(bands, chance.uniform(0.15, 0.6), chance.uniform(0.02, 0.25))
    if chance.random() < config.noise_share:
        bands = np.logaddexp(bands, _noise(bands, chance.uniform(*config.noise_snr), chance))
    if chance.random() < config.expansion_share:
        mean = bands.mean(axis=0)
        bands = (bands - mean) * chance.uniform(1 - config.expansion, 1 + config.expansion) + mean
    if chance.random() < config.mask_share:
        width = chance.integers(2, 8)
        first = chance.integers(0, BANDS - width)
        bands = bands.copy()
        bands[:, first : first + width] = bands[:, first : first + width].mean(axis=0)
    return LogMel(bands, np.log(np.exp(bands).sum(axis=1)))


def _shift_formants(bands: np.ndarray, factor: float) -> np.ndarray:
    centres = band_centres()
    place = np.interp(centres * factor, centres, np.arange(BANDS))
    low = np.minimum(place.astype(int), BANDS - 2)
    share = place - low
    return bands[:, low] * (1 - share) + bands[:, low + 1] * share


def _reverberate(bands: np.ndarray, decay_time: float, level: float) -> np.ndarray:
    """Exponential tails of power: 60 dB down after decay_time seconds."""
    kept = np.exp(-0.01 * 13.8 / decay_time)
    power = np.exp(bands)
    tail = lfilter([0, 1 - kept], [1, -kept], power, axis=0)
    return np.log(power + 3 * level * tail)


def _noise(bands: np.ndarray, snr: float, chance: np.random.Generator) -> np.ndarray:
    """Steady noise of a random colour, `snr` dB below the loud parts."""
    colour = np.cumsum(chance.normal(0, 0.35, BANDS)) + chance.uniform(-2, 2) * np.linspace(-1, 1, BANDS)
    level = np.percentile(bands, 95) - snr * np.log(10) / 10
    return level + colour - colour.max() / 2 + chance.normal(0, 0.4, bands.shape)
