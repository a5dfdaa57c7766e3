"""`blender -b FILE -c kmtalk generate|complete|batch|export|info`: the extension without a window.

Exit code 0: done. 2: the input cannot be used, one line on stderr says why. 1: anything else.
"""

import argparse
import csv
import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy

from . import limits, session
from .errors import UserError
from .runtime.client import Client
from .runtime.input_files import is_file, is_folder, read_text
from .runtime.schema import EMOTION_SETTINGS
from .runtime.whole_file import check_file
from .scene import SpokenLine, add_demo_head, complete, edited_takes, export_take, generate, options_of, takes_of
from .scene.character.shape_map import target_of
from .scene.compat import sequencer_scene
from .scene.emotion.strengths import set_strengths
from .scene.sound.new_strip import add_sound
from .scene.sound.speakers import fill_lines, lines_of
from .scene.sound.strips import chosen_strip
from .scene.takes.takes import editable_take

__all__ = ["register", "run", "unregister"]

# Columns of a list of lines; only the first is needed.
COLUMNS = "audio, transcript, language, target, frame"
PRONUNCIATIONS = "a text file with words and how they are said; default: the scene's"
FRAME = re.compile(r"-?[0-9]{1,6}")


def run(arguments: list[str]) -> int:
    """The command. Returns the exit code."""
    try:
        chosen = _parser().parse_args(arguments)
    except SystemExit as ended:
        return int(ended.code or 0)
    try:
        result = chosen.run(chosen)
    except UserError as error:
        print(json.dumps({"error": str(error)}) if chosen.json else f"Error: {error}", file=sys.stderr)
        return 2
    finally:
        session.close()
    print(json.dumps(result) if chosen.json else result["text"])
    return int(result.get("code", 0))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="blender -b FILE -c kmtalk", description="Speech makes a face move.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, function: Callable[[argparse.Namespace], dict], text: str) -> argparse.ArgumentParser:
        found = commands.add_parser(name, help=text, description=text)
        found.set_defaults(run=function)
        found.add_argument("--json", action="store_true", help="print a JSON object")
        return found

    spoken = command("generate", _generate, "speak a strip, a sound file or the whole scene")
    what = spoken.add_mutually_exclusive_group()
    what.add_argument("--strip", default="", help="a strip's name; without it the active or only one")
    what.add_argument("--audio", default="", help="a sound file instead of a strip")
    what.add_argument("--all", action="store_true", help="every audible sound strip")
    spoken.add_argument("--frame", type=int, default=1, help="frame at which --audio starts")
    spoken.add_argument("--target", default="", help="the character's object")
    spoken.add_argument("--transcript", default="", help="the words")
    spoken.add_argument("--language", default="", help="what is spoken, such as de; default: the scene's")
    spoken.add_argument("--pronunciations", default="", help=PRONUNCIATIONS)
    spoken.add_argument("--textgrid", default="", help="a file with phones and their times")
    spoken.add_argument("--tier", default="", help="its tier of phones: name, number or speaker")
    spoken.add_argument("--keys", choices=("EVERY_FRAME", "KEY_MOTIONS", "SPARSE"))
    spoken.add_argument("--head-and-eyes", action="store_true", help="move head, eyes, lids and brows too")
    spoken.add_argument("--emotion", choices=tuple(EMOTION_SETTINGS), help="what the face shows")
    spoken.add_argument("--emotion-strength", type=float, default=1.0, help="0 not at all to 1 fully (default)")
    spoken.add_argument(
        "-o", "--output", default="", help="where to save the .blend file; default: over the opened file"
    )

    captured = command("capture", _capture, "a captured performance (Live Link Face and others) onto the character")
    captured.add_argument("path", help="the capture's file, or the folder of its take")
    captured.add_argument("--target", default="", help="the character's object")
    captured.add_argument("--frame", type=int, default=1, help="frame at which it starts, without a strip")
    captured.add_argument("--from", dest="timecode", default="", help="timecode at which it begins")
    sound = captured.add_mutually_exclusive_group()
    sound.add_argument("--strip", default="", help="the strip with the sound that was recorded with it")
    sound.add_argument("--audio", default="", help="that sound as a file")
    captured.add_argument("--transcript", default="", help="the words")
    captured.add_argument("--language", default="", help="what is spoken, such as de; default: the scene's")
    captured.add_argument("--pronunciations", default="", help=PRONUNCIATIONS)
    captured.add_argument("--textgrid", default="", help="a file with the sound's phones and their times")
    captured.add_argument("--tier", default="", help="its tier of phones: name, number or speaker")
    captured.add_argument("--keys", choices=("EVERY_FRAME", "KEY_MOTIONS", "SPARSE"))
    captured.add_argument(
        "-o", "--output", default="", help="where to save the .blend file; default: over the opened file"
    )

    filled = command("complete", _complete, "fill in a take around its edited keys")
    filled.add_argument("--target", default="", help="the character's object")
    filled.add_argument("--first", type=int, help="first frame that may change")
    filled.add_argument("--last", type=int, help="last frame that may change")
    filled.add_argument("--reach", type=int, help="key motions within this many frames of an edit are moved with it")
    filled.add_argument(
        "-o", "--output", default="", help="where to save the .blend file; default: over the opened file"
    )

    many = command(
        "batch",
        _batch,
        f"one .blend file for each line of a CSV with the columns {COLUMNS}",
    )
    many.add_argument("lines", help="the CSV")
    many.add_argument("-o", "--output", required=True, help="the folder for the .blend files")
    many.add_argument("--pronunciations", default="", help=PRONUNCIATIONS)
    many.add_argument("--resume", action="store_true", help="skip lines whose file exists already")

    written = command("export", _export, "write a take as .npz, .csv (Live Link Face) or .json")
    written.add_argument("path", help="the file")
    written.add_argument("--target", default="", help="the character's object")

    command("info", _info, "show the runtime and the takes of the file")
    return parser


