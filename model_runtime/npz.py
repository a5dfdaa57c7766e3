"""Read and write .npz files of plain arrays: no pickles, the same arrays give the same bytes."""

import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.lib import format as npy_format

from model_runtime.atomic import write_atomic
from model_runtime.errors import InputError

__all__ = ["read_npz", "write_npz"]

# numpy.savez stamps the time of writing into the archive; a fixed date keeps equal takes equal to the byte.
EPOCH = (1980, 1, 1, 0, 0, 0)
# RuntimeError: the archive is encrypted, or packed in a way that zipfile does not know.
UNREADABLE = (OSError, ValueError, EOFError, KeyError, AttributeError, RuntimeError, zipfile.BadZipFile, zlib.error)


def write_npz(path: Path | str, arrays: dict[str, np.ndarray]) -> Path:
    """Write named arrays to `path`, compressed but for float16, atomically.

    Deterministic for equal arrays in equal order. What is of half precision is what was heard of a voice: it takes most
    of the time and hardly gets smaller.
    """

    def write(stream: BinaryIO) -> None:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, array in arrays.items():
                info = zipfile.ZipInfo(f"{name}.npy", EPOCH)
                info.compress_type = zipfile.ZIP_STORED if array.dtype == np.float16 else zipfile.ZIP_DEFLATED
                # Block by block: what was heard of an hour is a quarter of a gigabyte.
                with archive.open(info, "w", force_zip64=True) as member:
                    npy_format.write_array(member, np.asarray(array, order="C"), allow_pickle=False)

    return write_atomic(path, write)


def read_npz(path: Path | str, required: tuple[str, ...], others: bool = True) -> dict[str, np.ndarray]:
    """Read the required arrays of an .npz file, and the others too where wanted.

    Raises InputError when it is missing, damaged or lacks a required array.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files if others or name in required}
    except FileNotFoundError as error:
        raise InputError(f"There is no file {path}.") from error
    except UNREADABLE as error:
        raise InputError(f"{path} is not a readable .npz file; write it again.") from error
    missing = [name for name in required if name not in arrays]
    if missing:
        raise InputError(f"{path} lacks the arrays {', '.join(missing)}; it is of another kind.")
    return arrays
