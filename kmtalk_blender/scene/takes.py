"""Takes on a character: an action each, or keys in the user's own action; the newest is the one that is worked on."""

import dataclasses
from dataclasses import dataclass

import bpy
import numpy as np

from ..errors import UserError
from . import compat, layers
from .baseline import (
    Baseline,
    drop_baseline,
    has_baseline,
    load_baseline,
    moved_shapes,
    store_baseline,
    take_ids,
    take_info,
)
from .curves import CurveKeys, keyed_shapes, locked_shapes, remove_curves, shape_of, write_curves
from .groups import FACE
from .rigs import animated_keys, check_target, value_path
from .shared_action import check_room, share, take_out_of, write_into

__all__ = [
    "PLACEMENTS",
    "Placed",
    "activate_take",
    "active_take",
    "check_changeable",
    "clear_takes",
    "editable_take",
    "find_take",
    "free_frames",
    "place_take",
    "play_below",
    "put_back",
    "rewrite_take",
    "set_expression",
    "shared_place",
    "sliders_before",
    "take_at",
    "takes_of",
]

PLACEMENTS = ("ACTION", "NLA", "ACTIVE")
# On an action that was made for takes to share: it goes with the last of them.
MADE = "kmtalk_made"


@dataclass(frozen=True)
class Placed:
    """A take on a character. action: its action's name. id: which take. strip: what it speaks. start, end: the frames
    that it speaks. active: it is in the active action and can be edited (one from a library cannot). expression: ADD,
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
    keys = target.data.shape_keys if target.type == "MESH" else None
    found = []
    for action in _take_actions(keys):
        active = action == keys.animation_data.action and action.library is None
        for take in take_ids(action, compat.slot_handle(action, keys)):
            info = take_info(action, take)
            start, end = info.get("start", 0.0), info.get("end", 0.0)
            expression = info.get("expression", "ADD")
            found.append(Placed(action.name, take, info.get("strip", ""), start, end, active, expression))
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


def take_at(target: bpy.types.Object, action: bpy.types.Action, frame: float) -> str:
    """The take of a character's action that is nearest to a frame."""

    def apart(take: str) -> float:
        info = take_info(action, take)
        return max(info.get("start", 0.0) - frame, frame - info.get("end", 0.0), 0.0)

    return min(take_ids(action, compat.slot_handle(action, target.data.shape_keys)), key=apart)


def editable_take(target: bpy.types.Object) -> bpy.types.Action:
    """As `active_take`, for what changes it. Raises UserError when it comes from a library."""
    action = active_take(target)
    if action.library is not None:
        raise UserError(f"Take {action.name} is linked; choose it in the list of takes to work on a copy of it.")
    return action


def find_take(target: bpy.types.Object, take: str) -> bpy.types.Action | None:
    """The action of a take of a character, or None."""
    found = next((placed for placed in takes_of(target) if placed.id == take), None)
    return bpy.data.actions.get(found.action) if found else None


def check_changeable(target: bpy.types.Object, actions: tuple[bpy.types.Action, ...] = ()) -> None:
    """Raises UserError when takes cannot be written now: in the NLA's tweak mode, or on a locked track.

    actions: the takes whose tracks would change.
    """
    keys = check_target(target)
    animation = keys.animation_data
    if animation is None:
        return
    if animation.use_tweak_mode:
        raise UserError(
            f"The shape keys of {target.name} are in the NLA's tweak mode; leave it first (Tab in the NLA editor)."
        )
    for action in actions:
        track = layers.take_track(keys, action)
        if track is not None and track.lock and action.library is None:
            raise UserError(f"The NLA track {track.name} of {target.name} is locked; unlock it first (its padlock).")


def free_frames(target: bpy.types.Object, start: float, end: float, but: str) -> tuple[float, float]:
    """Frames between a line and the take before it, and the take after it; without one, infinite. but: the id of a take
    that does not count."""
    others = [take for take in takes_of(target) if take.id != but]
    before = min((start - take.end for take in others if take.start < start), default=np.inf)
    after = min((take.start - end for take in others if take.end > end), default=np.inf)
    return max(before, 0.0), max(after, 0.0)