def _generate(chosen: argparse.Namespace) -> dict:
    context, place = bpy.context, _place_of(chosen.output)
    if chosen.keys:
        context.scene.kmtalk.keys = chosen.keys
    _choose_pronunciations(chosen)
    target = _target(chosen.target)
    words = {"transcript": chosen.transcript, "textgrid": chosen.textgrid, "tier": chosen.tier}
    words["language"] = chosen.language
    if chosen.all:
        context.scene.kmtalk.target = target
        fill_lines(context.scene, sequencer_scene(context))
        lines = [line for _, line in lines_of(context.scene)]
    elif chosen.audio:
        lines = [SpokenLine(target.name, audio=chosen.audio, frame=chosen.frame, **words)]
    else:
        strip = chosen.strip or chosen_strip(sequencer_scene(context)).name
        lines = [SpokenLine(target.name, strip=strip, **words)]
    if not lines:
        raise UserError("The scene has no audible sound strip; add one, or give --audio.")
    for line in lines if chosen.head_and_eyes else ():
        bpy.data.objects[line.target].kmtalk.life.use = True
    if chosen.emotion:
        _feel({line.target for line in lines}, chosen.emotion, chosen.emotion_strength)
    reports = [generate(context, session.worker(), line, options_of(context.scene), _progress) for line in lines]
    _save(place)
    return {"text": "\n".join(report.text for report in reports), "takes": [vars(report) for report in reports]}


def _feel(targets: set[str], emotion: str, strength: float) -> None:
    if not 0 <= strength <= 1:
        raise UserError(f"--emotion-strength is {strength}; it must be a number from 0 to 1.")
    for name in targets:
        target = bpy.data.objects[name]
        set_strengths(target, {emotion: strength})
        target.kmtalk.emotion.use = True


def _capture(chosen: argparse.Namespace) -> dict:
    context, place = bpy.context, _place_of(chosen.output)
    if chosen.keys:
        context.scene.kmtalk.keys = chosen.keys
    _choose_pronunciations(chosen)
    line = SpokenLine(
        _target(chosen.target).name,
        strip=chosen.strip,
        audio=chosen.audio,
        frame=chosen.frame,
        transcript=chosen.transcript,
        textgrid=chosen.textgrid,
        tier=chosen.tier,
        language=chosen.language,
        capture=str(Path(chosen.path).absolute()),
        timecode=chosen.timecode,
    )
    report = generate(context, session.worker(), line, options_of(context.scene), _progress)
    _save(place)
    return {"text": report.text, "takes": [vars(report)]}


def _complete(chosen: argparse.Namespace) -> dict:
    place = _place_of(chosen.output)
    window = None
    if chosen.first is not None or chosen.last is not None:
        scene = bpy.context.scene
        window = (
            scene.frame_start if chosen.first is None else chosen.first,
            scene.frame_end if chosen.last is None else chosen.last,
        )
    if chosen.reach is not None:
        bpy.context.scene.kmtalk.reach = chosen.reach
    target = _target(chosen.target)
    takes = edited_takes(editable_take(target), window, target) or (None,)
    reports = [complete(bpy.context, session.worker(), target, window, None, _progress, take) for take in takes]
    _save(place)
    return {"text": "\n".join(report.text for report in reports), "takes": [vars(report) for report in reports]}


