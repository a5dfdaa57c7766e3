"""Takes on a character: an action each; the newest is the active one, earlier ones play from NLA tracks."""

import dataclasses
from dataclasses import dataclass

import bpy

from ..errors import UserError
from . import compat
from .baseline import Baseline, drop_baseline, has_baseline, load_baseline, store_baseline, take_info
from .curves import CurveKeys, read_curves, write_curves
from .mapping import mapping_of, rests_of
from .rigs import animated_keys, check_target

__all__ = [
    "PLACEMENTS",
    "Placed",
    "activate_take",
    "active_take",
    "clear_takes",
    "editable_take",
    "place_take",
    "rewrite_take",
    "takes_of",
]

PLACEMENTS = ("ACTION", "NLA", "ACTIVE")
BLEND_FRAMES = 4
STASHED = "KMTalk stash: "


@dataclass(frozen=True)
class Placed:
    """A take on a character. action: its action's name. strip: what it speaks. active: it is the active action and can
    be edited (one from a library cannot)."""

    action: str
    strip: str
    start: float
    end: float
    active: bool


def takes_of(target: bpy.types.Object) -> list[Placed]:
    """The takes of a character, in the order of time."""
    keys = target.data.shape_keys if target.type == "MESH" else None
    found = []
    for action in _take_actions(keys):
        info, active = take_info(action), action == keys.animation_data.action and action.library is None
        found.append(Placed(action.name, info.get("strip", ""), info.get("start", 0.0), info.get("end", 0.0), active))
    return sorted(found, key=lambda take: (take.start, take.action))


def active_take(target: bpy.types.Object) -> bpy.types.Action:
    """The action of the take that is being worked on. Raises UserError when the active action is none."""
    keys = check_target(target)
    action = keys.animation_data.action if keys.animation_data else None
    if not has_baseline(action):
        others = _take_actions(keys)
        if len(others) != 1:
            hint = "choose one in the list of takes" if others else "generate one first"
            raise UserError(f"No take of {target.name} is active; {hint}.")
        action = others[0]
    return action


def editable_take(target: bpy.types.Object) -> bpy.types.Action:
    """As `active_take`, for what changes it. Raises UserError when it comes from a library."""
    action = active_take(target)
    if action.library is not None:
        raise UserError(f"Take {action.name} is linked; choose it in the list of takes to work on a copy of it.")
    return action


def find_take(target: bpy.types.Object, strip: str) -> bpy.types.Action | None:
    """The action of the character's take of a strip, or None."""
    actions = _take_actions(target.data.shape_keys)
    return next((action for action in actions if take_info(action).get("strip", "") == strip), None)


def place_take(
    target: bpy.types.Object, baseline: Baseline, curves: dict[str, CurveKeys], placement: str, replace: bool = False
) -> bpy.types.Action:
    """Write a take onto a character and return its action.

    placement: ACTION, an action of its own that becomes the active one (an earlier take moves to an NLA track, the
    user's own action to a muted one); where takes overlap, both go to NLA tracks, which can blend them. NLA, an action
    of its own on a track named after the strip. ACTIVE, into the active action. A take of the same strip is replaced.
    Raises UserError, before anything is changed, when ACTIVE would overwrite keys and `replace` is False.
    """
    keys = animated_keys(target)
    strip = baseline.info.get("strip", "")
    if placement == "ACTIVE" and keys.animation_data and keys.animation_data.action:
        return _write_into(keys, keys.animation_data.action, baseline, curves, replace)
    former = find_take(target, strip)
    action = bpy.data.actions.new(f"{target.name} {strip}"[:60])
    try:
        write_curves(action, keys, curves)
        store_baseline(action, baseline)
    except BaseException:
        bpy.data.actions.remove(action)
        raise
    _widen(keys, curves)
    if former is not None:
        name = former.name
        _remove(keys, former)
        action.name = name
    overlapped = any(
        take.start < baseline.end and baseline.start < take.end
        for take in takes_of(target)
        if take.action != action.name
    )
    if placement != "NLA":
        _make_active(keys, action)
    if overlapped and placement != "NLA":
        compat.assign_action(keys, None)
    if overlapped or placement == "NLA":
        _push(keys, action, baseline)
    return action


def rewrite_take(
    target: bpy.types.Object, action: bpy.types.Action, baseline: Baseline, curves: dict[str, CurveKeys]
) -> None:
    """Write new keys and a new baseline into a take's action, where it is."""
    keys = check_target(target)
    write_curves(action, keys, curves)
    store_baseline(action, baseline)
    _widen(keys, curves)


def activate_take(target: bpy.types.Object, name: str) -> None:
    """Make a take the active one, to edit its keys; the one that was goes to its NLA track.

    Of a take that comes from a library a copy is made, which takes its place. Raises UserError when there is none.
    """
    action = next((action for action in _take_actions(check_target(target)) if action.name == name), None)
    if action is None:
        raise UserError(f"There is no take named {name} on {target.name}.")
    keys = animated_keys(target)
    if keys.animation_data.action == action and action.library is None:
        return
    _unlink(keys, action)
    _make_active(keys, action if action.library is None else action.copy())


