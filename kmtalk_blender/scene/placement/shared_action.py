"""Takes in an action that also has other keys: write them between the user's keys, and remove them again.

In such an action a curve has the values themselves; in a take's own action it has differences from rest.
"""

from dataclasses import replace

import bpy
import numpy as np

from ...errors import UserError
from .. import compat
from ..character.shape_map import ShapeMap, value_path
from ..curves.groups import FACE
from ..curves.shape_curves import CurveKeys, read_curves, remove_curves, write_curves
from ..takes.baseline import Baseline
from ..takes.baseline_store import drop_baseline, load_baseline, store_baseline, take_ids, take_info

__all__ = ["check_room", "share", "take_out_of", "under_values", "write_into"]

SAME_FRAME = 1e-3  # frames; a smaller difference is none
SAME_VALUE = 1e-6  # a smaller difference of values is none
FREE = 0  # Blender's number for the handle type FREE


def check_room(
    shape_keys: bpy.types.Key, action: bpy.types.Action, baseline: Baseline, shapes: tuple[str, ...]
) -> None:
    """Raises UserError when keys of the user or of another take are in a take's frame range."""
    taken = 0
    for shape, old in read_curves(action, shapes, compat.slot_handle(action, shape_keys)).items():
        inside = baseline.in_range(old)
        former = _former(action, baseline.id)
        if former is not None and len(former.written.get(shape, ())):
            inside &= ~former.in_range(old)
        taken += int(inside.sum())
    if taken:
        raise UserError(
            f"Action {action.name} has {taken} keys between frames {baseline.first:g} and {baseline.last:g}; allow "
            "replacing them, or write the take into a new action."
        )


def under_values(
    shape_keys: bpy.types.Key,
    action: bpy.types.Action,
    baseline: Baseline,
    mapping: ShapeMap,
    groups: dict[str, str],
    before: dict[str, float],
) -> dict[str, np.ndarray]:
    """Shape key -> (rows,) values that a take in the user's action is added to, from its first frame to its last.

    Jaw and lips blend from the user's curve to their rest and back; other shape keys keep the user's curve, unless the
    expression is REPLACE. before: shape key -> value of its slider, for those without a curve.
    """
    rows = baseline.rest_in + len(baseline.motion) + baseline.rest_out
    frames = baseline.first + np.arange(rows)
    curves = {curve.data_path: curve for curve in compat.action_curves(action, compat.slot_handle(action, shape_keys))}
    blends = [max(float(blend), 1.0) for blend in baseline.info.get("blend", (1, 1))]
    given = np.minimum(np.arange(rows) / blends[0], (rows - 1 - np.arange(rows)) / blends[1]).clip(0, 1)
    given = given * given * (3 - 2 * given)
    replaced = baseline.info.get("expression") == "REPLACE"
    under = {}
    for row, shape in enumerate(mapping.shapes):
        curve = curves.get(value_path(shape))
        shown = np.full(rows, before.get(shape, 0.0))
        if curve is not None:
            shown = np.array([curve.evaluate(float(frame)) for frame in frames])
        kept = groups[shape] == FACE and not replaced
        under[shape] = shown if kept else shown * (1 - given) + mapping.offset[row] * given
    return under


def write_into(
    shape_keys: bpy.types.Key,
    action: bpy.types.Action,
    baseline: Baseline,
    curves: dict[str, CurveKeys],
    groups: dict[str, str],
) -> None:
    """Write a take's keys into an action with other keys or takes. Its baseline stores the keys that it replaces.

    Other takes that it overlaps become ordinary keys.
    """
    handle = compat.slot_handle(action, shape_keys)
    known = {curve.data_path: curve for curve in compat.action_curves(action, handle)}
    replaced, written = {}, {}
    for shape, fresh in curves.items():
        curve = known.get(value_path(shape))
        if curve is None or not len(fresh.co):
            written[shape] = fresh
            continue
        old = read_curves(action, (shape,), handle)[shape]
        replaced[shape] = old.where(_with_neighbours(baseline.in_range(old)))
        written[shape] = _insert_keys(curve, shape, action, handle, baseline, fresh)
    for take in take_ids(action, handle):
        other = load_baseline(action, take)
        if take != baseline.id and other.start < baseline.end and baseline.start < other.end:
            drop_baseline(action, take)
    write_curves(action, shape_keys, {shape: fresh for shape, fresh in written.items() if len(fresh.co)}, groups)
    info = baseline.info | {"guest": True, "slot": handle}
    store_baseline(action, replace(baseline, info=info, replaced=replaced))


