"""Which edited keys of a take its motion was not completed around yet."""

import numpy as np

from .baseline import Baseline
from .edits import Edits, same_keys

__all__ = ["completed_keys", "pending_frames"]


def pending_frames(edits: Edits, baseline: Baseline, locked: set[str]) -> np.ndarray:
    """(n,) whole frames of the timeline, ascending, with a key that was moved, changed, added or deleted since the
    motion was completed. locked: shape keys with a locked curve, which completing leaves as they are."""
    none, frames = np.zeros((0, 2), np.float32), [np.zeros(0, np.float32)]
    for shape in {*edits.keys, *edits.deleted, *baseline.completed} - locked:
        now = edits.keys[shape].co if shape in edits.keys else none
        known = baseline.completed.get(shape, none)
        frames.append(now[~same_keys(now, known), 0])
        frames.append(known[~same_keys(known, now), 0])
        frames.append(edits.deleted.get(shape, none[:, 0]))
    return np.unique(np.rint(np.concatenate(frames)).astype(int))


def completed_keys(edits: Edits, baseline: Baseline, window: tuple[int, int]) -> dict[str, np.ndarray]:
    """The `completed` of a baseline whose motion was completed around `edits` within the window (take frames)."""
    first = baseline.start + window[0] - 0.5 if window[0] > 0 else -np.inf
    last = baseline.start + window[1] + 0.5 if window[1] < len(baseline.motion) - 1 else np.inf
    none, completed = np.zeros((0, 2), np.float32), {}
    for shape in {**baseline.completed, **edits.keys}:
        now = edits.keys[shape].co if shape in edits.keys else none
        known = baseline.completed.get(shape, none)
        inside, outside = (now[:, 0] > first) & (now[:, 0] < last), (known[:, 0] < first) | (known[:, 0] > last)
        kept = np.concatenate([now[inside], known[outside]])
        if len(kept):
            completed[shape] = kept[np.argsort(kept[:, 0], kind="stable")]
    return completed
