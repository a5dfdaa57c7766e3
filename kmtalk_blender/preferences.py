"""The extension's preferences: which Python runs the runtime."""

import sys
from pathlib import Path

import bpy
from bpy.props import EnumProperty, StringProperty

from .errors import UserError
from .runtime.environment import interpreter
from .runtime.install import BUILDS, TORCH_GPU_INDEX
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
    made_from: StringProperty(
        name="Made From",
        description="Python that the runtime to install is made from. Empty: Blender's own",
        subtype="FILE_PATH",
    )
    build: EnumProperty(name="Build to Install", items=BUILDS)
    gpu_index: StringProperty(
        name="CUDA Builds",
        description="Where pip takes torch and what it needs from, for the CUDA build; no hashes guard these wheels",
        default=TORCH_GPU_INDEX,
    )

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the preferences."""
        layout = self.layout
        layout.use_property_split = True
        layout.prop(self, "python")
        try:
            found = interpreter(self.python, installed_interpreter())
            if found == Path(sys.executable):
                layout.label(text="No runtime is installed or chosen yet; Blender's own Python is tried", icon="INFO")
            else:
                layout.label(text=f"Runs with {found}", icon="CHECKMARK", translate=False)
        except UserError as error:
            layout.label(text=str(error), icon="ERROR", translate=False)
        row = layout.row()
        row.operator("kmtalk.ask_runtime")
        row.operator("kmtalk.check_runtime")
        layout.prop(self, "made_from")
        layout.prop(self, "build")
        if self.build == "CUDA":
            layout.prop(self, "gpu_index")
        install = layout.operator("kmtalk.install_runtime")
        install.python, install.build, install.gpu_index = self.made_from, self.build, self.gpu_index


def register() -> None:
    bpy.utils.register_class(KMTalkPreferences)


def unregister() -> None:
    bpy.utils.unregister_class(KMTalkPreferences)
