"""The action that the user animates a character with: find it, move it to an NLA track below the takes, and back."""

import bpy

from .. import compat
from ..curves.shape_curves import keyed_shapes
from ..takes.nla_tracks import REST, is_layer, is_own_take, new_strip, plays_take, strip_track

__all__ = ["lower_user_action", "make_user_action", "raise_user_action", "user_action", "user_shapes", "user_track"]


TRACK_NAME = "Hand Keys: "  # start of the name of the NLA track with the user's action
SAME = 1e-6  # frames; an NLA strip that is nearer to its original place was not moved
FAR = 200_000.0  # a frame outside of every scene, for curves that go on beyond their keys


def user_action(shape_keys: bpy.types.Key) -> bpy.types.Action | None:
    """The active action, when it is the user's own and not a take's."""
    action = shape_keys.animation_data.action if shape_keys.animation_data else None
    return None if is_own_take(action) else action


def user_track(shape_keys: bpy.types.Key) -> bpy.types.NlaTrack | None:
    """The NLA track that `lower_user_action` made for the user's own action."""
    tracks = shape_keys.animation_data.nla_tracks if shape_keys.animation_data else ()
    return next((track for track in tracks if track.name.startswith(TRACK_NAME) and len(track.strips) == 1), None)


def user_shapes(shape_keys: bpy.types.Key) -> set[str]:
    """The shape keys that the user animates: in the active action, or on NLA tracks that are not muted."""
    animation, shapes = shape_keys.animation_data, set[str]()
    if animation is None:
        return shapes
    own = user_action(shape_keys)
    if own is not None:
        shapes |= keyed_shapes(own, compat.slot_handle(own, shape_keys))
    for track in animation.nla_tracks:
        for strip in track.strips:
            if strip.action is None or is_layer(strip.action) or is_own_take(strip.action):
                continue
            if not (track.mute or strip.mute):
                slot = getattr(strip, "action_slot", None)
                shapes |= keyed_shapes(strip.action, slot.handle if slot else 0)
    return shapes


def lower_user_action(shape_keys: bpy.types.Key, under_takes: bool = False) -> str:
    """Move the user's active action to an NLA track, where it plays on. Returns the track's name, or an empty string.

    under_takes: put the track below all takes; else on top, as the active action was, with the next take above it.
    """
    action = user_action(shape_keys)
    if action is None:
        return ""
    animation, slot = compat.animation_of(shape_keys), compat.slot_of(action, shape_keys)
    # Without NLA tracks Blender ignores how the active action is set to blend.
    blended = len(animation.nla_tracks) > 0
    settings = (animation.action_blend_type, animation.action_extrapolation, animation.action_influence)
    curves = compat.action_curves(action, slot.handle if slot else 0)
    frames = [key.co.x for curve in curves for key in (*curve.keyframe_points[:1], *curve.keyframe_points[-1:])]
    first, last = min(frames, default=1.0), max(frames, default=2.0)
    if any(len(curve.modifiers) or curve.extrapolation != "CONSTANT" for curve in curves):
        first, last = -FAR, FAR
    compat.assign_action(shape_keys, None)
    takes = [track for track in animation.nla_tracks if plays_take(track)]
    rests = [track for track in animation.nla_tracks if any(is_layer(strip.action, REST) for strip in track.strips)]
    below = [track for track in takes if track not in rests] if under_takes else []
    strip = new_strip(shape_keys, TRACK_NAME + action.name, action, slot, first, max(last, first + 1), below=below)
    strip.blend_type, strip.extrapolation, strip.influence = settings if blended else ("REPLACE", "HOLD", 1.0)
    animation.action_blend_type, animation.action_extrapolation, animation.action_influence = "REPLACE", "HOLD", 1.0
    return strip_track(shape_keys, strip).name


def raise_user_action(shape_keys: bpy.types.Key) -> bpy.types.Action | None:
    """Make the user's own action the active one again. None when it has no track, or its NLA strip was changed."""
    track = user_track(shape_keys)
    if track is None:
        return None
    animation = compat.animation_of(shape_keys)
    strip = track.strips[0]
    moved = abs(strip.frame_start - strip.action_frame_start) > SAME or strip.repeat != 1 or strip.scale != 1
    if moved or strip.action is None:
        return None
    action, slot = strip.action, getattr(strip, "action_slot", None)
    settings = (strip.blend_type, strip.extrapolation, strip.influence)
    animation.nla_tracks.remove(track)
    compat.assign_action(shape_keys, action, slot)
    animation.action_blend_type, animation.action_extrapolation, animation.action_influence = settings
    return action


def make_user_action(shape_keys: bpy.types.Key, action: bpy.types.Action) -> None:
    """Make an action that had a take an ordinary one of the user, which replaces the layers below (takes add)."""
    animation = compat.animation_of(shape_keys)
    if animation.action == action:
        animation.action_blend_type = "REPLACE"
    for track in animation.nla_tracks:
        for strip in track.strips:
            if strip.action == action:
                strip.blend_type, strip.extrapolation = "REPLACE", "HOLD"
