"""Read and write .npz and .npy files of plain arrays: no pickles, the same arrays give the same bytes.

All readers of the runtime come through here. Only the arrays that are wanted are read; what each says of itself (type,
shape) is looked at before its numbers, and its size compared with what is packed in the file.
"""

import io
import math
import struct
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

# numpy's letters for kinds of types.
NUMBERS, WHOLE, TEXT = "fiu", "iu", "U"
KIND_NAMES = {NUMBERS: "numbers", WHOLE: "whole numbers", TEXT: "text", "f": "decimal numbers", "b": "true or false"}
# numpy.savez stamps the time of writing into the archive; a fixed date keeps equal takes equal to the byte.
EPOCH = (1980, 1, 1, 0, 0, 0)
BLOCK = 1 << 20  # bytes that are read at a time
# RuntimeError: the archive is encrypted, or packed in a way that zipfile does not know.
UNREADABLE = (
    *(OSError, ValueError, EOFError, KeyError, RuntimeError, OverflowError),
    *(zipfile.BadZipFile, zlib.error, struct.error),
)
# numpy takes no array whose bytes it could not count.
# Kinds of an array that this version does not know: plain values.
ANYTHING = "biufcSU"
LARGEST_AXIS = 1 << 40


@dataclass(frozen=True)
class Wanted:
    """What an array must be. kinds: letters of numpy's kinds of types. most: elements that it may have, None: as many
    as fit. required: whether a file without it is of another kind."""

    kinds: str
    most: int | None = None
    required: bool = True


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


def read_npz(path: Path | str, wanted: dict[str, Wanted], others: bool = False) -> dict[str, np.ndarray]:
    """Read the wanted arrays of an .npz file. others: read those as well that this version does not know, so that they
    can be written again; else they are left alone.

    Raises InputError when the file is missing or damaged, lacks a required array, or when an array is of another type
    or has more elements than it may, or all of them are larger than UNPACKED_BYTES and UNPACKED_RATIO allow.
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
    """The array of an .npy file, mapped into memory, read-only; kinds: letters of numpy's kinds of types.

    Raises InputError when the file is missing or damaged, of another type, or has another size than it says.
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
    """The texts of an array of any shape."""
    return tuple(str(text) for text in array.ravel())


def all_finite(array: np.ndarray, dtype: type[np.floating]) -> bool:
    """Whether every number is finite, also as a `dtype`, which may be of less range."""
    largest = np.finfo(dtype).max
    return not array.size or bool(-largest <= array.min() and array.max() <= largest)


@dataclass(frozen=True)
class _Header:
    """What an array says of itself. order: "C" or "F". start: bytes before its elements."""

    shape: tuple[int, ...]
    order: str
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
    """A file as zipfile reads it, but for a list of contents that would fill the memory: it is read in one piece."""

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
    """size: bytes of the file."""
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
    # Members may overlap: all together are no more than the file.
    packed = min(size, sum(info.compress_size for info in chosen.values()))
    if sum(header.size for header in headers.values()) > limits.UNPACKED_BYTES + limits.UNPACKED_RATIO * packed:
        raise InputError(f"{path} unpacks to far more than it holds; it may be harmful, use another file.")
    return {name: _read_array(archive, info, headers[name]) for name, info in chosen.items()}


def _unknown(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> dict[str, tuple[zipfile.ZipInfo, _Header]]:
    """The arrays of a later version that can be carried along: plain, small and whole ones."""
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
        # In one piece: the header says itself how long it is.
        head = io.BytesIO(stream.read(limits.NPZ_HEADER_BYTES))
        version = npy_format.read_magic(head)
        readers = {(1, 0): npy_format.read_array_header_1_0, (2, 0): npy_format.read_array_header_2_0}
        shape, fortran, dtype = readers[version](head)
    # numpy evaluates the text of the header: whatever Python's parser can raise, it has been seen to raise.
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
        # At its end the sum over the bytes is compared.
        member.read(1)
    return values.reshape(header.shape, order=header.order)  # type: ignore[call-overload]
