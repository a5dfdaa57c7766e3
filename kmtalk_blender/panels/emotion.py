"""The panel of emotions: a slider each, which can be keyed, and what shows them in the takes."""

import bpy

from ..errors import UserError
from ..registering import registering
from ..runtime.schema import EMOTION_SETTINGS
from ..scene.character.shape_map import target_of
from ..scene.emotion.tracks import takes_with_emotion
from .places import PanelMixin, in_both_places

__all__ = ["register", "unregister"]


class Emotion(PanelMixin):
    """What the face shows beside what the mouth says"""

    bl_label = "Emotion"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        try:
            target = target_of(context)
        except UserError:
            layout.label(text="No character is chosen", icon="INFO")
            return
        column = layout.column(align=True)
        for name in EMOTION_SETTINGS:
            column.prop(target.kmtalk.emotion, name)
        layout.operator("kmtalk.suggest_emotion", icon="SOUND")
        row = layout.row(align=True)
        row.scale_y = 1.2
        text = "Update Emotion" if takes_with_emotion(target) else "Apply Emotion"
        row.operator("kmtalk.apply_emotion", text=text, icon="SHAPEKEY_DATA")
        row.operator("kmtalk.remove_emotion", text="", icon="X")


CLASSES = in_both_places(Emotion, parent="Main")


register, unregister = registering(CLASSES)
