"""Generate and complete as jobs: requests for the worker first, then one write at the end.

A job never waits and holds no reference into Blender's data between its steps, so the same job runs modal in the
window, blocking in the background and in a script. Until `write` nothing in the file is changed.
"""

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np

from ..errors import UserError
from ..runtime.take_file import Take, read_take, write_keys, write_take
from . import edits as edited
from .baseline import Baseline, load_baseline
from .compat import sequencer_scene
from .curves import locked_shapes, read_curves
from .keys import make_keys
from .options import Line, Options
from .rigs import ShapeMap, check_target, shape_map
from .strips import Heard, audible_strips, chosen_strip, find_strip, heard_file, heard_of
from .takes import active_take, find_take, place_take, rewrite_take
from .transcripts import Transcript, find_transcript

__all__ = ["CompleteJob", "GenerateJob", "Report", "Request", "discard_edits", "edited_phones", "fill_phones"]


@dataclass(frozen=True)
class Request:
    """One request for the worker."""

    op: str
    params: dict


@dataclass(frozen=True)
class Report:
    """What a job wrote. keys: on all curves. kept: edited frames that were kept. text: a sentence for the user."""

    action: str
    frames: int
    key_motions: int
    keys: int
    kept: int
    text: str


class GenerateJob:
    """A line is spoken: generate, then, when the strip's former take was edited, complete around the edits."""

    def __init__(self, context: bpy.types.Context, line: Line, options: Options, folder: Path) -> None:
        """Checks everything that can be checked before the work. Raises UserError with what is wrong."""
        target = _object(line.target)
        check_target(target)
        self.options, self.folder, self.title = options, folder, line.name
        self.target = target.name
        self.heard = _heard(sequencer_scene(context), line, folder)
        text = bpy.data.texts.get(line.text) if line.text else None
        self.transcript = line_transcript(line, self.heard, text)
        self.baseline: Baseline | None = None
        self.motion: np.ndarray | None = None
        self.key_frames: np.ndarray | None = None
        self.edits = edited.Edits()
        self.dropped = np.zeros(0, np.int32)
        self.phones: tuple = ()
        former = find_take(target, self.heard.name)
        if former is not None and options.keep_edits:
            before = load_baseline(former)
            shift = self.heard.frame - before.start
            self.edits = edited.find_edits(former, before).moved(shift)
            self.dropped = before.dropped
            self.phones = () if line.textgrid else edited_phones(former, before)

    def first(self) -> Request:
        """The first request."""
        return Request(
            "generate", _generate_params(self.heard, self.options, self.transcript, self.phones, self.folder)
        )

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
            _info(self.heard, self.options),
        )
        self.motion, self.key_frames = take.weights, take.key_frames
        if not self.edits.count:
            return None
        window = (0, len(take.weights) - 1)
        poses = edited.key_poses(self.baseline, self.edits, mapping, self.options.reach, window)
        return _complete_request(take, poses, self.options.style, window, (), self.folder)

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
        fill_phones(action, self.baseline.take)
        return _report(action, baseline, curves, self.key_frames, self.edits.count, target, mapping)

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
    ) -> None:
        """window: first and last frame of the timeline that may change, None = all.

        Raises UserError when there is no take or nothing was edited.
        """
        action = active_take(target)
        self.options, self.folder, self.target, self.action = options, folder, target.name, action.name
        self.title = action.name
        self.baseline = load_baseline(action)
        self.edits = edited.find_edits(action, self.baseline)
        self.phones = edited_phones(action, self.baseline)
        # Other phones move the whole take: key motions lie at their boundaries.
        self.window = _take_window(self.baseline, None if self.phones else window)
        self.heard = _heard_again(sequencer_scene(context), self.baseline, folder) if self.phones else None
        self.motion: np.ndarray | None = None
        self.key_frames: np.ndarray | None = None
        self.dropped = edited.dropped_motions(self.edits, self.baseline)
        if not self.edits.count and not self.phones and len(self.dropped) == len(self.baseline.dropped):
            raise UserError(f"Nothing in {action.name} was edited; move, add or delete keys first, or edit its phones.")

    def first(self) -> Request:
        """The first request."""
        if self.phones:
            params = _generate_params(self.heard, self.options, None, self.phones, self.folder)
            return Request("generate", params)
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
        self.baseline = dataclasses.replace(self.baseline, take=take, motion=take.weights, keyed=take.key_frames)
        self.phones = ()
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
        fill_phones(action, self.baseline.take)
        return _report(action, baseline, curves, self.key_frames, self.edits.count, target, mapping)

    def _complete(self) -> Request:
        target = _object(self.target)
        action = bpy.data.actions[self.action]
        mapping = shape_map(target, self.baseline.take.channels)
        poses = edited.key_poses(self.baseline, self.edits, mapping, self.options.reach, self.window)
        locked = mapping.channels_of(locked_shapes(action))
        take = self.baseline.take.with_weights(self.baseline.motion, self.baseline.keyed)
        return _complete_request(take, poses, self.options.style, self.window, locked, self.folder)


def line_transcript(line: Line, heard: Heard, text: bpy.types.Text | None) -> Transcript:
    """What a line says. Raises UserError when its TextGrid is gone."""
    if not line.textgrid:
        return find_transcript(heard, line.transcript, text)
    path = Path(bpy.path.abspath(line.textgrid))
    if not path.is_file():
        raise UserError(f"There is no TextGrid {path}; choose one.")
    return Transcript(textgrid=path, origin=path.name)


