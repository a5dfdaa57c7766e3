"""Paths as users write them, made absolute: the worker runs in another working folder."""

import os
from pathlib import Path

import bpy

__all__ = ["whole_path"]


def whole_path(written: str, library: bpy.types.Library | None = None) -> Path:
    """The absolute path of a path relative to the .blend file (//) or to Blender's working folder.

    library: the linked library whose folder `//` means; None: the open .blend file.
    """
    # normpath removes `..`, so that the same file has the same path; unlike resolve(), it keeps symbolic links.
    return Path(os.path.normpath(Path(bpy.path.abspath(written, library=library)).absolute()))
