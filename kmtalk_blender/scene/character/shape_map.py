"""The character: its object, its shape keys, and how channels move them."""

from dataclasses import dataclass, field

import bpy
import numpy as np

from ...errors import UserError
from ..compat import shape_keys_of
from .gaze_names import match_gaze
from .mapping import Row, mapping_of
from .mouth_gain import grown, shrunk
from .shape_names import KNOWN_CHANNELS
from .visemes import blend_values

__all__ = [
    "ShapeMap",
    "VisemeMap",
    "animatable_shape_keys",
    "check_target",
    "shape_map",
    "target_of",
    "value_path",
]

SAME_VALUE = 1e-6  # a smaller difference of values is none


@dataclass(frozen=True)
class ShapeMap:
    """How channels move shape keys: values = weights @ matrix.T + offset; jaw and lips have their weights times `gain`.

    shapes: S names of shape keys. channels: K names. matrix: (S, K) float64. offset: (S,) float64. signed: (K,) bool,
    the channels of a learned basis, whose weights may be negative; the others lie in [0, 1]. gain: the character's
    mouth gain. ranges: (S, 2) lowest and highest value of each slider, which the gain does not exceed.
    """

    shapes: tuple[str, ...]
    channels: tuple[str, ...]
    matrix: np.ndarray
    offset: np.ndarray
    signed: np.ndarray
    gain: float = 1.0
    ranges: np.ndarray = field(default_factory=lambda: np.array([[-np.inf, np.inf]]))

    def values(self, weights: np.ndarray) -> np.ndarray:
        """(T, S) float64 values of the shape keys for (T, K) weights of the channels."""
        plain = self._mixed(weights)
        if self.gain == 1.0:
            return plain
        # What is out of the slider's range without the gain may be so with it.
        low, high = np.minimum(self.ranges[:, 0], plain), np.maximum(self.ranges[:, 1], plain)
        return np.clip(self._mixed(grown(weights, self.channels, self.gain)), low, high)

    def weights(self, values: np.ndarray, around: np.ndarray) -> np.ndarray:
        """(T, K) weights that give the (T, S) values, as close as possible to the (T, K) weights `around`."""
        if self.gain == 1.0:
            return self._bounded(around + self._change(values - self._mixed(around)))
        moved = grown(around, self.channels, self.gain)
        limited = self.values(around)
        # A value at the end of its slider's range says nothing about how far beyond it the weights are.
        missing = np.where(np.abs(values - limited) < SAME_VALUE, 0.0, values - self._mixed(moved))
        moved = moved + self._change(missing)
        return self._bounded(shrunk(moved, around, self.channels, self.gain))

    def _mixed(self, weights: np.ndarray) -> np.ndarray:
        """(T, S) values for (T, K) weights, without gain."""
        return weights.astype(np.float64) @ self.matrix.T + self.offset

    def _change(self, missing: np.ndarray) -> np.ndarray:
        """(T, K) change of the weights for (T, S) changes of the values, without gain."""
        return missing @ np.linalg.pinv(self.matrix).T

    def _bounded(self, weights: np.ndarray) -> np.ndarray:
        return np.where(self.signed, weights, np.clip(weights, 0.0, 1.0))

    def channels_of(self, shapes: set[str]) -> tuple[str, ...]:
        """The channels that move the given shape keys and no others."""
        inside = np.array([shape in shapes for shape in self.shapes])
        driven = self.matrix != 0
        return tuple(
            channel
            for index, channel in enumerate(self.channels)
            if driven[:, index].any() and not driven[~inside, index].any()
        )


class VisemeMap(ShapeMap):
    """Shape keys that each combine several channels: matrix[s, k] is the part of channel k in shape s."""

    def _mixed(self, weights: np.ndarray) -> np.ndarray:
        """(T, S) values of the shape keys whose mix looks most like the (T, K) weights of the channels."""
        return blend_values(weights, self.matrix, self.channels) + self.offset

    def _change(self, missing: np.ndarray) -> np.ndarray:
        """(T, K) channels of the (T, S) values that exceed those of the weights around."""
        return missing @ self.matrix


