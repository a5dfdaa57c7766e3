"""Teeth, tongue, lashes and eyes as separate objects: they get the head's shape keys and follow its sliders."""

from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from mathutils import Vector

from ...errors import UserError
from ..compat import action_curves, shape_keys_of, slot_handle
from .landmarks import vertices_of
from .mapping import mapping_of
from .shape_map import value_path

__all__ = ["Part", "follow", "follow_head", "parts_of", "unlinked_parts"]


@dataclass(frozen=True)
class Part:
    """A separate object of a head. name: of the object. points: (V, 3) vertices at rest, in the head's axes. turn:
    (3, 3) from the head's axes to those of the object."""

    name: str
    points: np.ndarray
    turn: np.ndarray


def parts_of(head: bpy.types.Object, chosen: tuple[bpy.types.Object, ...] = ()) -> tuple[Part, ...]:
    """The meshes parented to the head and those in `chosen`, sorted by name."""
    found = {thing.name: thing for thing in (*head.children_recursive, *chosen) if thing.type == "MESH"}
    found.pop(head.name, None)
    return tuple(_part(found[name], head) for name in sorted(found) if len(found[name].data.vertices))


def follow(part: bpy.types.Object, head: bpy.types.Object, shape: str) -> None:
    """Let a driver copy the value of the head's shape key to that of a part with the same name."""
    block = shape_keys_of(part).key_blocks[shape]
    # The widest range of a slider, so that it never clips the head's value.
    block.slider_min, block.slider_max = -10.0, 10.0
    curve: Any = block.driver_add("value")
    curve.driver.type = "AVERAGE"
    variable = curve.driver.variables[0] if curve.driver.variables else curve.driver.variables.new()
    variable.type = "SINGLE_PROP"
    variable.targets[0].id_type, variable.targets[0].id = "KEY", head.data.shape_keys
    variable.targets[0].data_path = value_path(shape)


def unlinked_parts(head: bpy.types.Object) -> dict[str, tuple[str, ...]]:
    """Object -> its shape keys that have the name of one of the head's and that nothing animates or drives.

    Only objects of the head's character are examined.
    """
    family = set(head.children_recursive)
    # The other children of the head's armature belong to it; an empty may be the parent of several characters.
    if head.parent is not None and head.parent.type == "ARMATURE":
        family |= set(head.parent.children)
    # Objects without a parent belong to it when they are inside the head.
    family |= {thing for scene in head.users_scene for thing in scene.objects if _inside(thing, head)}
    driven = {row.shape for row in mapping_of(head).rows if row.shape}
    found: dict[str, tuple[str, ...]] = {}
    for thing in sorted(family - {head}, key=lambda thing: thing.name):
        shape_keys = thing.data.shape_keys if thing.type == "MESH" else None
        if shape_keys is None or shape_keys.library is not None or shape_keys == head.data.shape_keys:
            continue
        moved = _moved(shape_keys)
        names = [block.name for block in shape_keys.key_blocks[1:] if block.name in driven]
        still = tuple(name for name in names if value_path(name) not in moved)
        if still:
            found[thing.name] = still
    return found


def follow_head(head: bpy.types.Object) -> list[str]:
    """Let the other meshes of a character follow the head's sliders where shape keys have the same names.

    Returns the objects. Animated or driven shape keys stay as they are. Raises UserError when no shape key is left.
    """
    still = unlinked_parts(head)
    if not still:
        raise UserError(
            f"No other mesh of {head.name}'s character has free shape keys of the same names; parent it to {head.name} "
            "or to its armature first."
        )
    for name, shapes in still.items():
        for shape in shapes:
            follow(bpy.data.objects[name], head, shape)
    return list(still)


def _inside(thing: bpy.types.Object, head: bpy.types.Object) -> bool:
    """True when the centre of a mesh is inside the head's bounding box, and the mesh is smaller than the head."""
    if thing.type != "MESH" or thing == head or not len(thing.data.vertices) or thing.data.shape_keys is None:
        return False
    low, high = _bounds(head)
    inner = _bounds(thing)
    middle = (inner[0] + inner[1]) / 2
    smaller = np.linalg.norm(inner[1] - inner[0]) < np.linalg.norm(high - low)
    return bool(smaller and (middle >= low).all() and (middle <= high).all())


def _bounds(thing: bpy.types.Object) -> tuple[np.ndarray, np.ndarray]:
    """(3,) lowest and highest corner of a mesh in the world."""
    corners = np.array([thing.matrix_world @ Vector(corner) for corner in thing.bound_box])
    return corners.min(axis=0), corners.max(axis=0)


def _part(thing: bpy.types.Object, head: bpy.types.Object) -> Part:
    placed = np.array(head.matrix_world.inverted_safe() @ thing.matrix_world)
    points = vertices_of(thing) @ placed[:3, :3].T + placed[:3, 3]
    return Part(thing.name, points, np.linalg.pinv(placed[:3, :3]))


def _moved(shape_keys: bpy.types.Key) -> set[str]:
    """The data paths that drivers or actions move."""
    animation = shape_keys.animation_data
    if animation is None:
        return set()
    actions = [strip.action for track in animation.nla_tracks for strip in track.strips] + [animation.action]
    played = [action for action in actions if action is not None]
    curves = [curve for action in played for curve in action_curves(action, slot_handle(action, shape_keys))]
    return {curve.data_path for curve in (*animation.drivers, *curves)}
