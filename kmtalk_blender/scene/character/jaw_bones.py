"""Jaw bones: drivers let a pose bone follow the shape keys of the jaw.

Takes, edits and exports thus stay on the shape keys. When the mesh has no shape key for a movement, an empty one is
added, which only carries the value.
"""

from dataclasses import dataclass
from typing import Any

import bpy

from ...errors import UserError
from ..compat import action_curves, animation_of
from .mapping import Mapping, Row, mapping_of, write_mapping
from .new_shape import new_shape
from .shape_map import value_path

__all__ = ["JAW_CHANNELS", "JawRange", "drive_bone", "free_bone"]

JAW_CHANNELS = ("jawOpen", "jawLeft", "jawRight", "jawForward")
ROTATIONS = ("XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX")


@dataclass(frozen=True)
class JawRange:
    """How far a bone follows a channel. channel: one of JAW_CHANNELS. kind: ROTATION (amount in radians) or LOCATION
    (amount in the bone's unit). axis: 0 to 2, of the bone. amount: at weight 1; may be negative."""

    channel: str
    kind: str
    axis: int
    amount: float


def drive_bone(target: bpy.types.Object, armature: bpy.types.Object, bone: str, jaw: JawRange) -> str:
    """Let a pose bone follow a channel of the jaw. Returns the shape key that the driver reads.

    Raises UserError, before anything is changed, when the bone is not there, is animated, or cannot be changed.
    """
    if target.type != "MESH" or target.library is not None or target.data.library is not None:
        raise UserError(f"{target.name} is not a mesh of this file; choose the character's mesh and make it local.")
    if armature is None or armature.type != "ARMATURE":
        raise UserError("No armature is chosen; choose the one with the jaw.")
    if armature.library is not None or armature.override_library is not None:
        raise UserError(f"{armature.name} is linked; make it local, so that its jaw can get a driver.")
    pose = armature.pose.bones.get(bone) if armature.pose is not None else None
    if pose is None:
        raise UserError(f"{armature.name} has no bone {bone}; choose the jaw's.")
    if jaw.channel not in JAW_CHANNELS:
        raise UserError(f"{jaw.channel} is not a channel of the jaw; choose one of {', '.join(JAW_CHANNELS)}.")
    if jaw.kind == "ROTATION" and pose.rotation_mode not in ROTATIONS and _keyed(armature, pose, "rotation"):
        raise UserError(f"Bone {bone} has rotation keys that are not Euler angles; convert its rotation mode to XYZ.")
    path = "rotation_euler" if jaw.kind == "ROTATION" else "location"
    if _keyed(armature, pose, path):
        raise UserError(f"Bone {bone} has keys or a driver on its {path}; remove them first.")
    if jaw.kind == "ROTATION" and pose.rotation_mode not in ROTATIONS:
        pose.rotation_mode = "XYZ"
    shape = _carrier(target, jaw.channel)
    rest = float(getattr(pose, path)[jaw.axis])
    others = [curve for curve in _drivers(armature, pose, path) if curve.array_index == jaw.axis]
    curve: Any = others[0] if others else _new_driver(pose, path, jaw.axis, rest)
    variable = curve.driver.variables.new()
    variable.name, variable.type = jaw.channel, "SINGLE_PROP"
    variable.targets[0].id_type, variable.targets[0].id = "KEY", target.data.shape_keys
    variable.targets[0].data_path = value_path(shape)
    terms = _terms(curve) | {jaw.channel: jaw.amount}
    curve.driver.expression = " + ".join([repr(_rest(curve, rest)), *(f"{name} * {terms[name]!r}" for name in terms)])
    return shape


def free_bone(armature: bpy.types.Object, bone: str) -> int:
    """Remove the drivers that `drive_bone` made. Returns how many."""
    pose = armature.pose.bones.get(bone) if armature is not None and armature.pose is not None else None
    if pose is None:
        raise UserError(f"There is no bone {bone}; choose the jaw's.")
    ours = [curve for path in ("rotation_euler", "location") for curve in _drivers(armature, pose, path)]
    for curve in ours:
        rest, path, axis = _rest(curve, 0.0), curve.data_path.rpartition(".")[2], curve.array_index
        animation_of(armature).drivers.remove(curve)
        getattr(pose, path)[axis] = rest
    return len(ours)


def _carrier(target: bpy.types.Object, channel: str) -> str:
    """The shape key that has the channel's value, made when there is none."""
    if target.data.shape_keys is None:
        target.shape_key_add(name="Basis", from_mix=False)
    mapping = mapping_of(target)
    mapped = [row.shape for row in mapping.rows if row.channel == channel and row.shape]
    if mapped and mapping.mode == "DIRECT":
        return mapped[0]
    block = new_shape(target, channel)
    if len(target.kmtalk.mapping):
        rows = [row for row in mapping.rows if row.channel != channel or row.shape]
        write_mapping(target, Mapping(mapping.mode, (*rows, Row(channel, block.name)), mapping.title))
    return block.name


def _new_driver(pose: bpy.types.PoseBone, path: str, axis: int, rest: float) -> bpy.types.FCurve:
    curve: Any = pose.driver_add(path, axis)
    curve.driver.type = "SCRIPTED"
    curve.driver.expression = repr(rest)
    return curve


def _terms(curve: bpy.types.FCurve) -> dict[str, float]:
    """Channel -> amount, from the expression of a driver that `drive_bone` made."""
    parts = [part.split(" * ") for part in _expression(curve).split(" + ")[1:]]
    return {name: float(amount) for name, amount in parts}


def _rest(curve: bpy.types.FCurve, otherwise: float) -> float:
    try:
        return float(_expression(curve).split(" + ")[0])
    except ValueError:
        return otherwise


def _expression(curve: bpy.types.FCurve) -> str:
    return curve.driver.expression if curve.driver is not None else ""


def _drivers(armature: bpy.types.Object, pose: bpy.types.PoseBone, path: str) -> list[bpy.types.FCurve]:
    """The drivers that `drive_bone` made on a property of the bone: all their variables are jaw channels."""
    if armature.animation_data is None:
        return []
    wanted = f"{pose.path_from_id()}.{path}"
    return [
        curve
        for curve in armature.animation_data.drivers
        if curve.data_path == wanted and curve.driver and {v.name for v in curve.driver.variables} <= set(JAW_CHANNELS)
    ]


def _keyed(armature: bpy.types.Object, pose: bpy.types.PoseBone, path: str) -> bool:
    """True when keys or other drivers move the property."""
    animation = armature.animation_data
    if animation is None:
        return False
    start = f"{pose.path_from_id()}.{path}"
    ours = _drivers(armature, pose, path)
    foreign = [curve for curve in animation.drivers if curve.data_path.startswith(start) and curve not in ours]
    keyed = action_curves(animation.action, id_type="OBJECT") if animation.action else []
    return bool(foreign) or any(curve.data_path.startswith(start) for curve in keyed)
