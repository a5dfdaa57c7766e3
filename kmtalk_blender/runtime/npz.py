"""Read and write .npz files of plain arrays with numpy alone, without pickle.

Every reader of the extension uses these functions, also for data kept in a .blend file. Only wanted arrays are read.
Their headers (type, shape) are checked first, and the sizes that they claim compared with the bytes in the file.
"""

import io
import math
import struct
import sys
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, BinaryIO, Literal

import numpy as np
from numpy.lib import format as npy_format

from .. import limits
from ..errors import UserError

__all__ = ["NUMBERS", "TEXT", "WHOLE", "Wanted", "all_finite", "pack_arrays", "read_arrays", "texts"]

# Letters of numpy's dtype.kind.
NUMBERS = "fiu"
WHOLE = "iu"
TEXT = "U"
ANYTHING = "biufcSU"  # plain values, for arrays that this version does not know
BLOCK = 1 << 20  # bytes that are read at a time
# Errors of unreadable archives. RuntimeError: an encrypted one, or a compression that zipfile does not know.
UNREADABLE = (
    *(OSError, ValueError, EOFError, KeyError, RuntimeError, OverflowError),
    *(zipfile.BadZipFile, zlib.error, struct.error),
)
LARGEST_AXIS = 1 << 40  # elements; with more, numpy could not count the bytes
# The date of every array in a file: always the earliest of the format, so that equal arrays give equal bytes.
MADE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Wanted:
    """What is expected of an array. kinds: allowed letters of dtype.kind. most: largest number of elements, None: no
    limit of its own. required: False when the file may lack it."""

    kinds: str
    most: int | None = None
    required: bool = True


def read_arrays(stream: BinaryIO, name: str, wanted: dict[str, Wanted], others: bool = False) -> dict[str, np.ndarray]:
    """Read the wanted arrays of an .npz. name: start of the messages, such as "X is not a take". others: also read the
    arrays that this version does not know, so that they can be written again.

    Raises UserError when the file is damaged or lacks a required array, when an array has another type or too many
    elements, or when all arrays together are larger than UNPACKED_BYTES and UNPACKED_RATIO allow.
    """
    try:
        size = stream.seek(0, io.SEEK_END)
        with zipfile.ZipFile(_Archive(stream)) as archive:
            return _read_members(archive, size, name, wanted, others)
    except UNREADABLE as error:
        raise UserError(f"{name}: it is damaged; get or make it again.") from error


def pack_arrays(arrays: dict[str, np.ndarray]) -> bytes:
    """The bytes of an .npz of plain arrays; equal arrays give equal bytes.

    float16 arrays (the features of a voice) are stored uncompressed: compressing is slow and saves little.
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            info = zipfile.ZipInfo(f"{name}.npy", MADE)
            info.compress_type = zipfile.ZIP_STORED if array.dtype == np.float16 else zipfile.ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=True) as member:
                npy_format.write_array(member, np.asanyarray(array), allow_pickle=False)
    return stream.getvalue()


def texts(array: np.ndarray) -> tuple[str, ...]:
    """The texts of an array of any shape."""
    return tuple(str(text) for text in array.ravel())


def all_finite(array: np.ndarray) -> bool:
    """True when every number is finite, also as float32."""
    largest = np.finfo(np.float32).max
    return not array.size or bool(-largest <= array.min() and array.max() <= largest)


@dataclass(frozen=True)
class _Header:
    """The header of an array. order: "C" or "F". start: bytes before its elements."""

    shape: tuple[int, ...]
    order: Literal["C", "F"]
    dtype: np.dtype
    start: int

    @property
    def count(self) -> int:
        """Elements."""
        return math.prod(self.shape)

    @property
    def size(self) -> int:
        """Bytes of the elements."""
        return self.count * self.dtype.itemsize


class _Archive:
    """A file for zipfile that refuses to read a huge list of contents, which zipfile reads in one piece."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.seek, self.tell = stream.seek, stream.tell

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if size > limits.NPZ_DIRECTORY_BYTES:
            raise zipfile.BadZipFile("the list of contents is too long")
        return self._stream.read(size)


