"""Context: what the rules use besides the motion; each value is computed once."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.ndimage import gaussian_filter1d, grey_opening

from model_runtime.linguistics.phones import PhoneTrack
from model_runtime.postprocess.config import PostprocessConfig
from model_runtime.postprocess.silences import Silence, find_silences
from model_runtime.postprocess.smoothstep import ease
from model_runtime.speech.features import SoundLevels
from model_runtime.speech.log_mel import ACOUSTIC_RATE

__all__ = ["Adjustments", "Context", "UsualOpening"]


@dataclass(frozen=True)
class UsualOpening:
    """The usual opening of a take in speech. aperture: IOD. jaw: weight of jawOpen less mouthClose."""

    aperture: float
    jaw: float


@dataclass(frozen=True)
class Adjustments:
    """What the user and the style set.

    gains: (K,) factor of each channel. smoothing: 0 none to 1 heavy. pauses: how far the mouth is open in pauses, 0
    closed to 1 as generated. usual: limit of the opening in pauses; None: the usual opening of the motion itself.
    """

    gains: np.ndarray
    smoothing: float
    pauses: float
    usual: UsualOpening | None = None


@dataclass(frozen=True)
class Context:
    """phones: the phone track. levels: log-mel and loudness at 100 Hz, 0 rows if unknown. times: (T,) seconds of the
    frames. fps: frames a second. adjustments: of the user and the style. config: the constants of the rules."""

    phones: PhoneTrack
    levels: SoundLevels
    times: np.ndarray
    fps: float
    adjustments: Adjustments
    config: PostprocessConfig

    @cached_property
    def silences(self) -> tuple[Silence, ...]:
        """The classified silences of the track, in order."""
        return find_silences(self.phones, self.levels, self.config)

    @cached_property
    def voice(self) -> np.ndarray:
        """(T,) in [0, 1]: voice activity at the frames; 0 throughout where speech does not stand out of the noise."""
        config, loudness = self.config.voice, self.levels.loudness
        if not len(loudness) or np.percentile(loudness, 10) > config.noise_loudness:
            return np.zeros(len(self.times))
        smooth = gaussian_filter1d(loudness.astype(np.float64), config.smoothing_s * ACOUSTIC_RATE, mode="nearest")
        lasting = grey_opening(smooth, round(config.shortest_s * ACOUSTIC_RATE), mode="constant", cval=smooth.min())
        surely = config.certain_loudness - config.onset_loudness
        return ease((self.at_frames(lasting) - config.onset_loudness) / surely)

    def tilt(self, smoothing_s: float) -> np.ndarray:
        """(A,) spectral tilt at 100 Hz, smoothed by a Gaussian of standard deviation `smoothing_s`. Needs known levels.

        Mean of the bands from .7 to 3.7 kHz less mean of the bands from 60 to 700 Hz, in normalised log-mel: 0 in the
        average of the speech and in the noise of the room.
        """
        return gaussian_filter1d(self.levels.tilt, smoothing_s * ACOUSTIC_RATE, mode="nearest")

    def at_frames(self, rows: np.ndarray) -> np.ndarray:
        """(T,) values at the frames, interpolated from values (A,) at 100 Hz."""
        return np.interp(self.times, np.arange(len(rows)) / ACOUSTIC_RATE, rows)
