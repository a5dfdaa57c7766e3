"""Properties saved with the file (scene, object, action and strip.kmtalk) and state that is not (wm.kmtalk)."""

from typing import Any

import bpy
from bpy.props import PointerProperty

from ..scene.compat import strip_type
from .character import LandmarkItem, MappingRow, ObjectSettings
from .emotion import EmotionSettings
from .life import LifeSettings
from .lines import LineItem, RuleItem, StripSettings
from .phones import ActionSettings, PhoneItem
from .scene import SceneSettings
from .window import PendingItem, WindowState

__all__ = ["register", "unregister"]

CLASSES = (
    PhoneItem,
    MappingRow,
    LandmarkItem,
    StripSettings,
    LineItem,
    RuleItem,
    SceneSettings,
    LifeSettings,
    EmotionSettings,
    ObjectSettings,
    ActionSettings,
    PendingItem,
    WindowState,
)
PLACES: tuple[tuple[Any, type[bpy.types.PropertyGroup]], ...] = (
    (bpy.types.Scene, SceneSettings),
    (bpy.types.Object, ObjectSettings),
    (bpy.types.Action, ActionSettings),
    (strip_type(), StripSettings),
    (bpy.types.WindowManager, WindowState),
)


def register() -> None:
    """Add the properties."""
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    for owner, settings in PLACES:
        overridable: Any = {"override": {"LIBRARY_OVERRIDABLE"}} if owner is bpy.types.Object else {}
        owner.kmtalk = PointerProperty(type=settings, **overridable)  # type: ignore[func-returns-value]


def unregister() -> None:
    """Remove the properties."""
    for owner, _ in PLACES:
        del owner.kmtalk
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
