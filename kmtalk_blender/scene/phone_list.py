"""The phones of a take as the list that the user edits (action.kmtalk.phones)."""

import bpy

from ..runtime.take_file import Span, Take
from .baseline import Baseline

__all__ = ["edited_phones", "fill_phones"]


def edited_phones(action: bpy.types.Action, baseline: Baseline) -> tuple[Span, ...]:
    """The phones of an action's list when they differ from its take's, else ()."""
    listed = tuple((item.label, item.start, item.end) for item in action.kmtalk.phones)
    if len(listed) == len(baseline.take.phones):
        pairs = zip(listed, baseline.take.phones, strict=True)
        if all(a[0] == b[0] and abs(a[1] - b[1]) < 1e-4 and abs(a[2] - b[2]) < 1e-4 for a, b in pairs):
            return ()
    return listed


def fill_phones(action: bpy.types.Action, take: Take) -> None:
    """Fill the list of phones that the user sees and edits."""
    phones = action.kmtalk.phones
    phones.clear()
    for label, start, end in take.phones:
        item = phones.add()
        middle = (start + end) / 2
        item.label, item.start, item.end = label, start, end
        item.word = next((word for word, first, last in take.words if first <= middle < last), "")
