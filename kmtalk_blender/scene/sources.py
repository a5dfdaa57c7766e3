"""Where a line's sound and words come from."""

from pathlib import Path

import bpy

from ..errors import UserError
from .baseline import Baseline
from .options import Line
from .strips import Heard, audible_strips, chosen_strip, find_strip, heard_file, heard_of
from .transcripts import Transcript, find_transcript

__all__ = ["heard_again", "heard_line", "line_transcript"]


def heard_line(scene: bpy.types.Scene, line: Line, folder: Path) -> Heard:
    """What is heard of a line. Raises UserError when nothing is."""
    if line.audio:
        return heard_file(scene, line.audio, line.frame)
    strip = find_strip(scene, line.strip) if line.strip else chosen_strip(scene)
    return heard_of(scene, strip, folder)


def heard_again(scene: bpy.types.Scene, baseline: Baseline, folder: Path) -> Heard:
    """The sound of a take: its strip's, else the file that it was generated from. Raises UserError when it is gone."""
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
        round(baseline.start),
        baseline.take.fps,
    )


def line_transcript(line: Line, heard: Heard, text: bpy.types.Text | None) -> Transcript:
    """What a line says. Raises UserError when its TextGrid is gone."""
    if not line.textgrid:
        return find_transcript(heard, line.transcript, text)
    path = Path(bpy.path.abspath(line.textgrid))
    if not path.is_file():
        raise UserError(f"There is no TextGrid {path}; choose one.")
    return Transcript(textgrid=path, origin=path.name)
