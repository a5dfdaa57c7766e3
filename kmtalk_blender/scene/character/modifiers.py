"""Modifiers that make another mesh than the one that would get the shapes."""

import bpy

__all__ = ["remaking_modifier"]

# They make the mesh finer and follow its shapes.
SMOOTHING = ("SUBSURF", "MULTIRES")


def remaking_modifier(target: bpy.types.Object) -> str:
    """Name of the first visible modifier, geometry nodes included, that changes how many vertices there are; empty when
    none does. Tried on a copy."""
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
    """How many vertices an object shows."""
    bpy.context.view_layer.update()
    return len(thing.evaluated_get(bpy.context.evaluated_depsgraph_get()).data.vertices)
