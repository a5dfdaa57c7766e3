"""A free place for a new object: at the 3D cursor, or beside the object there."""

import bpy
import numpy as np
from mathutils import Vector

__all__ = ["free_place"]

# Types of objects that take up space.
SOLID = ("MESH", "CURVE", "SURFACE", "META", "FONT", "CURVES", "POINTCLOUD", "VOLUME", "GPENCIL", "GREASEPENCIL")
ROOM = 3.0  # m; an object wider and deeper than this is a room or a ground, and does not block a place
APART = 0.1  # m between two objects

Box = tuple[np.ndarray, np.ndarray]


def free_place(context: bpy.types.Context, low: np.ndarray, high: np.ndarray) -> Vector:
    """A free place for a new object: at the 3D cursor, else to the right of the objects there.

    low, high: (3,) corners of the new object's bounding box around its origin, m.
    """
    # Updates matrix_world of objects that were just added or moved.
    context.view_layer.update()
    solids = [thing for thing in context.view_layer.objects if thing.type in SOLID and thing.visible_get()]
    boxes = [box for box in map(_box, solids) if not _is_room(box)]
    place = np.array(context.scene.cursor.location)
    while True:
        blocking = [box for box in boxes if (box[0] < place + high).all() and (place + low < box[1]).all()]
        if not blocking:
            return Vector(place.tolist())
        # Each step moves to the right past at least one box, so the loop ends.
        place[0] = max(box[1][0] for box in blocking) + APART - low[0]


def _box(thing: bpy.types.Object) -> Box:
    """The corners of the box around an object, along the world's axes."""
    corners = np.array([thing.matrix_world @ Vector(corner) for corner in thing.bound_box])
    return corners.min(axis=0), corners.max(axis=0)


def _is_room(box: Box) -> bool:
    return bool(((box[1] - box[0])[:2] > ROOM).all())
