"""Show a new take: move the playhead to it and extend the scene's range."""

import math

import bpy

from ..compat import selected_strips, sequencer_scene
from ..sound.strips import chosen_strip
from ..takes.takes import takes_of

__all__ = ["first_frame", "show_frames", "spoken_frames"]

# The frame range of a new file: as long as the scene has it, the user has not chosen one.
DEFAULT_RANGE = (1, 250)


def spoken_frames(scene: bpy.types.Scene, actions: set[str]) -> tuple[int, int] | None:
    """First and last frame of the takes in these actions; None when there are none."""
    takes = [take for thing in scene.objects for take in takes_of(thing) if take.action in actions]
    if not takes:
        return None
    return math.floor(min(take.start for take in takes)), math.ceil(max(take.end for take in takes))


def show_frames(scene: bpy.types.Scene, first: int, last: int) -> str:
    """Move the playhead to the first frame unless it is inside, and extend a scene that still has the default range.

    Returns a sentence on the new range, or an empty string.
    """
    if not first <= scene.frame_current <= last:
        scene.frame_set(first)
    if (scene.frame_start, scene.frame_end) != DEFAULT_RANGE or last <= scene.frame_end:
        return ""
    scene.frame_end = last
    return f"The scene now ends at frame {last}"


def first_frame(context: bpy.types.Context) -> int:
    """The frame at which the panel's strip or sound file starts. Raises UserError when no strip is chosen."""
    if context.scene.kmtalk.source == "FILE":
        return context.scene.kmtalk.frame
    scene = sequencer_scene(context)
    sounds = [strip for strip in selected_strips(scene) if strip.type == "SOUND"]
    return int(min(strip.frame_final_start for strip in sounds or [chosen_strip(scene)]))
