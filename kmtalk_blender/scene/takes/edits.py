"""Find the user's edits of a take, and merge a completed motion with them."""

from dataclasses import dataclass, field

import bpy
import numpy as np

from ..character.shape_map import ShapeMap
from ..curves.density import Density, make_keys, moves, refit
from ..curves.shape_curves import CurveKeys, read_curves
from .baseline import Baseline
from .movement import curve_values, motion_weights, pose_values

__all__ = ["Edits", "Poses", "dropped_motions", "find_edits", "fresh_curves", "key_poses", "merge", "same_keys"]

SAME_FRAME = 1e-3  # frames; a smaller difference is no edit
SAME_VALUE = 1e-6  # a smaller difference of values is no edit
SAME_MOTION = 1e-4  # a curve whose values change by less keeps its keys


@dataclass(frozen=True)
class Edits:
    """The difference between a take's curves and its baseline.

    keys: shape key -> the keys that were moved, changed or added. deleted: shape key -> (n,) frames of deleted keys.
    """

    keys: dict[str, CurveKeys] = field(default_factory=dict)
    deleted: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def frames(self) -> np.ndarray:
        """(n,) whole frames of the timeline with an edited key, ascending."""
        every = [np.rint(keys.frames).astype(int) for keys in self.keys.values()]
        return np.unique(np.concatenate(every)) if every else np.zeros(0, int)

    @property
    def count(self) -> int:
        """Number of edited frames, also those with deleted keys."""
        gone = [np.rint(frames).astype(int) for frames in self.deleted.values()]
        return len(np.unique(np.concatenate([self.frames, *gone])))

    def moved(self, frames: float) -> "Edits":
        """The same edits, `frames` later on the timeline."""
        shift = np.array([frames, 0], np.float32)
        keys = {
            shape: CurveKeys(keys.co + shift, keys.left + shift, keys.right + shift, keys.kinds)
            for shape, keys in self.keys.items()
        }
        return Edits(keys, {shape: gone + frames for shape, gone in self.deleted.items()})


@dataclass(frozen=True)
class Poses:
    """Poses that the completion goes through: take frames (N,), ascending; weights (N, K)."""

    frames: np.ndarray
    weights: np.ndarray


def find_edits(action: bpy.types.Action, baseline: Baseline) -> Edits:
    """Compare an action's curves with its take's baseline."""
    changed, deleted = {}, {}
    now = read_curves(action, tuple(baseline.written), baseline.slot)
    for shape, co in baseline.written.items():
        if shape not in now:
            if len(co):
                deleted[shape] = co[:, 0]
            continue
        if baseline.shares_action and not len(co):
            # The take does not move this shape key: its keys are the user's own.
            continue
        keys = now[shape].where(baseline.in_range(now[shape])) if baseline.shares_action else now[shape]
        same = same_keys(keys.co, co)
        if not same.all():
            changed[shape] = keys.where(~same)
        gone = ~_frames_found(co[:, 0], keys.frames)
        if gone.any():
            deleted[shape] = co[gone, 0]
    return Edits(changed, deleted)


def dropped_motions(edits: Edits, baseline: Baseline) -> np.ndarray:
    """(D,) take frames of the key motions that the user deleted, before or now."""
    frames = baseline.take.key_frames
    lost = np.zeros(len(frames), bool)
    for gone in edits.deleted.values():
        lost |= _frames_found(frames + baseline.start, gone)
    return np.union1d(baseline.dropped, frames[lost]).astype(np.int32)


