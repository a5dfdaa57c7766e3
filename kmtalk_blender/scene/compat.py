"""Functions that hide the differences between Blender 4.2 and 5.x."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import bpy

__all__ = [
    "Animated",
    "Slot",
    "Strip",
    "action_curves",
    "animation_of",
    "assign_action",
    "assign_strip_slot",
    "editor_of",
    "ensure_curves",
    "every_strip",
    "new_action",
    "new_curve",
    "refresh_animation",
    "remove_curve",
    "root_strips",
    "scratch_curve",
    "selected_strips",
    "sequencer_scene",
    "shape_keys_of",
    "slot_handle",
    "slot_of",
    "strip_type",
    "window_strips",
]

Strip = Any  # a strip of the sequencer: bpy.types.Strip, before 4.4 bpy.types.Sequence
Slot = Any  # a slot of an action: bpy.types.ActionSlot, which Blender has since 4.4
Channelbag = Any  # what holds F-Curves and groups: bpy.types.ActionChannelbag, before 4.4 the action
Animated = bpy.types.Key | bpy.types.Object  # a datablock with animation data


def shape_keys_of(target: bpy.types.Object) -> bpy.types.Key:
    """The shape keys of an object that has some."""
    shape_keys = target.data.shape_keys
    assert shape_keys is not None, f"{target.name} has no shape keys"
    return shape_keys


def animation_of(datablock: Animated) -> bpy.types.AnimData:
    """The animation data of a datablock that has some."""
    animation = datablock.animation_data
    assert animation is not None, f"{datablock.name} has no animation data"
    return animation


def sequencer_scene(context: bpy.types.Context) -> bpy.types.Scene:
    """The scene that the sequencer shows. Since 5.0 it may differ from the scene of the 3D view."""
    return getattr(context, "sequencer_scene", None) or context.scene


def editor_of(scene: bpy.types.Scene) -> bpy.types.SequenceEditor:
    """The sequence editor of a scene that has one."""
    editor = scene.sequence_editor
    assert editor is not None, f"{scene.name} has no sequence editor"
    return editor


def root_strips(editor: bpy.types.SequenceEditor) -> list[Strip]:
    """The strips of a sequence editor that are not inside a meta strip."""
    # hasattr, because an empty collection is false.
    return list(editor.strips if hasattr(editor, "strips") else editor.sequences)


def window_strips(window: bpy.types.Window) -> bpy.types.Scene:
    """The scene whose sequencer a window shows."""
    return getattr(window.workspace, "sequencer_scene", None) or window.scene


def strip_type() -> type:
    """The base class of strips, to register properties on."""
    return bpy.types.Strip if hasattr(bpy.types, "Strip") else bpy.types.Sequence  # type: ignore[attr-defined]


def every_strip(editor: bpy.types.SequenceEditor) -> list[Strip]:
    """The strips of a sequence editor, those inside meta strips included."""
    return list(editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all)


def selected_strips(scene: bpy.types.Scene) -> list[Strip]:
    """The selected strips, those inside meta strips included, in the order of time."""
    editor = scene.sequence_editor
    if editor is None:
        return []
    chosen = [strip for strip in every_strip(editor) if strip.select]
    return sorted(chosen, key=lambda strip: strip.frame_final_start)


def new_action(name: str, datablock: Animated) -> bpy.types.Action:
    """An empty action with one slot, for a datablock of this type."""
    action = bpy.data.actions.new(name)
    if hasattr(action, "slots"):
        action.slots.new(id_type=datablock.id_type, name=datablock.name)
    return action


@contextmanager
def scratch_curve() -> Iterator[bpy.types.FCurve]:
    """A temporary F-Curve; its action is removed afterwards."""
    action = bpy.data.actions.new("KMTalk scratch")
    try:
        if hasattr(action, "slots"):
            strip: Any = action.layers.new("Layer").strips.new(type="KEYFRAME")
            bag: Channelbag = strip.channelbag(action.slots.new(id_type="KEY", name="Key"), ensure=True)
        else:
            bag = action
        yield bag.fcurves.new("eval_time")
    finally:
        bpy.data.actions.remove(action)


def slot_of(action: bpy.types.Action, datablock: Animated) -> Slot | None:
    """The slot of an action that a datablock uses, in its active action or on an NLA track; else a suitable one.

    None before Blender 4.4, and when the action has no slot for this type of datablock.
    """
    if not hasattr(action, "slots"):
        return None
    animation = datablock.animation_data
    if animation is not None:
        if animation.action == action and animation.action_slot is not None:
            return animation.action_slot
        for track in animation.nla_tracks:
            for strip in track.strips:
                if strip.action == action and strip.action_slot is not None:
                    return strip.action_slot
    fitting = [slot for slot in action.slots if slot.target_id_type in (datablock.id_type, "UNSPECIFIED")]
    return next((slot for slot in fitting if slot.name_display == datablock.name), next(iter(fitting), None))


def slot_handle(action: bpy.types.Action, datablock: Animated) -> int:
    """The handle of the slot of `slot_of`, which never changes; 0 without a slot."""
    slot = slot_of(action, datablock)
    return 0 if slot is None else slot.handle


def ensure_curves(action: bpy.types.Action, datablock: Animated) -> Any:
    """The collection of F-Curves that animate `datablock` in `action`, made when it is missing."""
    return _ensure_bag(action, datablock).fcurves


def new_curve(action: bpy.types.Action, datablock: Animated, path: str, group: str, index: int = 0) -> bpy.types.FCurve:
    """A new F-Curve for `datablock`, in a named group of the action. index: within an array."""
    bag = _ensure_bag(action, datablock)
    curve = bag.fcurves.new(path, index=index)
    curve.group = bag.groups.get(group) or bag.groups.new(group)
    return curve


def remove_curve(action: bpy.types.Action, datablock: Animated, curve: bpy.types.FCurve) -> None:
    """Remove an F-Curve of `datablock` from an action."""
    _ensure_bag(action, datablock).fcurves.remove(curve)


def _ensure_bag(action: bpy.types.Action, datablock: Animated) -> Channelbag:
    """The container of the F-Curves and groups of a datablock: a channelbag; before 4.4 the action."""
    if not hasattr(action, "slots"):
        return action
    slot = slot_of(action, datablock) or action.slots.new(id_type=datablock.id_type, name=datablock.name)
    layer = action.layers[0] if action.layers else action.layers.new("Layer")
    strip: Any = layer.strips[0] if layer.strips else layer.strips.new(type="KEYFRAME")
    return strip.channelbag(slot, ensure=True)


def action_curves(action: bpy.types.Action, handle: int = 0, id_type: str = "KEY") -> list[bpy.types.FCurve]:
    """The F-Curves of an action in the slot with this handle; handle 0: in every slot for this type of datablock."""
    if not hasattr(action, "slots"):
        return list(action.fcurves) if action.id_root in (id_type, "") else []
    fitting = {slot.handle for slot in action.slots if slot.target_id_type in (id_type, "UNSPECIFIED")}
    handles = {handle} if handle else fitting
    return [
        curve
        for layer in action.layers
        for strip in layer.strips
        for bag in strip.channelbags  # type: ignore[attr-defined]  # every strip is one of keyframes
        if bag.slot_handle in handles
        for curve in bag.fcurves
    ]


def refresh_animation(datablock: Animated) -> None:
    """Make Blender apply changed solo and mute flags of NLA tracks: it does so when a track is added or removed."""
    tracks = animation_of(datablock).nla_tracks
    tracks.remove(tracks.new())


def assign_action(datablock: Animated, action: bpy.types.Action | None, slot: Slot | None = None) -> None:
    """Make an action the active one of a datablock, in the given slot, else in that of `slot_of`."""
    animation = datablock.animation_data_create()
    if action is not None and slot is None:
        slot = slot_of(action, datablock)
    animation.action = action
    if slot is not None:
        animation.action_slot = slot


def assign_strip_slot(strip: bpy.types.NlaStrip, slot: Slot | None) -> None:
    """Give an NLA strip a slot of its action."""
    if slot is not None:
        strip.action_slot = slot
