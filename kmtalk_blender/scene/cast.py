"""Who speaks which strip: the table, filled from the sequencer by rules."""

import bpy

from .options import Line
from .strips import audible_strips

__all__ = ["fill_lines", "lines_of", "speaker_of"]


def speaker_of(strip: object, scene: bpy.types.Scene) -> bpy.types.Object | None:
    """The character of a strip: the first rule that fits it, else a mesh named like the strip's start, else the
    panel's."""
    for rule in scene.kmtalk.rules:
        wanted = rule.value.strip().lower()
        if not wanted or rule.target is None:
            continue
        if rule.kind == "CHANNEL" and wanted == str(strip.channel):
            return rule.target
        if rule.kind == "NAME" and wanted in strip.name.lower():
            return rule.target
    named = [
        obj
        for obj in scene.objects
        if obj.type == "MESH" and obj.data.shape_keys and strip.name.lower().startswith(obj.name.lower())
    ]
    return max(named, key=lambda obj: len(obj.name)) if named else scene.kmtalk.target


def fill_lines(scene: bpy.types.Scene, strips_scene: bpy.types.Scene) -> int:
    """One line a sound strip that is heard; the characters of lines that are there stay. Returns how many."""
    lines = scene.kmtalk.lines
    known = {line.strip: index for index, line in enumerate(lines)}
    strips = audible_strips(strips_scene)
    for strip in strips:
        if strip.name not in known:
            line = lines.add()
            line.strip, line.target = strip.name, speaker_of(strip, scene)
        elif lines[known[strip.name]].target is None:
            lines[known[strip.name]].target = speaker_of(strip, scene)
    names = {strip.name for strip in strips}
    for index in reversed(range(len(lines))):
        if lines[index].strip not in names:
            lines.remove(index)
    return len(lines)


def lines_of(scene: bpy.types.Scene) -> list[tuple[int, Line]]:
    """The lines of the table that are switched on and have a character, with their row."""
    return [
        (row, Line(item.target.name, strip=item.strip))
        for row, item in enumerate(scene.kmtalk.lines)
        if item.use and item.target is not None
    ]
