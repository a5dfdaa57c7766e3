"""TextGrid files (Praat, Montreal Forced Aligner): tiers of phones and words.

Reading is our own: praatio, which writes the files, takes time quadratic in the length of a text that is no TextGrid.
Praat itself reads only the quoted texts, the numbers that stand alone and the flags, and skips everything between them,
so that its long and its short format hold the same for a reader.
"""

import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from praatio import textgrid
from praatio.data_classes.interval_tier import IntervalTier

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.files.atomic import write_atomic
from model_runtime.files.code_pages import decode_text
from model_runtime.files.input_files import read_bytes
from model_runtime.linguistics.phones import PhoneTrack, Span
from model_runtime.linguistics.tiers import SOUND_TIER, Tier, role_of, spoken_tier

__all__ = ["read_textgrid", "textgrid_tiers", "write_textgrid"]

# What a TextGrid in Praat's binary format begins with.
BINARY = b"ooBinaryFile"
# Kinds of tiers.
INTERVALS = "IntervalTier"
POINTS = "TextTier"
# A quoted text (a quotation mark within is doubled), a comment from "!" to the end of the line, or a number that stands
# alone.
TOKEN = re.compile(r'"((?:[^"]++|"")*+)("?)|(?<!\S)![^\n]*+|(?<!\S)([-+]?[0-9][0-9.eE+-]*+)(?!\S)')


def read_textgrid(path: Path | str, tier: str | None = None, speakers: Sequence[str] = ()) -> PhoneTrack:
    """Read the phones, and the words if the file has any; gaps become SIL. tier, speakers: as `spoken_tier`.

    Raises InputError for a file that is missing or no TextGrid, and as `spoken_tier`.
    """
    tiers, end = textgrid_tiers(path)
    return spoken_tier(tiers, end, str(path), tier, speakers).track


def textgrid_tiers(path: Path | str) -> tuple[tuple[Tier, ...], float]:
    """All tiers of a TextGrid, and its end in seconds. Raises InputError for a file that is missing or no TextGrid."""
    text = _decoded(path)
    try:
        return _parse(_tokens(text))
    except InputError:
        raise
    # StopIteration: the file ends before all announced entries.
    except (ValueError, OverflowError, StopIteration) as error:
        raise InputError(
            f"{path} is not a TextGrid that can be read; save it again from Praat or the aligner."
        ) from error


def write_textgrid(track: PhoneTrack, path: Path | str) -> Path:
    """Write the tiers "words" and "phones", and SOUND_TIER where phones are sounds of another language, atomically."""
    grid = textgrid.Textgrid(0.0, track.duration)
    sounds = tuple(Span(phone.sound, phone.start, phone.end) for phone in track.phones if phone.sound)
    for name, spans in (("words", track.words), ("phones", track.phones), *(((SOUND_TIER, sounds),) if sounds else ())):
        entries = [(span.start, span.end, span.label) for span in spans if span.end > span.start]
        grid.addTier(IntervalTier(name, entries, 0.0, track.duration))
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "track.TextGrid"
        grid.save(str(written), format="long_textgrid", includeBlankSpaces=True, reportingMode="silence")
        text = written.read_bytes()

    def write(stream: BinaryIO) -> None:
        stream.write(text)

    return write_atomic(path, write)


def _decoded(path: Path | str) -> str:
    """The text of a file, also in a code page, as older Praats write it. Raises InputError for a binary TextGrid."""
    data = read_bytes(path, limits.TEXTGRID_BYTES, "TextGrid")
    if data.startswith(BINARY):
        raise InputError(f"{path} is a binary TextGrid; in Praat, save it as a text file.")
    return decode_text(data).text


def _tokens(text: str) -> Iterator[str | float]:
    """The quoted texts of a TextGrid, and its numbers as floats. Raises ValueError for a quote that does not end."""
    for found in TOKEN.finditer(text):
        if found[1] is not None:
            if not found[2]:
                raise ValueError("a text without an end")
            yield found[1].replace('""', '"')
        elif found[3] is not None:
            yield float(found[3])


def _parse(tokens: Iterator[str | float]) -> tuple[tuple[Tier, ...], float]:
    """The tiers, from texts and numbers in Praat's order. Raises ValueError or StopIteration for any other order."""
    kinds = [next(tokens), next(tokens)]
    if kinds[1] != "TextGrid":
        raise ValueError("of another kind")
    _start, end = _number(tokens), _number(tokens)
    tiers: list[Tier] = []
    kept = {True: 0, False: 0}
    for _ in range(int(_number(tokens))):
        kind, name = _text(tokens), _text(tokens)
        end = max(_number(tokens), _number(tokens), end)
        count = int(_number(tokens))
        if kind not in (INTERVALS, POINTS) or len(tiers) >= limits.TEXTGRID_TIERS:
            raise ValueError("tiers")
        named = role_of(name).kind != ""
        entries: list[list] = []
        for _ in range(count):
            times = [_number(tokens) for _ in range(2 if kind == INTERVALS else 1)]
            label = _text(tokens).strip()
            # Of tiers with other names, so many may be kept as of phones and words.
            if kind == INTERVALS and (named or kept[False] < 2 * limits.PHONES):
                entries.append([label, *times])
                kept[named] += 1
        if kept[True] > 2 * limits.PHONES:
            raise InputError(f"The TextGrid has more than {limits.PHONES} phones or words; cut it.")
        tiers.append(Tier(name, tuple(entries), points=kind == POINTS))
    return tuple(tiers), end


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
