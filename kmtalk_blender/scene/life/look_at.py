"""What a character looks at, measured over the frames of a take: its place from between the eyes."""

import bpy
import numpy as np

from ...errors import UserError
from ..sampling import sampled
from .face import face_of, world_of
from .places import Places
from .rig import own_rig, without_rig

__all__ = ["check_looked_at", "places_of_target"]

# Frames between two measurements; between them the place is interpolated.
APART = 4


def check_looked_at(target: bpy.types.Object, places: Places) -> None:
    """Raises UserError when what is looked at cannot be looked at."""
    looked_at = target.kmtalk.life.look_at
    if looked_at is None:
        return
    if looked_at in (target, own_rig(target), *(owner.thing for owner in places.owners)):
        raise UserError(f"{target.name} cannot look at {looked_at.name}, which is part of it; choose another object.")
    if not looked_at.users_scene:
        raise UserError(f"{looked_at.name} is in no scene; choose something else to look at.")


def places_of_target(
    scene: bpy.types.Scene, target: bpy.types.Object, places: Places, start: float, count: int
) -> np.ndarray | None:
    """(T, 3) places of what is looked at, in the face's axes, in distances between the eyes; None: nothing.

    start: frame of the timeline of the first of `count` frames. The playhead is moved and put back.
    """
    looked_at = target.kmtalk.life.look_at
    if looked_at is None:
        return None
    with without_rig(target):
        bpy.context.view_layer.update()
        face = face_of(target, places)

        def measure(graph: bpy.types.Depsgraph) -> np.ndarray:
            there = looked_at.evaluated_get(graph).matrix_world.translation
            local = world_of(face.owner).inverted() @ there - face.middle
            return np.array(face.axes.transposed() @ local / face.distance)

        return sampled(scene, start, count, APART, measure)
