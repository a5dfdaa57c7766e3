"""Read and write the F-curves of shape keys, all keys of a curve at once."""

from dataclasses import dataclass
from typing import Any, Literal

import bpy
import numpy as np

from .. import compat
from ..character.shape_map import value_path
from ..compat import Animated

__all__ = [
    "CurveKeys",
    "fill_curve",
    "keyed_shapes",
    "keyframe_kinds",
    "locked_shapes",
    "played_slopes",
    "read_curves",
    "remove_curves",
    "shape_of",
    "write_curves",
]

COLUMNS = ("interpolation", "type", "handle_left_type", "handle_right_type", "easing")
# How automatic handles are computed: Blender's default.
SMOOTHING: Literal["CONT_ACCEL"] = "CONT_ACCEL"
SELECTIONS = ("select_control_point", "select_left_handle", "select_right_handle")


@dataclass(frozen=True)
class CurveKeys:
    """The keys of one F-curve, ascending in time.

    co: (n, 2) float32, frame and value. left, right: (n, 2) float32 handles. kinds: (n, 5) int, Blender's numbers for
    interpolation, keyframe type, left and right handle type, easing.
    """

    co: np.ndarray
    left: np.ndarray
    right: np.ndarray
    kinds: np.ndarray

    @property
    def frames(self) -> np.ndarray:
        """(n,) frames."""
        return self.co[:, 0]

    @property
    def values(self) -> np.ndarray:
        """(n,) values."""
        return self.co[:, 1]

    def where(self, chosen: np.ndarray) -> "CurveKeys":
        """The keys selected by a (n,) mask."""
        return CurveKeys(self.co[chosen], self.left[chosen], self.right[chosen], self.kinds[chosen])

    def merged(self, other: "CurveKeys") -> "CurveKeys":
        """These keys and those of `other`, which replace keys on equal frames."""
        kept = self.where(~np.isin(self.frames, other.frames))
        order = np.argsort(np.concatenate([kept.frames, other.frames]), kind="stable")
        pairs = ((kept.co, other.co), (kept.left, other.left), (kept.right, other.right), (kept.kinds, other.kinds))
        return CurveKeys(*(np.concatenate(pair)[order] for pair in pairs))


def keyframe_kinds(interpolation: str, handles: str, motions: np.ndarray) -> np.ndarray:
    """(n, 5) kinds: KEYFRAME where the (n,) mask `motions` is set, GENERATED elsewhere."""
    point: Any = bpy.types.Keyframe.bl_rna.properties
    number = {name: {item.identifier: item.value for item in point[name].enum_items} for name in COLUMNS}
    kinds = np.empty((len(motions), len(COLUMNS)), np.int32)
    kinds[:, 0] = number["interpolation"][interpolation]
    kinds[:, 1] = np.where(motions, number["type"]["KEYFRAME"], number["type"]["GENERATED"])
    kinds[:, 2] = number["handle_left_type"][handles]
    kinds[:, 3] = number["handle_right_type"][handles]
    kinds[:, 4] = number["easing"]["AUTO"]
    return kinds


def played_slopes(values: np.ndarray) -> np.ndarray:
    """(T,) slopes, change per frame, that AUTO_CLAMPED handles give to keys with these values on every frame."""
    count, frames = len(values), np.arange(len(values))
    with compat.scratch_curve() as curve:
        curve.auto_smoothing = SMOOTHING
        points = curve.keyframe_points
        points.add(count)
        points.foreach_set("co", np.stack([frames, values], axis=1).astype(np.float32).ravel())
        kinds = keyframe_kinds("BEZIER", "AUTO_CLAMPED", np.zeros(count, bool))
        for column, name in enumerate(COLUMNS):
            points.foreach_set(name, np.ascontiguousarray(kinds[:, column], np.int32))
        curve.update()
        ends = np.empty(count * 2, np.float32)
        points.foreach_get("handle_right", ends)
    along = ends.reshape(-1, 2).astype(np.float64) - np.stack([frames, values.astype(np.float32)], axis=1)
    return along[:, 1] / np.maximum(along[:, 0], 1e-6)


def write_curves(
    action: bpy.types.Action, datablock: Animated, curves: dict[str, CurveKeys], groups: dict[str, str]
) -> None:
    """Replace the keys of the named shapes' curves in an action, in the slot that `datablock` plays of it.

    groups: shape -> name of the group of a curve that is new. Other curves of the action stay as they are, and so do
    the lock, the mute and the modifiers of a curve that is there.
    """
    known = {curve.data_path: curve for curve in compat.ensure_curves(action, datablock)}
    for shape, keys in curves.items():
        path = value_path(shape)
        curve = known.get(path)
        if curve is None:
            curve = compat.new_curve(action, datablock, path, groups.get(shape, "Face"))
            # Set here, because the user's preference for new curves would change how the take plays.
            curve.auto_smoothing = SMOOTHING
        elif _same(_keys_of(curve), keys):
            continue
        fill_curve(curve, keys)


