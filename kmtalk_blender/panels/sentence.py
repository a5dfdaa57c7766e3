"""A sentence in a panel, over as many lines as it needs."""

import textwrap
from typing import Literal

import bpy

__all__ = ["draw_sentence"]

# Mean width of a letter at a scale of 1, and what icon and edges take, in pixels.
LETTER_WIDTH = 7.0
EDGES = 60


def draw_sentence(
    layout: bpy.types.UILayout, context: bpy.types.Context, text: str, icon: Literal["ERROR", "INFO"]
) -> None:
    """A sentence over as many lines as the width of the sidebar needs."""
    scale = context.preferences.system.ui_scale
    letters = max(20, int((context.region.width / scale - EDGES) / LETTER_WIDTH))
    column = layout.column(align=True)
    column.scale_y = 0.8
    for index, line in enumerate(textwrap.wrap(text, letters)):
        column.label(text=line, icon=icon if index == 0 else "BLANK1", translate=False)
