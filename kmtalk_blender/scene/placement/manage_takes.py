"""Manage existing takes: activate, clear, set their expression, move the user's own action above or below them."""

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
from .layers import arrange
from .place_take import mute_face, place_action, take_out
from .refresh import refresh_beside
from .user_action import lower_user_action, raise_user_action, user_track
from .write_emotion import remove_emotion
from .write_life import remove_life

__all__ = ["activate_take", "clear_takes", "play_below", "put_back", "set_expression"]


def activate_take(target: bpy.types.Object, name: str) -> list[str]:
    """Make a take the active action, to edit its keys. The former active take moves to its NLA track, the user's own
    action to a track below. Returns sentences on what was moved.

    A take from a library is replaced by a local copy. Raises UserError when there is no such take.
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
        raise_user_action(shape_keys)
        return []
    if action.library is not None:
        unlink(shape_keys, action)
        action = action.copy()
    return place_action(shape_keys, action, "ACTION", alone=True)


def put_back(target: bpy.types.Object) -> str:
    """Make the user's own action the active one again; takes stay on their NLA tracks, below it. Returns its name.

    Raises UserError when it is not on a track below the takes, or its NLA strip was changed.
    """
    check_changeable(target)
    shape_keys = animatable_shape_keys(target)
    if user_track(shape_keys) is None:
        raise UserError(f"No action of yours plays below the takes of {target.name}.")
    arrange(shape_keys, own_takes(shape_keys), None)
    action = raise_user_action(shape_keys)
    if action is None:
        raise UserError("Your action was moved or scaled on its NLA track; it stays there, as you made it.")
    arrange(shape_keys, own_takes(shape_keys), None)
    return action.name


def play_below(target: bpy.types.Object) -> str:
    """Move the user's active action to an NLA track below the takes. Returns the name of the track."""
    check_changeable(target)
    shape_keys = animatable_shape_keys(target)
    track = lower_user_action(shape_keys, under_takes=True)
    arrange(shape_keys, own_takes(shape_keys), None)
    return track


def set_expression(target: bpy.types.Object, take: str, expression: str) -> tuple[str, ...]:
    """Set how smile, frown, brows and blinks of a take combine with the user's keys.

    expression: ADD, REPLACE or LEAVE. Returns a sentence when head and eyes could not follow.
    Raises UserError for a take in the user's own action.
    """
    action = find_take(target, take)
    if action is None:
        raise UserError(f"There is no such take on {target.name}; choose one from the list of takes.")
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
    return refresh_beside(target, baseline)


def clear_takes(
    target: bpy.types.Object, names: tuple[str, ...] = (), strip: str = "", take: str = ""
) -> tuple[int, list[str]]:
    """Remove takes of a character; after the last one the user's own action is the active one again.

    names: only takes in these actions. strip: only takes of this strip. take: only the take with this id. Empty: all
    takes. Returns the number of removed takes, and sentences on what was kept. Sliders get their former values.
    Raises UserError when there is no such take.
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
    before, messages = sliders_before(target), []
    moved = {one.shape for placed in chosen for one in moved_shapes(actions[placed.action], placed.id)}
    for placed in chosen:
        messages += take_out(shape_keys, actions[placed.action], placed.id)
    remove_life(target, {placed.id for placed in chosen})
    remove_emotion(target, {placed.id for placed in chosen})
    arrange(shape_keys, own_takes(shape_keys), active_own_take(shape_keys))
    if active_action(shape_keys) is None and not take_actions(shape_keys):
        raise_user_action(shape_keys)
    animated = {shape for action in animating_actions(shape_keys) for shape in keyed_shapes(action)}
    for shape in moved - animated:
        if shape in shape_keys.key_blocks:
            shape_keys.key_blocks[shape].value = before[shape]
    return len(chosen), messages
