"""Paths as users write them, made whole: the worker runs in a folder of its own."""

import os
from pathlib import Path

import bpy

__all__ = ["whole_path"]


def whole_path(written: str, library: bpy.types.Library | None = None) -> Path:
    """A path that starts at the .blend file (//), at the folder Blender runs in, or at the root, from the root on.

    library: the file that `//` stands for, when it is another one.
    """
    # Without `..` within it, so that equal places are equal paths; links stay, unlike with resolve().
    return Path(os.path.normpath(Path(bpy.path.abspath(written, library=library)).absolute()))