def key_poses(baseline: Baseline, edits: Edits, mapping: ShapeMap, reach: int, window: tuple[int, int]) -> Poses:
    """The poses that the completion goes through: the remaining key motions, and every edited frame.

    reach: key motions within this many frames of an edit are left out, so that they move with the edit; 0 keeps all.
    window: first and last take frame that may change.
    """
    last = len(baseline.motion) - 1
    edited = (edits.frames - round(baseline.start)).astype(int)
    edited = edited[(edited >= 0) & (edited <= last)]
    motions = np.setdiff1d(baseline.take.key_frames, dropped_motions(edits, baseline))
    if len(edited) and reach:
        near = np.abs(motions - edited[_nearest(motions, edited)]) <= reach
        motions = motions[~near | (motions < window[0]) | (motions > window[1])]
    frames = np.unique(np.concatenate([motions, edited, [0, last]])).astype(np.int32)
    # Inside the window key motions have their generated pose, outside of it the current one.
    outside = (frames < window[0]) | (frames > window[1])
    weights = np.where(outside[:, None], baseline.motion[frames], baseline.take.weights[frames]).astype(np.float64)
    at = np.flatnonzero(np.isin(frames, edited))
    if len(at):
        values = pose_values(baseline, mapping, weights[at], frames[at])
        for shape, keys in edits.keys.items():
            if shape not in mapping.shapes:
                continue
            rows = np.rint(keys.frames - baseline.start).astype(int)
            inside = np.isin(rows, frames[at])
            values[np.searchsorted(frames[at], rows[inside]), mapping.shapes.index(shape)] = keys.values[inside]
        weights[at] = motion_weights(baseline, mapping, values, frames[at], weights[at])
    return Poses(frames, weights.astype(np.float32))


def fresh_curves(baseline: Baseline, mapping: ShapeMap) -> dict[str, CurveKeys]:
    """Shape key -> the keys of a take as generated, without edits; only shape keys that move."""
    take = baseline.take
    window = (0, len(take.weights) - 1)
    curves, _ = merge({}, baseline, Edits(), mapping, take.weights, take.key_frames, window, set())
    return curves


def merge(
    now: dict[str, CurveKeys],
    baseline: Baseline,
    edits: Edits,
    mapping: ShapeMap,
    motion: np.ndarray,
    key_frames: np.ndarray,
    window: tuple[int, int],
    locked: set[str],
) -> tuple[dict[str, CurveKeys], dict[str, np.ndarray]]:
    """Curves for a completed motion (T, K) with the edits, and the `written` of its baseline.

    Inside the window (first and last take frame) every key but the edits is computed anew; the ramps from rest and back
    too, when the window has the take's first or last frame. Edits, locked shape keys and everything outside the window
    stay as they are, and so does, when the window is not the whole take, a curve whose motion
    does not change. A shape key that neither moves nor has an edit gets no keys.
    """
    before = curve_values(baseline, mapping, baseline.motion)
    values = curve_values(baseline, mapping, motion)
    curves, written = {}, dict(baseline.written)
    begins, finishes = window[0] <= 0, window[1] >= len(motion) - 1
    whole = begins and finishes
    first = (baseline.first if begins else baseline.start + window[0]) - 0.5
    last = (baseline.last if finishes else baseline.start + window[1]) + 0.5
    motions = np.union1d(np.asarray(key_frames) + baseline.rest_in, [0, len(values) - 1])
    still = np.zeros(len(values))
    for column, shape in enumerate(mapping.shapes):
        if shape in locked:
            continue
        edited_keys = edits.keys.get(shape)
        old = baseline.written.get(shape, np.zeros((0, 2), np.float32))
        keys = now.get(shape)
        moving = moves(values[:, column], baseline.under.get(shape, still), baseline.density)
        if baseline.shares_action and keys is not None and edited_keys is None and not len(old) and not moving:
            # The take does not move this shape key: its keys are the user's own.
            curves[shape] = keys
            continue
        # A curve that is there stays when a part of the take changes: removing it could change layers around the take.
        if edited_keys is None and not moving and (whole or keys is None):
            inside = (old[:, 0] > first) & (old[:, 0] < last)
            written[shape] = old[~inside]
            if keys is not None:
                curves[shape] = keys.where((keys.frames < first) | (keys.frames > last))
            continue
        unedited = keys is not None and len(keys.co) == len(old) and same_keys(keys.co, old).all()
        if unedited and not whole and np.abs(values[:, column] - before[:, column]).max() < SAME_MOTION:
            curves[shape] = now[shape]
            continue
        pinned = _pinned(edited_keys, baseline, len(values), baseline.density)
        fresh, low, high = _anew(values[:, column], keys, old, baseline, motions, pinned, (first, last))
        joined = fresh if keys is None else keys.where((keys.frames < low) | (keys.frames > high)).merged(fresh)
        base = fresh.co
        if edited_keys is not None:
            joined = joined.merged(edited_keys)
            base = base[~_frames_found(base[:, 0], edited_keys.frames)]
        curves[shape] = joined
        written[shape] = _joined(old, base, edited_keys, low, high)
    return curves, written


