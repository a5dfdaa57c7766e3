"""Files of aligners with phones and their times -> the phones of one speaker.

TextGrids; JSON of the Montreal Forced Aligner, of gentle and our own; CSV of the Montreal Forced Aligner; .lab of HTK
and Festival; .ctm of Kaldi.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.files.input_files import read_json, read_lines, read_table
from model_runtime.linguistics.textgrid import textgrid_tiers
from model_runtime.linguistics.tiers import SOUND_TIER, Spoken, Tier, spoken_tier

__all__ = ["SUFFIXES", "read_aligned"]

# Seconds of a time in an HTK label file, where times are whole numbers.
HTK_UNIT = 1e-7
Row = TypeVar("Row")
WHOLE = re.compile(r"[0-9]{1,18}", re.ASCII)


def read_aligned(path: Path | str, tier: str | None = None, speakers: Sequence[str] = ()) -> Spoken:
    """The phones and words of one speaker, and notes for the user, from a file named in SUFFIXES.

    A file with another name is read as a TextGrid. tier, speakers: as `spoken_tier`. Raises InputError for a file that
    is missing or damaged, and as `spoken_tier`.
    """
    read = READERS.get(Path(path).suffix.lower(), textgrid_tiers)
    try:
        tiers, end = read(path)
    except InputError:
        raise
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, AttributeError) as error:
        raise InputError(f"{path} holds no phones with times that can be read; export it again.") from error
    return spoken_tier(tiers, end, str(path), tier, speakers)


def _json(path: Path | str) -> tuple[tuple[Tier, ...], float]:
    value = read_json(path)
    if isinstance(value.get("tiers"), dict):
        found = [(name, one["entries"]) for name, one in value["tiers"].items() if one["type"] == "interval"]
        tiers = [_tier(name, ([label, start, end] for start, end, label in rows)) for name, rows in found]
        return _ended(tiers, value.get("end"))
    if isinstance(value.get("phones"), list):
        phones = _tier("phones", value["phones"])
        meant = [
            [str(sound), *phone[1:]] for sound, phone in zip(value.get("sounds") or (), phones.entries, strict=False)
        ]
        return _ended(
            [phones, _tier("words", value.get("words") or ()), *([Tier(SOUND_TIER, tuple(meant))] if meant else [])]
        )
    return _gentle(value["words"])


def _gentle(words: list[dict[str, Any]]) -> tuple[tuple[Tier, ...], float]:
    """Words of gentle; those that it did not find have no times, and their sound stays silent."""
    phones: list[list] = []
    spoken: list[list] = []
    for word in words:
        if word.get("case", "success") != "success":
            continue
        start = _time(word["start"])
        spoken.append([str(word["word"]), start, _time(word["end"])])
        for phone in word["phones"]:
            end = start + _time(phone["duration"])
            phones.append([str(phone["phone"]), start, end])
            start = end
    return _ended([Tier("phones", tuple(phones)), Tier("words", tuple(spoken))])


def _tier(name: str, rows: Iterable[list]) -> Tier:
    """A tier of [label, start, end]. Raises ValueError or TypeError for other values."""
    entries = tuple([label, _time(start), _time(end)] for label, start, end in rows)
    if not all(isinstance(entry[0], str) for entry in entries):
        raise ValueError("label")
    return Tier(name, entries)


def _csv(path: Path | str) -> tuple[tuple[Tier, ...], float]:
    rows = _bounded(read_table(path, limits.TABLE_BYTES), path)
    header = [name.strip().lower() for name in next(rows, [])]
    start, end, label, kind = (header.index(name) for name in ("begin", "end", "label", "type"))
    speaker = header.index("speaker") if "speaker" in header else None
    found: dict[str, list[list]] = {}
    for row in rows:
        name = f"{row[speaker]} - {row[kind]}" if speaker is not None and row[speaker].strip() else row[kind]
        found.setdefault(name, []).append([row[label].strip(), _time(row[start]), _time(row[end])])
    return _ended([Tier(name, tuple(entries)) for name, entries in found.items()])


def _lab(path: Path | str) -> tuple[tuple[Tier, ...], float]:
    """HTK: start, end, label, times in units of HTK_UNIT or in seconds. Festival: end, a number, label, after "#"."""
    rows = [row for row in map(str.split, _bounded(read_lines(path, limits.TEXTGRID_BYTES), path)) if row]
    hash_rows = [index for index, row in enumerate(rows) if row == ["#"]]
    entries: list[list] = []
    if hash_rows:
        done = 0.0
        for row in rows[hash_rows[0] + 1 :]:
            entries.append([row[2], done, _time(row[0])])
            done = entries[-1][2]
    else:
        whole = all(WHOLE.fullmatch(time) for row in rows for time in row[:2])
        unit = HTK_UNIT if whole else 1.0
        entries = [[row[2], unit * _time(row[0]), unit * _time(row[1])] for row in rows]
    return _ended([Tier("phones", tuple(entries))])


def _ctm(path: Path | str) -> tuple[tuple[Tier, ...], float]:
    """Kaldi: name of the sound, channel, start, duration, label; each sound is a tier."""
    found: dict[str, list[list]] = {}
    for line in _bounded(read_lines(path, limits.TEXTGRID_BYTES), path):
        row = line.split()
        if row and not row[0].startswith(";;"):
            start = _time(row[2])
            found.setdefault(row[0], []).append([row[4], start, start + _time(row[3])])
    return _ended([Tier(f"{name} - phones", tuple(entries)) for name, entries in found.items()])


def _bounded(rows: Iterable[Row], path: Path | str) -> Iterator[Row]:
    """The rows. Raises InputError for more than can be phones and words."""
    for count, row in enumerate(rows):
        if count > 2 * limits.PHONES:
            raise InputError(f"{path} has more than {limits.PHONES} phones or words; cut it.")
        yield row


def _ended(tiers: Sequence[Tier], end: object = None) -> tuple[tuple[Tier, ...], float]:
    """The tiers, and the end of the last entry or `end`, whichever is later."""
    ends = [_time(one.entries[-1][2]) for one in tiers if one.entries]
    return tuple(tiers), max([*ends, 0.0 if end is None else _time(end)])


def _time(value: Any) -> float:
    """Seconds from a number or a text. Raises ValueError for what is no time of a recording."""
    time = float(value)
    if not math.isfinite(time):
        raise ValueError("time")
    return time


READERS: dict[str, Callable[[Path | str], tuple[tuple[Tier, ...], float]]] = {
    ".json": _json,
    ".csv": _csv,
    ".lab": _lab,
    ".ctm": _ctm,
}
SUFFIXES = (".TextGrid", *READERS)
