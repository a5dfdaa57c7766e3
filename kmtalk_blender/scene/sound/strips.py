"""The audible part of a sound strip: file, time within it, and place on the timeline."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import bpy

from ...errors import UserError
from ...paths import whole_path
from ...runtime.input_files import is_file
from .. import compat
from ..compat import Strip, editor_of
from .mixdown import mix_down

__all__ = [
    "AudioClip",
    "audible_strips",
    "chosen_strip",
    "clip_of_file",
    "clip_of_strip",
    "clip_outline",
    "find_strip",
    "frame_rate",
]


@dataclass(frozen=True)
class AudioClip:
    """The audible part of a sound strip or file.

    name: of the strip (or the file). path: the file to read. start, end: seconds within the file, end None: its end.
    frame: first frame on the timeline. fps: frames per second of the timeline. retimed_from: the sound file of a
    retimed strip, None for others; `path` is then the file that Blender wrote (`mixdown`). source: the sound's file as
    named by the strip; it may be packed or missing. origin: frame of the timeline at which the file starts, also when
    its start is trimmed. marks: frames after origin at which the playback speed may change.
    """

    name: str
    path: Path
    start: float
    end: float | None
    frame: int
    fps: float
    retimed_from: Path | None = None
    source: Path = Path()
    origin: float = 0.0
    marks: tuple[float, ...] = ()

    @property
    def whole(self) -> bool:
        """True when the whole file is audible."""
        return self.start == 0.0 and self.end is None


def frame_rate(scene: bpy.types.Scene) -> float:
    """Frames per second."""
    return scene.render.fps / scene.render.fps_base


def audible_strips(scene: bpy.types.Scene) -> list[Strip]:
    """All audible sound strips, also those inside meta strips, in the order of time."""
    editor = scene.sequence_editor
    if editor is None:
        return []
    return sorted(
        (
            strip
            for strip, parents in _sounds(compat.root_strips(editor))
            if not _inaudible_reason(editor, strip, parents)
        ),
        key=lambda strip: strip.frame_final_start,
    )


def chosen_strip(scene: bpy.types.Scene) -> Strip:
    """The strip to speak: the active one, else the only selected one, else the only one of the scene.

    A meta strip stands for its only sound strip. Raises UserError when there is none or more than one.
    """
    editor = scene.sequence_editor
    if editor is None or not compat.root_strips(editor):
        raise UserError(f"Scene {scene.name} has no sound strip; add one in the sequencer.")
    active = editor.active_strip
    selected = [strip for strip in compat.selected_strips(scene) if strip.type in ("SOUND", "META")]
    if active is not None and active.type in ("SOUND", "META") and (active.select or not selected):
        candidates = [active]
    else:
        candidates = selected or [strip for strip, _ in _sounds(compat.root_strips(editor))]
    sounds = [sound for strip in candidates for sound, _ in _sounds([strip])]
    if not sounds:
        raise UserError("No sound strip is selected; select one in the sequencer.")
    if len(sounds) > 1:
        raise UserError(f"{len(sounds)} sound strips are selected; select one, or generate all of them.")
    return sounds[0]


def find_strip(scene: bpy.types.Scene, name: str) -> Strip:
    """The sound strip of that name. Raises UserError when there is none."""
    editor = scene.sequence_editor
    for strip, _ in _sounds(compat.root_strips(editor)) if editor else ():
        if strip.name == name:
            return strip
    raise UserError(f"There is no sound strip named {name} in scene {scene.name}; refresh the table.")


def clip_outline(scene: bpy.types.Scene, strip: Strip) -> AudioClip:
    """The audible part of a sound strip: trimmed, offset, and clipped by the meta strips around it.

    `path` is the sound's file as named by the strip: it may be packed or missing, and a retimed strip plays it at
    another speed. `retimed_from` is None where Blender does not tell Python of the retiming (4.3). Fast enough for a
    panel. Raises UserError when the strip is muted or outside of its meta strip.
    """
    editor = editor_of(scene)
    parents = _parents(editor, strip)
    reason = _inaudible_reason(editor, strip, parents)
    if reason:
        raise UserError(reason)
    path, fps = whole_path(strip.sound.filepath, library=strip.sound.library), frame_rate(scene)
    first, last = _span(strip, parents)
    if last <= first:
        raise UserError(f"Strip {strip.name} lies outside its meta strip; move it inside.")
    to_the_end = strip.frame_offset_end + strip.animation_offset_end <= 0 and last == strip.frame_final_end
    keys: Any = getattr(strip, "retiming_keys", ())
    if len(keys):
        whole = to_the_end and first <= strip.frame_start
        origin = keys[0].timeline_frame
        marks = tuple(float(key.timeline_frame - origin) for key in keys)
        end = None if whole else (last - first) / fps
        return AudioClip(strip.name, path, 0.0, end, first, fps, path, path, float(origin), marks)
    # The file starts at the strip's start, plus the sound's offset in files with picture and sound.
    origin = strip.frame_start - strip.animation_offset_start + strip.sound_offset * fps
    lead_in = max(0, round(origin - first))
    start = max(0.0, (first - origin) / fps)
    end = None if to_the_end else (last - origin) / fps
    marks = (0.0, float(strip.frame_duration))
    return AudioClip(strip.name, path, start, end, first + lead_in, fps, source=path, origin=origin, marks=marks)


def clip_of_strip(scene: bpy.types.Scene, strip: Strip, folder: Path) -> AudioClip:
    """As `clip_outline`, with an existing file: a packed or retimed sound is written into `folder`.

    Raises UserError when the strip is not audible, or its sound is missing.
    """
    clip = clip_outline(scene, strip)
    path = _file_of(strip, clip.path, folder)
    if clip.retimed_from is None and not _is_untold_retiming(scene, strip, path):
        return replace(clip, path=path)
    parents = _parents(editor_of(scene), strip)
    first, last = _span(strip, parents)
    lasts = (last - first) / clip.fps
    path = mix_down(scene, strip, parents, (first, last), lasts, folder / "retimed.wav")
    return replace(clip, path=path, start=0.0, end=None if clip.whole else lasts, frame=first, retimed_from=clip.path)


def clip_of_file(scene: bpy.types.Scene, filepath: str, frame: int) -> AudioClip:
    """A sound file that starts at `frame` of the timeline, without a strip. Raises UserError without a file."""
    path = whole_path(filepath)
    if not is_file(path):
        raise UserError(f"There is no sound file {path}; choose one.")
    return AudioClip(path.stem, path, 0.0, None, frame, frame_rate(scene), source=path, origin=float(frame))


def _sounds(strips: list[Strip], parents: tuple[Strip, ...] = ()) -> list[tuple[Strip, tuple[Strip, ...]]]:
    """Every sound strip with the meta strips around it."""
    found: list[tuple[Strip, tuple[Strip, ...]]] = []
    for strip in strips:
        if strip.type == "SOUND":
            found.append((strip, parents))
        elif strip.type == "META":
            inside = strip.strips if hasattr(strip, "strips") else strip.sequences
            found += _sounds(list(inside), (*parents, strip))
    return found


def _inaudible_reason(editor: bpy.types.SequenceEditor, strip: Strip, parents: tuple[Strip, ...]) -> str:
    """Why a strip is not audible: one sentence, or an empty string."""
    if strip.mute:
        return f"Strip {strip.name} is muted; unmute it."
    muted = next((meta for meta in parents if meta.mute), None)
    if muted is not None:
        return f"Meta strip {muted.name} around {strip.name} is muted; unmute it."
    outermost = parents[0] if parents else strip
    if editor.channels[outermost.channel].mute:
        return f"Channel {outermost.channel} with strip {strip.name} is muted; unmute it."
    if strip.sound is None:
        return f"Strip {strip.name} has no sound; give it a file."
    return ""


def _parents(editor: bpy.types.SequenceEditor, strip: Strip) -> tuple[Strip, ...]:
    """The meta strips around a strip, the outermost first."""
    return next((parents for other, parents in _sounds(compat.root_strips(editor)) if other == strip), ())


def _span(strip: Strip, parents: tuple[Strip, ...]) -> tuple[int, int]:
    """The first audible frame of a strip within its meta strips, and the frame after the last."""
    first = max([strip.frame_final_start, *(meta.frame_final_start for meta in parents)])
    last = min([strip.frame_final_end, *(meta.frame_final_end for meta in parents)])
    return first, last


def _is_untold_retiming(scene: bpy.types.Scene, strip: Strip, path: Path) -> bool:
    """Whether a strip is retimed in a Blender that does not tell Python how (4.3): it is not as long as its sound.

    Not noticed is a strip whose speed changes within while its length stays.
    """
    if hasattr(strip, "retiming_keys"):
        return False
    beside = bpy.data.scenes.new(scene.name)
    sounds = set(bpy.data.sounds)
    try:
        beside.render.fps, beside.render.fps_base = scene.render.fps, scene.render.fps_base
        strips: Any = beside.sequence_editor_create().sequences  # type: ignore[attr-defined]
        untouched = strips.new_sound(strip.name, str(path), 1, 1)
        return abs(untouched.frame_duration - strip.frame_duration) > 1
    except RuntimeError:
        return False  # Blender cannot read the sound.
    finally:
        bpy.data.scenes.remove(beside)
        for sound in set(bpy.data.sounds) - sounds:
            bpy.data.sounds.remove(sound)


def _file_of(strip: Strip, path: Path, folder: Path) -> Path:
    if strip.sound.packed_file is None:
        if not is_file(path):
            raise UserError(f"The sound of strip {strip.name} is missing ({path}); relink the file.")
        return path
    unpacked = folder / f"packed{path.suffix}"
    unpacked.write_bytes(strip.sound.packed_file.data)
    return unpacked
