"""How strong each emotion is over the frames of a take: the character's sliders, with their keys."""

from typing import Any

import bpy
import numpy as np

from ...runtime.schema import EMOTION_SETTINGS
from .. import compat
from ..sampling import sampled

__all__ = ["are_keyed", "set_strengths", "strengths_over"]

# Start of the data paths of the sliders.
PATH = "kmtalk.emotion."
# Frames between two looks at keyed sliders; between them the strength is interpolated.
APART = 2


def strengths_over(scene: bpy.types.Scene, target: bpy.types.Object, start: float, count: int) -> np.ndarray:
    """(T, E) strengths at `count` frames from `start` of the timeline; (1, E) where no slider is keyed.

    Where one is keyed or driven, the playhead is moved over the frames and put back.
    """
    if not are_keyed(target):
        return _now(target)[None]
    return sampled(scene, start, count, APART, lambda graph: _now(target.evaluated_get(graph)))


def are_keyed(target: bpy.types.Object) -> bool:
    """True where keys, NLA strips or drivers move the sliders."""
    animation = target.animation_data
    if animation is None:
        return False
    actions = [(animation.action, compat.slot_handle(animation.action, target) if animation.action else 0)]
    for track in animation.nla_tracks:
        for strip in track.strips:
            slot = getattr(strip, "action_slot", None)
            actions.append((strip.action, slot.handle if slot else 0))
    curves = [
        curve
        for action, handle in actions
        if action is not None
        for curve in compat.action_curves(action, handle, "OBJECT")
    ]
    return any(curve.data_path.startswith(PATH) for curve in (*curves, *animation.drivers))


def set_strengths(target: bpy.types.Object, strengths: dict[str, float]) -> None:
    """Set the sliders; emotions that are not named go to 0."""
    for name in EMOTION_SETTINGS:
        setattr(target.kmtalk.emotion, name, strengths.get(name, 0.0))


def _now(target: Any) -> np.ndarray:
    """(E,) the sliders as they are now, within their range."""
    return np.clip([getattr(target.kmtalk.emotion, name) for name in EMOTION_SETTINGS], 0.0, 1.0)
