"""Takes on a character: an action each; the newest is the active one, earlier ones play from NLA tracks."""

import dataclasses
from dataclasses import dataclass

import bpy

from ..errors import UserError
from . import compat
from .baseline import (
    Baseline,
    drop_baseline,
    has_baseline,
    load_baseline,
    store_baseline,
    strips_in,
    take_info,
)
from .curves import CurveKeys, read_curves, write_curves
from .mapping import mapping_of, rests_of
from .rigs import animated_keys, check_target
from .tracks import give_back, push, remove, stash, unlink

__all__ = [
    "PLACEMENTS",
    "Placed",
    "activate_take",
    "active_take",
    "clear_takes",
    "editable_take",
    "find_take",
    "place_take",
    "rewrite_take",
    "take_at",
    "takes_of",
]

PLACEMENTS = ("ACTION", "NLA", "ACTIVE")


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
        active = action == keys.animation_data.action and action.library is None
        for strip in strips_in(action):
            info = take_info(action, strip)
            found.append(Placed(action.name, strip, info.get("start", 0.0), info.get("end", 0.0), active))
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


def take_at(action: bpy.types.Action, frame: float) -> str:
    """The strip of the take of an action that is nearest to a frame."""

    def apart(strip: str) -> float:
        info = take_info(action, strip)
        return max(info.get("start", 0.0) - frame, frame - info.get("end", 0.0), 0.0)

    return min(strips_in(action), key=apart)


def editable_take(target: bpy.types.Object) -> bpy.types.Action:
    """As `active_take`, for what changes it. Raises UserError when it comes from a library."""
    action = active_take(target)
    if action.library is not None:
        raise UserError(f"Take {action.name} is linked; choose it in the list of takes to work on a copy of it.")
    return action


def find_take(target: bpy.types.Object, strip: str) -> bpy.types.Action | None:
    """The action of the character's take of a strip, or None."""
    actions = _take_actions(target.data.shape_keys)
    return next((action for action in actions if strip in strips_in(action)), None)


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
    former = find_take(target, baseline.strip)
    if placement == "ACTIVE" and keys.animation_data and keys.animation_data.action:
        action = keys.animation_data.action
        _write_into(keys, action, baseline, curves, replace)
        if former is not None and former != action:
            _take_out(keys, former, baseline.strip)
        return action
    action = bpy.data.actions.new(f"{target.name} {baseline.strip}"[:60])
    try:
        write_curves(action, keys, curves)
        store_baseline(action, baseline)
    except BaseException:
        bpy.data.actions.remove(action)
        raise
    _widen(keys, curves)
    if former is not None:
        name = former.name
        _take_out(keys, former, baseline.strip)
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
        push(keys, action)
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
    unlink(keys, action)
    _make_active(keys, action if action.library is None else action.copy())


def clear_takes(target: bpy.types.Object, names: tuple[str, ...] = (), strip: str = "") -> int:
    """Remove takes of a character (all, or the actions named) and give back the action they had put aside.

    strip: only the takes of this strip; empty: of every one. Returns how many. Shapes go back to where they rest.
    Raises UserError when there are none.
    """
    keys = check_target(target)
    chosen = [
        take for take in takes_of(target) if (not names or take.action in names) and (not strip or take.strip == strip)
    ]
    if not chosen:
        raise UserError(f"{target.name} has no take to clear.")
    rests = rests_of(mapping_of(target))
    for take in chosen:
        action = bpy.data.actions[take.action]
        for shape in read_curves(action):
            if shape in keys.key_blocks:
                keys.key_blocks[shape].value = rests.get(shape, 0.0)
        _take_out(keys, action, take.strip)
    if keys.animation_data.action is None and not takes_of(target):
        give_back(keys)
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
) -> None:
    """Write a take into an action that holds other keys, or other takes."""
    now = read_curves(action, tuple(curves))
    if baseline.strip in strips_in(action):
        # Its own former keys are no obstacle, and go.
        former = load_baseline(action, baseline.strip)
        now = {shape: old.where(~former.mine(old)) for shape, old in now.items()}
    taken = sum(int(baseline.mine(old).sum()) for old in now.values())
    if taken and not replace:
        raise UserError(
            f"Action {action.name} has {taken} keys between frames {baseline.start:g} and {baseline.end:g}; allow "
            "replacing them, or write the take as an action of its own."
        )
    merged = {
        shape: now[shape].where(~baseline.mine(now[shape])).merged(fresh) if shape in now else fresh
        for shape, fresh in curves.items()
    }
    write_curves(action, keys, merged)
    for strip in strips_in(action):
        other = load_baseline(action, strip)
        if other.start < baseline.end and baseline.start < other.end:
            # What was written over is no take any more.
            drop_baseline(action, strip)
        elif not other.guest:
            store_baseline(action, dataclasses.replace(other, info=other.info | {"guest": True}))
    store_baseline(action, dataclasses.replace(baseline, info=baseline.info | {"guest": True}))
    _widen(keys, curves)


def _take_out(keys: bpy.types.Key, action: bpy.types.Action, strip: str) -> None:
    """Remove a take: its keys from an action that holds more than it, else its action."""
    if not take_info(action, strip).get("guest"):
        remove(keys, action)
        return
    baseline = load_baseline(action, strip)
    now = read_curves(action, tuple(baseline.written))
    write_curves(action, keys, {shape: old.where(~baseline.mine(old)) for shape, old in now.items()})
    drop_baseline(action, strip)


def _make_active(keys: bpy.types.Key, action: bpy.types.Action) -> None:
    animation = keys.animation_data_create()
    before = animation.action
    if before is not None and before != action:
        if has_baseline(before):
            push(keys, before)
        else:
            stash(keys, before)
    compat.assign_action(keys, action)
    # Beside its own range the active action leaves the earlier takes on the NLA tracks alone.
    animation.action_extrapolation = "NOTHING"


def _widen(keys: bpy.types.Key, curves: dict[str, CurveKeys]) -> None:
    """Let the sliders reach every value, which Blender clips otherwise."""
    for shape, written in curves.items():
        block = keys.key_blocks[shape]
        if len(written.co):
            block.slider_min = max(-10.0, min(block.slider_min, float(written.values.min())))
            block.slider_max = min(10.0, max(block.slider_max, float(written.values.max())))
