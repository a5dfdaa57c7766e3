"""The panel of the character's takes: activate, complete, import, export."""

from typing import Literal

import bpy

from ..errors import UserError
from ..registering import registering
from ..scene.character.shape_map import target_of
from ..scene.compat import shape_keys_of
from ..scene.placement.follow_strip import drifts
from ..scene.placement.user_action import user_track
from ..scene.takes.takes import Placed, takes_of
from .drawing import draw_sentence
from .places import PanelMixin, in_both_places

__all__ = ["register", "unregister"]


class Takes(PanelMixin):
    """The character's takes; edit keys in the dope sheet, then complete"""

    bl_label = "Take"

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.kmtalk
        try:
            target = target_of(context)
            takes = takes_of(target)
        except UserError:
            takes = []
        if not takes:
            layout.label(text="No take yet", icon="INFO")
            layout.operator("kmtalk.import_take", icon="IMPORT")
            layout.operator("kmtalk.import_capture", icon="IMPORT")
            return
        box = layout.column(align=True)
        for take in takes:
            _draw_take(box, take)
        for drift in drifts(target):
            drifted = layout.box()
            draw_sentence(drifted, context, drift.text, "ERROR")
            if not drift.again:
                follow = drifted.operator("kmtalk.follow_strip", icon="TRACKING_FORWARDS_SINGLE")
                follow.take_id = drift.take
        track = user_track(shape_keys_of(target))
        if track is not None:
            own = layout.box()
            action = track.strips[0].action
            draw_sentence(
                own, context, f"Your action {action.name if action else ''} plays on below the takes.", "INFO"
            )
            own.operator("kmtalk.put_back", icon="LOOP_BACK")
        column = layout.column(align=True)
        column.use_property_split = True
        column.use_property_decorate = False
        column.prop(settings, "reach")
        row = column.row(heading="Only Range", align=True)
        row.prop(settings, "use_range", text="")
        sub = row.row(align=True)
        sub.active = settings.use_range
        sub.prop(settings, "first", text="")
        sub.prop(settings, "last", text="")
        column.prop(settings, "follow")
        state = context.window_manager.kmtalk
        row = layout.row(align=True)
        row.scale_y = 1.2
        # The count stands on the button: a line of its own would move the button while the user edits.
        pending = None if settings.live else state.pending.get(target.name)
        text = "Complete" if pending is None else f"Complete ({pending.count})"
        row.operator("kmtalk.complete", text=text, translate=False, icon="KEYFRAME_HLT")
        row.prop(settings, "live", toggle=True, icon="FILE_REFRESH")
        row.operator("kmtalk.discard_edits", text="", icon="LOOP_BACK")
        if state.live_note and not settings.live:
            draw_sentence(layout, context, state.live_note, "ERROR")
        row = layout.row(align=True)
        row.operator("kmtalk.import_take", text="Import", icon="IMPORT")
        row.operator("kmtalk.import_capture", text="Capture", icon="IMPORT")
        row.operator("kmtalk.export_take", text="Export", icon="EXPORT")


def _draw_take(layout: bpy.types.UILayout, take: Placed) -> None:
    row = layout.row(align=True)
    icon: Literal["RADIOBUT_ON", "RADIOBUT_OFF"] = "RADIOBUT_ON" if take.active else "RADIOBUT_OFF"
    text = f"{take.strip}  {take.start:g}–{take.end:g}"
    row.operator("kmtalk.activate_take", text=text, icon=icon, emboss=take.active).take = take.action
    if take.active:
        chosen = row.operator_menu_enum("kmtalk.set_expression", "expression", text="", icon="MONKEY")
        if chosen is not None:
            chosen.take_id = take.id
    clear = row.operator("kmtalk.clear", text="", icon="X")
    clear.take, clear.take_id = take.action, take.id


CLASSES = in_both_places(Takes, parent="Main")


register, unregister = registering(CLASSES)
