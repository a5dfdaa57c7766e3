"""Read and write .npz and .npy files of plain arrays: no pickles, and equal arrays give equal bytes.

Every array file of the runtime is read here. Only the wanted arrays are read. Type and shape in an array's header are
checked before its elements are read, and its size is compared with the compressed size in the file.
"""

import io
import math
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

import numpy as np
from numpy.lib import format as npy_format

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.files.atomic import write_atomic
from model_runtime.files.input_files import open_file

__all__ = ["NUMBERS", "TEXT", "WHOLE", "Wanted", "all_finite", "map_npy", "read_npz", "texts", "write_npz"]

# Letters of numpy's dtype.kind.
NUMBERS = "fiu"
WHOLE = "iu"
TEXT = "U"
KIND_NAMES = {NUMBERS: "numbers", WHOLE: "whole numbers", TEXT: "text", "f": "decimal numbers", "b": "true or false"}
# Date of every archive member. numpy.savez writes the current time; a fixed date makes equal takes equal in every byte.
EPOCH = (1980, 1, 1, 0, 0, 0)
BLOCK = 1 << 20  # bytes that are read at a time
# Exceptions of zipfile and numpy for a damaged file. RuntimeError: the archive is encrypted, or its compression is
# unknown to zipfile.
UNREADABLE = (
    *(OSError, ValueError, EOFError, KeyError, RuntimeError, OverflowError),
    *(zipfile.BadZipFile, zlib.error, struct.error),
)
# dtype.kind letters that an array unknown to this version may have: plain values.
ANYTHING = "biufcSU"
# Elements along one axis; numpy refuses an array whose bytes overflow its counter.
LARGEST_AXIS = 1 << 40


@dataclass(frozen=True)
class Wanted:
    """What an array must be. kinds: allowed letters of numpy's dtype.kind. most: largest number of elements; None: only
    the file's size limits it. required: a file without the array is refused."""

    kinds: str
    most: int | None = None
    required: bool = True


def write_npz(path: Path | str, arrays: dict[str, np.ndarray]) -> Path:
    """Write named arrays to `path`, atomically; all but float16 arrays are compressed.

    Deterministic for equal arrays in equal order. The float16 arrays are speech features: compressing them takes most
    of the time and saves hardly any bytes.
    """

    def write(stream: BinaryIO) -> None:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, array in arrays.items():
                info = zipfile.ZipInfo(f"{name}.npy", EPOCH)
                info.compress_type = zipfile.ZIP_STORED if array.dtype == np.float16 else zipfile.ZIP_DEFLATED
                # Written block by block: the features of an hour take a quarter of a gigabyte.
                with archive.open(info, "w", force_zip64=True) as member:
                    npy_format.write_array(member, np.asarray(array, order="C"), allow_pickle=False)

    return write_atomic(path, write)


def read_npz(path: Path | str, wanted: dict[str, Wanted], others: bool = False) -> dict[str, np.ndarray]:
    """Read the wanted arrays of an .npz file. others: also read arrays that are not in `wanted`, so that they can be
    written again; otherwise they are not read.

    Raises InputError when the file is missing or damaged, lacks a required array, an array has another type or more
    elements than `wanted` allows, or all arrays together exceed UNPACKED_BYTES and UNPACKED_RATIO.
    """
    with open_file(path, limits.ANY_SIZE) as stream:
        try:
            size = stream.seek(0, io.SEEK_END)
            with zipfile.ZipFile(_Archive(stream)) as archive:  # type: ignore[call-overload]
                return _read_members(archive, size, path, wanted, others)
        except InputError:
            raise
        except UNREADABLE as error:
            raise InputError(f"{path} is not a readable .npz file; write it again.") from error


def map_npy(path: Path | str, kinds: str) -> np.ndarray:
    """The array of an .npy file, memory-mapped and read-only. kinds: allowed letters of numpy's dtype.kind.

    Raises InputError when the file is missing or damaged, has another type, or its size differs from its header's.
    """
    with open_file(path, limits.ANY_SIZE) as stream:
        header = _read_header(stream, path)
        size = stream.seek(0, io.SEEK_END)
    if header.dtype.kind not in kinds or size != header.start + header.size:
        raise InputError(f"{path} is damaged or not complete; get it again.")
    if not header.size:
        return np.zeros(header.shape, header.dtype)
    return np.memmap(path, header.dtype, "r", header.start, header.shape, header.order)  # type: ignore[call-overload]


def texts(array: np.ndarray) -> tuple[str, ...]:
    """The strings in a text array of any shape, flattened."""
    return tuple(str(text) for text in array.ravel())


def all_finite(array: np.ndarray, dtype: type[np.floating]) -> bool:
    """Whether every number is finite, also after conversion to `dtype`, whose range may be smaller."""
    largest = np.finfo(dtype).max
    return not array.size or bool(-largest <= array.min() and array.max() <= largest)


