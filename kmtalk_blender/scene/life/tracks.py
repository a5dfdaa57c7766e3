"""The tracks of lives: one NLA strip a take on the shape keys, which adds to the layers below, and one on the rig.

What a take itself does with lids and brows is taken off the strip on the shape keys, so that both together show the
life alone; without the strip the take plays as it was generated.
"""

from collections.abc import Iterator

import bpy
import numpy as np

from ...errors import UserError
from ...runtime.life_file import Life, pack_life, unpack_life
from .. import compat
from ..character.shape_map import shape_map
from ..compat import Animated
from ..curves.density import Density
from ..curves.shape_curves import fill_curve
from ..takes.added_tracks import (
    LIVES,
    action_beside,
    covered_shapes,
    keys_beside,
    packed_beside,
    remove_beside,
    takes_beside,
    write_shapes,
)
from ..takes.baseline import Baseline
from .face import face_of
from .gaze_point import own_point, point_offsets
from .lids import FOLLOWING, follow_gaze
from .places import LOOK_CHANNELS, Places, has_look_shapes
from .rig import own_rig, without_rig

__all__ = ["read_written", "remove_tracks", "takes_with_life", "write_tracks"]

# Largest error of the sparse curves of the rig, radians (a tenth of a degree).
TURNS = Density("SPARSE", 0.0017)
# Weight from which on a captured channel is the performer's, and not moved.
CAPTURED = 0.05
STILL = 1e-3


def write_tracks(
    target: bpy.types.Object, rig: bpy.types.Object | None, baseline: Baseline, life: Life, places: Places
) -> list[str]:
    """Write the life of a take, in place of its former one. Returns sentences on what is left out."""
    values, notes = _shape_values(target, baseline, life, places)
    packed = pack_life(life)
    write_shapes(target, baseline, LIVES, values, packed)
    point = own_point(target)
    if point is not None:
        action = _fresh(point, baseline, packed)
        with without_rig(target):
            offsets = point_offsets(face_of(target, places), life.eyes)
        for axis in range(3):
            curve = compat.new_curve(action, point, "location", LIVES.title, axis)
            fill_curve(curve, keys_beside(offsets[:, axis], baseline, TURNS))
    if rig is not None:
        action = _fresh(rig, baseline, packed)
        for part, turns in _turns(life, places).items():
            for axis in np.flatnonzero(np.abs(turns).max(axis=0) > 1e-6).tolist():
                path = f'pose.bones["{part}"].rotation_euler'
                curve = compat.new_curve(action, rig, path, part.replace("_", " ").title(), axis)
                fill_curve(curve, keys_beside(turns[:, axis], baseline, TURNS))
    return notes


def remove_tracks(target: bpy.types.Object, takes: set[str] | None = None) -> int:
    """Remove the lives of these takes, None: of all. Returns how many takes had one."""
    found = {take for take in takes_with_life(target) if takes is None or take in takes}
    for datablock in _datablocks(target):
        remove_beside(datablock, LIVES, found)
    return len(found)


def takes_with_life(target: bpy.types.Object) -> set[str]:
    """The ids of the takes that have a life."""
    return {take for datablock in _datablocks(target) for take in takes_beside(datablock, LIVES)}


def read_written(target: bpy.types.Object, take: str) -> Life | None:
    """The life of a take as it was written; None without one, or when it is damaged."""
    for datablock in _datablocks(target):
        packed = packed_beside(datablock, LIVES, take)
        if packed is not None:
            try:
                return unpack_life(packed, f"The life of {target.name}")
            except (UserError, ValueError):
                return None
    return None


def _datablocks(target: bpy.types.Object) -> Iterator[Animated]:
    shape_keys = target.data.shape_keys if target.type == "MESH" else None
    if shape_keys is not None:
        yield shape_keys
    yield from (thing for thing in (own_rig(target), own_point(target)) if thing is not None)


def _fresh(thing: bpy.types.Object, baseline: Baseline, packed: bytes) -> bpy.types.Action:
    """The action of a take's life on the rig or the gaze point, without curves."""
    return action_beside(thing, baseline, LIVES, f"{thing.name} {baseline.label}", "COMBINE", packed, {})


def _shape_values(
    target: bpy.types.Object, baseline: Baseline, life: Life, places: Places
) -> tuple[dict[str, np.ndarray], list[str]]:
    """Shape key -> (T,) what the life adds to it; and sentences on what is left out."""
    notes: list[str] = []
    take = baseline.take
    channels, known = life.channels, life.weights
    if _lids_follow(target, places):
        channels = (*channels, *(name for name in FOLLOWING if name not in channels))
        known = np.concatenate([known, np.zeros((len(known), len(channels) - known.shape[1]))], axis=1)
        known = follow_gaze(known, channels, life.eyes)
    chosen = [name for name in channels if places.shapes or name not in LOOK_CHANNELS]
    if baseline.info.get("capture"):
        moving = [n for i, n in enumerate(take.channels) if np.abs(take.weights[:, i]).max() > CAPTURED]
        if set(chosen) & set(moving):
            notes.append("Lids, brows and gaze of the capture stay as they were performed.")
        chosen = [name for name in chosen if name not in moving]
    try:
        mapping = shape_map(target, tuple(chosen))
    except UserError:
        notes.append(f"{target.name} has no shapes of lids and brows: it does not blink.")
        return {}, notes
    weights = known[:, [channels.index(name) for name in chosen]]
    own = np.zeros_like(weights)
    if baseline.info.get("expression") != "LEAVE":
        for column, name in enumerate(chosen):
            if name in take.channels:
                own[:, column] = take.weights[:, take.channels.index(name)]
    added = mapping.values(weights) - mapping.values(own)
    covered, text = covered_shapes(compat.shape_keys_of(target), mapping.shapes)
    notes += [text] if text else []
    values = {shape: added[:, row] for row, shape in enumerate(mapping.shapes) if shape not in covered}
    return {shape: curve for shape, curve in values.items() if np.abs(curve).max() > STILL}, notes


def _lids_follow(target: bpy.types.Object, places: Places) -> bool:
    """Whether the eyes turn as bones or objects, and no shape of the face carries its lids along."""
    return (places.eyes is not None or places.point) and not has_look_shapes(target)


def _turns(life: Life, places: Places) -> dict[str, np.ndarray]:
    """Part of the rig -> (T, 3) radians around the face's axes: nod, tilt, turn."""
    head, none = np.radians(life.head), np.zeros(len(life.head))
    parts: dict[str, np.ndarray] = {}
    share = places.neck_share if places.neck is not None else 0.0
    if places.head is not None:
        parts["head"] = (1 - share) * head
    if places.neck is not None:
        parts["neck"] = share * head
    if places.chest is not None:
        parts["chest"] = np.stack([-np.radians(life.chest), none, none], axis=1)
    if places.eyes is not None:
        for index, part in enumerate(("eye_left", "eye_right")):
            turn, up = np.radians(life.eyes[:, index]).T
            parts[part] = np.stack([-up, none, turn], axis=1)
    return parts
