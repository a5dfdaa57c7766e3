"""The jobs of Generate and Complete: requests for the worker, then one write at the end.

A job never blocks, and between its steps it keeps names in place of references to Blender's data. So the same job can
run as a modal operator, in background mode and in a script. Nothing in the file changes before `write`.
"""

import dataclasses
from pathlib import Path

import bpy
import numpy as np

from ...errors import UserError
from ...runtime.input_files import is_file
from ...runtime.take_file import read_take
from ..character.shape_map import check_target, shape_map
from ..checks import check_speaker, speaker_notes
from ..compat import sequencer_scene, shape_keys_of, slot_handle
from ..curves.shape_curves import locked_shapes
from ..options import Options, SpokenLine
from ..phones.phone_list import PhoneLists, edited_phones, fill_phones, unchanged_frames
from ..placement.report import Report, report_of
from ..placement.write_take import write_completed_take, write_generated_take
from ..sound.transcripts import Transcript
from ..takes import edits as edited
from ..takes.baseline import Baseline
from ..takes.baseline_store import load_baseline, take_ids, take_info
from ..takes.identity import LineSource, Owner, find_owner, strip_of
from ..takes.notes import mark_line, understood_values
from ..takes.pending import pending_frames
from ..takes.takes import check_changeable, editable_take, find_take
from .line_sources import capture_of_line, clip_of_line, clip_of_take, line_source, line_transcript
from .requests import Request, complete_request, generate_request
from .steps_beside import StepsBeside

__all__ = ["CompleteJob", "GenerateJob", "discard_edits", "edited_takes"]


class GenerateJob:
    """Generates a take of a line; when the line's former take was edited, it is then completed around the edits."""

    def __init__(self, context: bpy.types.Context, line: SpokenLine, options: Options, folder: Path) -> None:
        """Checks all that can be checked before the work. Raises UserError with what is wrong."""
        target = _object(line.target)
        check_target(target)
        check_speaker(target)
        self.options, self.folder, self.title = options, folder, line.name
        self.target = target.name
        strips = sequencer_scene(context)
        if line.take:
            known = load_baseline(find_take(target, line.take), line.take)
            self.clip, self.source = clip_of_take(known, target, folder), LineSource(**known.info["line"])
            self.owner, self.title = Owner(line.take, True), known.label
        else:
            self.clip = clip_of_line(strips, line, folder)
            self.source = line_source(strips, line, self.clip)
            self.owner = find_owner(self.source, target)
        self.beside = StepsBeside(target, self.clip if line.has_sound else None, folder)
        self.keeps_capture = not line.capture
        self.transcript = line_transcript(strips, line, self.clip, options.language)
        self.baseline: Baseline | None = None
        self.motion: np.ndarray | None = None
        self.key_frames: np.ndarray | None = None
        self.edits = edited.Edits()
        self.dropped = np.zeros(0, np.int32)
        self.phones, self.language = PhoneLists(), options.language
        former = find_take(target, self.owner.id)
        check_changeable(target, (former,) if former else ())
        self.capture = capture_of_line(line, self.clip, {} if former is None else take_info(former, self.owner.id))
        if former is not None and options.keep_edits:
            before = load_baseline(former, self.owner.id)
            self._check_sound(former, before)
            shift = self.clip.frame - before.start
            self.edits = edited.find_edits(former, before).moved(shift)
            self.dropped = before.dropped
            self.phones = PhoneLists() if line.textgrid else edited_phones(former, before)
            if self.phones:
                self.language = str(before.info.get("language", "")) or self.language

    def first(self) -> Request:
        """The first request."""
        return generate_request(
            self.clip,
            self.options.style,
            self.transcript,
            self.phones,
            self.folder,
            self.target,
            self.capture,
            self.language,
            self.options.pronunciations,
        )

    def next(self, result: dict) -> Request | None:
        """Use a result. Returns the next request, or None when the job can write."""
        if self.beside.requested:
            return self.beside.next(result)
        take = read_take(result["output"])
        if self.baseline is not None:
            self.motion, self.key_frames = take.weights, take.key_frames
            return self.beside.first(self.baseline, self.motion, self.key_frames)
        target = _object(self.target)
        mapping = shape_map(target, take.channels)
        self.baseline = Baseline(
            take,
            take.weights,
            take.key_frames,
            float(self.clip.frame),
            {},
            self.options.density,
            np.intersect1d(self.dropped, take.key_frames),
            self._info() | understood_values(result, self.transcript.typed),
        )
        self.motion, self.key_frames = take.weights, take.key_frames
        if not self.edits.count:
            return self.beside.first(self.baseline, self.motion, self.key_frames)
        window = (0, len(take.weights) - 1)
        poses = edited.key_poses(self.baseline, self.edits, mapping, self.options.reach, window)
        return complete_request(take, poses, self.options.style, window, (), self.folder)

    def write(self, context: bpy.types.Context) -> Report:
        """Write the take onto the character. Raises UserError, with nothing written, when it was deleted or changed."""
        target = _object(self.target)
        check_target(target)
        assert self.baseline is not None
        assert self.motion is not None
        assert self.key_frames is not None
        written_take = write_generated_take(
            target, self.baseline, self.edits, self.motion, self.key_frames, self.options
        )
        strip = strip_of(self.source.scene, self.source.strip) if self.source.strip else None
        if strip is not None and strip.id_data.library is None:
            strip.kmtalk.line_id = self.owner.id
        fill_phones(written_take.action, written_take.baseline)
        messages = (*((self.owner.note,) if self.owner.note else ()), *written_take.messages, *speaker_notes(target))
        messages = tuple(dict.fromkeys((*messages, *self.beside.write(target, written_take.baseline))))
        if self.keeps_capture and self.capture is not None:
            messages += (f"It keeps the motion of {self.capture.path.name}; clear the take to generate one.",)
        report = report_of(written_take, self.key_frames, self.edits.count, target, messages)
        mark_line(context.scene, self.baseline.label, report.notes)
        return report

    def _check_sound(self, former: bpy.types.Action, before: Baseline) -> None:
        """Raise UserError when the edits were made for another sound."""
        path = before.info.get("audio", {}).get("path", "")
        same = path in ("", str(self.clip.source)) or not is_file(Path(path))
        if not same and _was_edited(former, before):
            raise UserError(
                f"{self.title} plays another sound now ({self.clip.source.name}) and its take was edited; discard its "
                "edits or clear the take, then generate again."
            )

    def _info(self) -> dict:
        clip = self.clip
        capture = {} if self.capture is None else {"path": str(self.capture.path), "timecode": self.capture.timecode}
        return {
            "capture": capture,
            "id": self.owner.id,
            "strip": clip.name,
            "line": dataclasses.asdict(self.source),
            "fps": clip.fps,
            "audio": {"path": str(clip.source), "start": clip.start, "end": clip.end},
            "sound": {"origin": clip.origin, "marks": list(clip.marks), "retimed": clip.retimed_from is not None},
            "settings": dataclasses.asdict(self.options.style),
        }


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
        if not _was_edited(action, self.baseline):
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
        target = _object(self.target)
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
        target = _object(self.target)
        action = bpy.data.actions[self.action]
        mapping = shape_map(target, self.baseline.take.channels)
        poses = edited.key_poses(self.baseline, self.edits, mapping, self.options.reach, self.window)
        locked = mapping.channels_of(locked_shapes(action, self.baseline.slot))
        take = self.baseline.take.with_weights(self.baseline.motion, self.baseline.keyed)
        return complete_request(take, poses, self.options.style, self.window, locked, self.folder)


