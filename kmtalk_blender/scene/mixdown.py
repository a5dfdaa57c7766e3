"""The sound of one strip as Blender itself plays it: for retimed strips, whose inner times Python cannot read."""

from pathlib import Path

import bpy

from ..errors import UserError
from . import compat

__all__ = ["mix_down"]

RATE = 48000


def mix_down(scene: bpy.types.Scene, strip: object, parents: tuple, span: tuple[int, int], path: Path) -> Path:
    """Write what is heard of a sound strip from the first frame of `span` up to its last as a WAV file.

    parents: the meta strips around it. The scene stays as it is: a copy of it without objects is played. Raises
    UserError when this Blender cannot write sound.
    """
    heard = {strip.name, *(meta.name for meta in parents)}
    copy = scene.copy()
    try:
        _silence_objects(copy.collection)
        for other in compat.every_strip(copy.sequence_editor):
            other.mute = other.name not in heard
        copy.frame_start, copy.frame_end = span[0], span[1] - 1
        with bpy.context.temp_override(**compat.sequencer_override(copy)):
            bpy.ops.sound.mixdown(
                filepath=str(path), container="WAV", codec="PCM", format="S16", mixrate=RATE, relative_path=False
            )
    except RuntimeError as error:
        raise UserError(
            f"Blender cannot play the retimed strip {strip.name} into a file; mix its sound down and use that file."
        ) from error
    finally:
        bpy.data.scenes.remove(copy)
    return path


def _silence_objects(collection: bpy.types.Collection) -> None:
    """Speakers in the scene are heard as well."""
    for child in list(collection.children):
        collection.children.unlink(child)
    for obj in list(collection.objects):
        collection.objects.unlink(obj)
