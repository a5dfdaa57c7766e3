"""The face in its head: where the eyes are, how far apart, and which way is left, back and up.

The bone's roll says nothing: the axes are found from the eyes (bones, objects, or what the blink shapes move) and from
which of the armature's axes points up along the head.
"""

from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix, Vector

from ...errors import UserError
from ..character.landmarks import LANDMARKS, marks_of, similarity, vertices_of
from ..character.shape_map import shape_map
from ..compat import shape_keys_of
from .places import Owner, Places

__all__ = ["Face", "axes_in", "face_of", "world_of"]

# m between the eyes, when nothing tells.
USUAL_DISTANCE = 0.063
# Share of the largest movement that a vertex of the lids has.
LID_SHARE = 0.3
ENOUGH_MARKS = 4


@dataclass(frozen=True)
class Face:
    """In the local space of `owner` (of its bone at rest): axes: (3, 3), columns left, back and up. middle: between the
    eyes. distance: between the eyes."""

    owner: Owner
    axes: Matrix
    middle: Vector
    distance: float


def face_of(target: bpy.types.Object, places: Places) -> Face:
    """The face of a character. It does not matter how head and eyes are posed now."""
    owner = places.head or Owner(target)
    eyes = _eyes_by_parts(owner, places) or _eyes_by_lids(target, owner)
    axes = _axes(target, owner, eyes)
    if eyes is None:
        return Face(owner, axes, _middle(owner), USUAL_DISTANCE)
    left, right = eyes
    distance = (left - right).length
    return Face(owner, axes, (left + right) / 2, distance if distance > 1e-6 else USUAL_DISTANCE)


def world_of(owner: Owner) -> Matrix:
    """(4, 4) the owner's local space in the world, as it is evaluated now."""
    graph = bpy.context.evaluated_depsgraph_get()
    thing: Any = owner.thing.evaluated_get(graph)
    return thing.matrix_world @ thing.pose.bones[owner.bone].matrix if owner.bone else thing.matrix_world.copy()


def axes_in(face: Face, owner: Owner) -> Matrix:
    """(3, 3) the face's axes in the space that `owner` turns in: of the armature at rest, or of the object now."""
    if face.owner.bone and owner.thing == face.owner.thing:
        return _rest(face.owner) @ face.axes
    here = _turn(world_of(face.owner)) @ face.axes
    if not owner.bone:
        return _turn(world_of(owner)).inverted() @ here
    # Another armature: what the bone is turned from its rest now does not count.
    rest = _rest(owner)
    return rest @ _turn(world_of(owner)).inverted() @ here


def _eyes_by_parts(owner: Owner, places: Places) -> tuple[Vector, Vector] | None:
    if places.eyes is None:
        return None
    found = []
    for eye in places.eyes:
        if eye.bone and owner.bone and eye.thing == owner.thing:
            at = owner.armature.bones[owner.bone].matrix_local.inverted() @ _bone(eye).head_local
        else:
            at = world_of(owner).inverted() @ world_of(eye).translation
        found.append(at)
    return found[0], found[1]


def _eyes_by_lids(target: bpy.types.Object, owner: Owner) -> tuple[Vector, Vector] | None:
    """The middles of what the blinks of the left and the right eye move."""
    try:
        mapping = shape_map(target, ("eyeBlinkLeft", "eyeBlinkRight"))
    except UserError:
        return None
    points, found = vertices_of(target), []
    for column in range(2):
        moved = np.zeros(len(points))
        for row, shape in enumerate(mapping.shapes):
            if mapping.matrix[row, column]:
                block = shape_keys_of(target).key_blocks[shape]
                there = np.empty(3 * len(points), np.float32)
                block.data.foreach_get("co", there)
                moved += np.linalg.norm(there.reshape(-1, 3) - points, axis=1)
        if moved.max(initial=0.0) < 1e-6:
            return None
        lids = np.where(moved > LID_SHARE * moved.max(), moved, 0.0)
        found.append(_local(target, owner, Vector((lids @ points / lids.sum()).tolist())))
    left, right = found
    return (left, right) if (left - right).length > 1e-4 else None


def _axes(target: bpy.types.Object, owner: Owner, eyes: tuple[Vector, Vector] | None) -> Matrix:
    """Left, back and up in the owner's local space, from landmarks, else from the eyes and what is up."""
    marked = marks_of(target)
    if len(marked) >= ENOUGH_MARKS:
        points = vertices_of(target)
        ours = np.array([LANDMARKS[name] for name in marked])
        _, rotation, _ = similarity(ours, points[list(marked.values())])
        columns: Any = [_local(target, owner, Vector(axis), True).normalized() for axis in rotation.T.tolist()]
        return Matrix(columns).transposed()
    rest = _rest(owner)
    if owner.bone:
        up = _principal(_bone(owner).matrix_local.to_3x3().col[1])
    else:
        up = _principal(_turn(owner.thing.matrix_world).inverted() @ Vector((0, 0, 1)))
    left = Vector((1, 0, 0)) if abs(up.x) < 0.5 else Vector((0, 1, 0))
    if eyes is not None:
        across = rest @ (eyes[0] - eyes[1])
        across -= up * across.dot(up)
        if across.length > 1e-6:
            left = across.normalized()
    columns = (left, up.cross(left), up)
    axes = Matrix(columns).transposed()  # type: ignore[arg-type]  # vectors are rows
    return rest.inverted() @ axes


def _local(target: bpy.types.Object, owner: Owner, place: Vector, direction: bool = False) -> Vector:
    """A place of the mesh at rest, or a direction, in the owner's local space."""
    if not owner.bone or target.parent_type == "BONE":
        way = world_of(owner).inverted() @ target.matrix_world
    else:
        in_armature = owner.thing.matrix_world.inverted() @ target.matrix_world
        way = _bone(owner).matrix_local.inverted() @ in_armature
    return way.to_3x3() @ place if direction else way @ place


def _middle(owner: Owner) -> Vector:
    """A guess of where the eyes are: half-way up the head's bone, or the middle of the object."""
    if owner.bone:
        return Vector((0.0, _bone(owner).length / 2, 0.0))
    return sum((Vector(corner) for corner in owner.thing.bound_box), Vector()) / 8


def _bone(owner: Owner) -> bpy.types.Bone:
    return owner.armature.bones[owner.bone]


def _rest(owner: Owner) -> Matrix:
    """(3, 3) a bone's rest orientation in its armature; of an object, none."""
    return _bone(owner).matrix_local.to_3x3() if owner.bone else Matrix.Identity(3)


def _turn(matrix: Matrix) -> Matrix:
    """(3, 3) the rotation of a matrix, without scale."""
    return matrix.to_quaternion().to_matrix()


def _principal(vector: Vector) -> Vector:
    """The positive or negative axis that is nearest to a vector."""
    axis = max(range(3), key=lambda index: abs(vector[index]))
    found = Vector((0.0, 0.0, 0.0))
    found[axis] = 1.0 if vector[axis] > 0 else -1.0
    return found
