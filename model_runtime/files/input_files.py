"""Input files: checks path, kind and size before a file is opened, and reads text, tables and JSON as untrusted.

Every reader opens its files through this module. An invalid name, a folder, a pipe, a device, an unreadable file or a
file larger than its kind may be raises InputError with one sentence before any byte is read.
"""

import csv
import json
import os
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from model_runtime import limits
from model_runtime.errors import InputError

__all__ = [
    *("check_path", "is_file", "is_folder", "open_file", "parse_json", "read_bytes", "read_json", "read_lines"),
    *("read_numbered_table", "read_table", "read_text"),
]

# A JSON string, closed or not, or a bracket. Possessive quantifiers, and an unclosed string matches too: the time grows
# linearly with the length of the text.
NESTING = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{\]}]', re.DOTALL)


def check_path(path: Path | str) -> Path:
    """`path` as a Path. Raises InputError when it is empty or holds characters that no file name can have."""
    if not os.fspath(path):
        raise InputError("There is no name of a file; give one.")
    try:
        name = os.fspath(path).encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(f"The name {path} holds characters that are no text; rename the file.") from error
    if b"\0" in name:
        raise InputError(f"The name {path} holds a zero character; rename the file.")
    return Path(path)


def is_file(path: Path | str) -> bool:
    """Whether `path` is an existing file; False for a name that no file can have."""
    return _is(Path(path).is_file)


def is_folder(path: Path | str) -> bool:
    """Whether `path` is an existing folder; False for a name that no folder can have."""
    return _is(Path(path).is_dir)


def open_file(path: Path | str, most: int, kind: str = "file") -> BinaryIO:
    """The file, open for reading. most: its largest size in bytes. kind: what messages call the file.

    Raises InputError when the file is missing, a folder, a pipe or a device, not readable, or larger than `most`.
    """
    path = check_path(path)
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise InputError(f"{path} is a folder; choose a {kind}.")
        if not stat.S_ISREG(found.st_mode):
            raise InputError(f"{path} is a pipe or a device; choose an ordinary file.")
        if found.st_size > most:
            raise InputError(f"{path} has {found.st_size} bytes; a file of its kind may have {most}.")
        return path.open("rb")
    except FileNotFoundError as error:
        raise InputError(f"There is no file {path}; choose a {kind} that exists.") from error
    except OSError as error:
        raise InputError(f"Cannot read {path}: {error.strerror or error}; choose a file that can be read.") from error


def read_bytes(path: Path | str, most: int, kind: str = "file") -> bytes:
    """The file's content. most: its largest size in bytes. Raises InputError as `open_file`."""
    with open_file(path, most, kind) as stream:
        return _whole(stream, path)


def read_text(path: Path | str, most: int, kind: str = "file") -> str:
    """The file's text, UTF-8 with or without a byte order mark; at most `most` bytes.

    Raises InputError as `open_file`, and when the content is not UTF-8.
    """
    try:
        return read_bytes(path, most, kind).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text; save it as UTF-8.") from error


def read_lines(path: Path | str, most: int, replaced: bool = False) -> Iterator[str]:
    """The file's lines with their line ends, one at a time. replaced: put U+FFFD in place of bytes that are not UTF-8.

    Raises InputError as `read_text`, and for a line of more than LINE_BYTES bytes.
    """
    with open_file(path, most) as stream:
        for line in _lines(stream, path):
            try:
                yield line.decode("utf-8", "replace" if replaced else "strict")
            except UnicodeDecodeError as error:
                raise InputError(f"{path} is not UTF-8 text; save it as UTF-8.") from error


def read_table(path: Path | str, most: int, delimiter: str = ",") -> Iterator[list[str]]:
    """The rows of a CSV table with one row a line; empty rows are left out. Raises InputError as `read_lines`."""
    return (row for _number, row in read_numbered_table(path, most, delimiter))


def read_numbered_table(path: Path | str, most: int, delimiter: str = ",") -> Iterator[tuple[int, list[str]]]:
    """As `read_table`, each row with the number of its line, from 1."""
    for number, line in enumerate(read_lines(path, most), 1):
        try:
            yield from ((number, row) for row in csv.reader([line], delimiter=delimiter) if row)
        except csv.Error as error:
            raise InputError(f"{path}, line {number}, is no row of a table; export the table again.") from error


def read_json(path: Path | str, most: int = limits.JSON_BYTES) -> Any:
    """The value in a JSON file of at most `most` bytes. Raises InputError as `read_text` and `parse_json`."""
    return parse_json(read_text(path, most), str(path))


def parse_json(text: str, name: str) -> Any:
    """The value in a JSON text. name: what messages call the text.

    Raises InputError when the text is no JSON (NaN and infinity are none), has more values than JSON_VALUES, or is
    nested deeper than JSON_DEPTH.
    """
    if text.count(",") + text.count("[") + text.count("{") > limits.JSON_VALUES:
        raise InputError(f"{name} holds more than {limits.JSON_VALUES} values; split it.")
    depth = 0
    for found in NESTING.finditer(text):
        bracket = found[0][0]
        depth += (bracket in "[{") - (bracket in "]}")
        if depth > limits.JSON_DEPTH:
            raise InputError(f"{name} is nested deeper than {limits.JSON_DEPTH} lists or objects; write it flat.")
    try:
        return json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name} is not JSON that can be read; write it again.") from error


def _is(ask: Callable[[], bool]) -> bool:
    try:
        return ask()
    # The name is too long for the file system, or the folder is not readable.
    except (OSError, ValueError):
        return False


def _whole(stream: BinaryIO, path: Path | str) -> bytes:
    # stream.read allocates as many bytes as it is asked for: ask for the file's size.
    size = os.fstat(stream.fileno()).st_size
    try:
        data = stream.read(size + 1)
    except OSError as error:
        raise InputError(f"Cannot read {path}: {error.strerror or error}; choose a file that can be read.") from error
    if len(data) > size:
        raise InputError(f"{path} grows while it is read; try again when it is whole.")
    return data


def _lines(stream: BinaryIO, path: Path | str) -> Iterator[bytes]:
    first = True
    while line := stream.readline(limits.LINE_BYTES):
        if len(line) == limits.LINE_BYTES and not line.endswith(b"\n"):
            raise InputError(f"{path} has a line of more than {limits.LINE_BYTES} bytes; it is of another kind.")
        yield line.removeprefix(b"\xef\xbb\xbf") if first else line
        first = False


def _no_number(constant: str) -> float:
    raise ValueError(f"{constant} is no number of JSON")
