"""What several panels draw: a wrapped sentence, the progress bar, the recognised words of a take."""

import textwrap
from typing import Any, Literal

import bpy

from ..scene.character.mouth_gain import OFFERED, offer
from ..scene.takes.notes import Understood

__all__ = ["RowMixin", "draw_gain_offer", "draw_progress", "draw_sentence", "draw_understood"]

LETTER_WIDTH = 7.0  # pixels, mean width of a letter at a UI scale of 1
EDGES = 60  # pixels that icon and edges take at a UI scale of 1


class RowMixin:
    """For lists: their rows are drawn by `draw_row`."""

    def draw_item(
        self,
        context: bpy.types.Context,
        layout: bpy.types.UILayout,
        data: Any,
        item: Any,
        icon: int | None,
        active_data: Any,
        active_property: str | None,
        index: int | None = 0,
        flt_flag: int | None = 0,
    ) -> None:
        """Blender's call for each row."""
        self.draw_row(context, layout.row(align=True), data, item, index or 0)

    def draw_row(self, context: bpy.types.Context, row: bpy.types.UILayout, data: Any, item: Any, index: int) -> None:
        """Draw an item. data: what owns the list. index: of the item."""
        raise NotImplementedError


def draw_sentence(
    layout: bpy.types.UILayout, context: bpy.types.Context, text: str, icon: Literal["ERROR", "INFO"]
) -> None:
    """Draw a sentence, wrapped to the width of the sidebar."""
    scale = context.preferences.system.ui_scale
    letters = max(20, int((context.region.width / scale - EDGES) / LETTER_WIDTH))
    column = layout.column(align=True)
    column.scale_y = 0.8
    for index, line in enumerate(textwrap.wrap(text, letters)):
        column.label(text=line, icon=icon if index == 0 else "BLANK1", translate=False)


def draw_gain_offer(layout: bpy.types.UILayout, context: bpy.types.Context, target: bpy.types.Object) -> None:
    """The question whether the mouth of a drawn face shall move further, until it is answered."""
    question = offer(target)
    if not question:
        return
    box = layout.box()
    draw_sentence(box, context, question, "INFO")
    row = box.row(align=True)
    row.operator("kmtalk.set_mouth_gain", text=f"{OFFERED:g} Times", icon="CHECKMARK").gain = OFFERED
    row.operator("kmtalk.set_mouth_gain", text="As Spoken", icon="X").gain = 1.0


def draw_progress(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """The progress bar, with a cancel button."""
    state = context.window_manager.kmtalk
    row = layout.row(align=True)
    row.scale_y = 1.4
    row.progress(factor=state.fraction, text=state.text or "Starting")
    row.operator("kmtalk.cancel", text="", icon="CANCEL")


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
    messages = context.window_manager.kmtalk.report
    for note in understood.notes:
        if note not in messages:
            draw_sentence(layout, context, note, "INFO")