def remove_curves(action: bpy.types.Action, datablock: Animated, shapes: set[str]) -> None:
    """Remove the curves of shape keys from an action."""
    paths = {value_path(shape) for shape in shapes}
    for curve in list(compat.ensure_curves(action, datablock)):
        if curve.data_path in paths:
            compat.remove_curve(action, datablock, curve)


def read_curves(
    action: bpy.types.Action, shapes: tuple[str, ...] | None = None, handle: int = 0
) -> dict[str, CurveKeys]:
    """The keys of the shapes' curves in an action; of every shape key's curve when `shapes` is None.

    handle: number of the action's slot, 0 for every slot.
    """
    paths = None if shapes is None else {value_path(shape): shape for shape in shapes}
    found = {}
    for curve in compat.action_curves(action, handle):
        shape = shape_of(curve.data_path) if paths is None else paths.get(curve.data_path)
        if shape is not None:
            found[shape] = _keys_of(curve)
    return found


def keyed_shapes(action: bpy.types.Action, handle: int = 0) -> set[str]:
    """The shape keys that an action has curves for."""
    return {shape for curve in compat.action_curves(action, handle) if (shape := shape_of(curve.data_path)) is not None}


def locked_shapes(action: bpy.types.Action, handle: int = 0) -> set[str]:
    """The shape keys whose curves the user locked (padlock in the channel list)."""
    return {
        shape
        for curve in compat.action_curves(action, handle)
        if curve.lock and (shape := shape_of(curve.data_path)) is not None
    }


def shape_of(path: str) -> str | None:
    """The shape key of a data path to its value; None for other data paths."""
    if path.startswith('key_blocks["') and path.endswith('"].value'):
        return bpy.utils.unescape_identifier(path[len('key_blocks["') : -len('"].value')])
    return None


def _selections(curve: bpy.types.FCurve, frames: np.ndarray) -> list[np.ndarray]:
    """For each of SELECTIONS a (n,) mask of the frames at which the curve has a selected one."""
    points, masks = curve.keyframe_points, []
    co = np.empty(len(points) * 2, np.float32)
    points.foreach_get("co", co)
    for name in SELECTIONS:
        chosen = np.empty(len(points), bool)
        points.foreach_get(name, chosen)
        masks.append(np.isin(frames, co[::2][chosen]))
    return masks


def _same(keys: CurveKeys, others: CurveKeys) -> bool:
    pairs = ((keys.co, others.co), (keys.left, others.left), (keys.right, others.right), (keys.kinds, others.kinds))
    return all(np.array_equal(one, other) for one, other in pairs)


def _keys_of(curve: bpy.types.FCurve) -> CurveKeys:
    points = curve.keyframe_points
    pairs = [np.empty(len(points) * 2, np.float32) for _ in range(3)]
    for name, array in zip(("co", "handle_left", "handle_right"), pairs, strict=True):
        points.foreach_get(name, array)
    kinds = np.empty((len(points), len(COLUMNS)), np.int32)
    for column, name in enumerate(COLUMNS):
        numbers = np.empty(len(points), np.int32)
        points.foreach_get(name, numbers)
        kinds[:, column] = numbers
    co, left, right = (array.reshape(-1, 2) for array in pairs)
    return CurveKeys(co, left, right, kinds)


def fill_curve(curve: bpy.types.FCurve, keys: CurveKeys) -> None:
    """Replace all keys of a curve. A key at the frame of a former one is selected as that one was."""
    points = curve.keyframe_points
    selected = _selections(curve, keys.frames)
    if len(points) != len(keys.co):
        points.clear()
        points.add(len(keys.co))
    points.foreach_set("co", np.ascontiguousarray(keys.co, np.float32).ravel())
    for column, name in enumerate(COLUMNS):
        points.foreach_set(name, np.ascontiguousarray(keys.kinds[:, column], np.int32))
    # New keys are selected: without this, the user's next drag would move all of them.
    for name, mask in zip(SELECTIONS, selected, strict=True):
        points.foreach_set(name, mask)
    # After the handle types: update() computes automatic handles.
    points.foreach_set("handle_left", np.ascontiguousarray(keys.left, np.float32).ravel())
    points.foreach_set("handle_right", np.ascontiguousarray(keys.right, np.float32).ravel())
    curve.update()
