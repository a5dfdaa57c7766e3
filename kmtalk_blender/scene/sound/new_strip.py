"""Add sound strips to the sequencer and select them."""

from pathlib import Path

import bpy

from ...errors import UserError
from ...runtime.input_files import is_file
from ..compat import Strip, every_strip, root_strips

__all__ = ["add_sound", "select_only"]


def add_sound(scene: bpy.types.Scene, path: Path, frame: int) -> Strip | None:
    """Add a sound file on a free channel, from `frame` on, as the only selected strip.

    Returns None in a Blender that was built without sound strips. Raises UserError when it is not a sound file.
    """
    if not is_file(path):
        raise UserError(f"There is no sound file {path}; choose one.")
    editor = scene.sequence_editor or scene.sequence_editor_create()
    channel = 1 + max((strip.channel for strip in root_strips(editor)), default=0)
    strips = editor.strips if hasattr(editor, "strips") else editor.sequences
    try:
        added = strips.new_sound(path.stem, str(path), channel, frame)
    except RuntimeError as error:
        if not bpy.app.build_options.audaspace:
            return None
        raise UserError(f"{path} cannot be read as a sound; choose another file.") from error
    select_only(editor, added)
    return added


def select_only(editor: bpy.types.SequenceEditor, strip: Strip) -> None:
    """Make a strip the active one, and the only one that is selected."""
    for other in every_strip(editor):
        other.select = other == strip
    editor.active_strip = strip
