"""A sentence in a panel, wrapped to its width."""

import textwrap
from typing import Literal

import bpy

__all__ = ["draw_sentence"]

LETTER_WIDTH = 7.0  # pixels, mean width of a letter at a UI scale of 1
EDGES = 60  # pixels that icon and edges take at a UI scale of 1


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
