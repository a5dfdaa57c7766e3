"""The sound and the words of a line."""

from dataclasses import replace
from pathlib import Path

import bpy

from ...errors import UserError
from ...paths import whole_path
from ...runtime.input_files import is_file, is_folder
from ..compat import Strip
from ..options import SpokenLine
from ..sound.strips import (
    AudioClip,
    audible_strips,
    chosen_strip,
    clip_of_file,
    clip_of_strip,
    find_strip,
    frame_rate,
)
from ..sound.transcripts import Transcript, find_transcript, own_language
from ..takes.baseline import Baseline
from ..takes.identity import LineSource, take_source
from .requests import Capture

__all__ = ["capture_of_line", "clip_of_line", "clip_of_take", "line_source", "line_transcript"]


def clip_of_line(scene: bpy.types.Scene, line: SpokenLine, folder: Path) -> AudioClip:
    """The audible part of a line's strip or file, or the place of a capture. Raises UserError when there is none."""
    if not line.has_sound:
        path = whole_path(line.capture)
        return AudioClip(
            path.stem, path, 0.0, None, line.frame, frame_rate(scene), source=path, origin=float(line.frame)
        )
    if line.audio:
        return clip_of_file(scene, line.audio, line.frame)
    return clip_of_strip(scene, _strip_of(scene, line), folder)


def clip_of_take(baseline: Baseline, target: bpy.types.Object, folder: Path) -> AudioClip:
    """The sound of a take: of its strip, else of the file it was generated from. Raises UserError without it."""
    found = take_source(baseline.info, target)
    if found is not None and found[1] in audible_strips(found[0]):
        return clip_of_strip(*found, folder)
    stored = baseline.info.get("audio", {})
    path = Path(str(stored.get("path", "")))
    if not is_file(path):
        raise UserError(
            f"The sound of this take is missing ({path}); restore strip {baseline.label} to use edited phones."
        )
    end = stored.get("end")
    return AudioClip(
        baseline.label,
        path,
        float(stored.get("start", 0.0)),
        None if end is None else float(end),
        round(baseline.start),
        baseline.take.fps,
        source=path,
        origin=float(baseline.info.get("sound", {}).get("origin", baseline.start)),
    )


def line_source(scene: bpy.types.Scene, line: SpokenLine, clip: AudioClip) -> LineSource:
    """Scene, strip, file and frame of a line, by which its take is found again. clip: the line's sound."""
    strip = "" if line.audio or not line.has_sound else _strip_of(scene, line).name
    return LineSource(scene.name, strip, str(clip.source), float(clip.frame))


def line_transcript(scene: bpy.types.Scene, line: SpokenLine, clip: AudioClip, chosen: str) -> Transcript:
    """The words of a line: its own, else those of its strip. chosen: the language of the options.

    Raises UserError when its TextGrid is missing.
    """
    if not line.has_sound:
        return Transcript()
    strip = None if line.audio or line.take else _strip_of(scene, line)
    own = None if strip is None else strip.kmtalk
    language = line.language or ("" if strip is None else own_language(strip))
    if line.textgrid:
        path = whole_path(line.textgrid)
        if not is_file(path):
            raise UserError(f"There is no TextGrid {path}; choose one.")
        return Transcript(textgrid=path, tier=line.tier, language=language, origin=path.name)
    typed, text = line.transcript, bpy.data.texts.get(line.text) if line.text else None
    if own is not None and not typed and text is None:
        typed, text = own.transcript, own.text
    tier = line.tier or (own.tier if own is not None else "")
    return replace(find_transcript(clip, typed, text, language or chosen), tier=tier, language=language)


def capture_of_line(line: SpokenLine, clip: AudioClip, former: dict) -> Capture | None:
    """The capture of a line, or that of its former take (JSON values), whose motion a new take keeps; else None.

    Raises UserError for a capture that is missing, or whose sound is played at another speed.
    """
    stored = former.get("capture") or {}
    if not line.capture and not stored:
        return None
    path = whole_path(line.capture) if line.capture else Path(str(stored.get("path", "")))
    if not is_file(path) and not is_folder(path):
        fix = "choose one." if line.capture else "restore it, or clear the take to generate the line."
        raise UserError(f"There is no capture {path}; {fix}")
    if clip.retimed_from is not None:
        raise UserError(f"{clip.name} plays its sound at another speed, which its capture cannot; set the speed to 1.")
    timecode = line.timecode if line.capture else str(stored.get("timecode", ""))
    return Capture(path, timecode, clip.source != path)


def _strip_of(scene: bpy.types.Scene, line: SpokenLine) -> Strip:
    return find_strip(scene, line.strip) if line.strip else chosen_strip(scene)
