"""The extension's preferences: which Python runs the runtime."""

import bpy
from bpy.props import EnumProperty, StringProperty

from .errors import UserError
from .runtime.environment import interpreter
from .runtime.install import BUILDS
from .session import installed_interpreter

__all__ = ["register", "unregister"]


class KMTalkPreferences(bpy.types.AddonPreferences):
    """Which Python runs the runtime"""

    bl_idname = __package__

    python: StringProperty(
        name="Interpreter",
        description="Python that runs KMTalk's runtime. Empty: KMTALK_PYTHON, the installed runtime, or Blender's own",
        subtype="FILE_PATH",
    )
    build: EnumProperty(name="Build to Install", items=BUILDS)

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the preferences."""
        layout = self.layout
        layout.use_property_split = True
        layout.prop(self, "python")
        try:
            found = str(interpreter(self.python, installed_interpreter()))
            layout.label(text=f"Runs with {found}", icon="CHECKMARK", translate=False)
        except UserError as error:
            layout.label(text=str(error), icon="ERROR", translate=False)
        row = layout.row()
        row.operator("kmtalk.ask_runtime")
        row.operator("kmtalk.check_runtime")
        layout.prop(self, "build")
        layout.operator("kmtalk.install_runtime").build = self.build


def register() -> None:
    bpy.utils.register_class(KMTalkPreferences)


def unregister() -> None:
    bpy.utils.unregister_class(KMTalkPreferences)
