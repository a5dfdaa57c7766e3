"""Insert phones and words into the list of a take's phones, or delete them; *Complete* then changes the motion."""

from collections.abc import Sequence
from dataclasses import replace

import bpy

from ...errors import UserError
from .phone_list import Row, rows_of, write_rows

__all__ = ["delete_phone", "delete_word", "insert_phone", "insert_words"]

SILENCE = "SIL"
SHORTEST = 0.02  # s, shortest duration of a phone
USUAL = 0.08  # s, duration of a phone inserted into a silence that has room for it


def insert_phone(action: bpy.types.Action, index: int, label: str, seconds: float | None = None) -> int:
    """Insert a phone into the one at `index` of the list, from `seconds` in the take on (None: from its middle).

    In a silence it gets its usual duration; in another phone it gets the rest of that phone, and its word. Returns its
    index in the list. Raises UserError when there is no room for it.
    """
    place, rows, _ = _rows_around(action, index)
    middle = (rows[place].start + rows[place].end) / 2
    return _insert(action, index, [Row(label, 0, 0, rows[place].word)], middle if seconds is None else seconds)


def insert_words(
    action: bpy.types.Action,
    index: int,
    words: Sequence[tuple[str, Sequence[str]]],
    seconds: float | None = None,
    sounds: Sequence[Sequence[str]] = (),
) -> int:
    """Insert words, each with its phones, into the phone at `index`, from `seconds` in the take on (None: its start).

    sounds: for each word those of its phones, in IPA; none for English. Otherwise as `insert_phone`.
    """
    place, rows, _ = _rows_around(action, index)
    fresh = []
    for place_of_word, (word, labels) in enumerate(words):
        meant = sounds[place_of_word] if place_of_word < len(sounds) else [""] * len(labels)
        fresh += [
            Row(label, 0, 0, word, not n, each) for n, (label, each) in enumerate(zip(labels, meant, strict=True))
        ]
    return _insert(action, index, fresh, rows[place].start if seconds is None else seconds)


def delete_phone(action: bpy.types.Action, index: int) -> int:
    """Delete a phone; the phone before it (after it, for the take's first) gets its time.

    Returns the index of that phone in the list. Raises UserError when it is the take's only phone.
    """
    place, rows, take = _rows_around(action, index)
    gone = rows.pop(place)
    if not rows:
        raise UserError("A take needs at least one phone; change it to SIL for silence.")
    if place < len(rows) and gone.begins and rows[place].word == gone.word:
        rows[place] = replace(rows[place], begins=True)
    if place:
        rows[place - 1] = replace(rows[place - 1], end=gone.end)
    else:
        rows[0] = replace(rows[0], start=gone.start)
    return _write(action, take, rows, max(place - 1, 0))


def delete_word(action: bpy.types.Action, index: int) -> int:
    """Replace the word of the phone at `index` by silence. Returns the index of that silence in the list.

    Raises UserError when the phone belongs to no word.
    """
    place, rows, take = _rows_around(action, index)
    if not rows[place].word:
        raise UserError(f"{rows[place].label} belongs to no word; choose another phone.")
    first = last = place
    while first and not rows[first].begins and rows[first - 1].word == rows[place].word:
        first -= 1
    while last + 1 < len(rows) and not rows[last + 1].begins and rows[last + 1].word == rows[place].word:
        last += 1
    # Adjacent silences are merged.
    if first and rows[first - 1].label == SILENCE:
        first -= 1
    if last + 1 < len(rows) and rows[last + 1].label == SILENCE:
        last += 1
    rows[first : last + 1] = [Row(SILENCE, rows[first].start, rows[last].end)]
    return _write(action, take, rows, first)


def _insert(action: bpy.types.Action, index: int, fresh: list[Row], seconds: float) -> int:
    """Insert phones, whose times are set here, into the one at `index` from `seconds` on."""
    place, rows, take = _rows_around(action, index)
    around = rows[place]
    silent = around.label == SILENCE
    begin = max(seconds, around.start if silent else around.start + SHORTEST)
    if silent and begin - around.start < SHORTEST:
        begin = around.start
    end = min(begin + USUAL * len(fresh), around.end) if silent else around.end
    end = around.end if around.end - end < SHORTEST else end
    if end - begin < SHORTEST * len(fresh):
        raise UserError(
            f"From {begin:.2f} s on {around.label} has no room for {len(fresh)} more; start earlier, or choose a "
            "longer phone."
        )
    times = [begin + (end - begin) * number / len(fresh) for number in range(len(fresh))]
    placed = [replace(row, start=a, end=b) for row, a, b in zip(fresh, times, [*times[1:], end], strict=True)]
    before = [replace(around, end=begin)] if begin > around.start else []
    after = [replace(around, start=end)] if end < around.end else []
    rows[place : place + 1] = [*before, *placed, *after]
    return _write(action, take, rows, place + len(before))


def _write(action: bpy.types.Action, take: str, rows: list[Row], place: int) -> int:
    """Write the phones of a take. Returns the index in the whole list of its phone number `place`."""
    write_rows(action, take, rows)
    return [phone.take for phone in action.kmtalk.phones].index(take) + place


def _rows_around(action: bpy.types.Action, index: int) -> tuple[int, list[Row], str]:
    """Of the phone at `index` in the list: its number in its take, the phones of that take, and the take's id."""
    phones = action.kmtalk.phones
    if not 0 <= index < len(phones):
        raise UserError("No phone of the list is selected; click one.")
    take = phones[index].take
    return sum(phone.take == take for phone in phones[:index]), rows_of(action, take), take
