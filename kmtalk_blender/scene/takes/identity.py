"""Find the take of a line by an id that is stored on the strip and on the take.

Blender copies a strip's id with the strip. Among several strips with the same id the take belongs to the one that has
the scene and the name that it was generated from; the others become new lines. Names alone are not unique: they repeat
between scenes, and a file may be used twice.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np

from .. import compat
from ..compat import Strip
from .baseline_store import take_ids, take_info
from .takes import takes_of

__all__ = ["LineSource", "Owner", "find_owner", "strip_of", "take_source"]

SAME_FRAME = 0.5  # frames; a smaller distance is none


@dataclass(frozen=True)
class LineSource:
    """Where a line comes from. scene, strip: names; strip is empty for a sound file. path: the sound file. frame: first
    frame on the timeline."""

    scene: str
    strip: str
    path: str
    frame: float


@dataclass(frozen=True)
class Owner:
    """The take of a line. id: of the take, a new id when the character has no take of the line. known: True when it has
    one. note: a sentence for the user, or empty."""

    id: str
    known: bool
    note: str = ""


def find_owner(source: LineSource, target: bpy.types.Object, exported: str = "") -> Owner:
    """The take of a character that belongs to a line. exported: the id in an imported take file, or empty."""
    takes = {placed.id: take_info(bpy.data.actions[placed.action], placed.id) for placed in takes_of(target)}
    if exported in takes and abs(takes[exported].get("start", np.inf) - source.frame) < SAME_FRAME:
        return Owner(exported, True)
    if not source.strip:
        return _file_owner(source, takes)
    own = strip_of(source.scene, source.strip)
    key = own.kmtalk.line_id if own is not None else ""
    # A take of another character also shows which of several strips is the original.
    info = takes.get(key) or _anywhere(key)
    if key and _is_original(source, key, info, target):
        return Owner(key, key in takes)
    if key in takes:
        note = f"Strip {source.strip} is a copy of {_name(takes[key])}; it gets its own take."
        return Owner(_new_id(source), False, note)
    return _adopted(source, takes)


def strip_of(scene: str, name: str) -> Strip | None:
    """The strip of that name in the scene of that name, or None."""
    found = bpy.data.scenes.get(scene)
    editor = found.sequence_editor if found else None
    return next((strip for strip in compat.every_strip(editor) if strip.name == name), None) if editor else None


def take_source(info: dict, target: bpy.types.Object) -> tuple[bpy.types.Scene, Strip] | None:
    """The scene and the strip that a character's take belongs to; None when the strip was deleted."""
    line, key = info.get("line", {}), info.get("id", "")
    strips = [(scene, strip) for scene, strip in _every_strip() if key and strip.kmtalk.line_id == key]
    return max(strips, key=lambda found: _likeness_of(found[0], found[1], line, target), default=None)


def _new_id(source: LineSource) -> str:
    """An unused id; the same file and line always give the same id."""
    taken = {strip.kmtalk.line_id for _, strip in _every_strip()}
    for action in bpy.data.actions:
        taken |= set(take_ids(action))
    seed, count = f"{source.scene}\n{source.strip}\n{source.path}\n{source.frame:g}", 0
    while (key := hashlib.sha256(f"{seed}\n{count}".encode()).hexdigest()[:12]) in taken:
        count += 1
    return key


def _file_owner(source: LineSource, takes: dict[str, dict]) -> Owner:
    """The take of a sound file at the same frame, else a new id."""
    for key, info in takes.items():
        line = info.get("line", {})
        same = not line.get("strip") and line.get("path") == source.path
        if same and abs(info.get("start", 0.0) - source.frame) < SAME_FRAME:
            return Owner(key, True)
    return Owner(_new_id(source), False)


def _anywhere(key: str) -> dict:
    """The JSON values of the take with this id, of any character; empty when there is none."""
    found = (action for action in bpy.data.actions if key and key in take_ids(action))
    return next((take_info(action, key) for action in found), {})


def _is_original(source: LineSource, key: str, info: dict, target: bpy.types.Object) -> bool:
    """True when no other strip with the id is at least as similar to the one that the take was generated from."""
    line, scene = info.get("line", {}), bpy.data.scenes[source.scene]
    likeness = _likeness_of(scene, strip_of(source.scene, source.strip), line, target)
    return all(likeness > _likeness_of(copied_scene, copy, line, target) for copied_scene, copy in _others(source, key))


def _others(source: LineSource, key: str) -> list[tuple[bpy.types.Scene, Strip]]:
    return [
        (scene, strip)
        for scene, strip in _every_strip()
        if strip.kmtalk.line_id == key and (scene.name, strip.name) != (source.scene, source.strip)
    ]


def _adopted(source: LineSource, takes: dict[str, dict]) -> Owner:
    """The take of a deleted strip, when this strip has the same sound at the same frame; else a new id."""
    for key, info in takes.items():
        line = info.get("line", {})
        same = bool(line.get("strip")) and Path(line.get("path", "")).name == Path(source.path).name
        here = abs(info.get("start", 0.0) - source.frame) < SAME_FRAME
        if same and here and not any(strip.kmtalk.line_id == key for _, strip in _every_strip()):
            note = f"Strip {source.strip} is at the place of the deleted {_name(info)}; it keeps that take."
            return Owner(key, True, note)
    return Owner(_new_id(source), False)


def _likeness_of(
    scene: bpy.types.Scene, strip: Strip, line: dict, target: bpy.types.Object
) -> tuple[bool, bool, bool, bool]:
    """Similarity of a strip with the one that a character's take was generated from, to be compared as a tuple: the
    character is in its scene (decides when a whole scene was copied), same scene name, same strip name, same frame."""
    place = abs(strip.frame_final_start - line.get("frame", np.inf)) < SAME_FRAME
    return scene in target.users_scene, scene.name == line.get("scene"), strip.name == line.get("strip"), place


def _name(info: dict) -> str:
    return info.get("strip") or "another line"


def _every_strip() -> list[tuple[bpy.types.Scene, Strip]]:
    return [
        (scene, strip)
        for scene in bpy.data.scenes
        if scene.sequence_editor is not None
        for strip in compat.every_strip(scene.sequence_editor)
        if strip.type == "SOUND"
    ]
