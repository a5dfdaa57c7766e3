"""A sound that Blender plays and the runtime does not read, as a file that the runtime reads."""

import importlib
import wave
from pathlib import Path
from types import ModuleType

import numpy as np

from ...errors import UserError

__all__ = ["decode_sound"]

# A sound whose samples stay below is silent; full scale is 1. As the runtime has it.
SILENT = 2.5e-4
# Sounds of a film among which one is looked for that is not silent.
MOST_SOUNDS = 8
VALUES_AT_ONCE = 1 << 20  # samples, summed over the channels


def decode_sound(path: Path, folder: Path, refusal: str, end: float | None = None) -> Path:
    """Write the first sound of a file that is not silent, up to `end` (s, None: its end), as a WAV file into `folder`.

    refusal: the sentence of the runtime, which did not read it.
    Raises UserError with that sentence when Blender does not read the file either, or was built without sound.
    """
    try:
        # Some builds of Blender come without it.
        aud: ModuleType = importlib.import_module("aud")
    except ImportError as error:
        raise UserError(refusal) from error
    first = found = _samples(aud, path, 0, end)
    index = 0
    while found is not None and _is_silent(found[0]) and index < MOST_SOUNDS:
        index += 1
        found = _samples(aud, path, index, end)
    found = found if found is not None and not _is_silent(found[0]) else first
    if found is None or not len(found[0]):
        raise UserError(refusal)
    return _written(folder / "decoded.wav", *found)


def _samples(aud: ModuleType, path: Path, index: int, end: float | None) -> tuple[np.ndarray, int] | None:
    """(n, channels) samples of the sound of this index in a file, and their rate; None where there is none."""
    try:
        sound = aud.Sound.file(str(path), index)
        # Asked before anything is read: of a file that it cannot read, `data` would end Blender.
        rate, channels = sound.specs
        # Two channels stay two: the runtime sees whether they cancel each other.
        sound = sound.rechannel(2) if channels > 2 else sound
        sound = sound if end is None else sound.limit(0.0, end + 1.0)
        # `write` fails where a sound ends with a block of the file, as those of mpg and ac3 do.
        return sound.data(), round(rate)
    # aud raises an exception of its own for what it cannot read.
    except Exception:
        return None


def _is_silent(samples: np.ndarray) -> bool:
    return not np.abs(samples).max(initial=0) > SILENT


def _written(path: Path, samples: np.ndarray, rate: int) -> Path:
    """A WAV file of (n, channels) samples; full scale is 1."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        at_once = VALUES_AT_ONCE // samples.shape[1]
        for first in range(0, len(samples), at_once):
            block = np.nan_to_num(samples[first : first + at_once]).clip(-1.0, 1.0)
            file.writeframes((block * 32767).astype("<i2").tobytes())
    return path
