"""What the user does with takes that are there: choose, clear, put the own animation above or below them."""

import dataclasses

import bpy

from ...errors import UserError
from .. import compat
from ..character.shape_map import animatable_shape_keys, check_target
from ..curves.groups import FACE
from ..curves.shape_curves import keyed_shapes, shape_of
from ..takes.baseline_store import load_baseline, moved_shapes, store_baseline
from ..takes.nla_tracks import animating_actions, is_own_take, unlink
from ..takes.takes import (
    active_action,
    active_own_take,
    check_changeable,
    find_take,
    own_takes,
    sliders_before,
    take_actions,
    takes_of,
)
from .hand_keys import hand_track, lower_hand, raise_hand
from .layers import arrange
from .place_take import mute_face, place_action, take_out

__all__ = ["activate_take", "clear_takes", "play_below", "put_back", "set_expression"]


def activate_take(target: bpy.types.Object, name: str) -> list[str]:
    """Make a take the active one, to edit its keys; the one that was goes to its NLA track, the user's own action plays
    on below. Returns what was taken over, a sentence each.

    Of a take that comes from a library a copy is made, which takes its place. Raises UserError when there is none.
    """
    shape_keys = check_target(target)
    action = next((action for action in take_actions(shape_keys) if action.name == name), None)
    if action is None:
        raise UserError(f"There is no take named {name} on {target.name}.")
    check_changeable(target, (action,))
    shape_keys = animatable_shape_keys(target)
    if active_action(shape_keys) == action and action.library is None:
        return []
    if not is_own_take(action):
        arrange(shape_keys, own_takes(shape_keys), None)
        raise_hand(shape_keys)
        return []
    if action.library is not None:
        unlink(shape_keys, action)
        action = action.copy()
    return place_action(shape_keys, action, "ACTION", alone=True)


def put_back(target: bpy.types.Object) -> str:
    """Make the user's own action the active one again; takes stay on their NLA tracks, below it. Returns its name.

    Raises UserError when it was not put below, or was changed there.
    """
    check_changeable(target)
    shape_keys = animatable_shape_keys(target)
    if hand_track(shape_keys) is None:
        raise UserError(f"No action of yours plays below the takes of {target.name}.")
    arrange(shape_keys, own_takes(shape_keys), None)
    action = raise_hand(shape_keys)
    if action is None:
        raise UserError("Your action was moved or scaled on its NLA track; it stays there, as you made it.")
    arrange(shape_keys, own_takes(shape_keys), None)
    return action.name


def play_below(target: bpy.types.Object) -> str:
    """Let the user's own active action play on below the takes. Returns the name of its NLA track."""
    check_changeable(target)
    shape_keys = animatable_shape_keys(target)
    track = lower_hand(shape_keys, under_takes=True)
    arrange(shape_keys, own_takes(shape_keys), None)
    return track


def set_expression(target: bpy.types.Object, take: str, expression: str) -> None:
    """Let a take's smile, frown, brows and blinks add to what the user keyed, replace it, or leave it.

    expression: ADD, REPLACE or LEAVE. Raises UserError for a take that is written into the user's own action.
    """
    action = find_take(target, take)
    if action is None:
        raise UserError(f"There is no such take on {target.name}; choose one in the list of takes.")
    check_changeable(target, (action,))
    baseline = load_baseline(action, take)
    if baseline.shares_action or action.library is not None:
        raise UserError(f"Take {baseline.label} is part of action {action.name}; generate it again to change that.")
    shape_keys = animatable_shape_keys(target)
    if baseline.info.get("expression") == "LEAVE":
        for curve in compat.action_curves(action, baseline.slot):
            if shape_of(curve.data_path) in {one.shape for one in baseline.moved if one.group == FACE}:
                curve.mute = False
    baseline = dataclasses.replace(baseline, info=baseline.info | {"expression": expression})
    mute_face(action, baseline)
    store_baseline(action, baseline)
    arrange(shape_keys, own_takes(shape_keys), active_own_take(shape_keys))


def clear_takes(
    target: bpy.types.Object, names: tuple[str, ...] = (), strip: str = "", take: str = ""
) -> tuple[int, list[str]]:
    """Remove takes of a character (all, or the actions named) and give back the action that they lie on.

    strip: only the takes of this strip; take: only the take of this id; empty: of every one. Returns how many, and
    what was kept, a sentence each. Sliders go back to where they were before. Raises UserError when there are none.
    """
    shape_keys = check_target(target)
    chosen = [
        placed
        for placed in takes_of(target)
        if (not names or placed.action in names)
        and (not strip or placed.strip == strip)
        and (not take or placed.id == take)
    ]
    if not chosen:
        raise UserError(f"{target.name} has no take to clear.")
    actions = {placed.action: bpy.data.actions[placed.action] for placed in chosen}
    check_changeable(target, tuple(actions.values()))
    before, told = sliders_before(target), []
    moved = {one.shape for placed in chosen for one in moved_shapes(actions[placed.action], placed.id)}
    for placed in chosen:
        told += take_out(shape_keys, actions[placed.action], placed.id)
    arrange(shape_keys, own_takes(shape_keys), active_own_take(shape_keys))
    if active_action(shape_keys) is None and not take_actions(shape_keys):
        raise_hand(shape_keys)
    animated = {shape for action in animating_actions(shape_keys) for shape in keyed_shapes(action)}
    for shape in moved - animated:
        if shape in shape_keys.key_blocks:
            shape_keys.key_blocks[shape].value = before[shape]
    return len(chosen), told
