"""The functions register and unregister of a module with classes of Blender."""

from collections.abc import Callable, Sequence
from typing import Any

import bpy

__all__ = ["registering"]


def registering(classes: Sequence[type]) -> tuple[Callable[[], None], Callable[[], None]]:
    """Functions that register the classes in order, and unregister them in reverse order."""
    functions: Any = bpy.utils.register_classes_factory(classes)  # type: ignore[func-returns-value]  # wrong in the stubs
    return functions
