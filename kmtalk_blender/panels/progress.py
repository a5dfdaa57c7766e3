"""The progress bar of the running job."""

import bpy

__all__ = ["draw_progress"]


def draw_progress(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """The progress bar, with a cancel button."""
    state = context.window_manager.kmtalk
    row = layout.row(align=True)
    row.scale_y = 1.4
    row.progress(factor=state.fraction, text=state.text or "Starting")
    row.operator("kmtalk.cancel", text="", icon="CANCEL")
