"""The command batch: a .blend file for each line of a list."""

import argparse
import csv
import io
import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import bpy

from .. import limits, session
from ..errors import UserError
from ..runtime.client import Client
from ..runtime.input_files import is_file, read_text
from ..runtime.schema import EMOTION_SETTINGS
from ..runtime.whole_file import check_file
from ..scene import SpokenLine, generate
from ..scene.placement.report import Report
from ..scene.sound.new_strip import add_sound
from .shot import choose_pronunciations, feel, find_character, save_file, show_progress

__all__ = ["COLUMNS", "make_files"]

# Columns of a list; only the first is needed.
COLUMNS = (
    "audio, transcript, language, target, frame, textgrid, tier, emotion, emotion_strength (0 to 1) and head_and_eyes "
    "(yes or no)"
)
# Between the columns: spreadsheets of many countries write semicolons.
SEPARATORS = ",;\t"
FRAME = re.compile(r"-?[0-9]{1,6}")
STRENGTH = re.compile(r"0?\.[0-9]{1,9}|0|1(\.0{1,9})?")
YES, NO = ("yes", "true", "1", "x"), ("", "no", "false", "0")


@dataclass(frozen=True)
class ListLine:
    """A line of a list. number: of the line in the list, from 1, without its header. spoken: with an empty target, the
    file's character speaks. emotion: key of EMOTION_SETTINGS, or empty. emotion_strength: in [0, 1]."""

    number: int
    spoken: SpokenLine
    emotion: str
    emotion_strength: float
    head_and_eyes: bool


def make_files(chosen: argparse.Namespace) -> dict:
    """Write one .blend file for each line; a line that fails does not stop the others. Returns what was done, with
    exit code 2 where lines failed. Raises UserError for a list that cannot be read, before anything is written."""
    lines, base = _read_lines(Path(chosen.lines)), bpy.data.filepath
    folder = Path(chosen.output)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise UserError(f"Cannot make the folder {folder} ({error}); choose another one.") from error
    client, done, failures, reports = session.worker(), [], {}, []
    for line in lines:
        path = folder / f"{line.number:04}_{Path(line.spoken.audio).stem}.blend"
        if chosen.resume and is_file(path):
            continue
        try:
            # Each line starts from the file as it was opened.
            bpy.ops.wm.open_mainfile(filepath=base) if base else bpy.ops.wm.read_homefile(use_empty=True)
            choose_pronunciations(chosen)
            report = _make_file(line, path, client)
        except UserError as error:
            failures[f"{line.number} {line.spoken.audio}"] = str(error)
            print(f"Line {line.number}: {error}", file=sys.stderr)
            continue
        done.append(str(path))
        understood = {"heard": report.heard, "confidence": report.confidence, "notes": list(report.notes)}
        reports.append({"line": line.number, "audio": line.spoken.audio, "file": str(path), **understood})
        for note in report.notes:
            print(f"Line {line.number}: {note}", file=sys.stderr)
    noted = sum(bool(report["notes"]) for report in reports)
    text = f"{len(done)} of {len(lines)} lines written to {folder}, {len(failures)} failed, {noted} with notes"
    code = 2 if failures else 0
    return {"text": text, "files": done, "failures": failures, "lines": reports, "noted": noted, "code": code}


def _make_file(line: ListLine, path: Path, client: Client) -> Report:
    """Speak a line in the opened file, and save it at `path`. Raises UserError with what is wrong."""
    scene, spoken = bpy.context.scene, line.spoken
    target = find_character(spoken.target, client)
    add_sound(scene, Path(spoken.audio), spoken.frame)
    if line.head_and_eyes:
        target.kmtalk.life.use = True
    if line.emotion:
        feel({target.name}, line.emotion, line.emotion_strength)
    place = check_file(path)
    report = generate(bpy.context, client, replace(spoken, target=target.name), progress=show_progress)
    scene.frame_end = max(scene.frame_end, spoken.frame + report.frames)
    save_file(place)
    return report


def _read_lines(path: Path) -> list[ListLine]:
    text = read_text(path, limits.LIST_BYTES, f"CSV with the columns {COLUMNS}")
    header = text.partition("\n")[0]
    separator = max(SEPARATORS, key=header.count)
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise UserError(f"Cannot read {path}; give a CSV with the columns {COLUMNS}.") from error
    if not rows:
        raise UserError(f"{path} holds no lines.")
    return [_line(number, row, path) for number, row in enumerate(rows, 1)]


def _line(number: int, row: dict[str, str | None], path: Path) -> ListLine:
    """A row of the list at `path`. Raises UserError that names the row and what it needs."""
    place = f"Line {number + 1} of {path}"

    def cell(column: str, usual: str = "") -> str:
        return (row.get(column) or "").strip() or usual

    def file(column: str) -> str:
        # A relative path starts at the folder of the list.
        return str((path.parent / cell(column)).resolve()) if cell(column) else ""

    frame, moving = cell("frame", "1"), cell("head_and_eyes").lower()
    emotion, strength = cell("emotion").lower(), cell("emotion_strength", "1").replace(",", ".")
    if not cell("audio") or not FRAME.fullmatch(frame) or "\0" in cell("audio") + cell("textgrid"):
        raise UserError(f"{place} needs an audio file, and a whole number as its frame.")
    if emotion not in ("", "neutral", *EMOTION_SETTINGS):
        raise UserError(f"{place} has the emotion {emotion}; give neutral, {', '.join(EMOTION_SETTINGS)}, or nothing.")
    if not STRENGTH.fullmatch(strength):
        raise UserError(f"{place} has the emotion_strength {strength}; give a number from 0 to 1.")
    if moving not in YES + NO:
        raise UserError(f"{place} has head_and_eyes {moving}; give yes or no.")
    spoken = SpokenLine(
        cell("target"),
        audio=file("audio"),
        frame=int(frame),
        transcript=cell("transcript"),
        textgrid=file("textgrid"),
        tier=cell("tier"),
        language=cell("language"),
    )
    return ListLine(number, spoken, emotion if emotion != "neutral" else "", float(strength), moving in YES)
