"""The tracks of emotions: one NLA strip a take on the shape keys, which adds to the layers below."""

import bpy
import numpy as np

from ...errors import UserError
from ...runtime.emotion_file import EmotionLayer, pack_layer, unpack_layer
from .. import compat
from ..character.shape_map import VisemeMap, shape_map
from ..takes.added_tracks import EMOTIONS, covered_shapes, packed_beside, remove_beside, takes_beside, write_shapes
from ..takes.baseline import Baseline

__all__ = ["read_emotion", "remove_emotions", "takes_with_emotion", "write_emotion_tracks"]

# Channels of the mouth: visemes stand for them where a character has those.
MOUTH = ("jaw", "mouth")
STILL = 1e-3


def write_emotion_tracks(target: bpy.types.Object, baseline: Baseline, layer: EmotionLayer) -> list[str]:
    """Write the emotion of a take, in place of its former one; one that moves nothing is removed. Returns sentences on
    what stays still.

    Raises UserError when the character has none of the shapes.
    """
    moving = [name for name, curve in zip(layer.channels, layer.weights.T, strict=True) if np.abs(curve).max() > STILL]
    if not moving:
        write_shapes(target, baseline, EMOTIONS, {}, b"")
        return []
    values, notes = _shape_values(target, baseline, layer, moving)
    write_shapes(target, baseline, EMOTIONS, values, pack_layer(layer))
    return notes


def remove_emotions(target: bpy.types.Object, takes: set[str] | None = None) -> int:
    """Remove the emotions of these takes, None: of all. Returns how many takes had one."""
    found = {take for take in takes_with_emotion(target) if takes is None or take in takes}
    if found:
        remove_beside(compat.shape_keys_of(target), EMOTIONS, found)
    return len(found)


def takes_with_emotion(target: bpy.types.Object) -> set[str]:
    """The ids of the takes that have an emotion."""
    shape_keys = target.data.shape_keys if target.type == "MESH" else None
    return takes_beside(shape_keys, EMOTIONS) if shape_keys is not None else set()


def read_emotion(target: bpy.types.Object, take: str) -> EmotionLayer | None:
    """The emotion of a take as it was written; None without one, or when it is damaged."""
    packed = packed_beside(compat.shape_keys_of(target), EMOTIONS, take)
    if packed is None:
        return None
    try:
        return unpack_layer(packed, f"The emotion of {target.name}")
    except (UserError, ValueError):
        return None


def _shape_values(
    target: bpy.types.Object, baseline: Baseline, layer: EmotionLayer, moving: list[str]
) -> tuple[dict[str, np.ndarray], list[str]]:
    """Shape key -> (T,) what the emotion adds to it; and sentences on what is left out."""
    none = f"{target.name} has none of the shapes that show an emotion; map its channels, or press Make Shapes."
    try:
        mapping = shape_map(target, tuple(moving))
        if isinstance(mapping, VisemeMap):
            moving = [name for name in moving if not name.startswith(MOUTH)]
            mapping = shape_map(target, tuple(moving))
    except UserError as error:
        raise UserError(none) from error
    notes = []
    still = [name for name, there in zip(mapping.channels, (mapping.matrix != 0).any(axis=0), strict=True) if not there]
    if still:
        plain = dict.fromkeys(name.removesuffix("Left").removesuffix("Right") for name in still)
        notes.append(f"{target.name} has no shapes for {', '.join(plain)}: they stay still.")
    take = baseline.take
    own = np.zeros((len(layer.weights), len(moving)))
    for column, name in enumerate(moving):
        if name in take.channels:
            own[:, column] = baseline.motion[:, take.channels.index(name)]
    added = layer.weights[:, [layer.channels.index(name) for name in moving]]
    curves = mapping.values(own + added) - mapping.values(own)
    covered, text = covered_shapes(compat.shape_keys_of(target), mapping.shapes)
    notes += [text] if text else []
    values = {shape: curves[:, row] for row, shape in enumerate(mapping.shapes) if shape not in covered}
    return {shape: curve for shape, curve in values.items() if np.abs(curve).max() > STILL}, notes
