"""The list of the take's phones; its selection follows the playhead."""

from typing import Any

import bpy

from .. import session
from ..choices import ipa_of
from ..registering import registering
from ..scene.phones.timeline import listed_action, phone_at
from ..scene.sound.strips import frame_rate
from ..scene.takes.baseline_store import take_info
from .drawing import RowMixin
from .places import PanelMixin, in_both_places

__all__ = ["register", "unregister"]


class KMTALK_UL_phones(RowMixin, bpy.types.UIList):
    """A phone: first frame, label, word"""

    def draw_row(self, context: bpy.types.Context, row: bpy.types.UILayout, data: Any, item: Any, index: int) -> None:
        scene = context.scene
        here = phone_at(data.id_data, scene.frame_current, frame_rate(scene)) == index
        start = take_info(data.id_data, item.take).get("start", 0.0) + item.start * frame_rate(scene)
        split = row.split(factor=0.3)
        split.label(text=f"{start:.0f}", icon="PLAY" if here else "BLANK1", translate=False)
        split = split.split(factor=0.4)
        own = session.preferences()
        shown = f"{item.label}  {ipa_of(item.label, item.sound)}" if own is not None and own.ipa else item.label
        split.label(text=shown, translate=False)
        split.label(text=item.word, translate=False)


class Phones(PanelMixin):
    """The phones of the take; edit them, then press Complete"""

    bl_label = "Phones"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout, state = self.layout, context.window_manager.kmtalk
        action = listed_action(context)
        if action is None:
            layout.label(text="Make a take active first", icon="INFO")
            return
        layout.template_list("KMTALK_UL_phones", "", action.kmtalk, "phones", state, "phone_index", rows=6)
        if 0 <= state.phone_index < len(action.kmtalk.phones):
            item = action.kmtalk.phones[state.phone_index]
            row = layout.row(align=True)
            row.prop(item, "label", text="")
            row.operator("kmtalk.move_boundary", text="Start at Playhead", icon="TRACKING_FORWARDS_SINGLE")
        column = layout.column(align=True)
        row = column.row(align=True)
        row.operator("kmtalk.insert_phone", text="Sound", icon="ADD")
        row.operator("kmtalk.delete_phone", text="Sound", icon="REMOVE")
        row.operator("kmtalk.delete_word", text="Word", icon="REMOVE")
        row = column.row(align=True)
        row.prop(state, "new_word", text="", placeholder="New Word")
        row.operator("kmtalk.insert_word", text="Word", icon="ADD")
        layout.operator("kmtalk.add_markers", icon="MARKER_HLT")
        row = layout.row(align=True)
        row.operator("kmtalk.import_textgrid", text="TextGrid", icon="IMPORT")
        row.operator("kmtalk.export_textgrid", text="TextGrid", icon="EXPORT")


CLASSES = (KMTALK_UL_phones, *in_both_places(Phones, parent="Main"))


register, unregister = registering(CLASSES)