def _anew(
    values: np.ndarray,
    keys: CurveKeys | None,
    old: np.ndarray,
    baseline: Baseline,
    motions: np.ndarray,
    pinned: np.ndarray | None,
    window: tuple[float, float],
) -> tuple[CurveKeys, float, float]:
    """Keys of a curve with (T,) values, and the frames of the timeline from which and up to which they replace others.

    keys: the curve as it is, None for a new one, which begins and ends with the take. A SPARSE curve is computed anew
    from the unedited key before the window to the one after it, so that it plays as before on both sides.
    """
    density, (first, last) = baseline.density, window
    before, after = _ends(keys, old, first, last) if density.mode == "SPARSE" else (None, None)
    if before is None and after is None:
        fresh = make_keys(values, baseline.first, motions, density, pinned)
        if keys is None:
            return fresh, -np.inf, np.inf
        return fresh.where((fresh.frames > first) & (fresh.frames < last)), first, last
    low = first if before is None else float(before.frames[0])
    high = last if after is None else float(after.frames[0])
    begin = 0 if before is None else round(low - baseline.first)
    end = len(values) - 1 if after is None else round(high - baseline.first)
    inner = np.zeros(0, int) if pinned is None else pinned[(pinned > begin) & (pinned < end)] - begin
    part, frame = values[begin : end + 1], baseline.first + begin
    return refit(part, frame, motions - begin, density, inner, (before, after)), low, high


def _ends(
    keys: CurveKeys | None, old: np.ndarray, first: float, last: float
) -> tuple[CurveKeys | None, CurveKeys | None]:
    """The unedited keys of a curve next to a window, before it and after it; None where there is none."""
    if keys is None:
        return None, None
    known = keys.where(same_keys(keys.co, old))
    before, after = np.flatnonzero(known.frames < first), np.flatnonzero(known.frames > last)
    return (
        known.where(before[-1:]) if len(before) else None,
        known.where(after[:1]) if len(after) else None,
    )


def _joined(old: np.ndarray, fresh: np.ndarray, edited_keys: CurveKeys | None, first: float, last: float) -> np.ndarray:
    """The unedited keys from now on: the new ones, and the old ones outside the window and below edits."""
    keep = (old[:, 0] < first) | (old[:, 0] > last)
    if edited_keys is not None:
        keep |= _frames_found(old[:, 0], edited_keys.frames)
    joined = np.concatenate([old[keep], fresh])
    return joined[np.argsort(joined[:, 0], kind="stable")].astype(np.float32)


def _pinned(edited_keys: CurveKeys | None, baseline: Baseline, count: int, density: Density) -> np.ndarray | None:
    """Frames from the first key of a curve's edits, at which a SPARSE curve must have a key."""
    if edited_keys is None or density.mode != "SPARSE":
        return None
    frames = np.rint(edited_keys.frames - baseline.first).astype(int)
    return frames[(frames >= 0) & (frames < count)]


def same_keys(keys: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(n,) mask of the (n, 2) keys that are among the (m, 2) others; both ascend in time."""
    if not len(others):
        return np.zeros(len(keys), bool)
    nearest = _nearest(keys[:, 0], others[:, 0])
    near = np.abs(keys[:, 0] - others[nearest, 0]) < SAME_FRAME
    return near & (np.abs(keys[:, 1] - others[nearest, 1]) < SAME_VALUE)


def _frames_found(frames: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(n,) mask of the frames that are among the others; both ascend."""
    if not len(others):
        return np.zeros(len(frames), bool)
    return np.abs(frames - others[_nearest(frames, others)]) < SAME_FRAME


def _nearest(frames: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(n,) index of the nearest of the others, which ascend."""
    right = np.clip(np.searchsorted(others, frames), 1, max(1, len(others) - 1))
    right = np.minimum(right, len(others) - 1)
    left = np.maximum(right - 1, 0)
    return np.where(np.abs(frames - others[left]) <= np.abs(frames - others[right]), left, right)