def edited_takes(
    action: bpy.types.Action, window: tuple[int, int] | None = None, target: bpy.types.Object | None = None
) -> tuple[str, ...]:
    """The ids of the edited takes in an action, in the order of time. window: only takes that overlap these frames.
    target: only takes of this character, when several share the action."""
    handle = 0 if target is None else slot_handle(action, shape_keys_of(target))
    baselines = [load_baseline(action, take) for take in take_ids(action, handle)]
    inside = [b for b in baselines if window is None or (b.start < window[1] and window[0] < b.end)]
    return tuple(baseline.id for baseline in inside if _was_edited(action, baseline))


def discard_edits(
    target: bpy.types.Object, action: bpy.types.Action, strip: str | None = None, options: Options | None = None
) -> None:
    """Restore a take as it was generated: without edited keys and phones, with all key motions.

    strip: id or label of the take in the action; None: the first.
    """
    check_target(target)
    check_changeable(target)
    before = load_baseline(action, strip)
    take, none = before.take, np.zeros(0, np.int32)
    edits = edited.find_edits(action, before)
    fresh = dataclasses.replace(before, dropped=none)
    write_completed_take(
        target,
        action,
        fresh,
        edited.Edits({}, edits.deleted),
        take.weights,
        take.key_frames,
        (0, len(take.weights) - 1),
        options or Options(),
    )
    fill_phones(action, fresh)


def _was_edited(action: bpy.types.Action, baseline: Baseline) -> bool:
    edits = edited.find_edits(action, baseline)
    dropped = edited.dropped_motions(edits, baseline)
    # An edited key that was deleted again is no edit, but the motion still goes through it.
    pending = pending_frames(edits, baseline, locked_shapes(action, baseline.slot))
    counts = edits.count, len(pending), len(dropped) - len(baseline.dropped)
    return any(counts) or bool(edited_phones(action, baseline))


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
            f"Frames {window[0]} to {window[1]} contain no frame of the take ({baseline.start:g} to {baseline.end:g}); "
            "choose a range inside it."
        )
    return first, final