def take_out_of(shape_keys: bpy.types.Key, action: bpy.types.Action, take: str) -> None:
    """Remove a take's keys from the user's action, and restore the keys that they had replaced."""
    baseline = load_baseline(action, take)
    now = read_curves(action, tuple(baseline.written), baseline.slot)
    rest, empty = {}, set()
    for shape, old in now.items():
        if not len(baseline.written[shape]):
            continue
        back = baseline.replaced.get(shape)
        left = old.where(~baseline.in_range(old))
        if back is not None:
            inside, beside = back.where(baseline.in_range(back)), back.where(~baseline.in_range(back))
            left = left.merged(inside).merged(beside.where(_unchanged(beside, left)))
        if len(left.co):
            rest[shape] = left
        else:
            empty.add(shape)
    write_curves(action, shape_keys, rest, {})
    remove_curves(action, shape_keys, empty)
    drop_baseline(action, take)


def share(shape_keys: bpy.types.Key, action: bpy.types.Action) -> None:
    """Convert a take's own action from differences to values, so that other takes can be written into it."""
    baseline = load_baseline(action)
    rests = {one.shape: one.rest for one in baseline.moved}
    now = read_curves(action, tuple(rests), baseline.slot)
    lifted = {shape: _raised(old, rests[shape]) for shape, old in now.items() if rests[shape]}
    write_curves(action, shape_keys, lifted, {})
    rows = baseline.rest_in + len(baseline.motion) + baseline.rest_out
    written, completed = (
        {shape: co + np.array([[0, rests.get(shape, 0.0)]], np.float32) for shape, co in keys.items()}
        for keys in (baseline.written, baseline.completed)
    )
    under = {shape: np.full(rows, rest) for shape, rest in rests.items()}
    info = baseline.info | {"guest": True}
    store_baseline(action, replace(baseline, written=written, completed=completed, under=under, info=info))


def _former(action: bpy.types.Action, take: str) -> Baseline | None:
    return load_baseline(action, take) if take_info(action, take).get("id") == take else None


def _with_neighbours(mask: np.ndarray) -> np.ndarray:
    """The mask, extended by one key on either side: the handles of these change with new neighbours."""
    wide = mask.copy()
    if mask.any():
        first, last = np.flatnonzero(mask)[[0, -1]]
        wide[max(first - 1, 0) : last + 2] = True
    return wide


def _insert_keys(
    curve: bpy.types.FCurve,
    shape: str,
    action: bpy.types.Action,
    handle: int,
    baseline: Baseline,
    fresh: CurveKeys,
) -> CurveKeys:
    """The keys of a curve with those of a take inserted; outside of the take the curve keeps its form."""
    ends = fresh.frames[[0, -1]]
    for frame in ends:
        # Blender inserts a key without changing the form of the curve.
        curve.keyframe_points.insert(float(frame), curve.evaluate(float(frame)))
    now = read_curves(action, (shape,), handle)[shape]
    edges = now.where(np.isin(now.frames, ends))
    merged = now.where(~baseline.in_range(now)).merged(fresh)
    for frame, side, column in ((ends[0], "left", 2), (ends[-1], "right", 3)):
        here, there = merged.frames == frame, edges.frames == frame
        getattr(merged, side)[here] = getattr(edges, side)[there]
        merged.kinds[here, column] = FREE
    return merged


def _unchanged(keys: CurveKeys, now: CurveKeys) -> np.ndarray:
    """(n,) mask of the keys that have the frame and the value of one of the keys `now`."""
    if not len(now.co) or not len(keys.co):
        return np.zeros(len(keys.co), bool)
    apart = np.abs(keys.co[:, None] - now.co[None])
    return ((apart[..., 0] < SAME_FRAME) & (apart[..., 1] < SAME_VALUE)).any(axis=1)


def _raised(keys: CurveKeys, value: float) -> CurveKeys:
    shift = np.array([[0, value]], np.float32)
    return CurveKeys(keys.co + shift, keys.left + shift, keys.right + shift, keys.kinds)