def discard_edits(target: bpy.types.Object, action: bpy.types.Action) -> None:
    """Write a take as it was generated: no edited key, no dropped key motion, its own phones."""
    check_target(target)
    before = load_baseline(action)
    mapping = shape_map(target, before.take.channels)
    values = mapping.values(before.take.weights)
    curves = {
        shape: make_keys(values[:, column], before.start, before.take.key_frames, before.density)
        for column, shape in enumerate(mapping.shapes)
    }
    written = {shape: keys.co for shape, keys in curves.items()}
    none = np.zeros(0, np.int32)
    baseline = dataclasses.replace(
        before, motion=before.take.weights, keyed=before.take.key_frames, written=written, dropped=none
    )
    rewrite_take(target, action, baseline, curves)
    fill_phones(action, before.take)


def edited_phones(action: bpy.types.Action, baseline: Baseline) -> tuple:
    """The phones of an action's list when they differ from its take's, else ()."""
    listed = tuple((item.label, item.start, item.end) for item in action.kmtalk.phones)
    if len(listed) == len(baseline.take.phones):
        pairs = zip(listed, baseline.take.phones, strict=True)
        if all(a[0] == b[0] and abs(a[1] - b[1]) < 1e-4 and abs(a[2] - b[2]) < 1e-4 for a, b in pairs):
            return ()
    return listed


def fill_phones(action: bpy.types.Action, take: Take) -> None:
    """Fill the list of phones that the user sees and edits."""
    phones = action.kmtalk.phones
    phones.clear()
    for label, start, end in take.phones:
        item = phones.add()
        middle = (start + end) / 2
        item.label, item.start, item.end = label, start, end
        item.word = next((word for word, first, last in take.words if first <= middle < last), "")


def _object(name: str) -> bpy.types.Object:
    found = bpy.data.objects.get(name)
    if found is None:
        raise UserError(f"There is no object named {name}; choose the character again.")
    return found


def _heard(scene: bpy.types.Scene, line: Line, folder: Path) -> Heard:
    if line.audio:
        return heard_file(scene, line.audio, line.frame)
    strip = find_strip(scene, line.strip) if line.strip else chosen_strip(scene)
    return heard_of(scene, strip, folder)


def _heard_again(scene: bpy.types.Scene, baseline: Baseline, folder: Path) -> Heard:
    """The sound of a take: its strip's, else the file that it was generated from."""
    name = baseline.info.get("strip", "")
    if any(strip.name == name for strip in audible_strips(scene)):
        return heard_of(scene, find_strip(scene, name), folder)
    stored = baseline.info.get("audio", {})
    path = Path(stored.get("path", ""))
    if not path.is_file():
        raise UserError(f"The sound of this take is gone ({path}); bring back strip {name} to use edited phones.")
    end = stored.get("end")
    return Heard(
        name,
        path,
        float(stored.get("start", 0.0)),
        None if end is None else float(end),
        float(stored.get("speed", 1.0)),
        round(baseline.start),
        baseline.take.fps,
    )


def _generate_params(heard: Heard, options: Options, transcript: object, phones: tuple, folder: Path) -> dict:
    params = dataclasses.asdict(options.style) | {
        "audio": str(heard.path),
        "output": str(folder / "generated.npz"),
        "fps": heard.fps,
        "start": heard.start,
        "speed": heard.speed,
    }
    if heard.end is not None:
        params["end"] = heard.end
    if phones:
        params["phones"] = [list(phone) for phone in phones]
    elif transcript is not None and transcript.text:
        params["transcript"] = transcript.text
    elif transcript is not None and transcript.textgrid is not None:
        params["textgrid"] = str(transcript.textgrid)
    return params


def _complete_request(
    take: Take, poses: edited.Poses, style: object, window: tuple[int, int], locked: tuple[str, ...], folder: Path
) -> Request:
    write_take(take, folder / "take.npz")
    write_keys(folder / "keys.npz", poses.frames, poses.weights, take.channels)
    params = {
        "take": str(folder / "take.npz"),
        "keys": str(folder / "keys.npz"),
        "output": str(folder / "completed.npz"),
        "model": style.model,
        "device": style.device,
        "first": window[0],
        "last": window[1],
        "locked": list(locked),
    }
    return Request("complete", params)


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
    audio = {"path": str(heard.path), "start": heard.start, "end": heard.end, "speed": heard.speed}
    return {"strip": heard.name, "audio": audio, "settings": dataclasses.asdict(options.style)}


def _report(
    action: bpy.types.Action,
    baseline: Baseline,
    curves: dict,
    key_frames: np.ndarray,
    kept: int,
    target: bpy.types.Object,
    mapping: ShapeMap,
) -> Report:
    count, frames = sum(len(keys.co) for keys in curves.values()), len(baseline.motion)
    seconds = baseline.take.duration
    text = f"{baseline.info.get('strip', '')} on {target.name}: {seconds:.1f} s, {len(key_frames)} key motions, \
{count} keys on {len(curves)} shapes"
    if baseline.density.mode == "SPARSE":
        text += f", {count / len(curves) / max(seconds, 1e-3):.1f} a second within {baseline.density.tolerance:g}"
    if kept:
        text += f", {kept} edited frames kept"
    undriven = len(mapping.channels) - len(mapping.channels_of(set(mapping.shapes)))
    if undriven:
        text += f"; {undriven} channels have no shape"
    return Report(action.name, frames, len(key_frames), count, kept, text)
