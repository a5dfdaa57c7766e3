"""Write a take onto a character, into its own action or into the user's, and remove it again."""

import dataclasses

import bpy

from .. import compat
from ..character.shape_map import animatable_shape_keys, check_target, value_path
from ..curves.groups import FACE
from ..curves.shape_curves import CurveKeys, keyed_shapes, locked_shapes, remove_curves, shape_of, write_curves
from ..takes.baseline import Baseline
from ..takes.baseline_store import (
    drop_baseline,
    has_baseline,
    load_baseline,
    moved_shapes,
    store_baseline,
    take_ids,
    take_info,
)
from ..takes.nla_tracks import animating_actions, is_own_take, unlink
from ..takes.takes import active_action, active_own_take, find_take, own_takes
from .layers import arrange
from .shared_action import check_room, share, take_out_of, write_into
from .user_action import lower_user_action, make_user_action, user_action

__all__ = ["PLACEMENTS", "mute_face", "place_action", "place_take", "rewrite_take", "shared_place", "take_out"]


PLACEMENTS = ("ACTION", "NLA", "ACTIVE")
# Custom property of an action that was made for takes to share: it is removed with the last of them.
MADE = "kmtalk_made"


def place_take(
    target: bpy.types.Object,
    baseline: Baseline,
    curves: dict[str, CurveKeys],
    groups: dict[str, str],
    placement: str,
) -> tuple[bpy.types.Action, list[str]]:
    """Write a take onto a character. Returns its action, and sentences on what was moved or kept.

    placement: ACTION, its own action, which becomes the active one (overlapping takes all go to NLA tracks, later ones
    above); NLA, its own action on an NLA track; ACTIVE, keys in the user's active action, where `shared_place` has made
    room. The user's active action plays on below takes that move its shape keys (`layers`). groups: shape key -> group
    of its curve. A take with the same id is replaced in its action, unless that is linked, shared or has a fake user.
    """
    former = find_take(target, baseline.id)
    shape_keys = animatable_shape_keys(target)
    messages, action = [], former
    if baseline.shares_action:
        action = active_action(shape_keys)
        if action is None:
            action = compat.new_action(_action_name(target, baseline), shape_keys)
            action[MADE] = True
            compat.assign_action(shape_keys, action)
        if former is not None and former != action:
            messages += take_out(shape_keys, former, baseline.id)
        write_into(shape_keys, action, baseline, curves, groups)
        arrange(shape_keys, own_takes(shape_keys), None)
    else:
        if action is None or not _may_rewrite(action):
            action = compat.new_action(_action_name(target, baseline), shape_keys)
            if former is not None:
                messages += take_out(shape_keys, former, baseline.id)
        _fill(shape_keys, action, baseline, curves, groups)
        messages += place_action(shape_keys, action, placement)
    _widen(shape_keys, baseline, curves)
    return action, messages


def shared_place(target: bpy.types.Object, baseline: Baseline, shapes: tuple[str, ...], replace: bool) -> None:
    """Make room for a take in the character's active action: its former keys are removed, those they replaced restored.

    When the action is a take's own, it is first converted with `share`. Raises UserError, with nothing changed, when
    other keys are in the way and `replace` is False.
    """
    shape_keys = animatable_shape_keys(target)
    action = active_action(shape_keys)
    if action is None:
        return
    if not replace:
        check_room(shape_keys, action, baseline, shapes)
    if is_own_take(action):
        share(shape_keys, action)
    if baseline.id in take_ids(action, compat.slot_handle(action, shape_keys)):
        take_out_of(shape_keys, action, baseline.id)


def rewrite_take(
    target: bpy.types.Object,
    action: bpy.types.Action,
    baseline: Baseline,
    curves: dict[str, CurveKeys],
    groups: dict[str, str],
    arranged: bool = True,
) -> None:
    """Write new keys and a new baseline into a take's action, which stays where it is. arranged: the layers around it
    are arranged anew."""
    shape_keys = check_target(target)
    if baseline.shares_action:
        write_curves(action, shape_keys, {shape: new for shape, new in curves.items() if len(new.co)}, groups)
        remove_curves(action, shape_keys, {shape for shape, new in curves.items() if not len(new.co)})
        store_baseline(action, baseline)
    else:
        _fill(shape_keys, action, baseline, curves, groups)
        if arranged:
            arrange(shape_keys, own_takes(shape_keys), active_own_take(shape_keys))
    _widen(shape_keys, baseline, curves)