def _batch(chosen: argparse.Namespace) -> dict:
    lines, base = _read_lines(Path(chosen.lines)), bpy.data.filepath
    folder = Path(chosen.output)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise UserError(f"Cannot make the folder {folder} ({error}); choose another one.") from error
    client, done, failures, reports_of_lines = session.worker(), [], {}, []
    for number, line in enumerate(lines, 1):
        audio = Path(line["audio"])
        path = folder / f"{number:04}_{audio.stem}.blend"
        if chosen.resume and is_file(path):
            continue
        try:
            # Each line starts from the file as it was opened.
            bpy.ops.wm.open_mainfile(filepath=base) if base else bpy.ops.wm.read_homefile(use_empty=True)
            _choose_pronunciations(chosen)
            target = _target(line.get("target", ""), client)
            add_sound(bpy.context.scene, audio, line["frame"])
            words = {name: line.get(name, "") for name in ("transcript", "language")}
            spoken = SpokenLine(target.name, audio=str(audio), frame=line["frame"], **words)
            place = check_file(path)
            report = generate(bpy.context, client, spoken, progress=_progress)
            bpy.context.scene.frame_end = max(bpy.context.scene.frame_end, line["frame"] + report.frames)
            _save(place)
            done.append(str(path))
            understood = {"heard": report.heard, "confidence": report.confidence, "notes": list(report.notes)}
            reports_of_lines.append({"line": number, "audio": str(audio), "file": str(path), **understood})
            for note in report.notes:
                print(f"Line {number}: {note}", file=sys.stderr)
        except UserError as error:
            failures[f"{number} {audio}"] = str(error)
            print(f"Line {number}: {error}", file=sys.stderr)
    noted = sum(bool(line["notes"]) for line in reports_of_lines)
    text = f"{len(done)} of {len(lines)} lines written to {folder}, {len(failures)} failed, {noted} with notes"
    code = 2 if failures else 0
    return {"text": text, "files": done, "failures": failures, "lines": reports_of_lines, "noted": noted, "code": code}


def _choose_pronunciations(chosen: argparse.Namespace) -> None:
    """Give the scene the list that was named, if any."""
    if chosen.pronunciations:
        bpy.context.scene.kmtalk.pronunciations = str(Path(chosen.pronunciations).absolute())


def _read_lines(path: Path) -> list[dict]:
    text = read_text(path, limits.LIST_BYTES, f"CSV with the columns {COLUMNS}")
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
    except csv.Error as error:
        raise UserError(f"Cannot read {path}; give a CSV with the columns {COLUMNS}.") from error
    lines = []
    for number, row in enumerate(rows, 2):
        frame = (row.get("frame") or "1").strip()
        if not row.get("audio") or not FRAME.fullmatch(frame) or "\0" in row["audio"]:
            raise UserError(f"Line {number} of {path} needs an audio file, and a whole number as its frame.")
        lines.append({key: value or "" for key, value in row.items() if key} | {"frame": int(frame)})
        # A relative path starts at the folder of the CSV.
        lines[-1]["audio"] = str((path.parent / row["audio"]).resolve())
    if not lines:
        raise UserError(f"{path} holds no lines.")
    return lines


def _export(chosen: argparse.Namespace) -> dict:
    path = export_take(_target(chosen.target), Path(chosen.path).resolve())
    return {"text": f"Wrote {path}", "path": str(path)}


def _info(chosen: argparse.Namespace) -> dict:
    answer = session.worker().call("info", {})
    takes = {
        obj.name: [vars(take) for take in takes_of(obj)]
        for obj in bpy.context.scene.objects
        if obj.type == "MESH" and takes_of(obj)
    }
    spoken = ", ".join(f"{name}: {len(found)} takes" for name, found in takes.items()) or "no takes"
    text = f"KMTalk {answer.get('version')}, Python {answer.get('python')}, {answer.get('device')}; {spoken}"
    return {"text": text, "runtime": answer, "takes": takes}


def _target(name: str, client: Client | None = None) -> bpy.types.Object:
    """The object of that name, else the panel's character, else the scene's only mesh with shape keys.

    With a client and no such mesh, KMTalk's own head is added. Raises UserError when no character is found.
    """
    if name:
        found = bpy.data.objects.get(name)
        if found is None:
            raise UserError(f"There is no object named {name} in the file.")
        return found
    try:
        return target_of(bpy.context)
    except UserError:
        able = [obj for obj in bpy.context.scene.objects if obj.type == "MESH" and obj.data.shape_keys]
        if len(able) == 1:
            return able[0]
        if client is not None and not able:
            return add_demo_head(bpy.context, client)
        raise


def _place_of(output: str) -> Path:
    """The path that the .blend file is saved to. Raises UserError when there is none, or it cannot be a file."""
    path = output or bpy.data.filepath
    if not path:
        raise UserError("The .blend file has no name; name one with --output.")
    # Blender itself would replace a device or a link by a file.
    place = check_file(Path(path).absolute())
    if is_folder(place) or not is_folder(place.parent):
        raise UserError(f"Cannot save {place}; choose a file's name in a folder that exists.")
    return place


def _save(path: Path) -> None:
    try:
        bpy.ops.wm.save_as_mainfile(filepath=str(path), check_existing=False)
    except RuntimeError as error:
        raise UserError(f"Cannot save {path}; choose a folder that exists.") from error


def _progress(fraction: float, text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{fraction:4.0%} {text:<40}", end="" if fraction < 1 else "\n", file=sys.stderr)


# What Blender gave for the command, to take it back with: one item while it is registered.
COMMAND: list[Any] = []


def register() -> None:
    utilities: Any = bpy.utils  # the stubs say that it returns nothing
    COMMAND.append(utilities.register_cli_command("kmtalk", run))


def unregister() -> None:
    bpy.utils.unregister_cli_command(COMMAND.pop())
