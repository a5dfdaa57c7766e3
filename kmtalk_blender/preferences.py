"""The extension's preferences: which Python runs the runtime."""

import bpy
from bpy.props import EnumProperty, StringProperty

from .panels.drawing import draw_progress, draw_sentence
from .panels.install import draw_install
from .runtime.environment import interpreter
from .runtime.install import BUILDS, TORCH_GPU_INDEX
from .session import chosen_interpreter, installed_interpreter, missing_runtime

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
        description="Package index for torch with CUDA and what it needs; without a check of hashes",
        default=TORCH_GPU_INDEX,
    )

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the preferences."""
        layout, state = self.layout, context.window_manager.kmtalk
        layout.label(text="The KMTalk tab is in the sidebar (N) of the 3D view and of the sequencer", icon="INFO")
        missing = missing_runtime()
        if missing:
            draw_sentence(layout, context, missing, "ERROR")
        else:
            python = interpreter(chosen_interpreter(), installed_interpreter())
            layout.label(text=f"Runs with {python}", icon="CHECKMARK", translate=False)
        if state.running:
            draw_progress(layout, context)
        else:
            draw_install(layout)
            row = layout.row()
            row.operator("kmtalk.ask_runtime")
            row.operator("kmtalk.check_runtime")
            row.operator("kmtalk.remove_runtime")
        if state.failure:
            draw_sentence(layout, context, state.failure, "ERROR")
        elif state.report:
            draw_sentence(layout, context, state.report, "INFO")
        layout.use_property_split = True
        layout.prop(self, "python")
        layout.prop(self, "made_from")
        layout.prop(self, "build")
        if self.build == "CUDA":
            layout.prop(self, "gpu_index")


def register() -> None:
    bpy.utils.register_class(KMTalkPreferences)


def unregister() -> None:
    bpy.utils.unregister_class(KMTalkPreferences)
