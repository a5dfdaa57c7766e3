"""NLA tracks and strips of shape keys: which of them are KMTalk's, and how to add, change and remove them."""

from collections.abc import Sequence
from typing import TypeGuard

import bpy

from .. import compat
from ..compat import Animated, Slot, animation_of
from .baseline_store import has_baseline, take_ids, take_info

__all__ = [
    "EMOTION",
    "LAYER",
    "LIFE",
    "REST",
    "UNDER",
    "animating_actions",
    "is_layer",
    "is_own_take",
    "is_replaced_track",
    "lift_track",
    "new_strip",
    "plays_take",
    "set_range",
    "strip_track",
    "take_track",
    "unlink",
]


LAYER = "kmtalk_layer"  # custom property of the actions of our layers (placement.layers): REST, UNDER, LIFE, EMOTION
REST = "rest"
UNDER = "under"
LIFE = "life"
EMOTION = "emotion"
# Kinds that are added to takes, and stay above them.
ADDED = (LIFE, EMOTION)


def is_own_take(action: bpy.types.Action | None) -> TypeGuard[bpy.types.Action]:
    """True for a take's own action; False for an action of the user, also with takes in it."""
    return has_baseline(action) and not any(take_info(action, take).get("guest") for take in take_ids(action))


def is_layer(action: bpy.types.Action | None, layer: str = "") -> bool:
    """True for an action of one of our layers. layer: only this one (REST, UNDER, LIFE or EMOTION)."""
    found = action.get(LAYER, "") if action is not None else ""
    return found == layer if layer else bool(found)


def animating_actions(shape_keys: bpy.types.Key | None) -> list[bpy.types.Action]:
    """The actions that animate shape keys, without those of our layers; each once, from the lowest track up."""
    animation = shape_keys.animation_data if shape_keys is not None else None
    if animation is None:
        return []
    tracks = [track for track in animation.nla_tracks if not is_replaced_track(track)]
    actions = [strip.action for track in tracks for strip in track.strips] + [animation.action]
    return list(dict.fromkeys(action for action in actions if action is not None and not is_layer(action)))


def plays_take(track: bpy.types.NlaTrack) -> bool:
    """True for a track of a take or of a layer of takes, unless it is a library's track that a local copy replaces."""
    if is_replaced_track(track):
        return False
    ours = [strip.action for strip in track.strips if not any(is_layer(strip.action, kind) for kind in ADDED)]
    return any(is_layer(action) or has_baseline(action) for action in ours)


def take_track(shape_keys: bpy.types.Key, action: bpy.types.Action) -> bpy.types.NlaTrack | None:
    """The track that an action plays on, or None."""
    tracks = shape_keys.animation_data.nla_tracks if shape_keys.animation_data else ()
    return next((track for track in tracks if any(strip.action == action for strip in track.strips)), None)


def is_replaced_track(track: bpy.types.NlaTrack) -> bool:
    """True for a library's track that was muted because a local copy of its take plays."""
    return track.is_override_data and track.mute


def strip_track(shape_keys: bpy.types.Key, strip: bpy.types.NlaStrip) -> bpy.types.NlaTrack:
    """The track that holds a strip."""
    return next(track for track in animation_of(shape_keys).nla_tracks if strip in list(track.strips))


def new_strip(
    datablock: Animated,
    name: str,
    action: bpy.types.Action,
    slot: Slot | None,
    first: float,
    last: float,
    below: Sequence[bpy.types.NlaTrack] = (),
) -> bpy.types.NlaStrip:
    """Add an NLA strip with an action on a new track: the topmost, or just below the lowest of the tracks `below`."""
    tracks = animation_of(datablock).nla_tracks
    everyone = list(tracks)
    place = min((everyone.index(track) for track in below), default=len(everyone))
    track = tracks.new(prev=everyone[place - 1]) if 0 < place < len(everyone) else tracks.new()
    track.name = name
    strip = track.strips.new(action.name, round(first), action)
    compat.assign_strip_slot(strip, slot)
    set_range(strip, first, last, 0.0)
    strip.extrapolation = "NOTHING"
    return strip


def set_range(strip: bpy.types.NlaStrip, first: float, last: float, shift: float) -> None:
    """Set the frames of the action that an NLA strip plays, at first + shift of the timeline."""
    scale, repeat = strip.scale, strip.repeat
    # The end first: Blender does not accept a start after the end.
    strip.action_frame_end = max(last, strip.action_frame_start + 1)
    strip.action_frame_start = first
    strip.action_frame_end = last
    strip.frame_start = first + shift
    strip.frame_end = first + shift + (last - first) * scale * repeat


def lift_track(shape_keys: bpy.types.Key, track: bpy.types.NlaTrack) -> None:
    """Move a track to the top, with the user's settings of it."""
    for old in list(track.strips):
        assert old.action is not None  # the track of a take
        slot = getattr(old, "action_slot", None)
        new = new_strip(shape_keys, track.name, old.action, slot, old.action_frame_start, old.action_frame_end)
        for name in ("scale", "repeat", "frame_start", "mute", "influence", "blend_type", "extrapolation", "blend_in"):
            setattr(new, name, getattr(old, name))
        new.blend_out = old.blend_out
    tracks = animation_of(shape_keys).nla_tracks
    tracks[-1].mute = track.mute
    tracks.remove(track)


def unlink(shape_keys: bpy.types.Key, action: bpy.types.Action) -> None:
    """Remove an action from the NLA tracks of shape keys, and as the active action.

    In a library override the library's tracks cannot be removed (opening the file restores them); they are muted.
    """
    animation = shape_keys.animation_data
    if animation is None:
        return
    if animation.action == action:
        compat.assign_action(shape_keys, None)
        animation.action_blend_type = "REPLACE"
    tracks = list(animation.nla_tracks)
    for track, beneath in zip(tracks, [None, *tracks], strict=False):
        if not any(strip.action == action for strip in track.strips):
            continue
        if track.is_override_data:
            track.mute = True
            if beneath is not None and any(is_layer(strip.action, UNDER) for strip in beneath.strips):
                beneath.mute = True
            continue
        for strip in [strip for strip in track.strips if strip.action == action]:
            track.strips.remove(strip)
        if not track.strips:
            animation.nla_tracks.remove(track)
