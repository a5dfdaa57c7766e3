"""One panel class in both sidebars."""

import bpy

__all__ = ["in_both_places"]

PLACES = (("VIEW3D", "VIEW_3D"), ("SEQUENCER", "SEQUENCE_EDITOR"))


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
