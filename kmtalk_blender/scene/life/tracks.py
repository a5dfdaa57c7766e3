"""The tracks of lives: one NLA strip a take on the shape keys, which adds to the layers below, and one on the rig.

What a take itself does with lids and brows is taken off the strip on the shape keys, so that both together show the
life alone; without the strip the take plays as it was generated.
"""

import json
from collections.abc import Iterator
from typing import Any, Literal

import bpy
import numpy as np

from ...errors import UserError
from ...runtime.input_files import parse_json
from ...runtime.life_file import Life, pack_life, unpack_life
from .. import compat
from ..character.shape_map import shape_map
from ..compat import Animated
from ..curves.density import Density, make_keys
from ..curves.shape_curves import CurveKeys, fill_curve, keyed_shapes, write_curves
from ..takes.baseline import Baseline
from ..takes.nla_tracks import LAYER, LIFE, is_layer, is_own_take, new_strip, plays_take, set_range
from ..takes.takes import active_action, sliders_before
from .face import face_of
from .gaze_point import own_point, point_offsets
from .lids import FOLLOWING, follow_gaze
from .places import LOOK_CHANNELS, Places, has_look_shapes
from .rig import own_rig, without_rig

__all__ = ["lifted_lives", "read_written", "remove_tracks", "rests_of_lives", "takes_with_life", "write_tracks"]

# Custom property of the actions of lives: take, moved (JSON: shape key -> value of its slider before), life (bytes).
PROPERTY = "kmtalk_life"
GROUP = "Head and Eyes"
Blend = Literal["ADD", "COMBINE"]
# Largest errors of the sparse curves: values of shape keys; radians of the rig (a tenth of a degree).
SHAPES = Density("SPARSE", 0.01)
TURNS = Density("SPARSE", 0.0017)
# Weight from which on a captured channel is the performer's, and not moved.
CAPTURED = 0.05
STILL = 1e-3


def write_tracks(
    target: bpy.types.Object, rig: bpy.types.Object | None, baseline: Baseline, life: Life, places: Places
) -> list[str]:
    """Write the life of a take, in place of its former one. Returns sentences on what is left out."""
    shape_keys = compat.shape_keys_of(target)
    values, notes = _shape_values(target, baseline, life, places)
    known = rests_of_lives(shape_keys)
    sliders = sliders_before(target)
    moved = {shape: known.get(shape, sliders.get(shape, 0.0)) for shape in values}
    packed = pack_life(life)
    if not values:
        _remove(shape_keys, {baseline.id})
    else:
        action = _action(shape_keys, baseline, f"{target.name} {baseline.label}", "ADD")
        stored: Any = action
        stored[PROPERTY] = {"take": baseline.id, "moved": json.dumps(moved), "life": packed}
        for curve in list(compat.ensure_curves(action, shape_keys)):
            compat.remove_curve(action, shape_keys, curve)
        curves = {shape: _keys(curve, baseline, SHAPES) for shape, curve in values.items()}
        write_curves(action, shape_keys, curves, dict.fromkeys(curves, GROUP))
    point = own_point(target)
    if point is not None:
        action = _fresh(point, baseline, packed)
        with without_rig(target):
            offsets = point_offsets(face_of(target, places), life.eyes)
        for axis in range(3):
            curve = compat.new_curve(action, point, "location", GROUP, axis)
            fill_curve(curve, _keys(offsets[:, axis], baseline, TURNS))
    if rig is not None:
        action = _fresh(rig, baseline, packed)
        for part, turns in _turns(life, places).items():
            for axis in np.flatnonzero(np.abs(turns).max(axis=0) > 1e-6).tolist():
                path = f'pose.bones["{part}"].rotation_euler'
                curve = compat.new_curve(action, rig, path, part.replace("_", " ").title(), axis)
                fill_curve(curve, _keys(turns[:, axis], baseline, TURNS))
    return notes


def remove_tracks(target: bpy.types.Object, takes: set[str] | None = None) -> int:
    """Remove the lives of these takes, None: of all. Returns how many takes had one."""
    found = {take for take in takes_with_life(target) if takes is None or take in takes}
    for datablock in _datablocks(target):
        _remove(datablock, found)
    return len(found)


def takes_with_life(target: bpy.types.Object) -> set[str]:
    """The ids of the takes that have a life."""
    return {str(action[PROPERTY]["take"]) for thing in _datablocks(target) for _, _, action in _strips(thing)}