@dataclass(frozen=True)
class _Header:
    """The header of an array. order: "C" or "F". start: bytes before the elements."""

    shape: tuple[int, ...]
    order: str
    dtype: np.dtype
    start: int

    @property
    def count(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def size(self) -> int:
        """Size of all elements, bytes."""
        return self.count * self.dtype.itemsize


class _Archive:
    """A file for zipfile that refuses to read more than NPZ_DIRECTORY_BYTES at once.

    zipfile reads the archive's directory in one piece, so a false directory size could fill the memory.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.seek: Callable[..., int] = stream.seek
        self.tell: Callable[[], int] = stream.tell

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if size > limits.NPZ_DIRECTORY_BYTES:
            raise zipfile.BadZipFile("the list of contents is too long")
        return self._stream.read(size)


def _read_members(
    archive: zipfile.ZipFile, size: int, path: Path | str, wanted: dict[str, Wanted], others: bool
) -> dict[str, np.ndarray]:
    """The wanted arrays, each header checked before any elements are read. size: bytes of the file."""
    there = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
    missing = [name for name, each in wanted.items() if each.required and name not in there]
    if missing:
        raise InputError(f"{path} lacks the arrays {', '.join(missing)}; it is of another kind.")
    chosen = {name: there[name] for name in wanted if name in there}
    headers: dict[str, _Header] = {}
    for name, info in chosen.items():
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise zipfile.BadZipFile("packed in another way")
        with archive.open(info) as member:
            headers[name] = _read_header(member, f"The array {name} in {path}")
        _check(headers[name], wanted[name], name, path)
        if info.file_size != headers[name].start + headers[name].size:
            raise InputError(f"{path} says that {name} has another size than it has; write it again.")
    if others:
        unknown = _unknown(archive, [info for name, info in there.items() if name not in wanted])
        headers |= {name: header for name, (_, header) in unknown.items()}
        chosen |= {name: info for name, (info, _) in unknown.items()}
    # Members of an archive may overlap; their compressed bytes are at most the file's size.
    packed = min(size, sum(info.compress_size for info in chosen.values()))
    if sum(header.size for header in headers.values()) > limits.UNPACKED_BYTES + limits.UNPACKED_RATIO * packed:
        raise InputError(f"{path} unpacks to far more than it holds; it may be harmful, use another file.")
    return {name: _read_array(archive, info, headers[name]) for name, info in chosen.items()}


def _unknown(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> dict[str, tuple[zipfile.ZipInfo, _Header]]:
    """Arrays unknown to this version that can be copied to the next file: plain, complete, at most OTHER_ARRAY_BYTES
    each, from the first OTHER_ARRAYS members."""
    found = {}
    for info in infos[: limits.OTHER_ARRAYS]:
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            continue
        with suppress(InputError), archive.open(info) as member:
            header = _read_header(member, info.filename)
            whole = info.file_size == header.start + header.size <= limits.OTHER_ARRAY_BYTES
            if whole and header.dtype.kind in ANYTHING:
                found[info.filename.removesuffix(".npy")] = (info, header)
    return found


def _check(header: _Header, wanted: Wanted, name: str, path: Path | str) -> None:
    if header.dtype.kind not in wanted.kinds:
        meant = KIND_NAMES.get(wanted.kinds, "numbers")
        raise InputError(f"{path}: the array {name} must hold {meant}, not {header.dtype}; it is of another kind.")
    if wanted.most is not None and header.count > wanted.most:
        raise InputError(f"{path}: the array {name} has {header.count} elements; {wanted.most} is the most.")


def _read_header(stream: IO[bytes], name: Path | str) -> _Header:
    try:
        # At most NPZ_HEADER_BYTES are read: the header states its own length, which may be false.
        head = io.BytesIO(stream.read(limits.NPZ_HEADER_BYTES))
        version = npy_format.read_magic(head)
        readers = {(1, 0): npy_format.read_array_header_1_0, (2, 0): npy_format.read_array_header_2_0}
        shape, fortran, dtype = readers[version](head)
    # numpy evaluates the header's text as Python: any exception of Python's parser has been observed here.
    except Exception as error:
        raise InputError(f"{name} is not one that can be read; write it again.") from error
    if dtype.hasobject or any(not 0 <= size < LARGEST_AXIS for size in shape):
        raise InputError(f"{name} does not hold plain values; write it again.")
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
        # zipfile compares the CRC-32 at the member's end, which this read reaches.
        member.read(1)
    if header.dtype.kind == "U" and header.size:
        # A text of numpy may hold numbers that are no characters, which Python cannot make a string of.
        codes = values.view(f"{header.dtype.byteorder}u4")
        if int(codes.max()) > sys.maxunicode:
            raise ValueError(info.filename)
    return values.reshape(header.shape, order=header.order)  # type: ignore[call-overload]
