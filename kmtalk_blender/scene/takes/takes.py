"""The takes of a character, and the one that is edited."""

from dataclasses import dataclass

import bpy
import numpy as np

from ...errors import UserError
from .. import compat
from ..character.shape_map import check_target
from .baseline_store import has_baseline, moved_shapes, take_ids, take_info
from .nla_tracks import animating_actions, is_own_take, take_track

__all__ = [
    "Placed",
    "active_action",
    "active_own_take",
    "active_take",
    "check_changeable",
    "editable_take",
    "find_take",
    "free_frames",
    "own_takes",
    "sliders_before",
    "take_actions",
    "take_at",
    "takes_of",
]


@dataclass(frozen=True)
class Placed:
    """A take on a character. action: name of its action. id: of the take. strip: name of its strip or file. start, end:
    frames of its speech. active: it is in the active action and can be edited (a linked one cannot). expression: ADD,
    REPLACE or LEAVE."""

    action: str
    id: str
    strip: str
    start: float
    end: float
    active: bool
    expression: str = "ADD"


def takes_of(target: bpy.types.Object) -> list[Placed]:
    """The takes of a character, in the order of time."""
    shape_keys = target.data.shape_keys if target.type == "MESH" else None
    if shape_keys is None:
        return []
    found = []
    for action in take_actions(shape_keys):
        active = action == active_action(shape_keys) and action.library is None
        for take in take_ids(action, compat.slot_handle(action, shape_keys)):
            info = take_info(action, take)
            start, end = info.get("start", 0.0), info.get("end", 0.0)
            expression = info.get("expression", "ADD")
            found.append(Placed(action.name, take, info.get("strip", ""), start, end, active, expression))
    return sorted(found, key=lambda take: (take.start, take.action))


def active_take(target: bpy.types.Object) -> bpy.types.Action:
    """The action of the take to edit: the active one, else the only one with a take. Raises UserError without one."""
    shape_keys = check_target(target)
    action = active_action(shape_keys)
    if has_baseline(action):
        return action
    others = take_actions(shape_keys)
    if len(others) != 1:
        hint = "choose one in the list of takes" if others else "generate one first"
        raise UserError(f"No take of {target.name} is active; {hint}.")
    return others[0]


def take_at(target: bpy.types.Object, action: bpy.types.Action, frame: float) -> str:
    """The id of the take in a character's action that is nearest to a frame."""

    def apart(take: str) -> float:
        info = take_info(action, take)
        return max(info.get("start", 0.0) - frame, frame - info.get("end", 0.0), 0.0)

    return min(take_ids(action, compat.slot_handle(action, compat.shape_keys_of(target))), key=apart)


def editable_take(target: bpy.types.Object) -> bpy.types.Action:
    """As `active_take`. Raises UserError also when the action is linked from a library and cannot be changed."""
    action = active_take(target)
    if action.library is not None:
        raise UserError(f"Take {action.name} is linked; choose it in the list of takes to work on a copy of it.")
    return action


def find_take(target: bpy.types.Object, take: str) -> bpy.types.Action | None:
    """The action of the character's take with this id, or None."""
    found = next((placed for placed in takes_of(target) if placed.id == take), None)
    return bpy.data.actions.get(found.action) if found else None


def check_changeable(target: bpy.types.Object, actions: tuple[bpy.types.Action, ...] = ()) -> None:
    """Raises UserError when takes cannot be written now: in the NLA's tweak mode, or on a locked track.

    actions: the takes whose tracks would change.
    """
    shape_keys = check_target(target)
    animation = shape_keys.animation_data
    if animation is None:
        return
    if animation.use_tweak_mode:
        raise UserError(
            f"The shape keys of {target.name} are in the NLA's tweak mode; leave it first (Tab in the NLA editor)."
        )
    for action in actions:
        track = take_track(shape_keys, action)
        if track is not None and track.lock and action.library is None:
            raise UserError(f"The NLA track {track.name} of {target.name} is locked; unlock it first (its padlock).")


def free_frames(target: bpy.types.Object, start: float, end: float, but: str) -> tuple[float, float]:
    """Free frames before a line up to the take before it, and after it; infinite without such a take. but: id of a take
    to ignore."""
    others = [take for take in takes_of(target) if take.id != but]
    before = min((start - take.end for take in others if take.start < start), default=np.inf)
    after = min((take.start - end for take in others if take.end > end), default=np.inf)
    return max(before, 0.0), max(after, 0.0)


def sliders_before(target: bpy.types.Object) -> dict[str, float]:
    """Value of the slider of every shape key before the first take moved it."""
    shape_keys = compat.shape_keys_of(target)
    values = {block.name: block.value for block in shape_keys.key_blocks}
    for action in reversed(take_actions(shape_keys)):
        for take in take_ids(action, compat.slot_handle(action, shape_keys)):
            values |= {one.shape: one.before for one in moved_shapes(action, take)}
    return values


def active_action(shape_keys: bpy.types.Key) -> bpy.types.Action | None:
    return shape_keys.animation_data.action if shape_keys.animation_data else None


def active_own_take(shape_keys: bpy.types.Key) -> bpy.types.Action | None:
    action = active_action(shape_keys)
    return action if is_own_take(action) else None


def take_actions(shape_keys: bpy.types.Key | None) -> list[bpy.types.Action]:
    """The actions with takes that animate shape keys."""
    return [action for action in animating_actions(shape_keys) if has_baseline(action)]


def own_takes(shape_keys: bpy.types.Key) -> list[bpy.types.Action]:
    return [action for action in animating_actions(shape_keys) if is_own_take(action)]
