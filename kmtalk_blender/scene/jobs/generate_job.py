"""The job of Generate: requests for the worker, then one write at the end.

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
from ..compat import sequencer_scene
from ..options import Options, SpokenLine
from ..phones.phone_list import PhoneLists, edited_phones, fill_phones
from ..placement.report import Report, report_of
from ..placement.write_take import write_generated_take
from ..takes import edits as edited
from ..takes.baseline import Baseline
from ..takes.baseline_store import load_baseline, take_info
from ..takes.identity import LineSource, Owner, find_owner, strip_of
from ..takes.notes import mark_line, understood_values
from ..takes.takes import check_changeable, find_take
from .edited_takes import object_named, was_edited
from .line_sources import capture_of_line, clip_of_line, clip_of_take, line_source, line_transcript
from .requests import Request, complete_request, generate_request
from .steps_beside import StepsBeside

__all__ = ["GenerateJob"]


class GenerateJob:
    """Generates a take of a line; when the line's former take was edited, it is then completed around the edits."""

    def __init__(self, context: bpy.types.Context, line: SpokenLine, options: Options, folder: Path) -> None:
        """Checks all that can be checked before the work. Raises UserError with what is wrong."""
        target = object_named(line.target)
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
        target = object_named(self.target)
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
        target = object_named(self.target)
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
        if not same and was_edited(former, before):
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