def sliders_before(target: bpy.types.Object) -> dict[str, float]:
    """What every shape key showed before any take moved it."""
    keys = target.data.shape_keys
    values = {block.name: block.value for block in keys.key_blocks}
    for action in reversed(_take_actions(keys)):
        for take in take_ids(action, compat.slot_handle(action, keys)):
            values |= {one.shape: one.before for one in moved_shapes(action, take)}
    return values


def place_take(
    target: bpy.types.Object,
    baseline: Baseline,
    curves: dict[str, CurveKeys],
    groups: dict[str, str],
    placement: str,
) -> tuple[bpy.types.Action, list[str]]:
    """Write a take onto a character. Returns its action, and what was taken over, a sentence each.

    placement: ACTION, an action of its own that becomes the active one; where takes overlap all go to NLA tracks, the
    later above. NLA, an action of its own on an NLA track. ACTIVE, keys in the user's active action (`shared_place`
    made room there). The user's own active action plays on below takes that move its shapes (`layers`). groups: shape
    -> group of its curve. A take of the same id is replaced: in its own action, unless that is shielded, linked or
    shared, which then stays as it is.
    """
    former = find_take(target, baseline.id)
    keys = animated_keys(target)
    told, action = [], former
    if baseline.guest:
        action = _active(keys)
        if action is None:
            action = compat.new_action(_action_name(target, baseline), keys)
            action[MADE] = True
            compat.assign_action(keys, action)
        if former is not None and former != action:
            told += _take_out(keys, former, baseline.id)
        write_into(keys, action, baseline, curves, groups)
        layers.arrange(keys, _own_takes(keys), None)
    else:
        if former is None or not _may_rewrite(former):
            action = compat.new_action(_action_name(target, baseline), keys)
            if former is not None:
                told += _take_out(keys, former, baseline.id)
        _fill(keys, action, baseline, curves, groups)
        told += _place(keys, action, placement)
    _widen(keys, baseline, curves)
    return action, told


def shared_place(target: bpy.types.Object, baseline: Baseline, shapes: tuple[str, ...], replace: bool) -> None:
    """Make room for a take in the character's active action: its own former keys go, those they replaced come back.

    An action that a take has for itself holds values as they are shown from now on. Raises UserError, before anything
    is changed, when other keys are in the way and `replace` is False.
    """
    keys = animated_keys(target)
    action = _active(keys)
    if action is None:
        return
    if not replace:
        check_room(keys, action, baseline, shapes)
    if layers.is_own_take(action):
        share(keys, action)
    if baseline.id in take_ids(action, compat.slot_handle(action, keys)):
        take_out_of(keys, action, baseline.id)


def rewrite_take(
    target: bpy.types.Object,
    action: bpy.types.Action,
    baseline: Baseline,
    curves: dict[str, CurveKeys],
    groups: dict[str, str],
) -> None:
    """Write new keys and a new baseline into a take's action, where it is."""
    keys = check_target(target)
    if baseline.guest:
        write_curves(action, keys, {shape: new for shape, new in curves.items() if len(new.co)}, groups)
        remove_curves(action, keys, {shape for shape, new in curves.items() if not len(new.co)})
        store_baseline(action, baseline)
    else:
        _fill(keys, action, baseline, curves, groups)
        layers.arrange(keys, _own_takes(keys), _own_active(keys))
    _widen(keys, baseline, curves)


def activate_take(target: bpy.types.Object, name: str) -> list[str]:
    """Make a take the active one, to edit its keys; the one that was goes to its NLA track, the user's own action plays
    on below. Returns what was taken over, a sentence each.

    Of a take that comes from a library a copy is made, which takes its place. Raises UserError when there is none.
    """
    keys = check_target(target)
    action = next((action for action in _take_actions(keys) if action.name == name), None)
    if action is None:
        raise UserError(f"There is no take named {name} on {target.name}.")
    check_changeable(target, (action,))
    keys = animated_keys(target)
    if _active(keys) == action and action.library is None:
        return []
    if not layers.is_own_take(action):
        layers.arrange(keys, _own_takes(keys), None)
        layers.raise_hand(keys)
        return []
    if action.library is not None:
        layers.unlink(keys, action)
        action = action.copy()
    return _place(keys, action, "ACTION", alone=True)