def place_action(shape_keys: bpy.types.Key, action: bpy.types.Action, placement: str, alone: bool = False) -> list[str]:
    """Arrange the layers with a take's action. alone: it becomes the active one even when it overlaps other takes."""
    moved = {one.shape for one in moved_shapes(action, take_ids(action)[0])}
    own = list(dict.fromkeys([*own_takes(shape_keys), action]))
    overlapped = any(other != action and _overlap(other, action) for other in own)
    active = None
    if placement != "NLA" and (alone or not overlapped):
        active = action
    elif placement == "NLA" and not overlapped and active_own_take(shape_keys) != action:
        # A take that is being edited stays active when the new take does not overlap it.
        active = active_own_take(shape_keys)
    messages = []
    user = user_action(shape_keys)
    if user is not None and (active is not None or moved & keyed_shapes(user, compat.slot_handle(user, shape_keys))):
        track = lower_user_action(shape_keys)
        messages.append(f"Your action {user.name} plays on below, on the NLA track {track}; Put Back undoes that.")
    arrange(shape_keys, own, active)
    return messages


def take_out(shape_keys: bpy.types.Key, action: bpy.types.Action, take: str) -> list[str]:
    """Remove a take: only its keys when its action has others, else the action. Returns sentences on what is kept."""
    if take_info(action, take).get("guest"):
        take_out_of(shape_keys, action, take)
        if not compat.action_curves(action) and action.get(MADE):
            unlink(shape_keys, action)
            _remove(action)
        return []
    if action.use_fake_user:
        unlink(shape_keys, action)
        return [f"Action {action.name} has a fake user and was kept."]
    if action.library is None and _players(action) <= 1 and _foreign(action, take):
        # The action stays in its place, as an action of the user.
        remove_curves(
            action, shape_keys, {shape for shape, co in load_baseline(action, take).written.items() if len(co)}
        )
        drop_baseline(action, take)
        make_user_action(shape_keys, action)
        return [f"Action {action.name} holds other keys of yours and was kept."]
    unlink(shape_keys, action)
    _remove(action)
    return []


def mute_face(action: bpy.types.Action, baseline: Baseline) -> None:
    """Mute the curves of expression when the take's expression is LEAVE; curves that the user muted stay muted."""
    faces = {one.shape for one in baseline.moved if one.group == FACE}
    for curve in compat.action_curves(action, baseline.slot):
        if shape_of(curve.data_path) in faces:
            curve.mute = curve.mute or baseline.info.get("expression") == "LEAVE"


def _may_rewrite(action: bpy.types.Action) -> bool:
    """True for a take's own action that is local, without fake user, and played by one character only."""
    return is_own_take(action) and action.library is None and not action.use_fake_user and _players(action) <= 1


def _players(action: bpy.types.Action) -> int:
    """Number of shape-key datablocks that an action animates."""
    return sum(action in animating_actions(shape_keys) for shape_keys in bpy.data.shape_keys)


def _fill(
    shape_keys: bpy.types.Key,
    action: bpy.types.Action,
    baseline: Baseline,
    curves: dict[str, CurveKeys],
    groups: dict[str, str],
) -> None:
    """Write a take into its own action; its curves that are no longer needed are removed, those of the user stay."""
    fresh = {shape: new for shape, new in curves.items() if len(new.co)}
    if has_baseline(action):
        before = load_baseline(action)
        made = {shape for shape, co in before.written.items() if len(co)} | set(curves)
        remove_curves(action, shape_keys, made - set(fresh) - locked_shapes(action, before.slot))
    write_curves(action, shape_keys, fresh, groups)
    mute_face(action, baseline)
    info = baseline.info | {"slot": compat.slot_handle(action, shape_keys)}
    store_baseline(action, dataclasses.replace(baseline, info=info))


def _action_name(target: bpy.types.Object, baseline: Baseline) -> str:
    return f"{target.name} {baseline.label}"[:60]


def _overlap(one: bpy.types.Action, other: bpy.types.Action) -> bool:
    a, b = take_info(one), take_info(other)
    return a.get("start", 0.0) < b.get("end", 0.0) and b.get("start", 0.0) < a.get("end", 0.0)


def _foreign(action: bpy.types.Action, take: str) -> bool:
    """True when an action has curves that are not the take's."""
    own = {shape for shape, co in load_baseline(action, take).written.items() if len(co)}
    return bool({curve.data_path for curve in compat.action_curves(action)} - {value_path(shape) for shape in own})


def _remove(action: bpy.types.Action) -> None:
    if action.library is None and action.users == 0:
        bpy.data.actions.remove(action)


def _widen(shape_keys: bpy.types.Key, baseline: Baseline, curves: dict[str, CurveKeys]) -> None:
    """Widen the ranges of the sliders to the values of the curves: Blender clips values outside of them."""
    rests = {} if baseline.shares_action else {one.shape: one.rest for one in baseline.moved}
    for shape, written in curves.items():
        block = shape_keys.key_blocks[shape]
        if len(written.co):
            values = written.values + rests.get(shape, 0.0)
            block.slider_min = max(-10.0, min(block.slider_min, float(values.min())))
            block.slider_max = min(10.0, max(block.slider_max, float(values.max())))
