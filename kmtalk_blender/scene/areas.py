"""The parts of Blender's windows that show KMTalk."""

import bpy

__all__ = ["redraw"]


def redraw(
    manager: bpy.types.WindowManager, kinds: tuple[str, ...] = ("VIEW_3D", "SEQUENCE_EDITOR", "PREFERENCES")
) -> None:
    """Draw the areas of these kinds anew, in every window."""
    for window in manager.windows:
        for area in window.screen.areas:
            if area.type in kinds:
                area.tag_redraw()
