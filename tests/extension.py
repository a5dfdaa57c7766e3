"""Imports those modules of the extension that need no Blender, outside of Blender."""

import importlib
import sys
import types
from pathlib import Path

__all__ = ["extension_module", "without_blender"]

PACKAGE = "kmtalk_blender"


def without_blender() -> None:
    """From now on the extension's modules can be imported here.

    The package's __init__ imports modules that need bpy, so an empty package stands in its place.
    """
    if PACKAGE not in sys.modules:
        package = types.ModuleType(PACKAGE)
        package.__path__ = [str(Path(__file__).resolve().parents[1] / PACKAGE)]
        sys.modules[PACKAGE] = package


def extension_module(name: str) -> types.ModuleType:
    """A module of the extension by its name in the package, such as `runtime.take_file`."""
    without_blender()
    return importlib.import_module(f"{PACKAGE}.{name}")
