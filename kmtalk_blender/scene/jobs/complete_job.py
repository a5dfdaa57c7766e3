"""The job of Complete: requests for the worker, then one write at the end (see `generate_job`)."""

import dataclasses
from pathlib import Path

import bpy
import numpy as np

from ...errors import UserError
from ...runtime.take_file import read_take
from ..character.shape_map import check_target, shape_map
from ..curves.shape_curves import locked_shapes
from ..options import Options
from ..phones.phone_list import PhoneLists, edited_phones, fill_phones, unchanged_frames
from ..placement.report import Report, report_of
from ..placement.write_take import write_completed_take
from ..sound.transcripts import Transcript
from ..takes import edits as edited
from ..takes.baseline import Baseline
from ..takes.baseline_store import load_baseline
from ..takes.notes import understood_values
from ..takes.takes import check_changeable, editable_take
from .edited_takes import object_named, was_edited
from .line_sources import clip_of_take
from .requests import Request, complete_request, generate_request
from .steps_beside import StepsBeside

__all__ = ["CompleteJob"]


class CompleteJob:
    """Fills in an edited take around its edits; when its phones were edited, it is first generated from them."""

    def __init__(
        self,
        context: bpy.types.Context,
        target: bpy.types.Object,
        options: Options,
        folder: Path,
        window: tuple[int, int] | None = None,
        strip: str | None = None,
    ) -> None:
        """window: first and last frame of the timeline that may change, None: all. strip: id or label of the take in
        the active action; None: the first.

        Raises UserError when there is no take or nothing was edited.
        """
        check_changeable(target)
        action = editable_take(target)
        self.options, self.folder, self.target, self.action = options, folder, target.name, action.name
        self.title = action.name
        self.baseline = load_baseline(action, strip)
        self.edits = edited.find_edits(action, self.baseline)
        self.phones = edited_phones(action, self.baseline)
        # Edited phones change the whole take, because the key motions are at their boundaries.
        self.window = _take_window(self.baseline, None if self.phones else window)
        self.is_capture = bool(self.baseline.info.get("capture"))
        generated = self.phones and not self.is_capture
        self.clip = clip_of_take(self.baseline, target, folder) if generated else None
        self.motion: np.ndarray | None = None
        self.key_frames: np.ndarray | None = None
        self.dropped = edited.dropped_motions(self.edits, self.baseline)
        self.beside, self.spoken_anew = StepsBeside(target, self.clip, folder), False
        self.wrote_alone = False  # besides the action only ranges of sliders were changed
        if not was_edited(action, self.baseline):
            raise UserError(f"Nothing in {action.name} was edited; move, add or delete keys first, or edit its phones.")

    def first(self) -> Request:
        """The first request."""
        if self.clip is not None:
            # The phones stay those of the language in which the take was read.
            spoken = str(self.baseline.info.get("language", "")) or "auto"
            style, phones = self.options.style, self.phones
            return generate_request(self.clip, style, Transcript(), phones, self.folder, self.target, language=spoken)
        return self._with_phones() if self.phones else self._complete()

    def next(self, result: dict) -> Request | None:
        """Use a result. Returns the next request, or None when the job can write."""
        if self.beside.requested:
            return self.beside.next(result)
        take = read_take(result["output"])
        if take.weights.shape != self.baseline.motion.shape:
            raise UserError(f"The new motion of {self.action} has another length; generate the strip again.")
        self.motion, self.key_frames = take.weights, take.key_frames
        if not self.phones:
            return self.beside.first(self.baseline, self.motion, self.key_frames, self.spoken_anew)
        # The result for the edited phones: a new take, which the edited keys are now applied to.
        info = self.baseline.info
        if not self.is_capture:
            info = info | understood_values(result, info.get("typed", ""))
        self.baseline = dataclasses.replace(
            self.baseline, take=take, motion=take.weights, keyed=take.key_frames, info=info
        )
        self.phones, self.dropped = PhoneLists(), np.intersect1d(self.dropped, take.key_frames)
        self.spoken_anew = True
        if self.edits.count:
            return self._complete()
        return self.beside.first(self.baseline, self.motion, self.key_frames)

    def write(self, context: bpy.types.Context) -> Report:
        """Write the completed motion around the edits. Raises UserError when the take was deleted."""
        target = object_named(self.target)
        check_target(target)
        action = bpy.data.actions.get(self.action)
        if action is None:
            raise UserError(f"Take {self.action} was deleted; nothing was written.")
        assert self.motion is not None
        assert self.key_frames is not None
        baseline = dataclasses.replace(self.baseline, dropped=self.dropped)
        written_take = write_completed_take(
            target,
            action,
            baseline,
            self.edits,
            self.motion,
            self.key_frames,
            self.window,
            self.options,
            not self.spoken_anew,
        )
        self.wrote_alone = written_take.alone and not self.beside.made
        if self.spoken_anew:
            fill_phones(action, written_take.baseline)
        messages = tuple(dict.fromkeys((*written_take.messages, *self.beside.write(target, written_take.baseline))))
        return report_of(written_take, self.key_frames, self.edits.count, target, messages)

    def _with_phones(self) -> Request:
        """The request for a capture with edited phones: elsewhere it keeps its motion."""
        take = self.baseline.take
        kept = unchanged_frames(take, self.phones)
        poses = edited.Poses(kept, take.weights[kept])
        window = (0, len(take.weights) - 1)
        return complete_request(take, poses, self.options.style, window, (), self.folder, self.phones)

    def _complete(self) -> Request:
        target = object_named(self.target)
        action = bpy.data.actions[self.action]
        mapping = shape_map(target, self.baseline.take.channels)
        poses = edited.key_poses(self.baseline, self.edits, mapping, self.options.reach, self.window)
        locked = mapping.channels_of(locked_shapes(action, self.baseline.slot))
        take = self.baseline.take.with_weights(self.baseline.motion, self.baseline.keyed)
        return complete_request(take, poses, self.options.style, self.window, locked, self.folder)


def _take_window(baseline: Baseline, window: tuple[int, int] | None) -> tuple[int, int]:
    last = len(baseline.motion) - 1
    if window is None:
        return 0, last
    first, final = (int(np.clip(round(frame - baseline.start), 0, last)) for frame in window)
    if final <= first:
        raise UserError(
            f"Frames {window[0]} to {window[1]} contain no frame of the take ({baseline.start:g} to {baseline.end:g}); "
            "choose a range inside it."
        )
    return first, final
