"""Write a motion onto a character: ramps from rest and back, what it is added to, keys, and placement."""

import dataclasses
from dataclasses import dataclass

import bpy
import numpy as np

from ..character.shape_map import ShapeMap, animatable_shape_keys, shape_map
from ..compat import animation_of, shape_keys_of
from ..curves.groups import FACE, groups_of
from ..curves.shape_curves import CurveKeys, locked_shapes, read_curves
from ..options import Options
from ..takes import edits as edited
from ..takes.baseline import Baseline, Moved
from ..takes.baseline_file import info_of
from ..takes.baseline_store import load_baseline, take_info
from ..takes.movement import ramp_frames
from ..takes.pending import completed_keys
from ..takes.takes import find_take, free_frames, sliders_before
from .place_take import place_take, rewrite_take, shared_place
from .refresh import refresh_beside
from .shared_action import under_values

__all__ = ["WrittenTake", "write_completed_take", "write_generated_take"]

AT_ZERO = 1e-6  # a slider that stood further from 0 before its first take has a layer of its own


@dataclass(frozen=True)
class WrittenTake:
    """A written take. messages: sentences on actions that were replaced or kept, and on what stays beside it. alone:
    besides the action only ranges of sliders may have changed."""

    action: bpy.types.Action
    baseline: Baseline
    curves: dict[str, CurveKeys]
    mapping: ShapeMap
    messages: tuple[str, ...] = ()
    alone: bool = False


def write_generated_take(
    target: bpy.types.Object,
    baseline: Baseline,
    edits: edited.Edits,
    motion: np.ndarray,
    key_frames: np.ndarray,
    options: Options,
    completed: dict[str, np.ndarray] | None = None,
) -> WrittenTake:
    """Write a generated take, with the edits of its former version, onto a character.

    baseline: the take, before anything of the character is set in it. motion: (T, K), completed around the edits.
    completed: those of the edits, shape key -> (n, 2), that it was completed around; None: all of them.
    Raises UserError, with nothing changed, when it would overwrite keys of the user without being allowed to.
    """
    mapping = shape_map(target, baseline.take.channels)
    groups = groups_of(mapping)
    info = baseline.info | {
        "blend": [round(seconds * baseline.take.fps, 3) for seconds in (options.rest_in, options.rest_out)],
        "expression": options.expression,
    }
    baseline = dataclasses.replace(baseline, info=info)
    before = sliders_before(target)
    if options.placement == "ACTIVE":
        baseline = dataclasses.replace(baseline, info=info | {"guest": True})
        baseline = with_ramps(target, baseline, mapping, motion, options)
        moving = tuple(shape for shape, keys in edited.fresh_curves(baseline, mapping).items() if len(keys.co))
        shared_place(target, baseline, moving, options.replace)
        shape_keys = animatable_shape_keys(target)
        action = shape_keys.animation_data.action if shape_keys.animation_data else None
        if action is not None:
            under = under_values(shape_keys, action, baseline, mapping, groups, before)
            baseline = dataclasses.replace(baseline, under=under)
        kept: set[str] = set()
        if options.expression == "LEAVE":
            kept = {shape for shape, group in groups.items() if group == FACE}
    else:
        baseline = with_ramps(target, baseline, mapping, motion, options)
        former = find_take(target, baseline.id)
        kept = set() if former is None else locked_shapes(former)
    plain = edited.fresh_curves(baseline, mapping)
    none = np.zeros((0, 2), np.float32)
    written = {shape: plain[shape].co if shape in plain else none for shape in mapping.shapes}
    locked: tuple[Moved, ...] = ()
    if kept and options.placement != "ACTIVE":
        before_now = load_baseline(former, baseline.id)
        written |= {shape: co for shape, co in before_now.written.items() if shape in kept}
        locked = tuple(one for one in before_now.moved if one.shape in kept)
    baseline = dataclasses.replace(baseline, written=written)
    curves = {shape: keys for shape, keys in plain.items() if shape not in kept}
    if edits.count or motion is not baseline.take.weights:
        window = (0, len(motion) - 1)
        curves, written = edited.merge({}, baseline, edits, mapping, motion, key_frames, window, kept)
        done = completed_keys(edits, baseline, window) if completed is None else completed
        baseline = dataclasses.replace(baseline, completed=done)
    dropped = edited.dropped_motions(edits, baseline)
    baseline = dataclasses.replace(baseline, motion=motion, keyed=key_frames, written=written, dropped=dropped)
    moved = _moved(curves, written, mapping, groups, before) + locked
    baseline = dataclasses.replace(baseline, moved=moved)
    action, messages = place_take(target, baseline, curves, groups, options.placement)
    return WrittenTake(action, baseline, curves, mapping, (*messages, *refresh_beside(target, baseline)))


