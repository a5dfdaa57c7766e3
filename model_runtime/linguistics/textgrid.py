"""TextGrid files (Praat, Montreal Forced Aligner): tiers of phones and words.

Reading is our own: praatio, which writes the files, takes time quadratic in the length of a text that is no TextGrid.
Praat itself reads only the quoted texts, the numbers that stand alone and the flags, and skips everything between them,
so that its long and its short format hold the same for a reader.
"""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from praatio import textgrid
from praatio.data_classes.interval_tier import IntervalTier

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.files.atomic import write_atomic
from model_runtime.files.input_files import read_bytes
from model_runtime.linguistics.phone_lists import track_of
from model_runtime.linguistics.phones import PhoneTrack

__all__ = ["read_textgrid", "write_textgrid"]

# Names of tiers of phones and of words, lower case, in order of preference.
PHONE_TIERS = ("phones", "phone", "phonemes", "phoneme", "segments", "segment", "mau", "phonetic")
WORD_TIERS = ("words", "word", "ort-mau", "ort", "orthography")
# Kinds of tiers.
INTERVALS = "IntervalTier"
POINTS = "TextTier"
# A quoted text (a quotation mark within is doubled), a comment from "!" to the end of the line, or a number that stands
# alone.
TOKEN = re.compile(r'"((?:[^"]++|"")*+)("?)|(?<!\S)![^\n]*+|(?<!\S)([-+]?[0-9][0-9.eE+-]*+)(?!\S)')
# First two bytes of a file in UTF-16, with and without a byte order mark -> codec.
UTF16 = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"F\0": "utf-16-le", b"\0F": "utf-16-be"}


def read_textgrid(path: Path | str) -> PhoneTrack:
    """Read the phones, and the words if the file has any. Labels are ARPAbet or IPA; gaps become SIL.

    Tiers are found by their usual names in any case, also after a speaker's name ("Anna - phones"). Raises InputError
    for a file that is missing, no TextGrid, without phones, or with an unknown label.
    """
    text = _decoded(path)
    try:
        grid = _parse(_tokens(text))
    except InputError:
        raise
    # StopIteration: the file ends before all announced entries.
    except (ValueError, OverflowError, StopIteration) as error:
        raise InputError(
            f"{path} is not a TextGrid that can be read; save it again from Praat or the aligner."
        ) from error
    phones, words = _tier(grid, PHONE_TIERS), _tier(grid, WORD_TIERS)
    if phones is None:
        raise InputError(
            f'{path} has no tier of phones; name one "phones" (it has: {", ".join(grid.names) or "none"}).'
        )
    duration = max([grid.end, *(end for _label, _start, end in phones[-1:])])
    spoken = [entry for entry in words or () if entry[0]]
    try:
        return track_of(phones, spoken, duration)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def write_textgrid(track: PhoneTrack, path: Path | str) -> Path:
    """Write the tiers "phones" and "words", atomically."""
    grid = textgrid.Textgrid(0.0, track.duration)
    for name, spans in (("words", track.words), ("phones", track.phones)):
        entries = [(span.start, span.end, span.label) for span in spans if span.end > span.start]
        grid.addTier(IntervalTier(name, entries, 0.0, track.duration))
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "track.TextGrid"
        grid.save(str(written), format="long_textgrid", includeBlankSpaces=True, reportingMode="silence")
        text = written.read_bytes()

    def write(stream: BinaryIO) -> None:
        stream.write(text)

    return write_atomic(path, write)


@dataclass(frozen=True)
class _Grid:
    """end: seconds. names: of all interval tiers. tiers: [label, start, end] lists of phone and word tiers by name."""

    end: float
    names: tuple[str, ...]
    tiers: dict[str, list[list]]


def _decoded(path: Path | str) -> str:
    """The text of a file in UTF-8 or UTF-16. Raises InputError for any other file."""
    data = read_bytes(path, limits.TEXTGRID_BYTES, "TextGrid")
    try:
        return data.decode(UTF16.get(data[:2], "utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} is neither UTF-8 nor UTF-16 text; save it again from Praat or the aligner."
        ) from error


def _tokens(text: str) -> Iterator[str | float]:
    """The quoted texts of a TextGrid, and its numbers as floats. Raises ValueError for a quote that does not end."""
    for found in TOKEN.finditer(text):
        if found[1] is not None:
            if not found[2]:
                raise ValueError("a text without an end")
            yield found[1].replace('""', '"')
        elif found[3] is not None:
            yield float(found[3])


def _parse(tokens: Iterator[str | float]) -> _Grid:
    """The tiers, from texts and numbers in Praat's order. Raises ValueError or StopIteration for any other order."""
    kinds = [next(tokens), next(tokens)]
    if kinds[1] != "TextGrid":
        raise ValueError("of another kind")
    _start, end = _number(tokens), _number(tokens)
    names: list[str] = []
    tiers: dict[str, list[list]] = {}
    kept = 0
    for _ in range(int(_number(tokens))):
        kind, name = _text(tokens), _text(tokens)
        end = max(_number(tokens), _number(tokens), end)
        count = int(_number(tokens))
        if kind not in (INTERVALS, POINTS) or len(names) >= limits.TEXTGRID_TIERS:
            raise ValueError("tiers")
        wanted = kind == INTERVALS and _is(name, PHONE_TIERS + WORD_TIERS)
        entries: list[list] = []
        for _ in range(count):
            times = [_number(tokens) for _ in range(2 if kind == INTERVALS else 1)]
            label = _text(tokens).strip()
            if wanted:
                entries.append([label, *times])
        kept += len(entries)
        if kept > 2 * limits.PHONES:
            raise InputError(f"The TextGrid has more than {limits.PHONES} phones or words; cut it.")
        if kind == INTERVALS:
            names.append(name)
        if wanted:
            tiers.setdefault(name, entries)
    return _Grid(end, tuple(names), tiers)


def _number(tokens: Iterator[str | float]) -> float:
    """The next token, a number. Raises ValueError for a text."""
    token = next(tokens)
    if not isinstance(token, float):
        raise ValueError("no number")
    return token


def _text(tokens: Iterator[str | float]) -> str:
    """The next token, a text. Raises ValueError for a number."""
    token = next(tokens)
    if not isinstance(token, str):
        raise ValueError("no text")
    return token


def _tier(grid: _Grid, names: tuple[str, ...]) -> list[list] | None:
    """The entries of the first tier with one of `names`, tried in this order; None: no such tier."""
    found = (tier for wanted in names for name, tier in grid.tiers.items() if _is(name, (wanted,)))
    return next(found, None)


def _is(name: str, names: tuple[str, ...]) -> bool:
    """Whether a tier has one of the names, alone or after a speaker's name."""
    plain = name.strip().lower()
    behind = tuple(f" {wanted}" for wanted in names)
    return plain in names or name.lower().replace("_", " ").endswith(behind)
