"""The list of a take's phones that the user edits (action.kmtalk.phones)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import bpy
import numpy as np

from ...runtime.take_file import Span, Take
from ..takes.baseline import Baseline
from ..takes.baseline_store import take_ids

__all__ = ["PhoneLists", "Row", "edited_phones", "fill_phones", "rows_of", "unchanged_frames", "words_of", "write_rows"]

SAME_TIME = 1e-4  # s, a smaller difference is no edit


@dataclass(frozen=True)
class Row:
    """A phone of the list. start, end: seconds in the take. word: the word it belongs to, or empty. begins: True for
    the first phone of a word, which separates a word from the same word just before it. sound: that is meant, in IPA,
    where it is one of another language, or empty."""

    label: str
    start: float
    end: float
    word: str = ""
    begins: bool = False
    sound: str = ""


@dataclass(frozen=True)
class PhoneLists:
    """Phones and words as (label, start, end), seconds in the take. sounds: as in `Take`. False when there are no
    phones."""

    phones: tuple[Span, ...] = ()
    words: tuple[Span, ...] = ()
    sounds: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.phones)


def rows_of(action: bpy.types.Action, take: str) -> list[Row]:
    """The phones in the list that belong to the take with this id, in the order of time."""
    return [
        Row(item.label, item.start, item.end, item.word, item.begins, item.sound)
        for item in action.kmtalk.phones
        if item.take == take
    ]


def write_rows(action: bpy.types.Action, take: str, rows: Sequence[Row]) -> None:
    """Replace the phones of the take with this id; those of other takes of the action stay."""
    listed = {name: rows if name == take else rows_of(action, name) for name in take_ids(action)}
    phones = action.kmtalk.phones
    phones.clear()
    for name, spoken in listed.items():
        for row in spoken:
            item = phones.add()
            item.take = name
            item.label, item.start, item.end, item.word, item.begins = (
                row.label,
                row.start,
                row.end,
                row.word,
                row.begins,
            )
            # Setting the label has emptied it.
            item.sound = row.sound


def words_of(rows: Sequence[Row]) -> tuple[Span, ...]:
    """The words of consecutive phones, each from its first phone to its last."""
    words: list[Span] = []
    before = ""
    for row in rows:
        if row.word and row.word == before and not row.begins:
            words[-1] = (row.word, words[-1][1], row.end)
        elif row.word:
            words.append((row.word, row.start, row.end))
        before = row.word
    return tuple(words)


def edited_phones(action: bpy.types.Action, baseline: Baseline) -> PhoneLists:
    """The phones and words of a take in the list when they differ from the generated ones, else none."""
    rows, own = rows_of(action, baseline.id), _rows_of_take(baseline.take)
    if len(rows) == len(own) and all(_same(row, generated) for row, generated in zip(rows, own, strict=True)):
        return PhoneLists()
    phones = tuple((row.label, row.start, row.end) for row in rows)
    return PhoneLists(phones, words_of(rows), tuple(row.sound for row in rows))


def unchanged_frames(take: Take, phones: PhoneLists) -> np.ndarray:
    """(N,) the key frames of a take outside of the phones that `phones` has otherwise; the first and the last are in
    any case."""
    frames = take.key_frames
    times, inside = frames / take.fps, np.zeros(len(frames), bool)
    # Times in the list are single precision.
    before, after = (
        {(label, round(start, 3), round(end, 3)) for label, start, end in spans}
        for spans in (take.phones, phones.phones)
    )
    for _label, start, end in before ^ after:
        inside |= (times > start - 0.5 / take.fps) & (times < end + 0.5 / take.fps)
    inside[[0, -1]] = False
    return frames[~inside]


def fill_phones(action: bpy.types.Action, baseline: Baseline) -> None:
    """Write the generated phones of a take into the list; those of other takes stay."""
    write_rows(action, baseline.id, _rows_of_take(baseline.take))


def _rows_of_take(take: Take) -> list[Row]:
    rows, at, before = [], 0, -1
    for (label, start, end), sound in zip(take.phones, take.sounds or ("",) * len(take.phones), strict=True):
        middle = (start + end) / 2
        # Both lists are in the order of time: a word that ended before this phone ended before all later ones.
        while at < len(take.words) and take.words[at][2] <= middle:
            at += 1
        word, first, _last = take.words[at] if at < len(take.words) else ("", math.inf, math.inf)
        inside = first <= middle
        rows.append(Row(label, start, end, word if inside else "", inside and at != before, sound))
        before = at if inside else -1
    return rows


def _same(row: Row, other: Row) -> bool:
    apart = max(abs(row.start - other.start), abs(row.end - other.end))
    return (row.label, row.word) == (other.label, other.word) and apart < SAME_TIME