def read_written(target: bpy.types.Object, take: str) -> Life | None:
    """The life of a take as it was written; None without one, or when it is damaged."""
    for datablock in _datablocks(target):
        for _, _, action in _strips(datablock):
            stored = action[PROPERTY]
            if stored["take"] == take:
                try:
                    return unpack_life(bytes(stored["life"]), action.name)
                except (UserError, KeyError, TypeError, ValueError):
                    return None
    return None


def rests_of_lives(shape_keys: bpy.types.Key) -> dict[str, float]:
    """Shape key -> value of its slider before the first life moved it."""
    rests: dict[str, float] = {}
    for _, _, action in _strips(shape_keys):
        try:
            moved = parse_json(str(action[PROPERTY]["moved"]), action.name)
            rests = {str(shape): float(value) for shape, value in moved.items()} | rests
        except (UserError, KeyError, TypeError, ValueError, AttributeError):
            continue
    return {shape: value for shape, value in rests.items() if shape in shape_keys.key_blocks}


def lifted_lives(shape_keys: bpy.types.Key) -> list[bpy.types.NlaTrack]:
    """The tracks of lives that are below a track of a take or a layer, and have to be above."""
    tracks = list(compat.animation_of(shape_keys).nla_tracks)
    lives = [track for track, _, _ in _strips(shape_keys)]
    layers = [i for i, track in enumerate(tracks) if track not in lives and plays_take(track)]
    return [track for track in lives if layers and tracks.index(track) < layers[-1]]


def _datablocks(target: bpy.types.Object) -> Iterator[Animated]:
    shape_keys = target.data.shape_keys if target.type == "MESH" else None
    if shape_keys is not None:
        yield shape_keys
    yield from (thing for thing in (own_rig(target), own_point(target)) if thing is not None)


def _strips(datablock: Animated) -> list[tuple[bpy.types.NlaTrack, bpy.types.NlaStrip, Any]]:
    """The tracks and strips with lives of this file, and their actions."""
    animation = datablock.animation_data
    return [
        (track, strip, strip.action)
        for track in (animation.nla_tracks if animation is not None else ())
        for strip in track.strips
        if strip.action is not None
        and is_layer(strip.action, LIFE)
        and PROPERTY in strip.action  # type: ignore[operator]  # an ID has custom properties
        and strip.action.library is None
    ]


def _action(datablock: Animated, baseline: Baseline, name: str, blend: Blend) -> bpy.types.Action:
    """The action of a take's life on a datablock, on a strip at the place of the take."""
    for _, strip, known in _strips(datablock):
        if known[PROPERTY]["take"] == baseline.id:
            set_range(strip, baseline.start, max(baseline.end, baseline.start + 1), 0.0)
            return known
    action = compat.new_action(f"{name} {GROUP}"[:60], datablock)
    action[LAYER] = LIFE
    datablock.animation_data_create()
    slot = compat.slot_of(action, datablock)
    last = max(baseline.end, baseline.start + 1)
    strip = new_strip(datablock, f"{GROUP}: {baseline.label}", action, slot, baseline.start, last)
    strip.blend_type = blend
    return action


def _fresh(thing: bpy.types.Object, baseline: Baseline, packed: bytes) -> bpy.types.Action:
    """The action of a take's life on the rig or the gaze point, without curves."""
    action: Any = _action(thing, baseline, f"{thing.name} {baseline.label}", "COMBINE")
    action[PROPERTY] = {"take": baseline.id, "moved": "{}", "life": packed}
    for curve in list(compat.ensure_curves(action, thing)):
        compat.remove_curve(action, thing, curve)
    return action


def _remove(datablock: Animated, takes: set[str]) -> None:
    for track, strip, action in _strips(datablock):
        if action[PROPERTY]["take"] not in takes:
            continue
        track.strips.remove(strip)
        if not len(track.strips):
            compat.animation_of(datablock).nla_tracks.remove(track)
        if action.users == 0:
            bpy.data.actions.remove(action)


def _keys(values: np.ndarray, baseline: Baseline, density: Density) -> CurveKeys:
    ends = np.array([0, len(values) - 1], np.int32)
    return make_keys(values, baseline.start, ends, density)


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
    shape_keys = compat.shape_keys_of(target)
    active, covered = active_action(shape_keys), set[str]()
    if active is not None and not is_own_take(active):
        # The active action plays above all tracks and replaces them.
        covered = keyed_shapes(active, compat.slot_handle(active, shape_keys)) & set(mapping.shapes)
    if active is not None and covered:
        notes.append(f"Your action {active.name} moves {', '.join(sorted(covered))}; they stay as it has them.")
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
