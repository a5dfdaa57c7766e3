"""Which take belongs to which line: by an id on the strip and on the take, never by a name.

A copy of a strip carries the id of the original (Blender copies what is kept on strips), names repeat between scenes, a
file is said twice. So an id alone is not enough: of several strips with one id the take belongs to the one that has the
scene and the name it was made from; the others are lines of their own.
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

SAME_FRAME = 0.5


@dataclass(frozen=True)
class LineSource:
    """Where a line comes from. scene, strip: names; strip is empty for a sound file. path: the sound's file. frame:
    where it starts on the timeline."""

    scene: str
    strip: str
    path: str
    frame: float


@dataclass(frozen=True)
class Owner:
    """Which take is a line's. id: the take's, a new one when the character has none of it yet. known: it has one. note:
    what is doubtful about it, a sentence, or empty."""

    id: str
    known: bool
    note: str = ""


def find_owner(source: LineSource, target: bpy.types.Object, exported: str = "") -> Owner:
    """Which take of a character belongs to a line. exported: the id that a take's file names, when it is one."""
    takes = {placed.id: take_info(bpy.data.actions[placed.action], placed.id) for placed in takes_of(target)}
    if exported in takes and abs(takes[exported].get("start", np.inf) - source.frame) < SAME_FRAME:
        return Owner(exported, True)
    if not source.strip:
        return _file_owner(source, takes)
    own = strip_of(source.scene, source.strip)
    key = own.kmtalk.line_id if own is not None else ""
    # The take of another character tells as well which of several strips is the original.
    info = takes.get(key) or _anywhere(key)
    if key and _is_original(source, key, info, target):
        return Owner(key, key in takes)
    if key in takes:
        note = f"Strip {source.strip} is a copy of {_name(takes[key])}; it has a take of its own now."
        return Owner(_new_id(source), False, note)
    return _adopted(source, takes)


def strip_of(scene: str, name: str) -> Strip | None:
    """The strip of that name in the scene of that name, or None."""
    found = bpy.data.scenes.get(scene)
    editor = found.sequence_editor if found else None
    return next((strip for strip in compat.every_strip(editor) if strip.name == name), None) if editor else None


def take_source(info: dict, target: bpy.types.Object) -> tuple[bpy.types.Scene, Strip] | None:
    """The scene and the strip that a character's take belongs to, where they are now; None when the strip is gone."""
    line, key = info.get("line", {}), info.get("id", "")
    strips = [(scene, strip) for scene, strip in _every_strip() if key and strip.kmtalk.line_id == key]
    return max(strips, key=lambda found: _likeness_of(found[0], found[1], line, target), default=None)


def _new_id(source: LineSource) -> str:
    """An id that no take and no strip of the file has; the same for the same file and line."""
    taken = {strip.kmtalk.line_id for _, strip in _every_strip()}
    for action in bpy.data.actions:
        taken |= set(take_ids(action))
    seed, count = f"{source.scene}\n{source.strip}\n{source.path}\n{source.frame:g}", 0
    while (key := hashlib.sha256(f"{seed}\n{count}".encode()).hexdigest()[:12]) in taken:
        count += 1
    return key


def _file_owner(source: LineSource, takes: dict[str, dict]) -> Owner:
    """A sound file's take is the one of that file at that frame."""
    for key, info in takes.items():
        line = info.get("line", {})
        same = not line.get("strip") and line.get("path") == source.path
        if same and abs(info.get("start", 0.0) - source.frame) < SAME_FRAME:
            return Owner(key, True)
    return Owner(_new_id(source), False)


def _anywhere(key: str) -> dict:
    """What is kept of a take of that id, on whatever character; empty when there is none."""
    found = (action for action in bpy.data.actions if key and key in take_ids(action))
    return next((take_info(action, key) for action in found), {})


def _is_original(source: LineSource, key: str, info: dict, target: bpy.types.Object) -> bool:
    """True when no other strip with that id is as like the one that the take was made from."""
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
    """The take of a strip that is gone, when this one plays the same sound in the same place; else a new line."""
    for key, info in takes.items():
        line = info.get("line", {})
        same = bool(line.get("strip")) and Path(line.get("path", "")).name == Path(source.path).name
        here = abs(info.get("start", 0.0) - source.frame) < SAME_FRAME
        if same and here and not any(strip.kmtalk.line_id == key for _, strip in _every_strip()):
            note = f"Strip {source.strip} stands where {_name(info)} was deleted; it goes on with that take."
            return Owner(key, True, note)
    return Owner(_new_id(source), False)


def _likeness_of(
    scene: bpy.types.Scene, strip: Strip, line: dict, target: bpy.types.Object
) -> tuple[bool, bool, bool, bool]:
    """How much a strip is the one that a character's take was made from: the character is in its scene (which tells the
    two apart when a whole scene was copied), then the scene's name, its own, its place."""
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
