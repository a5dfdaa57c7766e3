"""The extension's preferences: which Python runs the runtime."""

import bpy
from bpy.props import StringProperty

from .errors import UserError
from .runtime.environment import interpreter
from .session import installed_interpreter

__all__ = ["register", "unregister"]

# Registered by operators that not every build has; drawn when they are there.
RUNTIME_BUTTONS = ("check_runtime", "install_runtime")


class KMTalkPreferences(bpy.types.AddonPreferences):
    """Which Python runs the runtime"""

    bl_idname = __package__

    python: StringProperty(
        name="Interpreter",
        description="Python that runs KMTalk's runtime. Empty: KMTALK_PYTHON, the installed runtime, or Blender's own",
        subtype="FILE_PATH",
    )

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
        for name in RUNTIME_BUTTONS:
            if hasattr(bpy.types, f"KMTALK_OT_{name}"):
                row.operator(f"kmtalk.{name}")


def register() -> None:
    bpy.utils.register_class(KMTalkPreferences)


def unregister() -> None:
    bpy.utils.unregister_class(KMTalkPreferences)