def write_completed_take(
    target: bpy.types.Object,
    action: bpy.types.Action,
    baseline: Baseline,
    edits: edited.Edits,
    motion: np.ndarray,
    key_frames: np.ndarray,
    window: tuple[int, int],
    options: Options,
    same_line: bool = False,
) -> WrittenTake:
    """Write a completed motion into a take's action, around the edits and within the window (take frames).

    same_line: the take says the same as before, so its head and eyes stay too, and so do the layers, if there are any,
    unless its place or the shape keys that it moves change. Then only the action and ranges of sliders are touched.
    """
    before_now = take_info(action, baseline.id)
    mapping = shape_map(target, baseline.take.channels)
    groups = groups_of(mapping)
    if not baseline.shares_action:
        baseline = with_ramps(target, baseline, mapping, motion, options)
    now = read_curves(action, mapping.shapes, baseline.slot)
    locked = locked_shapes(action, baseline.slot)
    curves, written = edited.merge(now, baseline, edits, mapping, motion, key_frames, window, locked)
    if baseline.shares_action:
        curves = {s: keys for s, keys in curves.items() if s in now or len(keys.co)}
    before = sliders_before(target)
    moved = _moved(curves, written, mapping, groups, before) + tuple(
        one for one in baseline.moved if one.shape in locked
    )
    completed = completed_keys(edits, baseline, window)
    baseline = dataclasses.replace(
        baseline, motion=motion, keyed=key_frames, written=written, moved=moved, completed=completed
    )
    layered = len(animation_of(shape_keys_of(target)).nla_tracks) or any(abs(one.before) > AT_ZERO for one in moved)
    stays = same_line and (not layered or _place(before_now) == _place(info_of(baseline)))
    rewrite_take(target, action, baseline, curves, groups, not stays)
    messages = () if stays else refresh_beside(target, baseline)
    return WrittenTake(action, baseline, curves, mapping, messages, alone=stays)


def _place(info: dict) -> list:
    """What the layers depend on, of the JSON values of a take. The order of the shape keys does not matter."""
    shapes = sorted([shape, group, round(rest, 6)] for shape, group, rest, _before in info.get("moved", ()))
    return [*(info.get(name) for name in ("start", "end", "rest_in", "rest_out")), shapes]


def with_ramps(
    target: bpy.types.Object, baseline: Baseline, mapping: ShapeMap, motion: np.ndarray, options: Options
) -> Baseline:
    """The baseline with the ramps from rest and back that its first and last pose need; they never get shorter."""
    moved = mapping.values(motion[[0, -1]]) - mapping.offset
    free = free_frames(target, baseline.start, baseline.end, baseline.id)
    fps = baseline.take.fps
    ways = [
        ramp_frames(row, seconds, fps, frames, baseline.shares_action)
        for row, seconds, frames in zip(moved, (options.rest_in, options.rest_out), free, strict=True)
    ]
    return dataclasses.replace(
        baseline, rest_in=max(baseline.rest_in, ways[0]), rest_out=max(baseline.rest_out, ways[1])
    )


def _moved(
    curves: dict[str, CurveKeys],
    written: dict[str, np.ndarray],
    mapping: ShapeMap,
    groups: dict[str, str],
    before: dict[str, float],
) -> tuple[Moved, ...]:
    return tuple(
        Moved(shape, groups[shape], float(mapping.offset[row]), float(before.get(shape, 0.0)))
        for row, shape in enumerate(mapping.shapes)
        if shape in curves and (len(curves[shape].co) or len(written.get(shape, ())))
    )
