"""The character of each strip, and the table of lines."""

import bpy

from ..compat import Strip, every_strip
from ..options import SpokenLine
from .strips import audible_strips

__all__ = ["choose_line", "fill_lines", "lines_of", "named_speaker", "speaker_of"]


def speaker_of(strip: Strip, scene: bpy.types.Scene) -> bpy.types.Object | None:
    """The character of a strip (`named_speaker`), else the panel's."""
    return named_speaker(strip, scene) or scene.kmtalk.target


def named_speaker(strip: Strip, scene: bpy.types.Scene) -> bpy.types.Object | None:
    """The character of a strip by its line in the table, else by the first matching rule, else the mesh whose name the
    strip's name starts with; else None."""
    for line in scene.kmtalk.lines:
        if line.strip == strip.name and line.target is not None:
            return line.target
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
    return max(named, key=lambda obj: len(obj.name)) if named else None


def choose_line(scene: bpy.types.Scene, strips_scene: bpy.types.Scene, index: int) -> None:
    """Select the strip of a line only, and make its character the panel's."""
    if not 0 <= index < len(scene.kmtalk.lines):
        return
    line, editor = scene.kmtalk.lines[index], strips_scene.sequence_editor
    if editor is not None:
        for strip in every_strip(editor):
            strip.select = strip.name == line.strip
            if strip.select:
                editor.active_strip = strip
    if line.target is not None:
        scene.kmtalk.target = line.target


def fill_lines(scene: bpy.types.Scene, strips_scene: bpy.types.Scene) -> int:
    """Fill the table with a line for each audible strip; existing ones keep their characters. Returns their number."""
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


def lines_of(scene: bpy.types.Scene) -> list[tuple[int, SpokenLine]]:
    """(row, line) of the lines in the table that are switched on and have a character."""
    return [
        (row, SpokenLine(item.target.name, strip=item.strip))
        for row, item in enumerate(scene.kmtalk.lines)
        if item.use and item.target is not None
    ]
