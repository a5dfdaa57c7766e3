"""The phones of a take on the timeline: the phone under the playhead, jumps, markers, TextGrid export."""

from pathlib import Path

import bpy

from ...errors import UserError
from ...runtime.whole_file import write_whole
from ..sound.strips import frame_rate
from ..takes.baseline_store import has_baseline, take_ids, take_info
from ..takes.takes import active_take
from .phone_list import rows_of, words_of

__all__ = [
    "add_markers",
    "follow",
    "inside_phone",
    "jump",
    "listed_action",
    "listed_strip",
    "move_boundary",
    "phone_at",
    "phone_starts",
    "write_textgrid",
]

MARKER = "phone "  # start of the names of our timeline markers


def listed_action(context: bpy.types.Context) -> bpy.types.Action | None:
    """The action whose phones are listed: the active take of the panel's character."""
    target = context.scene.kmtalk.target
    shape_keys = target.data.shape_keys if target is not None and target.type == "MESH" else None
    action = shape_keys.animation_data.action if shape_keys and shape_keys.animation_data else None
    return action if has_baseline(action) else None


def listed_strip(context: bpy.types.Context, action: bpy.types.Action) -> str | None:
    """The take's id of the phone selected in the list; None without a selection."""
    phones, index = action.kmtalk.phones, context.window_manager.kmtalk.phone_index
    return phones[index].take if 0 <= index < len(phones) else None


def phone_starts(action: bpy.types.Action) -> dict[str, float]:
    """Id of each take of an action -> frame of the timeline at which it starts."""
    return {take: take_info(action, take).get("start", 0.0) for take in take_ids(action)}


def phone_at(action: bpy.types.Action, frame: float, fps: float) -> int:
    """Index of the phone at a frame of the timeline, or -1."""
    starts = phone_starts(action)
    for index, phone in enumerate(action.kmtalk.phones):
        if phone.start <= (frame - starts.get(phone.take, 0.0)) / fps < phone.end:
            return index
    return -1


def follow(scene: bpy.types.Scene, context: bpy.types.Context) -> None:
    """Select the phone under the playhead in the list."""
    action = listed_action(context)
    if action is None:
        return
    index = phone_at(action, scene.frame_current, frame_rate(scene))
    if index >= 0 and index != context.window_manager.kmtalk.phone_index:
        context.window_manager.kmtalk.phone_index = index


def jump(context: bpy.types.Context, index: int) -> None:
    """Move the playhead to a phone of the list, unless it is there already."""
    action, scene = listed_action(context), context.scene
    if action is None or not 0 <= index < len(action.kmtalk.phones):
        return
    fps = frame_rate(scene)
    if phone_at(action, scene.frame_current, fps) != index:
        phone = action.kmtalk.phones[index]
        start = take_info(action, phone.take).get("start", 0.0) + phone.start * fps
        # The first whole frame inside the phone.
        scene.frame_set(int(-(-start // 1)))


def inside_phone(action: bpy.types.Action, index: int, scene: bpy.types.Scene) -> float | None:
    """The playhead's time in the take, seconds, when it is inside the phone at `index`; else None."""
    if phone_at(action, scene.frame_current, frame_rate(scene)) != index:
        return None
    start = take_info(action, action.kmtalk.phones[index].take).get("start", 0.0)
    return (scene.frame_current - start) / frame_rate(scene)


def move_boundary(action: bpy.types.Action, index: int, seconds: float) -> None:
    """Move the start of a phone and the end of the phone before it to `seconds` in the take.

    Raises UserError when one of them would have no duration.
    """
    phones = action.kmtalk.phones
    if not 0 < index < len(phones) or phones[index - 1].take != phones[index].take:
        raise UserError("The first phone starts with the take; choose a later one.")
    if not phones[index - 1].start < seconds < phones[index].end:
        first, last = phones[index - 1].start, phones[index].end
        raise UserError(
            f"{seconds:.2f} s is outside of both phones; choose a time between {first:.2f} s and {last:.2f} s."
        )
    phones[index - 1].end = phones[index].start = seconds


def add_markers(scene: bpy.types.Scene, target: bpy.types.Object) -> int:
    """Replace our timeline markers by one for each phone of the character's active take. Returns how many."""
    action = active_take(target)
    for marker in [marker for marker in scene.timeline_markers if marker.name.startswith(MARKER)]:
        scene.timeline_markers.remove(marker)
    starts, fps = phone_starts(action), frame_rate(scene)
    spoken = [phone for phone in action.kmtalk.phones if phone.label != "SIL"]
    for phone in spoken:
        scene.timeline_markers.new(MARKER + phone.label, frame=round(starts.get(phone.take, 0.0) + phone.start * fps))
    return len(spoken)


def write_textgrid(action: bpy.types.Action, path: Path, strip: str | None = None) -> None:
    """Write the phones and words of a take as a TextGrid (Praat's long form), and a tier "sounds" where phones stand
    for sounds of another language. strip: id or label of the take, None: the first.

    Times count from the start of the sound file, as in Praat: for a trimmed strip an empty interval comes first.
    """
    info = take_info(action, strip)
    rows = rows_of(action, info.get("id", ""))
    if not rows:
        raise UserError(f"Take {action.name} has no phones to export.")
    trimmed = info.get("audio", {}).get("start", 0.0)
    before = [("", 0.0, trimmed)] if trimmed else []
    phones = before + [(row.label, row.start + trimmed, row.end + trimmed) for row in rows]
    words: list[tuple[str, float, float]] = list(before)
    for word, start, end in words_of(rows):
        done = words[-1][2] if words else 0.0
        if start + trimmed > done:
            words.append(("", done, start + trimmed))
        words.append((word, start + trimmed, end + trimmed))
    if not words or words[-1][2] < phones[-1][2]:
        words.append(("", words[-1][2] if words else 0.0, phones[-1][2]))
    tiers = {"words": words, "phones": phones}
    if any(row.sound for row in rows):
        tiers["sounds"] = before + [(row.sound, row.start + trimmed, row.end + trimmed) for row in rows]
    lines = [
        'File type = "ooTextFile"',
        'Object class = "TextGrid"',
        "",
        "xmin = 0",
        f"xmax = {phones[-1][2]}",
        "tiers? <exists>",
        f"size = {len(tiers)}",
        "item []:",
    ]
    for number, (name, spans) in enumerate(tiers.items(), 1):
        lines += [
            f"    item [{number}]:",
            '        class = "IntervalTier"',
            f'        name = "{name}"',
            "        xmin = 0",
            f"        xmax = {phones[-1][2]}",
            f"        intervals: size = {len(spans)}",
        ]
        for index, (label, start, end) in enumerate(spans, 1):
            quoted = label.replace('"', '""')
            lines += [
                f"        intervals [{index}]:",
                f"            xmin = {start}",
                f"            xmax = {end}",
                f'            text = "{quoted}"',
            ]
    write_whole(path, "\n".join([*lines, ""]).encode())
