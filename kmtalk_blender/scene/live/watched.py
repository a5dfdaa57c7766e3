"""The takes that live completion watches, what changed in them, and how far around a change is filled in."""

import hashlib
from dataclasses import dataclass

import bpy
import numpy as np

from ...errors import UserError
from .. import compat
from ..curves.shape_curves import locked_shapes
from ..phones.phone_list import edited_phones
from ..takes.baseline import Baseline
from ..takes.baseline_store import load_baseline, take_ids
from ..takes.edits import dropped_motions, find_edits
from ..takes.pending import pending_frames
from ..takes.takes import check_changeable, editable_take

__all__ = ["Pending", "Watched", "fingerprint", "pending_of", "surroundings", "watched_takes"]

# Seconds before and after an edit that are filled in at least: further away the completion changes hardly anything.
AROUND = 0.4
POINTS = (("co", 2, np.float32), ("handle_left", 2, np.float32), ("handle_right", 2, np.float32))


@dataclass(frozen=True)
class Watched:
    """The editable takes of a character. target: name of its object. action: of the action. handle: of its slot."""

    target: str
    action: str
    handle: int


@dataclass(frozen=True)
class Pending:
    """The edits of a take that are not completed. take: its id. frames: (n,) edited frames of the timeline. phones: the
    list of phones was edited. window: first and last frame of the timeline to fill in, None: all."""

    take: str
    frames: np.ndarray
    phones: bool
    window: tuple[int, int] | None

    @property
    def count(self) -> int:
        """Number of edited frames; the list of phones counts as one edit."""
        return len(self.frames) + self.phones


def watched_takes(scene: bpy.types.Scene) -> list[Watched]:
    """The takes of a scene's characters that can be edited now, each once."""
    found: dict[tuple[str, int], Watched] = {}
    for thing in scene.objects:
        if thing.type != "MESH" or thing.data.shape_keys is None or thing.data.shape_keys.animation_data is None:
            continue
        try:
            check_changeable(thing)
            action = editable_take(thing)
        except UserError:
            continue
        watched = Watched(thing.name, action.name, compat.slot_handle(action, compat.shape_keys_of(thing)))
        found.setdefault((watched.action, watched.handle), watched)
    return list(found.values())


def fingerprint(watched: Watched) -> bytes:
    """Equal as long as nobody changes a key, a handle or a phone of the takes, whatever is selected; empty when they
    are gone."""
    action = bpy.data.actions.get(watched.action)
    if action is None or watched.target not in bpy.data.objects:
        return b""
    digest = hashlib.blake2b(digest_size=16)
    for curve in compat.action_curves(action, watched.handle):
        points = curve.keyframe_points
        digest.update(curve.data_path.encode())
        for name, width, kind in POINTS:
            values = np.empty(len(points) * width, kind)
            points.foreach_get(name, values)
            digest.update(values)
        kinds = np.empty(len(points), np.int32)
        points.foreach_get("interpolation", kinds)
        digest.update(kinds)
    phones = action.kmtalk.phones
    times = np.empty((2, len(phones)), np.float32)
    for row, name in zip(times, ("start", "end"), strict=True):
        phones.foreach_get(name, row)
    digest.update(times)
    digest.update("\n".join(f"{phone.label} {phone.word} {phone.take}" for phone in phones).encode())
    return digest.digest()


def pending_of(watched: Watched, reach: int, limits: tuple[int, int] | None) -> list[Pending]:
    """The takes with edits that are not completed. limits: first and last frame that may change, None: no limits.

    Raises UserError when a take is damaged.
    """
    action, found = bpy.data.actions[watched.action], []
    for take in take_ids(action, watched.handle):
        baseline = load_baseline(action, take)
        edits = find_edits(action, baseline)
        frames = pending_frames(edits, baseline, locked_shapes(action, baseline.slot))
        if limits is not None:
            frames = frames[(frames >= limits[0]) & (frames <= limits[1])]
        phones = bool(edited_phones(action, baseline))
        if len(frames) or phones:
            lost = dropped_motions(edits, baseline)
            window = None if phones else surroundings(baseline, lost, frames, reach, limits)
            found.append(Pending(take, frames, phones, window))
    return found


def surroundings(
    baseline: Baseline, dropped: np.ndarray, frames: np.ndarray, reach: int, limits: tuple[int, int] | None
) -> tuple[int, int]:
    """First and last frame of the timeline to fill in around edited frames (n,): from one key motion to another.

    dropped: take frames of key motions that were deleted. reach, limits: as in `pending_of`.
    """
    around = max(reach + 1, round(AROUND * baseline.take.fps))
    last = len(baseline.motion) - 1
    motions = np.setdiff1d(baseline.take.key_frames, dropped)
    begin, end = np.clip(frames[[0, -1]] - baseline.start, 0, last) + np.array([-around, around])
    before, after = motions[motions <= begin], motions[motions >= end]
    first = int(before[-1]) if len(before) else 0
    final = int(after[0]) if len(after) else last
    window = round(baseline.start + first), round(baseline.start + final)
    return window if limits is None else (max(window[0], limits[0]), min(window[1], limits[1]))
