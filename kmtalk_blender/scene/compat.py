"""What differs between Blender 4.2 and 5.x, in one place."""

import bpy

__all__ = [
    "action_curves",
    "action_slot",
    "assign_action",
    "ensure_curves",
    "every_strip",
    "nla_strip_slot",
    "root_strips",
    "selected_strips",
    "sequencer_scene",
    "strip_type",
    "window_strips",
]


def sequencer_scene(context: bpy.types.Context) -> bpy.types.Scene:
    """The scene whose sequencer the user sees. Since 5.0 it may be another one than the one of the 3D view."""
    return getattr(context, "sequencer_scene", None) or context.scene


def root_strips(editor: bpy.types.SequenceEditor) -> list:
    """The strips of a sequence editor that lie in no meta strip."""
    # An empty collection is falsy, so this asks for the attribute, never for the contents.
    return list(editor.strips if hasattr(editor, "strips") else editor.sequences)


def window_strips(window: bpy.types.Window) -> bpy.types.Scene:
    """The scene whose sequencer a window shows."""
    return getattr(window.workspace, "sequencer_scene", None) or window.scene


def strip_type() -> type:
    """What every strip is, for properties of its own."""
    return bpy.types.Strip if hasattr(bpy.types, "Strip") else bpy.types.Sequence


def every_strip(editor: bpy.types.SequenceEditor) -> list:
    """The strips of a sequence editor, those inside meta strips included."""
    return list(editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all)


def selected_strips(scene: bpy.types.Scene) -> list:
    """The selected strips, those inside meta strips included, in the order of time."""
    editor = scene.sequence_editor
    if editor is None:
        return []
    chosen = [strip for strip in every_strip(editor) if strip.select]
    return sorted(chosen, key=lambda strip: strip.frame_final_start)


def action_slot(action: bpy.types.Action, datablock: bpy.types.ID) -> object | None:
    """The slot of an action that animates a datablock of this type; made when there is none. None before 4.4."""
    if not hasattr(action, "slots"):
        return None
    for slot in action.slots:
        if slot.target_id_type in (datablock.id_type, "UNSPECIFIED"):
            return slot
    return action.slots.new(id_type=datablock.id_type, name=datablock.name)


def ensure_curves(action: bpy.types.Action, datablock: bpy.types.ID) -> object:
    """The F-Curves that animate `datablock` in `action`, as the collection that new ones are added to."""
    slot = action_slot(action, datablock)
    if slot is None:
        return action.fcurves
    layer = action.layers[0] if action.layers else action.layers.new("Layer")
    strip = layer.strips[0] if layer.strips else layer.strips.new(type="KEYFRAME")
    return strip.channelbag(slot, ensure=True).fcurves


def action_curves(action: bpy.types.Action, id_type: str = "KEY") -> list[bpy.types.FCurve]:
    """The F-Curves of an action for datablocks of a type."""
    if not hasattr(action, "slots"):
        return list(action.fcurves) if action.id_root in (id_type, "") else []
    handles = {slot.handle for slot in action.slots if slot.target_id_type in (id_type, "UNSPECIFIED")}
    return [
        curve
        for layer in action.layers
        for strip in layer.strips
        for bag in strip.channelbags
        if bag.slot_handle in handles
        for curve in bag.fcurves
    ]


def assign_action(datablock: bpy.types.ID, action: bpy.types.Action | None) -> None:
    """Make an action the active one of a datablock, with its slot."""
    animation = datablock.animation_data_create()
    animation.action = action
    if action is not None and hasattr(animation, "action_slot"):
        animation.action_slot = action_slot(action, datablock)


def nla_strip_slot(strip: bpy.types.NlaStrip, datablock: bpy.types.ID) -> None:
    """Give an NLA strip the slot of its action."""
    if hasattr(strip, "action_slot"):
        strip.action_slot = action_slot(strip.action, datablock)
