"""EMOTION.npz as the extension sees it, with numpy alone. The format is model_runtime.emotion.emotion_file's."""

import io
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from .. import limits
from ..errors import UserError
from .input_files import open_file
from .npz import NUMBERS, TEXT, Wanted, all_finite, pack_arrays, read_arrays, texts
from .rows import in_frames
from .whole_file import write_whole

__all__ = ["EmotionLayer", "pack_layer", "read_layer", "unpack_layer", "write_strengths"]

ARRAYS = {
    "fps": Wanted(NUMBERS, 1),
    "channels": Wanted(TEXT, limits.CHANNELS),
    "weights": Wanted(NUMBERS, limits.CURVE_VALUES),
}


@dataclass(frozen=True)
class EmotionLayer:
    """What an emotion adds to a take; frame i is i / fps seconds after its start. weights: (T, K) of `channels`."""

    fps: float
    weights: np.ndarray
    channels: tuple[str, ...]

    def resampled(self, count: int) -> "EmotionLayer":
        """The same emotion in `count` frames."""
        return self if count == len(self.weights) else replace(self, weights=in_frames(self.weights, count))


def read_layer(path: Path | str) -> EmotionLayer:
    """Read and check an emotion. Raises UserError with what is wrong."""
    with open_file(path, limits.ANY_SIZE, "emotion (.npz)") as stream:
        return _checked(read_arrays(stream, f"{path} is no emotion of a take", ARRAYS))


def unpack_layer(data: bytes, name: str) -> EmotionLayer:
    """An emotion from the bytes of its file. Raises UserError with what is wrong."""
    return _checked(read_arrays(io.BytesIO(data), f"{name} is no emotion of a take", ARRAYS))


def pack_layer(layer: EmotionLayer) -> bytes:
    """The bytes of an emotion's file."""
    return pack_arrays(
        {
            "fps": np.array(layer.fps, np.float64),
            "channels": np.array(layer.channels, dtype=np.str_),
            "weights": layer.weights.astype(np.float32),
        }
    )


def write_strengths(path: Path, strengths: np.ndarray, emotions: tuple[str, ...]) -> Path:
    """Write strengths (T, E) of the emotions for the runtime."""
    named = np.array(emotions, dtype=np.str_)
    write_whole(path, pack_arrays({"strengths": strengths.astype(np.float64), "emotions": named}))
    return path


def _checked(arrays: dict[str, np.ndarray]) -> EmotionLayer:
    channels, weights = texts(arrays["channels"]), arrays["weights"]
    fits = weights.ndim == 2 and len(weights) and weights.shape[1] == len(channels) and all_finite(weights)
    if not fits or arrays["fps"].size != 1:
        raise UserError("The emotion of a take has arrays of other shapes; apply it again.")
    return EmotionLayer(float(arrays["fps"].item()), weights.astype(np.float32), channels)
