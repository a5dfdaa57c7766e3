"""Files that others made: found, measured and opened in one place, and JSON read without trust.

Every reader comes through here. A folder, a pipe, a device, a file that may not be read or is larger than its kind can
be: each ends in one sentence, before a byte of it is read.
"""

import csv
import json
import os
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from .. import limits
from ..errors import UserError

__all__ = ["is_file", "is_folder", "open_file", "parse_json", "read_bytes", "read_json", "read_table", "read_text"]

# A text, closed or not, or a bracket. Possessive, and a text always matches: the time grows with the length alone.
NESTING = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{\]}]', re.DOTALL)


def is_file(path: Path) -> bool:
    """Whether there is such a file; a name that none can have is none."""
    return _is(path.is_file)


def is_folder(path: Path) -> bool:
    """Whether there is such a folder; a name that none can have is none."""
    return _is(path.is_dir)


def open_file(path: Path | str, most: int, kind: str = "file") -> BinaryIO:
    """The file, open for reading. most: bytes that it may have. kind: what messages call it.

    Raises UserError when it is missing, a folder, a pipe or a device, may not be read, or is larger.
    """
    path = Path(path)
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise UserError(f"{path} is a folder, a pipe or a device; choose a {kind}.")
        if found.st_size > most:
            raise UserError(f"{path} has {found.st_size} bytes; a file of its kind may have {most}.")
        return path.open("rb")
    # ValueError: a name that no file can have.
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no file can have that name"
        raise UserError(f"Cannot read {path} ({reason}); choose a {kind}.") from error


def read_bytes(path: Path | str, most: int, kind: str = "file") -> bytes:
    """The file's bytes. most: how many there may be. Raises UserError as `open_file`."""
    with open_file(path, most, kind) as stream:
        # As much as it has: the room is made before anything is read.
        size = os.fstat(stream.fileno()).st_size
        try:
            data = stream.read(size + 1)
        except OSError as error:
            raise UserError(f"Cannot read {path} ({error.strerror}); choose a {kind}.") from error
    if len(data) > size:
        raise UserError(f"{path} grows while it is read; try again when it is whole.")
    return data


def read_text(path: Path | str, most: int, kind: str = "file") -> str:
    """The file's text, UTF-8 with or without a byte order mark. Raises UserError also when it is no such text."""
    try:
        return read_bytes(path, most, kind).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is no readable text; save it as UTF-8.") from error


def read_table(path: Path | str, kind: str = "table") -> Iterator[list[str]]:
    """The rows of a .csv, each on a line of its own, empty ones passed over. Raises UserError as `read_text`."""
    with open_file(path, limits.TABLE_BYTES, kind) as stream:
        first = True
        while line := stream.readline(limits.LINE_BYTES):
            if len(line) == limits.LINE_BYTES and not line.endswith(b"\n"):
                raise UserError(f"{path} has a line of more than {limits.LINE_BYTES} bytes; choose a {kind}.")
            try:
                text = line.decode("utf-8-sig" if first else "utf-8")
                yield from (row for row in csv.reader([text]) if row)
            except (UnicodeDecodeError, csv.Error) as error:
                raise UserError(f"{path} is no table of text; choose a {kind}.") from error
            first = False


def read_json(path: Path | str, most: int = limits.JSON_BYTES, kind: str = "file") -> Any:
    """What a JSON file holds. Raises UserError as `read_text` and `parse_json`."""
    return parse_json(read_text(path, most, kind), str(path))


def parse_json(text: str, name: str) -> Any:
    """What a JSON text holds. name: what messages call it.

    Raises UserError for what is no JSON (NaN and infinity are none), has more values than JSON_VALUES or is nested
    deeper than JSON_DEPTH.
    """
    if text.count(",") + text.count("[") + text.count("{") > limits.JSON_VALUES:
        raise UserError(f"{name} holds more than {limits.JSON_VALUES} values; split it.")
    depth = 0
    for found in NESTING.finditer(text):
        bracket = found[0][0]
        depth += (bracket in "[{") - (bracket in "]}")
        if depth > limits.JSON_DEPTH:
            raise UserError(f"{name} is nested deeper than {limits.JSON_DEPTH} lists or objects; write it flat.")
    try:
        return json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{name} is not JSON that can be read; write it again.") from error


def _is(ask: Callable[[], bool]) -> bool:
    try:
        return ask()
    # Too long for the file system, or in a folder that may not be read.
    except (OSError, ValueError):
        return False


def _no_number(constant: str) -> float:
    raise ValueError(f"{constant} is no number of JSON")
