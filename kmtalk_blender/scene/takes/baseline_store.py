"""Store baselines on the actions of their takes, and load them.

A baseline is a custom property of the action. So it is saved with the file, and stays with the action through undo,
copy, rename, append and link. An action may have several takes, each with its own `id`; the name of a strip is only a
label.
"""

import json
from dataclasses import replace
from typing import Any, TypeGuard

import bpy
import numpy as np

from ...errors import UserError
from ...runtime.input_files import parse_json
from ...runtime.take_file import pack_take, unpack_take
from ..curves import shape_curves as curves
from .baseline import Baseline, Moved
from .baseline_file import checked_frame, info_of, pack_baseline, unpack_baseline

__all__ = [
    "drop_baseline",
    "has_baseline",
    "load_baseline",
    "moved_shapes",
    "store_baseline",
    "take_ids",
    "take_info",
]

PROPERTY = "kmtalk_takes"
VERSION = 3
# The errors that damaged values can raise.
DAMAGE = (UserError, ValueError, TypeError, KeyError, AttributeError, OverflowError)


def has_baseline(action: bpy.types.Action | None) -> TypeGuard[bpy.types.Action]:
    """True when an action has a take."""
    return action is not None and PROPERTY in action  # type: ignore[operator]  # an ID has custom properties


def take_ids(action: bpy.types.Action, handle: int = 0) -> tuple[str, ...]:
    """The ids of an action's takes in the order of time. handle: only takes in this slot, 0: in all."""
    infos = [_info_of(stored) for stored in action.get(PROPERTY, ())]
    inside = [info for info in infos if not handle or info.get("slot", 0) in (0, handle)]
    return tuple(_id_of(info) for info in sorted(inside, key=lambda info: info.get("start", 0.0)))


def store_baseline(action: bpy.types.Action, baseline: Baseline) -> None:
    """Store a baseline on an action; it replaces one with the same id."""
    stored = {
        "version": VERSION,
        "take": pack_take(baseline.take),
        "written": pack_baseline(baseline),
        "info": json.dumps(info_of(baseline), sort_keys=True),
    }
    action[PROPERTY] = [*_others(action, baseline.id), stored]


def take_info(action: bpy.types.Action, take: str | None = None) -> dict:
    """The JSON values of a take (`id`, `strip`, `start`, `end`, `mode`, ...): fast enough for a panel.

    take: id or label of the take in the action; None: the first.
    """
    stored = _stored(action, take)
    return {} if stored is None else _info_of(stored)


def moved_shapes(action: bpy.types.Action, take: str) -> tuple[Moved, ...]:
    """The shape keys that a take moves, with their current names."""
    info = take_info(action, take)
    moved = tuple(Moved(*row) for row in info.get("moved", ()))
    keyed = list(curves.keyed_shapes(action, info.get("slot", 0)))
    names = _names_now(action, [one.shape for one in moved], keyed)
    return tuple(replace(one, shape=names.get(one.shape, one.shape)) for one in moved)


def drop_baseline(action: bpy.types.Action, take: str) -> None:
    """Remove a take's baseline: its keys become ordinary keys."""
    others = _others(action, take)
    if others:
        action[PROPERTY] = others
    else:
        del action[PROPERTY]


def load_baseline(action: bpy.types.Action | None, take: str | None = None) -> Baseline:
    """The baseline of a take, with the current names of shape keys, at the current place of its keys.

    take: id or label of the take in the action; None: the first. Raises UserError when the action has no such take, or
    one of another version.
    """
    stored = _stored(action, take) if has_baseline(action) else None
    if action is None or stored is None:
        name = "The character's active action" if action is None else f"Action {action.name}"
        raise UserError(f"{name} is not a KMTalk take; generate one first, or choose it in the list of takes.")
    if stored.get("version") != VERSION:
        raise UserError(f"Action {action.name} was written by another version of KMTalk; generate it again.")
    name = f"The take of action {action.name}"
    try:
        unpacked = unpack_take(bytes(stored["take"]), name)
        info = parse_json(str(stored["info"]), name)
        baseline = unpack_baseline(unpacked, bytes(stored["written"]), info, name)
    except DAMAGE as error:
        raise UserError(f"{name} is damaged; generate it again.") from error
    now = curves.read_curves(action, handle=baseline.slot)
    return _followed(_renamed(action, baseline, list(now)), now)


