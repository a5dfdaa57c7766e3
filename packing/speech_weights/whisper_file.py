"""Read the variables of Whisper's encoder from a model file in CTranslate2's format."""

import struct
from pathlib import Path

import numpy as np

__all__ = ["encoder_variables"]

# First variable of the encoder in the file.
FIRST = "encoder/conv1/bias"
# CTranslate2's data types.
KINDS = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}


def encoder_variables(path: Path) -> dict[str, np.ndarray]:
    """The variables of the encoder, by name without "encoder/", in the stored data type.

    The file holds variables in the order of their names, the encoder's last, so the second half of a file is enough.
    No code in the file runs. Raises ValueError for a file without an encoder.
    """
    data = path.read_bytes()
    at = data.find(_written(FIRST))
    if at < 0:
        raise ValueError(f"{path} has no encoder.")
    variables = {}
    while data.startswith(b"encoder/", at + 2):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 1 + length].decode()
        at += 2 + length
        rank = data[at]
        shape = struct.unpack_from(f"<{rank}I", data, at + 1)
        kind, size = struct.unpack_from("<BI", data, at + 1 + 4 * rank)
        at += 6 + 4 * rank
        variables[name.removeprefix("encoder/")] = np.frombuffer(data[at : at + size], KINDS[kind]).reshape(shape)
        at += size
    return variables


def _written(name: str) -> bytes:
    """A name in the format: its length plus 1 (uint16), the name, a zero byte."""
    return struct.pack("<H", len(name) + 1) + name.encode() + b"\0"
