"""The parts of the extension that need no Blender, entered without it."""

import importlib
import sys
import types
from pathlib import Path

__all__ = ["extension_module"]

PACKAGE = "kmtalk_blender"


def extension_module(name: str) -> types.ModuleType:
    """A module of the extension by its name within it, such as `runtime.take_file`.

    The package's own face registers what it has with Blender, so an empty one takes its place.
    """
    if PACKAGE not in sys.modules:
        package = types.ModuleType(PACKAGE)
        package.__path__ = [str(Path(__file__).resolve().parents[1] / PACKAGE)]
        sys.modules[PACKAGE] = package
    return importlib.import_module(f"{PACKAGE}.{name}")