def _stored(action: bpy.types.Action, take: str | None) -> Any:
    """The stored values of a take, found by id, else by label when only one take has it."""
    kept = {_id_of(_info_of(stored)): stored for stored in action.get(PROPERTY, ())}
    if take is None:
        return kept.get(next(iter(take_ids(action)), ""))
    if take in kept:
        return kept[take]
    labelled = [stored for stored in kept.values() if _info_of(stored).get("strip") == take]
    return labelled[0] if len(labelled) == 1 else None


def _others(action: bpy.types.Action, take: str) -> list[dict]:
    """The stored values of the other takes."""
    return [stored.to_dict() for stored in action.get(PROPERTY, ()) if _id_of(_info_of(stored)) != take]


def _id_of(info: dict) -> str:
    return str(info.get("id") or info.get("strip", ""))


def _info_of(stored: Any) -> dict:
    """The JSON values of a take, checked where panels and layers read them; empty when they are damaged."""
    try:
        info = parse_json(str(stored["info"]), "A take")
        frames = {name: checked_frame(info.get(name, 0.0)) for name in ("start", "end", "rest_in", "rest_out")}
        moved = [[str(shape), str(group), float(rest), float(before)] for shape, group, rest, before in info["moved"]]
        blend = [checked_frame(frames) for frames in info.get("blend", (0.0, 0.0))]
        if len(blend) != 2:
            raise ValueError("the blending")
        return (
            info
            | frames
            | {
                "strip": str(info.get("strip", "")),
                "moved": moved,
                "blend": blend,
                "slot": int(info.get("slot", 0)),
                "line": dict(info.get("line", {})),
            }
        )
    except DAMAGE:
        return {}


def _names_now(action: bpy.types.Action, then: list[str], now: list[str]) -> dict[str, str]:
    """Former name -> current name of renamed shape keys: missing and new names of curves are paired in order.

    Blender renames a curve with its shape key. A missing curve whose shape key still exists was deleted.
    """
    there = {
        block.name
        for shape_keys in bpy.data.shape_keys
        if _plays(shape_keys, action)
        for block in shape_keys.key_blocks
    }
    gone = [shape for shape in then if shape not in now and shape not in there]
    new = [shape for shape in now if shape not in then]
    return dict(zip(gone, new, strict=True)) if gone and len(gone) == len(new) else {}


def _plays(shape_keys: bpy.types.Key, action: bpy.types.Action) -> bool:
    animation = shape_keys.animation_data
    if animation is None:
        return False
    return animation.action == action or any(
        strip.action == action for track in animation.nla_tracks for strip in track.strips
    )


def _renamed(action: bpy.types.Action, baseline: Baseline, shapes: list[str]) -> Baseline:
    # Only shape keys that move have curves, by which renaming is noticed.
    moving = [shape for shape, co in baseline.written.items() if len(co)]
    names = _names_now(action, moving, [shape for shape in shapes if len(baseline.written.get(shape, (1,)))])
    if not names:
        return baseline

    def renamed(values: dict) -> dict:
        return {names.get(shape, shape): value for shape, value in values.items()}

    return replace(
        baseline,
        written=renamed(baseline.written),
        completed=renamed(baseline.completed),
        under=renamed(baseline.under),
        replaced=renamed(baseline.replaced),
        moved=tuple(replace(one, shape=names.get(one.shape, one.shape)) for one in baseline.moved),
    )


def _followed(baseline: Baseline, now: dict[str, curves.CurveKeys]) -> Baseline:
    """The baseline, shifted when the user moved all keys of the take by the same number of frames."""
    shifts = set()
    for shape, co in baseline.written.items():
        if not len(co):
            continue
        if shape not in now or len(now[shape].co) != len(co):
            return baseline
        apart = now[shape].frames - co[:, 0]
        if np.ptp(apart) > 1e-3:
            return baseline
        shifts.add(round(float(apart[0]), 3))
    shift = shifts.pop() if len(shifts) == 1 else 0.0
    return baseline.shifted(shift) if shift else baseline
