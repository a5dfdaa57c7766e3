"""An adaptation: how the face of one person moves otherwise than a model does, told by the features of the sound."""

import base64
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from model_runtime.speech.log_mel import ACOUSTIC_RATE
from model_runtime.speech.rows import rows_at

__all__ = ["Adaptation", "at_times", "read_adaptation"]

# Standard deviation of the smoothing over time, s: lips do not follow changes of a hundredth of a second.
SMOOTHING_S = 0.03
# Rows of features that are turned into numbers of 32 bits at a time, which bounds the memory.
ROWS = 6000


@dataclass(frozen=True)
class Adaptation:
    """offset: (K,) added to each of the model's channels. weights: (F, K) float32: added for each feature's unit."""

    offset: np.ndarray
    weights: np.ndarray

    def change(self, sound: np.ndarray, times: np.ndarray) -> np.ndarray:
        """(T, K) float32 to add to the networks' motion at times (T,), s; sound: (A, F) features, 100 rows a second.

        It depends on the sound alone. 0 throughout where the features are unknown, or of another version.
        """
        if not len(sound) or sound.shape[1] != len(self.weights):
            return np.zeros((len(times), len(self.offset)), np.float32)
        parts = [sound[first : first + ROWS].astype(np.float32) @ self.weights for first in range(0, len(sound), ROWS)]
        return (at_times(np.concatenate(parts), times) + self.offset).astype(np.float32)

    def as_json(self) -> dict:
        """Values for model.json: the weights as little-endian 32-bit numbers in base64, row by row."""
        weights = np.ascontiguousarray(self.weights, "<f4").tobytes()
        return {"offset": [float(each) for each in self.offset], "weights": base64.b64encode(weights).decode("ascii")}


def read_adaptation(values: dict, features: int, channels: int) -> Adaptation:
    """The adaptation of `Adaptation.as_json` for F features and K channels.

    Raises ValueError, TypeError or KeyError for values that are none.
    """
    offset = np.array(values["offset"], np.float32)
    weights = np.frombuffer(base64.b64decode(values["weights"], validate=True), "<f4").astype(np.float32)
    if offset.shape != (channels,) or weights.size != features * channels:
        raise ValueError("the adaptation is of another model")
    if not np.isfinite(offset).all() or not np.isfinite(weights).all():
        raise ValueError("the adaptation holds values that are not numbers")
    return Adaptation(offset, weights.reshape(features, channels))


def at_times(rows: np.ndarray, times: np.ndarray) -> np.ndarray:
    """(T, C) values at times (T,), s, smoothed, of values (A, C) at 100 rows a second."""
    smooth = gaussian_filter1d(rows, SMOOTHING_S * ACOUSTIC_RATE, axis=0, mode="nearest")
    return rows_at(smooth, np.clip(times * ACOUSTIC_RATE, 0, len(rows) - 1))
