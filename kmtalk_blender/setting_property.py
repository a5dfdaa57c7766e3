"""Properties of panels that follow the schema."""

from typing import Any

from bpy.props import BoolProperty, FloatProperty, IntProperty

from .runtime.schema import SETTINGS, Setting

__all__ = ["setting_property"]


def setting_property(name: str, settings: dict[str, Setting] = SETTINGS, **further: Any) -> Any:
    """The panel's property of a setting, as the schema describes it. further: arguments of Blender's property."""
    setting = settings[name]
    shown = {"name": setting.label, "description": setting.help, "default": setting.default, **further}
    if setting.kind == "switch":
        return BoolProperty(**shown)
    if setting.kind == "count":
        return IntProperty(**shown, min=int(setting.least), max=int(setting.most))
    low, high = setting.slider
    return FloatProperty(**shown, min=setting.least, max=setting.most, soft_min=low, soft_max=high, subtype="FACTOR")
