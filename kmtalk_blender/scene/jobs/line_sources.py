"""Where a line's sound and words come from."""

from pathlib import Path

import bpy

from ...errors import UserError
from ...paths import whole_path
from ...runtime.input_files import is_file
from ..compat import Strip
from ..options import Line
from ..sound.strips import Heard, audible_strips, chosen_strip, find_strip, heard_file, heard_of
from ..sound.transcripts import Transcript, find_transcript
from ..takes.baseline import Baseline
from ..takes.identity import LineSource, take_source

__all__ = ["heard_again", "heard_line", "line_source", "line_transcript"]


def heard_line(scene: bpy.types.Scene, line: Line, folder: Path) -> Heard:
    """What is heard of a strip's or a file's line. Raises UserError when nothing is."""
    if line.audio:
        return heard_file(scene, line.audio, line.frame)
    return heard_of(scene, _strip_of(scene, line), folder)


def heard_again(baseline: Baseline, target: bpy.types.Object, folder: Path) -> Heard:
    """The sound of a take: its strip's, else the file that it was generated from. Raises UserError when it is gone."""
    found = take_source(baseline.info, target)
    if found is not None and found[1] in audible_strips(found[0]):
        return heard_of(*found, folder)
    stored = baseline.info.get("audio", {})
    path = Path(str(stored.get("path", "")))
    if not is_file(path):
        raise UserError(
            f"The sound of this take is gone ({path}); bring back strip {baseline.label} to use edited phones."
        )
    end = stored.get("end")
    return Heard(
        baseline.label,
        path,
        float(stored.get("start", 0.0)),
        None if end is None else float(end),
        round(baseline.start),
        baseline.take.fps,
        source=path,
        origin=float(baseline.info.get("sound", {}).get("origin", baseline.start)),
    )


def line_source(scene: bpy.types.Scene, line: Line, heard: Heard) -> LineSource:
    """Where a line comes from, by which its take is known again. heard: what is heard of it."""
    strip = "" if line.audio else _strip_of(scene, line).name
    return LineSource(scene.name, strip, str(heard.source), float(heard.frame))


def line_transcript(scene: bpy.types.Scene, line: Line, heard: Heard) -> Transcript:
    """What a line says: its own words, else those of its strip. Raises UserError when its TextGrid is gone."""
    if line.textgrid:
        path = whole_path(line.textgrid)
        if not is_file(path):
            raise UserError(f"There is no TextGrid {path}; choose one.")
        return Transcript(textgrid=path, origin=path.name)
    typed, text = line.transcript, bpy.data.texts.get(line.text) if line.text else None
    if not typed and text is None and not line.audio and not line.take:
        own = _strip_of(scene, line).kmtalk
        typed, text = own.transcript, own.text
    return find_transcript(heard, typed, text)


def _strip_of(scene: bpy.types.Scene, line: Line) -> Strip:
    return find_strip(scene, line.strip) if line.strip else chosen_strip(scene)
