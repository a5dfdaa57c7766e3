"""The gaze point: an empty that goes where the eyes look, for eyes that follow it with Track To or a rig's control.

It hangs on the head, so it moves with it. Its delta location is its place straight ahead; its location, which has the
keys, is how far it is from there.
"""

import bpy
import numpy as np
from mathutils import Matrix, Vector

from .face import Face

__all__ = ["ensure_point", "own_point", "point_offsets", "remove_point"]

# Custom property of a gaze point: the character that it was made for.
MADE = "kmtalk_gaze_point"
# Distance of the point from between the eyes, in distances between the eyes.
AHEAD = 40.0


def own_point(target: bpy.types.Object) -> bpy.types.Object | None:
    """The gaze point of this file that was made for this character."""
    empties = (thing for thing in bpy.data.objects if thing.type == "EMPTY" and thing.library is None)
    return next((empty for empty in empties if empty.get(MADE) == target), None)


def ensure_point(target: bpy.types.Object, face: Face) -> bpy.types.Object:
    """Make the gaze point of a character, or fit the one that is there, to the face."""
    point = own_point(target)
    if point is None:
        point = bpy.data.objects.new(f"{target.name} Gaze Point", None)
        point[MADE] = target
        point.empty_display_type, point.empty_display_size = "SPHERE", face.distance / 2
        bpy.context.scene.collection.objects.link(point)
    owner = face.owner
    point.parent = owner.thing
    point.parent_type = "BONE" if owner.bone else "OBJECT"
    point.matrix_parent_inverse = Matrix.Identity(4)
    if owner.bone:
        point.parent_bone = owner.bone
        # Children of a bone hang on its tail.
        length = owner.armature.bones[owner.bone].length
        point.matrix_parent_inverse = Matrix.Translation((0.0, -length, 0.0))
    point.delta_location = face.middle + face.axes @ Vector((0.0, -AHEAD * face.distance, 0.0))
    return point


def point_offsets(face: Face, eyes: np.ndarray) -> np.ndarray:
    """(T, 3) how far the point is from straight ahead, for directions (T, 2, 2) of both eyes in degrees."""
    turn, up = np.radians(eyes.mean(axis=1)).T
    ahead = np.stack([np.sin(turn) * np.cos(up), 1 - np.cos(turn) * np.cos(up), np.sin(up)], axis=1)
    return AHEAD * face.distance * ahead @ np.array(face.axes).T


def remove_point(target: bpy.types.Object) -> None:
    """Remove the gaze point of a character with its actions."""
    point = own_point(target)
    if point is None:
        return
    tracks = point.animation_data.nla_tracks if point.animation_data else ()
    actions = {strip.action for track in tracks for strip in track.strips if strip.action is not None}
    bpy.data.objects.remove(point)
    for action in actions:
        if action.users == 0:
            bpy.data.actions.remove(action)
