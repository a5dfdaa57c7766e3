"""The recognised words of a take and the notes on them, below the transcript."""

import bpy

from ..scene.takes.notes import Understood
from .sentence import draw_sentence

__all__ = ["draw_understood"]


def draw_understood(layout: bpy.types.UILayout, context: bpy.types.Context, understood: Understood | None) -> None:
    """The editable words of the take, their confidence, and its notes. understood: None without a take."""
    if understood is None:
        return
    if understood.heard:
        column = layout.column(align=True)
        column.prop(context.scene.kmtalk, "heard", icon="OUTLINER_DATA_SPEAKER")
        row = column.row()
        row.alignment = "RIGHT"
        row.label(text=understood.sureness, translate=False)
    # The report below the button has the notes of the take that was just written.
    told = context.window_manager.kmtalk.report
    for note in understood.notes:
        if note not in told:
            draw_sentence(layout, context, note, "INFO")