def clear_takes(target: bpy.types.Object, names: tuple[str, ...] = ()) -> int:
    """Remove takes of a character (all, or the actions named) and give back the action they had put aside.

    Returns how many. Shapes go back to where they rest. Raises UserError when there are none.
    """
    keys = check_target(target)
    chosen = [take for take in takes_of(target) if not names or take.action in names]
    if not chosen:
        raise UserError(f"{target.name} has no take to clear.")
    rests = rests_of(mapping_of(target))
    for take in chosen:
        action = bpy.data.actions[take.action]
        for shape in read_curves(action):
            if shape in keys.key_blocks:
                keys.key_blocks[shape].value = rests.get(shape, 0.0)
        if take_info(action).get("guest"):
            _leave(keys, action)
        else:
            _remove(keys, action)
    animation = keys.animation_data
    stash = next((track for track in animation.nla_tracks if track.name.startswith(STASHED)), None)
    if animation.action is None and stash is not None and not takes_of(target):
        action = stash.strips[0].action
        animation.nla_tracks.remove(stash)
        compat.assign_action(keys, action)
    return len(chosen)


def _take_actions(keys: bpy.types.Key | None) -> list[bpy.types.Action]:
    """The actions that hold the takes of shape keys, in no particular order."""
    animation = keys.animation_data if keys is not None else None
    if animation is None:
        return []
    actions = {strip.action for track in animation.nla_tracks for strip in track.strips} | {animation.action}
    return [action for action in actions if has_baseline(action)]


def _write_into(
    keys: bpy.types.Key, action: bpy.types.Action, baseline: Baseline, curves: dict[str, CurveKeys], replace: bool
) -> bpy.types.Action:
    now = read_curves(action, tuple(curves))
    first, last = baseline.start - 0.5, baseline.end + 0.5
    taken = sum(int(((k.frames > first) & (k.frames < last)).sum()) for k in now.values())
    again = has_baseline(action) and take_info(action).get("strip") == baseline.info.get("strip")
    if taken and not replace and not again:
        raise UserError(
            f"Action {action.name} has {taken} keys between frames {baseline.start:g} and {baseline.end:g}; allow "
            "replacing them, or write the take as an action of its own."
        )
    merged = {}
    for shape, fresh in curves.items():
        old = now.get(shape)
        if old is not None:
            fresh = old.where((old.frames < first) | (old.frames > last)).merged(fresh)
        merged[shape] = fresh
    write_curves(action, keys, merged)
    store_baseline(action, dataclasses.replace(baseline, info=baseline.info | {"guest": True}))
    _widen(keys, curves)
    return action


def _leave(keys: bpy.types.Key, action: bpy.types.Action) -> None:
    """Take the keys of a take out of the action of the user's that it was written into."""
    baseline = load_baseline(action)
    first, last = baseline.start - 0.5, baseline.end + 0.5
    now = read_curves(action, tuple(baseline.written))
    write_curves(action, keys, {s: k.where((k.frames < first) | (k.frames > last)) for s, k in now.items()})
    drop_baseline(action)


def _make_active(keys: bpy.types.Key, action: bpy.types.Action) -> None:
    animation = keys.animation_data_create()
    before = animation.action
    if before is not None and before != action:
        if has_baseline(before):
            _push(keys, before, load_baseline(before))
        else:
            _stash(keys, before)
    compat.assign_action(keys, action)
    # Beside its own range the active action leaves the earlier takes on the NLA tracks alone.
    animation.action_extrapolation = "NOTHING"


def _push(keys: bpy.types.Key, action: bpy.types.Action, baseline: Baseline) -> None:
    """Put a take on an NLA track of its own, named after its strip: a later start lies above and fades in."""
    animation = keys.animation_data_create()
    later = [
        track
        for track in animation.nla_tracks
        if any(has_baseline(strip.action) and strip.frame_start > baseline.start for strip in track.strips)
    ]
    strip = _new_track(keys, baseline.info.get("strip", "") or action.name, action, baseline.start)
    strip.action_frame_start, strip.action_frame_end = baseline.start, max(baseline.end, baseline.start + 1)
    strip.frame_start = baseline.start
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


def _stash(keys: bpy.types.Key, action: bpy.types.Action) -> None:
    """Keep the user's own action on a muted, locked track."""
    track = keys.animation_data.nla_tracks.new(prev=None)
    track.name = STASHED + action.name
    strip = track.strips.new(action.name, round(action.frame_range[0]), action)
    compat.nla_strip_slot(strip, keys)
    track.mute = track.lock = True


def _unlink(keys: bpy.types.Key, action: bpy.types.Action) -> None:
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


def _remove(keys: bpy.types.Key, action: bpy.types.Action) -> None:
    _unlink(keys, action)
    if action.users - int(action.use_fake_user) <= 0:
        bpy.data.actions.remove(action)


def _widen(keys: bpy.types.Key, curves: dict[str, CurveKeys]) -> None:
    """Let the sliders reach every value, which Blender clips otherwise."""
    for shape, written in curves.items():
        block = keys.key_blocks[shape]
        if len(written.co):
            block.slider_min = max(-10.0, min(block.slider_min, float(written.values.min())))
            block.slider_max = min(10.0, max(block.slider_max, float(written.values.max())))