def put_back(target: bpy.types.Object) -> str:
    """Make the user's own action the active one again; takes stay on their NLA tracks, below it. Returns its name.

    Raises UserError when it was not put below, or was changed there.
    """
    check_changeable(target)
    keys = animated_keys(target)
    if layers.hand_track(keys) is None:
        raise UserError(f"No action of yours plays below the takes of {target.name}.")
    layers.arrange(keys, _own_takes(keys), None)
    action = layers.raise_hand(keys)
    if action is None:
        raise UserError("Your action was moved or scaled on its NLA track; it stays there, as you made it.")
    layers.arrange(keys, _own_takes(keys), None)
    return action.name


def play_below(target: bpy.types.Object) -> str:
    """Let the user's own active action play on below the takes. Returns the name of its NLA track."""
    check_changeable(target)
    keys = animated_keys(target)
    track = layers.lower_hand(keys, under_takes=True)
    layers.arrange(keys, _own_takes(keys), None)
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
    if baseline.guest or action.library is not None:
        raise UserError(f"Take {baseline.label} is part of action {action.name}; generate it again to change that.")
    keys = animated_keys(target)
    if baseline.info.get("expression") == "LEAVE":
        for curve in compat.action_curves(action, baseline.slot):
            if shape_of(curve.data_path) in {one.shape for one in baseline.moved if one.group == FACE}:
                curve.mute = False
    baseline = dataclasses.replace(baseline, info=baseline.info | {"expression": expression})
    _mute_face(action, baseline)
    store_baseline(action, baseline)
    layers.arrange(keys, _own_takes(keys), _own_active(keys))


def clear_takes(
    target: bpy.types.Object, names: tuple[str, ...] = (), strip: str = "", take: str = ""
) -> tuple[int, list[str]]:
    """Remove takes of a character (all, or the actions named) and give back the action that they lie on.

    strip: only the takes of this strip; take: only the take of this id; empty: of every one. Returns how many, and
    what was kept, a sentence each. Sliders go back to where they were before. Raises UserError when there are none.
    """
    keys = check_target(target)
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
        told += _take_out(keys, actions[placed.action], placed.id)
    layers.arrange(keys, _own_takes(keys), _own_active(keys))
    if _active(keys) is None and not _take_actions(keys):
        layers.raise_hand(keys)
    animated = {shape for action in layers.animating_actions(keys) for shape in keyed_shapes(action)}
    for shape in moved - animated:
        if shape in keys.key_blocks:
            keys.key_blocks[shape].value = before[shape]
    return len(chosen), told


def _active(keys: bpy.types.Key) -> bpy.types.Action | None:
    return keys.animation_data.action if keys.animation_data else None


def _own_active(keys: bpy.types.Key) -> bpy.types.Action | None:
    action = _active(keys)
    return action if layers.is_own_take(action) else None


def _take_actions(keys: bpy.types.Key | None) -> list[bpy.types.Action]:
    """The actions that hold the takes of shape keys."""
    return [action for action in layers.animating_actions(keys) if has_baseline(action)]


def _own_takes(keys: bpy.types.Key) -> list[bpy.types.Action]:
    return [action for action in layers.animating_actions(keys) if layers.is_own_take(action)]


def _may_rewrite(action: bpy.types.Action) -> bool:
    """True for a take's own action that nothing protects and nobody else plays."""
    return layers.is_own_take(action) and action.library is None and not action.use_fake_user and _players(action) <= 1


def _players(action: bpy.types.Action) -> int:
    """How many shape-key datablocks play an action."""
    return sum(action in layers.animating_actions(keys) for keys in bpy.data.shape_keys)


def _fill(
    keys: bpy.types.Key,
    action: bpy.types.Action,
    baseline: Baseline,
    curves: dict[str, CurveKeys],
    groups: dict[str, str],
) -> None:
    """Write a take into its own action; curves of shapes that it no longer moves go, those of the user's stay."""
    fresh = {shape: new for shape, new in curves.items() if len(new.co)}
    if has_baseline(action):
        before = load_baseline(action)
        made = {shape for shape, co in before.written.items() if len(co)} | set(curves)
        remove_curves(action, keys, made - set(fresh) - locked_shapes(action, before.slot))
    write_curves(action, keys, fresh, groups)
    _mute_face(action, baseline)
    info = baseline.info | {"slot": compat.slot_handle(action, keys)}
    store_baseline(action, dataclasses.replace(baseline, info=info))


