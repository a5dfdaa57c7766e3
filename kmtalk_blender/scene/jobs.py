"""Generate and complete as jobs: requests for the worker first, then one write at the end.

A job never waits and holds no reference into Blender's data between its steps, so the same job runs modal in the
window, blocking in the background and in a script. Until `write` nothing in the file is changed.
"""

import dataclasses
from pathlib import Path

import bpy
import numpy as np

from ..errors import UserError
from ..runtime.take_file import read_take
from . import edits as edited
from .baseline import Baseline, load_baseline, strips_in
from .compat import sequencer_scene
from .curves import locked_shapes, read_curves
from .keys import make_keys
from .notes import mark_line, read_understood, understood_values
from .options import Line, Options
from .phone_list import edited_phones, fill_phones
from .report import Report, report_of
from .requests import Request, complete_request, generate_request
from .rigs import ShapeMap, check_target, shape_map
from .sources import heard_again, heard_line, line_transcript
from .strips import Heard
from .takes import editable_take, find_take, place_take, rewrite_take
from .transcripts import Transcript

__all__ = ["CompleteJob", "GenerateJob", "discard_edits", "edited_takes"]


class GenerateJob:
    """A line is spoken: generate, then, when the strip's former take was edited, complete around the edits."""

    def __init__(self, context: bpy.types.Context, line: Line, options: Options, folder: Path) -> None:
        """Checks everything that can be checked before the work. Raises UserError with what is wrong."""
        target = _object(line.target)
        check_target(target)
        self.options, self.folder, self.title = options, folder, line.name
        self.target = target.name
        strips = sequencer_scene(context)
        self.heard = heard_line(strips, line, folder)
        self.transcript = line_transcript(strips, line, self.heard)
        self.baseline: Baseline | None = None
        self.motion: np.ndarray | None = None
        self.key_frames: np.ndarray | None = None
        self.edits = edited.Edits()
        self.dropped = np.zeros(0, np.int32)
        self.phones: tuple = ()
        former = find_take(target, self.heard.name)
        if former is not None and options.keep_edits:
            before = load_baseline(former, self.heard.name)
            shift = self.heard.frame - before.start
            self.edits = edited.find_edits(former, before).moved(shift)
            self.dropped = before.dropped
            self.phones = () if line.textgrid else edited_phones(former, before)

    def first(self) -> Request:
        """The first request."""
        return generate_request(self.heard, self.options.style, self.transcript, self.phones, self.folder)

    def next(self, result: dict) -> Request | None:
        """Take in a result; the following request, or None when the job can write."""
        take = read_take(result["output"])
        if self.baseline is not None:
            self.motion, self.key_frames = take.weights, take.key_frames
            return None
        target = _object(self.target)
        mapping = shape_map(target, take.channels)
        self.baseline = Baseline(
            take,
            take.weights,
            take.key_frames,
            float(self.heard.frame),
            {},
            self.options.density,
            np.intersect1d(self.dropped, take.key_frames),
            _info(self.heard, self.options) | understood_values(result, self.transcript.typed),
        )
        self.motion, self.key_frames = take.weights, take.key_frames
        if not self.edits.count:
            return None
        window = (0, len(take.weights) - 1)
        poses = edited.key_poses(self.baseline, self.edits, mapping, self.options.reach, window)
        return complete_request(take, poses, self.options.style, window, (), self.folder)

    def write(self, context: bpy.types.Context) -> Report:
        """Write the take onto the character. Raises UserError, with nothing written, when it is gone or changed."""
        target = _object(self.target)
        check_target(target)
        mapping = shape_map(target, self.baseline.take.channels)
        curves, written = edited.merge(
            {}, self._plain(mapping), self.edits, mapping, self.motion, self.key_frames, self._window, set()
        )
        dropped = edited.dropped_motions(self.edits, self.baseline)
        baseline = dataclasses.replace(
            self.baseline, motion=self.motion, keyed=self.key_frames, written=written, dropped=dropped
        )
        options = self.options
        action = place_take(target, baseline, curves, options.placement, options.replace)
        fill_phones(action, baseline.take, baseline.strip)
        mark_line(context.scene, baseline.strip, read_understood(baseline.info).notes)
        return report_of(action, baseline, curves, self.key_frames, self.edits.count, target, mapping)

    @property
    def _window(self) -> tuple[int, int]:
        return 0, len(self.motion) - 1

    def _plain(self, mapping: ShapeMap) -> Baseline:
        """The baseline with what would be written without edits, so that edits stay visible as edits."""
        take = self.baseline.take
        values = mapping.values(take.weights)
        written = {
            shape: make_keys(values[:, column], self.baseline.start, take.key_frames, self.options.density).co
            for column, shape in enumerate(mapping.shapes)
        }
        return dataclasses.replace(self.baseline, written=written)


