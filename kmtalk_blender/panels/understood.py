"""What was understood of a line, and what is doubtful: under its transcript."""

import bpy

from ..scene.takes.notes import Understood
from .sentence import draw_sentence

__all__ = ["draw_understood"]


def draw_understood(layout: bpy.types.UILayout, context: bpy.types.Context, understood: Understood | None) -> None:
    """The words of the take, to be changed, how sure they are, and the notes. understood: None without a take."""
    if understood is None:
        return
    if understood.heard:
        column = layout.column(align=True)
        column.prop(context.scene.kmtalk, "heard", icon="OUTLINER_DATA_SPEAKER")
        row = column.row()
        row.alignment = "RIGHT"
        row.label(text=understood.sureness, translate=False)
    # The report of the take that was just written, below the button, has them too.
    told = context.window_manager.kmtalk.report
    for note in understood.notes:
        if note not in told:
            draw_sentence(layout, context, note, "INFO")