def target_of(context: bpy.types.Context) -> bpy.types.Object:
    """The character: the one chosen in the panel, else the active mesh object. Raises UserError when there is none."""
    chosen = context.scene.kmtalk.target
    if chosen is not None:
        return chosen
    active = context.view_layer.objects.active if context.view_layer else None
    if active is not None and active.type == "MESH" and active.data.shape_keys is not None:
        return active
    raise UserError("No character is chosen; choose one in the KMTalk panel, or press Add Head.")


def check_target(target: bpy.types.Object) -> bpy.types.Key:
    """The shape keys of a character. Raises UserError, with the reason, when they cannot be animated."""
    if target.type != "MESH":
        raise UserError(f"{target.name} is not a mesh; choose a mesh with shape keys.")
    if not target.users_scene:
        raise UserError(f"{target.name} is in no scene; choose another character.")
    if target.data.shape_keys is None:
        raise UserError(f"{target.name} has no shape keys; press Make Shapes, or choose a mesh that has them.")
    if target.mode == "EDIT":
        raise UserError(f"{target.name} is in edit mode; leave it (Tab).")
    if target.library is not None:
        raise UserError(f"{target.name} is linked from {target.library.filepath}; make a library override of it.")
    return target.data.shape_keys


def animatable_shape_keys(target: bpy.types.Object) -> bpy.types.Key:
    """The shape keys of a character; when its mesh is linked, a library override of the mesh is made first.

    Overriding a character overrides its object and armature, not its mesh, and a linked mesh cannot have an action.
    """
    check_target(target)
    if target.data.library is not None:
        target.data.override_create(remap_local_usages=True)
    shape_keys = target.data.shape_keys
    if shape_keys is None or shape_keys.library is not None:
        raise UserError(f"The mesh of {target.name} cannot be overridden; make it local (Object, Relations).")
    return shape_keys


def shape_map(target: bpy.types.Object, channels: tuple[str, ...]) -> ShapeMap:
    """The character's mapping (object.kmtalk.mapping), else the one found by name.

    Raises UserError when the mapping names missing shape keys, or when no channel is mapped.
    """
    shapes = [block.name for block in shape_keys_of(target).key_blocks[1:]]
    mapping = mapping_of(target)
    rows = [row for row in mapping.rows if row.shape]
    gone = sorted({row.shape for row in rows if row.shape not in shapes})
    if gone:
        raise UserError(
            f"{target.name} has no shape key {', '.join(gone)} any more; map its channels again (renamed or deleted)."
        )
    rows = [row for row in rows if row.channel in channels]
    listed = {row.channel for row in mapping.rows}
    gaze = match_gaze(tuple(channel for channel in channels if channel not in listed), shapes)
    taken = {row.shape for row in rows}
    rows += [Row(channel, shape) for channel, shape in gaze.items() if shape not in taken]
    if not rows:
        raise UserError(f"No shape key of {target.name} has the name of a channel; map its channels first.")
    driven = tuple(shape for shape in shapes if any(row.shape == shape for row in rows))
    matrix, offset = np.zeros((len(driven), len(channels))), np.zeros(len(driven))
    for row in rows:
        matrix[driven.index(row.shape), channels.index(row.channel)] += row.gain
        offset[driven.index(row.shape)] += row.offset
    both_ways = np.array([shape_keys_of(target).key_blocks[shape].slider_min < 0 for shape in driven])
    signed = np.array([channel not in KNOWN_CHANNELS and channel not in gaze for channel in channels]) & (
        matrix[both_ways] != 0
    ).any(axis=0)
    blocks = [shape_keys_of(target).key_blocks[shape] for shape in driven]
    ranges = np.array([[block.slider_min, block.slider_max] for block in blocks])
    kind = VisemeMap if mapping.mode == "VISEMES" else ShapeMap
    return kind(driven, channels, matrix, offset, signed, float(target.kmtalk.mouth_gain), ranges)


def value_path(shape: str) -> str:
    """The data path of a shape key's value."""
    return f'key_blocks["{bpy.utils.escape_identifier(shape)}"].value'
