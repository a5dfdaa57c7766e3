"""The commands for one shot: generate, capture, complete, export and info."""

import argparse
import sys
from pathlib import Path

import bpy

from .. import session
from ..errors import UserError
from ..runtime.client import Client
from ..runtime.input_files import is_folder
from ..runtime.whole_file import check_file
from ..scene import SpokenLine, add_demo_head, complete, edited_takes, export_take, generate, options_of, takes_of
from ..scene.character.shape_map import target_of
from ..scene.compat import sequencer_scene
from ..scene.emotion.strengths import set_strengths
from ..scene.sound.speakers import fill_lines, lines_of
from ..scene.sound.strips import chosen_strip
from ..scene.takes.takes import editable_take

__all__ = [
    *("capture_shot", "choose_pronunciations", "complete_shot", "export_shot", "feel", "find_character"),
    *("generate_shot", "save_file", "show_info", "show_progress"),
]


def generate_shot(chosen: argparse.Namespace) -> dict:
    """Speak the chosen lines and save the file. Returns text and takes. Raises UserError, with nothing saved."""
    context, place = bpy.context, _place_of(chosen.output)
    if chosen.keys:
        context.scene.kmtalk.keys = chosen.keys
    choose_pronunciations(chosen)
    target = find_character(chosen.target)
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
        feel({line.target for line in lines}, chosen.emotion, chosen.emotion_strength)
    reports = [generate(context, session.worker(), line, options_of(context.scene), show_progress) for line in lines]
    save_file(place)
    return {"text": "\n".join(report.text for report in reports), "takes": [vars(report) for report in reports]}


def feel(targets: set[str], emotion: str, strength: float) -> None:
    """Let the characters of these names show one emotion. Raises UserError for a strength outside of [0, 1]."""
    if not 0 <= strength <= 1:
        raise UserError(f"--emotion-strength is {strength}; it must be a number from 0 to 1.")
    for name in targets:
        target = bpy.data.objects[name]
        set_strengths(target, {emotion: strength})
        target.kmtalk.emotion.use = True


def capture_shot(chosen: argparse.Namespace) -> dict:
    """Put a captured performance onto the character and save the file. Returns and raises as `generate_shot`."""
    context, place = bpy.context, _place_of(chosen.output)
    if chosen.keys:
        context.scene.kmtalk.keys = chosen.keys
    choose_pronunciations(chosen)
    line = SpokenLine(
        find_character(chosen.target).name,
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
    report = generate(context, session.worker(), line, options_of(context.scene), show_progress)
    save_file(place)
    return {"text": report.text, "takes": [vars(report)]}


def complete_shot(chosen: argparse.Namespace) -> dict:
    """Complete the character's edited takes and save the file. Returns and raises as `generate_shot`."""
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
    target = find_character(chosen.target)
    takes = edited_takes(editable_take(target), window, target) or (None,)
    reports = [complete(bpy.context, session.worker(), target, window, None, show_progress, take) for take in takes]
    save_file(place)
    return {"text": "\n".join(report.text for report in reports), "takes": [vars(report) for report in reports]}


def choose_pronunciations(chosen: argparse.Namespace) -> None:
    """Give the scene the list that was named, if any."""
    if chosen.pronunciations:
        bpy.context.scene.kmtalk.pronunciations = str(Path(chosen.pronunciations).absolute())


def export_shot(chosen: argparse.Namespace) -> dict:
    """Write the character's take as a file. Returns text and path. Raises UserError."""
    path = export_take(find_character(chosen.target), Path(chosen.path).resolve())
    return {"text": f"Wrote {path}", "path": str(path)}


def show_info(chosen: argparse.Namespace) -> dict:
    """The runtime, and the takes of the characters in the file. Raises UserError."""
    answer = session.worker().call("info", {})
    takes = {
        obj.name: [vars(take) for take in takes_of(obj)]
        for obj in bpy.context.scene.objects
        if obj.type == "MESH" and takes_of(obj)
    }
    spoken = ", ".join(f"{name}: {len(found)} takes" for name, found in takes.items()) or "no takes"
    text = f"KMTalk {answer.get('version')}, Python {answer.get('python')}, {answer.get('device')}; {spoken}"
    return {"text": text, "runtime": answer, "takes": takes}


def find_character(name: str, client: Client | None = None) -> bpy.types.Object:
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


def save_file(path: Path) -> None:
    """Save the opened file at `path`. Raises UserError."""
    try:
        bpy.ops.wm.save_as_mainfile(filepath=str(path), check_existing=False)
    except RuntimeError as error:
        raise UserError(f"Cannot save {path}; choose a folder that exists.") from error


def show_progress(fraction: float, text: str) -> None:
    """Print the share done, 0 to 1, on a terminal."""
    if sys.stderr.isatty():
        print(f"\r{fraction:4.0%} {text:<40}", end="" if fraction < 1 else "\n", file=sys.stderr)
