"""Find a modifier that changes the number of vertices, so that shape keys do not fit the visible mesh."""

import bpy

__all__ = ["remaking_modifier"]

# Modifiers that subdivide the mesh and follow its shape keys.
SMOOTHING = ("SUBSURF", "MULTIRES")


def remaking_modifier(target: bpy.types.Object) -> str:
    """Name of the first visible modifier (also geometry nodes) that changes the number of vertices, or an empty string.

    Evaluated on a temporary copy of the object.
    """
    wanted = [m.name for m in target.modifiers if m.show_viewport and m.type not in SMOOTHING]
    if not wanted:
        return ""
    copy = target.copy()
    copy.animation_data_clear()
    copy.hide_viewport = False
    for modifier in list(copy.modifiers):
        if modifier.name not in wanted:
            copy.modifiers.remove(modifier)
    scene = bpy.context.scene
    scene.collection.objects.link(copy)
    try:
        while copy.modifiers and _evaluated(copy) != len(target.data.vertices):
            last = copy.modifiers[-1].name
            copy.modifiers.remove(copy.modifiers[-1])
            if _evaluated(copy) == len(target.data.vertices):
                return last
    finally:
        bpy.data.objects.remove(copy)
    return ""


def _evaluated(thing: bpy.types.Object) -> int:
    """The number of vertices of the evaluated object."""
    bpy.context.view_layer.update()
    return len(thing.evaluated_get(bpy.context.evaluated_depsgraph_get()).data.vertices)
