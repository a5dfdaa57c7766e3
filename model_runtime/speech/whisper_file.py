"""The encoder's variables in a file of Whisper in CTranslate2's format."""

import struct
from pathlib import Path

import numpy as np

__all__ = ["encoder_variables"]

FIRST = "encoder/conv1/bias"
KINDS = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}


def encoder_variables(path: Path) -> dict[str, np.ndarray]:
    """Name (without "encoder/") -> array, as they were stored.

    Variables lie one after the other in the order of their names, the encoder's last: a file that begins within the
    decoder's will do. Nothing in it runs. Raises ValueError where there is no encoder.
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
    """As the format writes a name: its length with the zero at its end, itself, the zero."""
    return struct.pack("<H", len(name) + 1) + name.encode() + b"\0"
