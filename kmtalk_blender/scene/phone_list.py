"""The phones of a take as the list that the user edits (action.kmtalk.phones)."""

import bpy

from ..runtime.take_file import Span
from .baseline import Baseline, take_ids

__all__ = ["edited_phones", "fill_phones"]


def edited_phones(action: bpy.types.Action, baseline: Baseline) -> tuple[Span, ...]:
    """The phones of a take in its action's list when they differ from the take's, else ()."""
    listed = tuple((item.label, item.start, item.end) for item in action.kmtalk.phones if item.take == baseline.id)
    if len(listed) == len(baseline.take.phones):
        pairs = zip(listed, baseline.take.phones, strict=True)
        if all(a[0] == b[0] and abs(a[1] - b[1]) < 1e-4 and abs(a[2] - b[2]) < 1e-4 for a, b in pairs):
            return ()
    return listed


def fill_phones(action: bpy.types.Action, baseline: Baseline) -> None:
    """Fill the list of phones that the user sees and edits, with those of a take of an action; others stay."""
    phones, take = action.kmtalk.phones, baseline.take
    listed = {key: [] for key in take_ids(action)}
    for item in phones:
        if item.take != baseline.id:
            listed.get(item.take, []).append((item.label, item.start, item.end, item.word))
    for label, start, end in take.phones:
        middle = (start + end) / 2
        word = next((word for word, first, last in take.words if first <= middle < last), "")
        listed[baseline.id].append((label, start, end, word))
    phones.clear()
    for name, spoken in listed.items():
        for values in spoken:
            item = phones.add()
            item.take = name
            item.label, item.start, item.end, item.word = values
