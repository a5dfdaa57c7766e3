"""Actions on the NLA tracks of shape keys: takes that play one over the other, the user's own action put aside."""

import bpy

from . import compat
from .baseline import has_baseline, strips_in, take_info

__all__ = ["STASHED", "give_back", "push", "remove", "span", "stash", "unlink"]

BLEND_FRAMES = 4
STASHED = "KMTalk stash: "


def span(action: bpy.types.Action) -> tuple[float, float]:
    """First and last frame that an action plays: of its take, or of all its keys when it holds more than that."""
    info = take_info(action)
    if info.get("guest"):
        return tuple(action.frame_range)
    return info.get("start", 0.0), info.get("end", 0.0)


def push(keys: bpy.types.Key, action: bpy.types.Action) -> None:
    """Put a take on an NLA track of its own, named after its strip: a later start lies above and fades in."""
    start, end = span(action)
    animation = keys.animation_data_create()
    later = [
        track
        for track in animation.nla_tracks
        if any(has_baseline(strip.action) and strip.frame_start > start for strip in track.strips)
    ]
    strip = _new_track(keys, " + ".join(strips_in(action)) or action.name, action, start)
    strip.action_frame_start, strip.action_frame_end = start, max(end, start + 1)
    strip.frame_start = start
    # Blender adds tracks at the top only, so what is to lie above is laid there again.
    for track in sorted(later, key=lambda track: track.strips[0].frame_start):
        _lift(keys, track)
    _blend(keys)


def _new_track(keys: bpy.types.Key, name: str, action: bpy.types.Action, start: float) -> bpy.types.NlaStrip:
    track = keys.animation_data.nla_tracks.new()
    track.name = name
    strip = track.strips.new(action.name, round(start), action)
    compat.nla_strip_slot(strip, keys)
    strip.extrapolation = "NOTHING"
    return strip


def _lift(keys: bpy.types.Key, track: bpy.types.NlaTrack) -> None:
    """Lay a track on top, as the user left it."""
    for old in track.strips:
        new = _new_track(keys, track.name, old.action, old.frame_start)
        for name in ("action_frame_start", "action_frame_end", "scale", "repeat", "frame_start", "mute", "influence"):
            setattr(new, name, getattr(old, name))
    keys.animation_data.nla_tracks[-1].mute = track.mute
    keys.animation_data.nla_tracks.remove(track)


def _blend(keys: bpy.types.Key) -> None:
    """Each take fades in over the one that still speaks under it."""
    strips = [
        strip
        for track in keys.animation_data.nla_tracks
        for strip in track.strips
        if has_baseline(strip.action) and not track.mute
    ]
    for strip in strips:
        under = any(other.frame_start < strip.frame_start < other.frame_end for other in strips)
        strip.blend_in = min(BLEND_FRAMES, strip.frame_end - strip.frame_start) if under else 0.0


def stash(keys: bpy.types.Key, action: bpy.types.Action) -> None:
    """Keep the user's own action on a muted, locked track."""
    track = keys.animation_data.nla_tracks.new(prev=None)
    track.name = STASHED + action.name
    strip = track.strips.new(action.name, round(action.frame_range[0]), action)
    compat.nla_strip_slot(strip, keys)
    track.mute = track.lock = True


def give_back(keys: bpy.types.Key) -> None:
    """Make the action that was put aside the active one again."""
    animation = keys.animation_data
    track = next((track for track in animation.nla_tracks if track.name.startswith(STASHED)), None)
    if track is not None:
        action = track.strips[0].action
        animation.nla_tracks.remove(track)
        compat.assign_action(keys, action)


def unlink(keys: bpy.types.Key, action: bpy.types.Action) -> None:
    """Take an action off a character's NLA tracks and out of its active place."""
    animation = keys.animation_data
    if animation is None:
        return
    if animation.action == action:
        compat.assign_action(keys, None)
    for track in list(animation.nla_tracks):
        for strip in [strip for strip in track.strips if strip.action == action]:
            track.strips.remove(strip)
        if not track.strips:
            animation.nla_tracks.remove(track)


def remove(keys: bpy.types.Key, action: bpy.types.Action) -> None:
    unlink(keys, action)
    if action.users - int(action.use_fake_user) <= 0:
        bpy.data.actions.remove(action)
