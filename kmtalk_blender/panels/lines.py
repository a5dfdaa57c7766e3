"""The panels of the table of lines and of its rules."""

from typing import Any

import bpy

from ..errors import UserError
from ..registering import registering
from ..scene.compat import sequencer_scene
from ..scene.sound.strips import find_strip
from .drawing import RowMixin, draw_sentence
from .main import draw_words
from .places import PanelMixin, in_both_places

__all__ = ["register", "unregister"]

ICONS: dict[str, Any] = {"done": "CHECKMARK", "running": "PLAY", "waiting": "TIME", "cancelled": "X", "": "BLANK1"}


class KMTALK_UL_lines(RowMixin, bpy.types.UIList):
    """A line of the table: strip, character, state"""

    def draw_row(self, context: bpy.types.Context, row: bpy.types.UILayout, data: Any, item: Any, index: int) -> None:
        row.prop(item, "use", text="")
        split = row.split(factor=0.6)
        split.label(text=item.strip, translate=False)
        split.label(text=item.target.name if item.target else "no character", translate=False)
        if item.state == "running":
            row.progress(factor=item.fraction, text="")
        else:
            row.label(text="", icon="INFO" if item.notes else ICONS.get(item.state, "ERROR"))


class KMTALK_UL_rules(RowMixin, bpy.types.UIList):
    """A rule: what it compares, with which value, the character"""

    def draw_row(self, context: bpy.types.Context, row: bpy.types.UILayout, data: Any, item: Any, index: int) -> None:
        row.prop(item, "kind", text="")
        row.prop(item, "value", text="")
        row.prop(item, "target", text="")


class Lines(PanelMixin):
    """A table of sound strips and their characters"""

    bl_label = "Lines"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.kmtalk
        layout.template_list(
            "KMTALK_UL_lines", "", settings, "lines", settings, "line_index", rows=4 if settings.lines else 2
        )
        text = "Refresh" if settings.lines else "List the Strips"
        layout.operator("kmtalk.fill_lines", text=text, icon="FILE_REFRESH")
        if 0 <= settings.line_index < len(settings.lines):
            line = settings.lines[settings.line_index]
            column = layout.column(align=True)
            column.use_property_split = True
            column.use_property_decorate = False
            column.prop(line, "target")
            _draw_words(column, context, line.strip)
            if line.state not in ICONS:
                layout.label(text=line.state, icon="ERROR", translate=False)
            for note in line.notes.splitlines():
                draw_sentence(layout, context, note, "INFO")
        row = layout.row(align=True)
        row.operator("kmtalk.generate", text="Generate Table", icon="PLAY").scope = "TABLE"
        row.operator("kmtalk.generate", text="Whole Scene").scope = "SCENE"


def _draw_words(layout: bpy.types.UILayout, context: bpy.types.Context, name: str) -> None:
    scene = sequencer_scene(context)
    try:
        strip = find_strip(scene, name)
    except UserError as error:
        layout.label(text=str(error), icon="ERROR", translate=False)
        return
    draw_words(layout, scene, strip, strip.kmtalk)


class Rules(PanelMixin):
    """Rules that choose the character of each strip when the table is filled"""

    bl_label = "Rules"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        settings = context.scene.kmtalk
        row = self.layout.row()
        row.template_list("KMTALK_UL_rules", "", settings, "rules", settings, "rule_index", rows=2)
        column = row.column(align=True)
        column.operator("kmtalk.edit_rules", text="", icon="ADD").change = "ADD"
        column.operator("kmtalk.edit_rules", text="", icon="REMOVE").change = "REMOVE"


CLASSES = (
    KMTALK_UL_lines,
    KMTALK_UL_rules,
    *in_both_places(Lines, parent="Main"),
    *in_both_places(Rules, parent="Lines"),
)


register, unregister = registering(CLASSES)
