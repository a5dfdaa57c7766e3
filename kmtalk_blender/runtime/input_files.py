"""Open files of unknown origin, and parse JSON from them.

Every reader of the extension uses these functions. A folder, a pipe, a device, an unreadable file or one larger than
its kind may be is refused with a UserError before a byte of it is read.
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

# A JSON string (also an unclosed one) or a bracket. Possessive, so that the time is linear in the length of the text.
NESTING = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{\]}]', re.DOTALL)


def is_file(path: Path) -> bool:
    """True when the path is a file; False for names that no file can have."""
    return _is(path.is_file)


def is_folder(path: Path) -> bool:
    """True when the path is a folder; False for names that no folder can have."""
    return _is(path.is_dir)


def open_file(path: Path | str, most: int, kind: str = "file") -> BinaryIO:
    """Open a file for reading. most: largest size, bytes. kind: what messages call it.

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
    """The bytes of a file. most: largest size, bytes. Raises UserError as `open_file`."""
    with open_file(path, most, kind) as stream:
        # One byte more than its size, to notice that it grows.
        size = os.fstat(stream.fileno()).st_size
        try:
            data = stream.read(size + 1)
        except OSError as error:
            raise UserError(f"Cannot read {path} ({error.strerror}); choose a {kind}.") from error
    if len(data) > size:
        raise UserError(f"{path} grows while it is read; try again when it is complete.")
    return data


def read_text(path: Path | str, most: int, kind: str = "file") -> str:
    """A file's text, UTF-8 with or without byte order mark. Raises UserError as `open_file`, and for other text."""
    try:
        return read_bytes(path, most, kind).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not a readable text; save it as UTF-8.") from error


def read_table(path: Path | str, kind: str = "table") -> Iterator[list[str]]:
    """The rows of a .csv, one a line, without empty ones. Raises UserError as `read_text`."""
    with open_file(path, limits.TABLE_BYTES, kind) as stream:
        first = True
        while line := stream.readline(limits.LINE_BYTES):
            if len(line) == limits.LINE_BYTES and not line.endswith(b"\n"):
                raise UserError(f"{path} has a line of more than {limits.LINE_BYTES} bytes; choose a {kind}.")
            try:
                text = line.decode("utf-8-sig" if first else "utf-8")
                yield from (row for row in csv.reader([text]) if row)
            except (UnicodeDecodeError, csv.Error) as error:
                raise UserError(f"{path} is not a table of text; choose a {kind}.") from error
            first = False


def read_json(path: Path | str, most: int = limits.JSON_BYTES, kind: str = "file") -> Any:
    """What a JSON file holds. Raises UserError as `read_text` and `parse_json`."""
    return parse_json(read_text(path, most, kind), str(path))


def parse_json(text: str, name: str) -> Any:
    """What a JSON text holds. name: what messages call it.

    Raises UserError when it is not JSON (NaN and infinity are not), has more values than JSON_VALUES or is nested
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
        raise UserError(f"{name} is not valid JSON; write it again.") from error


def _is(ask: Callable[[], bool]) -> bool:
    try:
        return ask()
    # A name that is too long, or a folder that may not be read.
    except (OSError, ValueError):
        return False


def _no_number(constant: str) -> float:
    raise ValueError(f"{constant} is not a number of JSON")
