"""Make a panel for both sidebars (3D view and sequencer), and rows with a label."""

from typing import TYPE_CHECKING

import bpy

__all__ = ["PanelMixin", "in_both_places", "labelled"]

# Blender registers the subclasses of Panel alone: `in_both_places` makes them of these classes.
if TYPE_CHECKING:
    PanelMixin = bpy.types.Panel
else:
    PanelMixin = object

PLACES = (("VIEW3D", "VIEW_3D"), ("SEQUENCER", "SEQUENCE_EDITOR"))
# Share of the width that Blender gives to the labels of properties.
LABEL_WIDTH = 0.4


def in_both_places(panel: type, parent: str = "") -> tuple[type, ...]:
    """Panel classes for the 3D view and the sequencer, with `panel`'s draw functions. parent: the parent's name."""
    classes = []
    for prefix, space in PLACES:
        name = f"{prefix}_PT_kmtalk_{panel.__name__.lower()}"
        values = {
            "bl_idname": name,
            "bl_space_type": space,
            "bl_region_type": "UI",
            "bl_category": "KMTalk",
            "__doc__": panel.__doc__,
        }
        if parent:
            values["bl_parent_id"] = f"{prefix}_PT_kmtalk_{parent.lower()}"
        classes.append(type(name, (panel, bpy.types.Panel), values))
    return tuple(classes)


def labelled(layout: bpy.types.UILayout, text: str) -> bpy.types.UILayout:
    """A row with a label, aligned with those of properties. Returns the layout right of the label."""
    split = layout.split(factor=LABEL_WIDTH)
    side = split.row()
    side.alignment = "RIGHT"
    side.label(text=text)
    return split
