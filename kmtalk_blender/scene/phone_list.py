"""The phones of a take as the list that the user edits (action.kmtalk.phones)."""

import math

import bpy

from ..runtime.take_file import Span, Take
from .baseline import Baseline, strips_in

__all__ = ["edited_phones", "fill_phones"]


def edited_phones(action: bpy.types.Action, baseline: Baseline) -> tuple[Span, ...]:
    """The phones of a take in its action's list when they differ from the take's, else ()."""
    listed = tuple((item.label, item.start, item.end) for item in action.kmtalk.phones if item.take == baseline.strip)
    if len(listed) == len(baseline.take.phones):
        pairs = zip(listed, baseline.take.phones, strict=True)
        if all(a[0] == b[0] and abs(a[1] - b[1]) < 1e-4 and abs(a[2] - b[2]) < 1e-4 for a, b in pairs):
            return ()
    return listed


def fill_phones(action: bpy.types.Action, take: Take, strip: str) -> None:
    """Fill the list of phones that the user sees and edits, with those of the take of a strip; others stay."""
    phones = action.kmtalk.phones
    listed = {name: [] for name in strips_in(action)}
    for item in phones:
        if item.take != strip:
            listed.get(item.take, []).append((item.label, item.start, item.end, item.word))
    index = 0
    for label, start, end in take.phones:
        middle = (start + end) / 2
        # Both are in order of time: what ended before one phone ended before the next.
        while index < len(take.words) and take.words[index][2] <= middle:
            index += 1
        word, first, _last = take.words[index] if index < len(take.words) else ("", math.inf, math.inf)
        listed[strip].append((label, start, end, word if first <= middle else ""))
    phones.clear()
    for name, spoken in listed.items():
        for values in spoken:
            item = phones.add()
            item.take = name
            item.label, item.start, item.end, item.word = values
