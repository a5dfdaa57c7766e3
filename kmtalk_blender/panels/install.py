"""A box for a missing runtime: what is missing, and the buttons that install it."""

import bpy

from .. import session
from .drawing import draw_sentence

__all__ = ["draw_install", "draw_missing_runtime"]


def draw_missing_runtime(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """A box that says what is missing; nothing when the runtime is installed."""
    missing = session.missing_runtime()
    if not missing:
        return
    box = layout.box()
    draw_sentence(box, context, missing, "INFO")
    draw_install(box)


def draw_install(layout: bpy.types.UILayout) -> None:
    """The button that installs the runtime as set in the preferences; above it Allow Online Access where needed."""
    if not bpy.app.online_access:
        layout.operator("extensions.userpref_allow_online", text="Allow Online Access", icon="INTERNET")
    install = layout.operator("kmtalk.install_runtime", icon="IMPORT")
    preferences = session.preferences()
    if preferences is not None:
        install.python = preferences.made_from
