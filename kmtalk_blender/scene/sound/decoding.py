"""Decode a sound file by Blender's own decoders, for the kinds of file that the runtime does not read."""

import importlib
from pathlib import Path
from types import ModuleType

from ...errors import UserError

__all__ = ["decode_sound"]

RATE = 48000  # samples a second


def decode_sound(path: Path, folder: Path, refusal: str) -> Path:
    """Write the sound of a file as a WAV file into `folder`.

    refusal: the sentence of the runtime, which did not read it.
    Raises UserError with that sentence when Blender does not read the file either, or was built without sound.
    """
    written = folder / "decoded.wav"
    try:
        # Some builds of Blender come without it.
        aud: ModuleType = importlib.import_module("aud")
        sound = aud.Sound.file(str(path))
        sound.write(str(written), RATE, aud.CHANNELS_MONO, aud.FORMAT_S16, aud.CONTAINER_WAV, aud.CODEC_PCM)
    except ImportError as error:
        raise UserError(refusal) from error
    # aud raises an exception of its own for what it cannot read.
    except Exception as error:
        raise UserError(refusal) from error
    if not written.is_file():
        raise UserError(refusal)
    return written
