"""Write the emotion of a take beside it, keep it in step with the take, and remove it without a trace."""

import bpy

from ...errors import UserError
from ...runtime.emotion_file import EmotionLayer
from ..character.shape_map import animatable_shape_keys, check_target
from ..emotion.tracks import read_emotion, remove_emotions, takes_with_emotion, write_emotion_tracks
from ..takes.baseline import Baseline
from ..takes.takes import active_own_take, check_changeable, own_takes
from .beside import rearranged
from .layers import arrange

__all__ = ["refresh_emotion", "remove_emotion", "write_emotion"]


def write_emotion(target: bpy.types.Object, baseline: Baseline, layer: EmotionLayer) -> list[str]:
    """Write the emotion of a take onto a character; a neutral one is removed. Returns sentences on what stays still.

    Raises UserError, before anything is changed, when no shape of the character shows it.
    """
    check_changeable(target)
    shape_keys = animatable_shape_keys(target)
    if not layer.weights.any():
        remove_emotion(target, {baseline.id})
        return []
    notes = write_emotion_tracks(target, baseline, layer.resampled(len(baseline.motion)))
    arrange(shape_keys, own_takes(shape_keys), active_own_take(shape_keys))
    return notes


def refresh_emotion(target: bpy.types.Object, baseline: Baseline) -> tuple[str, ...]:
    """Write the emotion of a take again where it has one: after the take was moved or changed.

    Returns a sentence when it could not, because its shapes are gone: then it stays as it was.
    """
    if baseline.id not in takes_with_emotion(target):
        return ()
    layer = read_emotion(target, baseline.id)
    try:
        if layer is not None:
            write_emotion(target, baseline, layer)
    except UserError as error:
        return (f"The emotion stays as it was: {error}",)
    return ()


def remove_emotion(target: bpy.types.Object, takes: set[str] | None = None) -> int:
    """Remove the emotions of these takes, None: of all. Returns how many."""
    return rearranged(check_target(target), lambda: remove_emotions(target, takes))