class CompleteJob:
    """An edited take is filled in again around its edits; with edited phones it is generated from them first."""

    def __init__(
        self,
        context: bpy.types.Context,
        target: bpy.types.Object,
        options: Options,
        folder: Path,
        window: tuple[int, int] | None = None,
        strip: str | None = None,
    ) -> None:
        """window: first and last frame of the timeline that may change, None = all. strip: which take of the active
        action, None = its first.

        Raises UserError when there is no take or nothing was edited.
        """
        action = editable_take(target)
        self.options, self.folder, self.target, self.action = options, folder, target.name, action.name
        self.title = action.name
        self.baseline = load_baseline(action, strip)
        self.edits = edited.find_edits(action, self.baseline)
        self.phones = edited_phones(action, self.baseline)
        # Other phones move the whole take: key motions lie at their boundaries.
        self.window = _take_window(self.baseline, None if self.phones else window)
        self.heard = heard_again(sequencer_scene(context), self.baseline, folder) if self.phones else None
        self.motion: np.ndarray | None = None
        self.key_frames: np.ndarray | None = None
        self.dropped = edited.dropped_motions(self.edits, self.baseline)
        if not _was_edited(action, self.baseline):
            raise UserError(f"Nothing in {action.name} was edited; move, add or delete keys first, or edit its phones.")

    def first(self) -> Request:
        """The first request."""
        if self.phones:
            return generate_request(self.heard, self.options.style, Transcript(), self.phones, self.folder)
        return self._complete()

    def next(self, result: dict) -> Request | None:
        """Take in a result; the following request, or None when the job can write."""
        take = read_take(result["output"])
        if take.weights.shape != self.baseline.motion.shape:
            raise UserError(f"The new motion of {self.action} has another length; generate the strip again.")
        self.motion, self.key_frames = take.weights, take.key_frames
        if not self.phones:
            return None
        # This was the answer to the phones: a new take, that the edits now go into.
        info = self.baseline.info
        info = info | understood_values(result, info.get("typed", ""))
        self.baseline = dataclasses.replace(
            self.baseline, take=take, motion=take.weights, keyed=take.key_frames, info=info
        )
        self.phones, self.dropped = (), np.intersect1d(self.dropped, take.key_frames)
        return self._complete() if self.edits.count else None

    def write(self, context: bpy.types.Context) -> Report:
        """Write the completed motion around the edits. Raises UserError, with nothing written, when that is gone."""
        target = _object(self.target)
        check_target(target)
        action = bpy.data.actions.get(self.action)
        if action is None:
            raise UserError(f"Take {self.action} is gone; nothing was written.")
        mapping = shape_map(target, self.baseline.take.channels)
        now = read_curves(action, mapping.shapes)
        curves, written = edited.merge(
            now, self.baseline, self.edits, mapping, self.motion, self.key_frames, self.window, locked_shapes(action)
        )
        baseline = dataclasses.replace(
            self.baseline, motion=self.motion, keyed=self.key_frames, written=written, dropped=self.dropped
        )
        rewrite_take(target, action, baseline, curves)
        fill_phones(action, baseline.take, baseline.strip)
        return report_of(action, baseline, curves, self.key_frames, self.edits.count, target, mapping)

    def _complete(self) -> Request:
        target = _object(self.target)
        action = bpy.data.actions[self.action]
        mapping = shape_map(target, self.baseline.take.channels)
        poses = edited.key_poses(self.baseline, self.edits, mapping, self.options.reach, self.window)
        locked = mapping.channels_of(locked_shapes(action))
        take = self.baseline.take.with_weights(self.baseline.motion, self.baseline.keyed)
        return complete_request(take, poses, self.options.style, self.window, locked, self.folder)


def edited_takes(action: bpy.types.Action, window: tuple[int, int] | None = None) -> tuple[str, ...]:
    """The strips of the takes in an action that were edited, in the order of time; only those within `window`."""
    baselines = [load_baseline(action, strip) for strip in strips_in(action)]
    inside = [b for b in baselines if window is None or (b.start < window[1] and window[0] < b.end)]
    return tuple(baseline.strip for baseline in inside if _was_edited(action, baseline))


def discard_edits(target: bpy.types.Object, action: bpy.types.Action, strip: str | None = None) -> None:
    """Write a take as it was generated: no edited key, no dropped key motion, its own phones.

    strip: which take of the action, None = its first.
    """
    check_target(target)
    before = load_baseline(action, strip)
    mapping = shape_map(target, before.take.channels)
    values = mapping.values(before.take.weights)
    curves = {
        shape: make_keys(values[:, column], before.start, before.take.key_frames, before.density)
        for column, shape in enumerate(mapping.shapes)
    }
    written = {shape: keys.co for shape, keys in curves.items()}
    if before.guest:
        now = read_curves(action, mapping.shapes)
        curves = {s: now[s].where(~before.mine(now[s])).merged(k) if s in now else k for s, k in curves.items()}
    none = np.zeros(0, np.int32)
    baseline = dataclasses.replace(
        before, motion=before.take.weights, keyed=before.take.key_frames, written=written, dropped=none
    )
    rewrite_take(target, action, baseline, curves)
    fill_phones(action, before.take, before.strip)


def _was_edited(action: bpy.types.Action, baseline: Baseline) -> bool:
    edits = edited.find_edits(action, baseline)
    dropped = edited.dropped_motions(edits, baseline)
    return bool(edits.count or edited_phones(action, baseline) or len(dropped) > len(baseline.dropped))


def _object(name: str) -> bpy.types.Object:
    found = bpy.data.objects.get(name)
    if found is None:
        raise UserError(f"There is no object named {name}; choose the character again.")
    return found


def _take_window(baseline: Baseline, window: tuple[int, int] | None) -> tuple[int, int]:
    last = len(baseline.motion) - 1
    if window is None:
        return 0, last
    first, final = (int(np.clip(round(frame - baseline.start), 0, last)) for frame in window)
    if final <= first:
        raise UserError(
            f"Frames {window[0]} to {window[1]} hold nothing of the take ({baseline.start:g} to {baseline.end:g}); "
            "choose a range inside it."
        )
    return first, final


def _info(heard: Heard, options: Options) -> dict:
    audio = {"path": str(heard.path), "start": heard.start, "end": heard.end}
    return {"strip": heard.name, "audio": audio, "settings": dataclasses.asdict(options.style)}