def _mute_face(action: bpy.types.Action, baseline: Baseline) -> None:
    """Where a take leaves expression to the user its curves are kept, muted; a curve that the user muted stays so."""
    faces = {one.shape for one in baseline.moved if one.group == FACE}
    for curve in compat.action_curves(action, baseline.slot):
        if shape_of(curve.data_path) in faces:
            curve.mute = curve.mute or baseline.info.get("expression") == "LEAVE"


def _action_name(target: bpy.types.Object, baseline: Baseline) -> str:
    return f"{target.name} {baseline.label}"[:60]


def _place(keys: bpy.types.Key, action: bpy.types.Action, placement: str, alone: bool = False) -> list[str]:
    """Lay the layers with a take's action among them. alone: it becomes the active one whatever it overlaps."""
    moved = {one.shape for one in moved_shapes(action, take_ids(action)[0])}
    own = list(dict.fromkeys([*_own_takes(keys), action]))
    overlapped = any(other != action and _overlap(other, action) for other in own)
    active = None
    if placement != "NLA" and (alone or not overlapped):
        active = action
    elif placement == "NLA" and not overlapped and _own_active(keys) != action:
        # What is being worked on stays active where the new take leaves it alone.
        active = _own_active(keys)
    told = []
    hand = layers.hand_action(keys)
    if hand is not None and (active is not None or moved & keyed_shapes(hand, compat.slot_handle(hand, keys))):
        track = layers.lower_hand(keys)
        told.append(f"Your action {hand.name} plays on below, on the NLA track {track}; Put Back undoes that.")
    layers.arrange(keys, own, active)
    return told


def _overlap(one: bpy.types.Action, other: bpy.types.Action) -> bool:
    a, b = take_info(one), take_info(other)
    return a.get("start", 0.0) < b.get("end", 0.0) and b.get("start", 0.0) < a.get("end", 0.0)


def _take_out(keys: bpy.types.Key, action: bpy.types.Action, take: str) -> list[str]:
    """Remove a take: its keys from an action that holds more than it, else its action. Returns what was kept."""
    if take_info(action, take).get("guest"):
        take_out_of(keys, action, take)
        if not compat.action_curves(action) and action.get(MADE):
            layers.unlink(keys, action)
            _remove(action)
        return []
    if action.use_fake_user:
        layers.unlink(keys, action)
        return [f"Action {action.name} is shielded (fake user) and was kept."]
    if action.library is None and _players(action) <= 1 and _foreign(action, take):
        # It stays where it plays, as an action of the user's.
        remove_curves(action, keys, {shape for shape, co in load_baseline(action, take).written.items() if len(co)})
        drop_baseline(action, take)
        layers.make_hand(keys, action)
        return [f"Action {action.name} holds other keys of yours and was kept."]
    layers.unlink(keys, action)
    _remove(action)
    return []


def _foreign(action: bpy.types.Action, take: str) -> bool:
    """True when an action has curves that its take did not make."""
    own = {shape for shape, co in load_baseline(action, take).written.items() if len(co)}
    return bool({curve.data_path for curve in compat.action_curves(action)} - {value_path(shape) for shape in own})


def _remove(action: bpy.types.Action) -> None:
    if action.library is None and action.users == 0:
        bpy.data.actions.remove(action)


def _widen(keys: bpy.types.Key, baseline: Baseline, curves: dict[str, CurveKeys]) -> None:
    """Let the sliders reach every value, which Blender clips otherwise."""
    rests = {} if baseline.guest else {one.shape: one.rest for one in baseline.moved}
    for shape, written in curves.items():
        block = keys.key_blocks[shape]
        if len(written.co):
            values = written.values + rests.get(shape, 0.0)
            block.slider_min = max(-10.0, min(block.slider_min, float(values.min())))
            block.slider_max = min(10.0, max(block.slider_max, float(values.max())))
