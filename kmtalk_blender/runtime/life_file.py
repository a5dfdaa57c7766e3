"""LIFE.npz as the extension sees it, with numpy alone. The format is model_runtime.life.life_file's."""

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

__all__ = ["Life", "pack_life", "read_life", "unpack_life", "write_target"]

MOTIONS = ("head", "eyes", "chest", "weights")
ARRAYS = {
    "fps": Wanted(NUMBERS, 1),
    "channels": Wanted(TEXT, limits.CHANNELS),
    **{name: Wanted(NUMBERS, limits.CURVE_VALUES) for name in MOTIONS},
}


@dataclass(frozen=True)
class Life:
    """Head, eyes and shapes of a take; frame i is i / fps seconds after its start.

    head: (T, 3) degrees nod, tilt, turn, in the face's axes. eyes: (T, 2, 2) degrees turn and up of the left and the
    right eye, in the head. chest: (T,) degrees that the chest turns up. weights: (T, K) of `channels`.
    """

    fps: float
    head: np.ndarray
    eyes: np.ndarray
    chest: np.ndarray
    weights: np.ndarray
    channels: tuple[str, ...]

    def resampled(self, count: int) -> "Life":
        """The same life in `count` frames."""
        if count == len(self.head):
            return self
        head, eyes, chest, weights = (in_frames(getattr(self, name), count) for name in MOTIONS)
        return replace(self, head=head, eyes=eyes, chest=chest, weights=weights)


def read_life(path: Path | str) -> Life:
    """Read and check a life. Raises UserError with what is wrong."""
    with open_file(path, limits.ANY_SIZE, "life (.npz)") as stream:
        return _checked(read_arrays(stream, f"{path} is no life of a take", ARRAYS))


def unpack_life(data: bytes, name: str) -> Life:
    """A life from the bytes of its file. Raises UserError with what is wrong."""
    return _checked(read_arrays(io.BytesIO(data), f"{name} is no life of a take", ARRAYS))


def pack_life(life: Life) -> bytes:
    """The bytes of a life's file."""
    return pack_arrays(
        {
            "fps": np.array(life.fps, np.float64),
            "channels": np.array(life.channels, dtype=np.str_),
            **{name: getattr(life, name).astype(np.float32) for name in MOTIONS},
        }
    )


def write_target(path: Path, places: np.ndarray) -> Path:
    """Write what is looked at: (T, 3), from between the eyes, in distances between the eyes."""
    write_whole(path, pack_arrays({"target": places.astype(np.float64)}))
    return path


def _checked(arrays: dict[str, np.ndarray]) -> Life:
    channels = texts(arrays["channels"])
    frames = len(arrays["head"]) if arrays["head"].ndim == 2 else 0
    shapes = {"head": (frames, 3), "eyes": (frames, 2, 2), "chest": (frames,), "weights": (frames, len(channels))}
    fits = all(arrays[name].shape == shape and all_finite(arrays[name]) for name, shape in shapes.items())
    if not frames or not fits or arrays["fps"].size != 1:
        raise UserError("The life of a take has arrays of other shapes; add head and eyes again.")
    head, eyes, chest, weights = (arrays[name].astype(np.float32) for name in MOTIONS)
    return Life(float(arrays["fps"].item()), head, eyes, chest, weights, channels)