def _read_members(
    archive: zipfile.ZipFile, size: int, name: str, wanted: dict[str, Wanted], others: bool
) -> dict[str, np.ndarray]:
    """size: bytes of the file."""
    there = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
    missing = [key for key, each in wanted.items() if each.required and key not in there]
    if missing:
        raise UserError(f"{name}: it lacks the arrays {', '.join(missing)}.")
    chosen = {key: there[key] for key in wanted if key in there}
    headers: dict[str, _Header] = {}
    for key, info in chosen.items():
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise zipfile.BadZipFile("packed in another way")
        with archive.open(info) as member:
            header = headers[key] = _read_header(member)
        most = wanted[key].most
        if header.dtype.kind not in wanted[key].kinds or (most is not None and header.count > most):
            raise UserError(f"{name}: its array {key} is of another type or larger than it may be.")
        if info.file_size != header.start + header.size:
            raise UserError(f"{name}: its array {key} has another size than it says.")
    if others:
        unknown = _unknown(archive, [info for key, info in there.items() if key not in wanted])
        headers |= {key: header for key, (_, header) in unknown.items()}
        chosen |= {key: info for key, (info, _) in unknown.items()}
    # Members of the archive may overlap: together they have at most the size of the file.
    packed = min(size, sum(info.compress_size for info in chosen.values()))
    if sum(header.size for header in headers.values()) > limits.UNPACKED_BYTES + limits.UNPACKED_RATIO * packed:
        raise UserError(f"{name}: it unpacks to far more than it holds, and may be harmful.")
    return {key: _read_array(archive, info, headers[key]) for key, info in chosen.items()}


def _unknown(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> dict[str, tuple[zipfile.ZipInfo, _Header]]:
    """The arrays of a later version that are kept: plain values, at most OTHER_ARRAY_BYTES large, not damaged."""
    found = {}
    for info in infos[: limits.OTHER_ARRAYS]:
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            continue
        with suppress(ValueError), archive.open(info) as member:
            header = _read_header(member)
            whole = info.file_size == header.start + header.size <= limits.OTHER_ARRAY_BYTES
            if whole and header.dtype.kind in ANYTHING:
                found[info.filename.removesuffix(".npy")] = (info, header)
    return found


def _read_header(stream: IO[bytes]) -> _Header:
    try:
        # In one piece: the header contains its own length.
        head = io.BytesIO(stream.read(limits.NPZ_HEADER_BYTES))
        version = npy_format.read_magic(head)
        readers = {(1, 0): npy_format.read_array_header_1_0, (2, 0): npy_format.read_array_header_2_0}
        shape, fortran, dtype = readers[version](head)
    # numpy parses the header as Python source, which can raise nearly any error.
    except Exception as error:
        raise ValueError("no array") from error
    if dtype.hasobject or any(not 0 <= size < LARGEST_AXIS for size in shape):
        raise ValueError("no plain values")
    return _Header(tuple(int(size) for size in shape), "F" if fortran else "C", dtype, head.tell())


def _read_array(archive: zipfile.ZipFile, info: zipfile.ZipInfo, header: _Header) -> np.ndarray:
    values = np.empty(header.count, header.dtype)
    with archive.open(info) as member:
        skipped = len(member.read(header.start))
        left = values.view(np.uint8).data if header.size else memoryview(b"")
        while len(left):
            block = member.read(min(BLOCK, len(left)))
            if not block or skipped < header.start:
                raise EOFError(info.filename)
            left[: len(block)] = block
            left = left[len(block) :]
        # Reading past the end makes zipfile compare the checksum.
        member.read(1)
    if header.dtype.kind == "U" and header.size:
        # A text of numpy may hold numbers that are no characters, which Python cannot make a string of.
        codes = values.view(f"{header.dtype.byteorder}u4")
        if int(codes.max()) > sys.maxunicode:
            raise ValueError(info.filename)
    return values.reshape(header.shape, order=header.order)
