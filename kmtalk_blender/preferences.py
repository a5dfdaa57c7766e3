"""The extension's preferences: which Python runs the runtime, and how phones are shown."""

import bpy
from bpy.props import BoolProperty, StringProperty

from . import session
from .panels.drawing import draw_progress, draw_sentence
from .panels.install import draw_install
from .registering import registering

__all__ = ["register", "unregister"]


class KMTalkPreferences(bpy.types.AddonPreferences):
    """Which Python runs the runtime, and how phones are shown"""

    bl_idname = __package__

    python: StringProperty(
        name="Interpreter",
        description="Python that runs KMTalk's runtime. "
        "Empty: KMTALK_PYTHON, Blender's own with the packages of the zip, or the installed runtime",
        subtype="FILE_PATH",
    )
    made_from: StringProperty(
        name="Made From",
        description="Python 3.11 to 3.13 that the runtime to install is made from. Empty: one is looked for",
        subtype="FILE_PATH",
    )

    ipa: BoolProperty(
        name="Phones in IPA",
        description="The list of phones shows the letters of the International Phonetic Association beside ARPAbet",
    )

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the preferences."""
        layout, state = self.layout, context.window_manager.kmtalk
        layout.label(text="The KMTalk tab is in the sidebar (N) of the 3D view and of the sequencer", icon="INFO")
        missing = session.missing_runtime()
        if missing:
            draw_sentence(layout, context, missing, "ERROR")
        else:
            layout.label(text=f"Runs with {session.runtime().python}", icon="CHECKMARK", translate=False)
        if state.running:
            draw_progress(layout, context)
        else:
            if missing:
                draw_install(layout)
            row = layout.row()
            row.operator("kmtalk.ask_runtime")
            row.operator("kmtalk.check_runtime")
            row.operator("kmtalk.remove_runtime")
            _draw_old_runtime(layout)
        if state.failure:
            draw_sentence(layout, context, state.failure, "ERROR")
        elif state.report:
            draw_sentence(layout, context, state.report, "INFO")
        layout.use_property_split = True
        layout.prop(self, "python")
        layout.prop(self, "made_from")
        layout.prop(self, "ipa")


def _draw_old_runtime(layout: bpy.types.UILayout) -> None:
    """Name the environment of KMTalk 0.1, which is not used any more, with its size."""
    size = session.old_runtime_size()
    if size:
        row = layout.row()
        row.label(text=f"The runtime of KMTalk 0.1 is not used any more ({size / 1e6:.0f} MB)", icon="INFO")
        row.operator("kmtalk.remove_runtime", text="Remove It").old = True


register, unregister = registering((KMTalkPreferences,))
