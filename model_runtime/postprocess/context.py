"""Context: what the rules know of a line besides its motion, each of it worked out once."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.ndimage import gaussian_filter1d, grey_opening

from model_runtime.linguistics.phones import PhoneTrack
from model_runtime.postprocess.config import PostprocessConfig, VoiceConfig
from model_runtime.postprocess.silences import Silence, find_silences
from model_runtime.postprocess.smoothstep import ease
from model_runtime.speech.features import SoundLevels
from model_runtime.speech.log_mel import ACOUSTIC_RATE

__all__ = ["Adjustments", "Context", "UsualOpening", "voice_activity"]


@dataclass(frozen=True)
class UsualOpening:
    """What a take usually opens to in speech. aperture: IOD between the lips. jaw: jawOpen less mouthClose."""

    aperture: float
    jaw: float


@dataclass(frozen=True)
class Adjustments:
    """What the user and the style ask of a motion. gains: (K,) factor of each channel. smoothing: 0 none to 1 heavy.
    pauses: 0 closed to 1 as heard. usual: what pauses stay below; None: what the motion itself opens to in speech."""

    gains: np.ndarray
    smoothing: float
    pauses: float
    usual: UsualOpening | None = None


@dataclass(frozen=True)
class Context:
    """phones: what is said. levels: how loud and how bright the voice is, 0 rows if unknown. times: (T,) s of the
    frames. fps: frames a second. adjustments: the user's. config: the constants of the rules."""

    phones: PhoneTrack
    levels: SoundLevels
    times: np.ndarray
    fps: float
    adjustments: Adjustments
    config: PostprocessConfig

    @cached_property
    def silences(self) -> tuple[Silence, ...]:
        """The silences of the track, in order, each with what the mouth does there."""
        return find_silences(self.phones, self.levels, self.config)

    @cached_property
    def voice(self) -> np.ndarray:
        """(T,) in [0, 1]: how surely a voice is heard."""
        return voice_activity(self.levels, self.times, self.config.voice)

    def tilt(self, smoothing_s: float) -> np.ndarray:
        """(A,) spectral tilt at 100 Hz, smoothed by a Gaussian of that standard deviation; at least one row is known.

        How far the bands from .7 to 3.7 kHz stand above those from 60 to 700 Hz: 0 in the average of a voice and in the
        noise of the room.
        """
        return gaussian_filter1d(self.levels.tilt, smoothing_s * ACOUSTIC_RATE, mode="nearest")

    def at_frames(self, rows: np.ndarray) -> np.ndarray:
        """(T,) values at the frames, of values (A,) at 100 Hz."""
        return np.interp(self.times, np.arange(len(rows)) / ACOUSTIC_RATE, rows)


def voice_activity(levels: SoundLevels, times: np.ndarray, config: VoiceConfig) -> np.ndarray:
    """(T,) in [0, 1] at `times` (s): how surely a voice is heard; 0 where nothing stands out of the noise."""
    loudness = levels.loudness
    if not len(loudness) or np.percentile(loudness, 10) > config.noise_loudness:
        return np.zeros(len(times))
    smooth = gaussian_filter1d(loudness.astype(np.float64), config.smoothing_s * ACOUSTIC_RATE, mode="nearest")
    lasting = grey_opening(smooth, round(config.shortest_s * ACOUSTIC_RATE), mode="constant", cval=smooth.min())
    known = np.interp(times, np.arange(len(loudness)) / ACOUSTIC_RATE, lasting)
    return ease((known - config.onset_loudness) / (config.certain_loudness - config.onset_loudness))
