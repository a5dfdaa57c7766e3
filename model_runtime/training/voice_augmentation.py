"""VoiceAugmentation of a voice in the log-mel domain, where no waveform has to be computed again."""

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

from model_runtime.speech.log_mel import BANDS, LogMel, band_centres

__all__ = ["VoiceAugmentation", "augment_voice"]


@dataclass(frozen=True)
class VoiceAugmentation:
    """Probability (`*_share`) and strength of each change.

    tract: largest |log| of the factor on formant frequencies (vocal-tract length).
    blur: largest share of a band that is taken from its two neighbours (smooths harmonics).
    noise_snr: range of the signal-to-noise ratio, dB.
    expansion: largest relative change of the dynamic range.
    """

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


def augment_voice(mel: LogMel, config: VoiceAugmentation, rng: np.random.Generator) -> LogMel:
    """A copy of the spectrum with randomly chosen changes of vocal tract, harmonics, room, noise, range and bands."""
    bands = mel.bands
    if rng.random() < config.tract_share:
        bands = _shift_formants(bands, float(np.exp(rng.uniform(-config.tract, config.tract))))
    if rng.random() < config.blur_share:
        share = rng.uniform(0, config.blur)
        padded = np.pad(bands, ((0, 0), (1, 1)), mode="edge")
        bands = (1 - share) * bands + share / 2 * (padded[:, :-2] + padded[:, 2:])
    if rng.random() < config.reverberation_share:
        bands = _reverberate(bands, rng.uniform(0.15, 0.6), rng.uniform(0.02, 0.25))
    if rng.random() < config.noise_share:
        bands = np.logaddexp(bands, _noise(bands, rng.uniform(*config.noise_snr), rng))
    if rng.random() < config.expansion_share:
        mean = bands.mean(axis=0)
        bands = (bands - mean) * rng.uniform(1 - config.expansion, 1 + config.expansion) + mean
    if rng.random() < config.mask_share:
        width = rng.integers(2, 8)
        first = rng.integers(0, BANDS - width)
        bands = bands.copy()
        bands[:, first : first + width] = bands[:, first : first + width].mean(axis=0)
    return LogMel(bands, np.log(np.exp(bands).sum(axis=1)))


def _shift_formants(bands: np.ndarray, factor: float) -> np.ndarray:
    """(A, BANDS) log power with the frequency axis compressed by `factor`, by linear interpolation."""
    centres = band_centres()
    place = np.interp(centres * factor, centres, np.arange(BANDS))
    low = np.minimum(place.astype(int), BANDS - 2)
    share = place - low
    return bands[:, low] * (1 - share) + bands[:, low + 1] * share


def _reverberate(bands: np.ndarray, decay_time: float, level: float) -> np.ndarray:
    """(A, BANDS) log power plus exponential tails that fall by 60 dB in decay_time, s."""
    # Share of the power left after one row: 60 dB are a factor of exp(13.8), rows are 10 ms apart.
    kept = np.exp(-0.01 * 13.8 / decay_time)
    power = np.exp(bands)
    tail = lfilter([0, 1 - kept], [1, -kept], power, axis=0)
    return np.log(power + 3 * level * tail)


def _noise(bands: np.ndarray, snr: float, rng: np.random.Generator) -> np.ndarray:
    """(A, BANDS) log power of stationary noise of random spectrum, `snr` dB below the 95th percentile of `bands`."""
    colour = np.cumsum(rng.normal(0, 0.35, BANDS)) + rng.uniform(-2, 2) * np.linspace(-1, 1, BANDS)
    level = np.percentile(bands, 95) - snr * np.log(10) / 10
    return level + colour - colour.max() / 2 + rng.normal(0, 0.4, bands.shape)
