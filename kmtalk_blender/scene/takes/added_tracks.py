"""NLA strips that add something to takes, one a take and kind, above the takes: lives, emotions.

They lie at the place of their take, add to the layers below, and are removed without a trace.
"""

import json
from dataclasses import dataclass
from typing import Any, Literal

import bpy
import numpy as np

from ...errors import UserError
from ...runtime.input_files import parse_json
from .. import compat
from ..compat import Animated
from ..curves.density import Density, make_keys
from ..curves.shape_curves import CurveKeys, keyed_shapes, write_curves
from .baseline import Baseline
from .nla_tracks import EMOTION, LAYER, LIFE, is_layer, is_own_take, new_strip, plays_take, set_range
from .takes import active_action, sliders_before

__all__ = [
    *("EMOTIONS", "LIVES", "Kind", "action_beside", "added_strips", "covered_shapes", "keys_beside", "lifted_tracks"),
    *("packed_beside", "remove_beside", "rests_beside", "takes_beside", "write_shapes"),
]

Blend = Literal["ADD", "COMBINE"]
# Largest error of the sparse curves of shape keys.
SHAPES = Density("SPARSE", 0.01)


@dataclass(frozen=True)
class Kind:
    """What is added. layer: marks its actions (nla_tracks). title: the start of its tracks' names. An action's custom
    property `store` has: take (id), moved (JSON: shape key -> value of its slider before), and under the name of the
    layer the bytes that it was written from."""

    layer: str
    title: str

    @property
    def store(self) -> str:
        """Name of the custom property."""
        return f"kmtalk_{self.layer}"


LIVES = Kind(LIFE, "Head and Eyes")
EMOTIONS = Kind(EMOTION, "Emotion")


def added_strips(datablock: Animated, kind: Kind) -> list[tuple[bpy.types.NlaTrack, bpy.types.NlaStrip, Any]]:
    """The tracks and strips of a kind in this file, and their actions."""
    animation = datablock.animation_data
    return [
        (track, strip, strip.action)
        for track in (animation.nla_tracks if animation is not None else ())
        for strip in track.strips
        if strip.action is not None
        and is_layer(strip.action, kind.layer)
        and kind.store in strip.action  # type: ignore[operator]  # an ID has custom properties
        and strip.action.library is None
    ]


def takes_beside(datablock: Animated, kind: Kind) -> set[str]:
    """The ids of the takes that have one."""
    return {str(action[kind.store]["take"]) for _, _, action in added_strips(datablock, kind)}


def packed_beside(datablock: Animated, kind: Kind, take: str) -> bytes | None:
    """The bytes from which a take's strip was written; None without one."""
    for _, _, action in added_strips(datablock, kind):
        stored = action[kind.store]
        if stored["take"] == take:
            try:
                return bytes(stored[kind.layer])
            except (KeyError, TypeError, ValueError):
                return None
    return None


def action_beside(
    datablock: Animated, baseline: Baseline, kind: Kind, name: str, blend: Blend, packed: bytes, moved: dict[str, float]
) -> bpy.types.Action:
    """The action of a take's strip, without curves, at the place of the take; a new one where there is none."""
    last = max(baseline.end, baseline.start + 1)
    action: Any = None
    for _, strip, known in added_strips(datablock, kind):
        if known[kind.store]["take"] == baseline.id:
            set_range(strip, baseline.start, last, 0.0)
            action = known
            break
    else:
        action = compat.new_action(f"{name} {kind.title}"[:60], datablock)
        action[LAYER] = kind.layer
        datablock.animation_data_create()
        slot = compat.slot_of(action, datablock)
        strip = new_strip(datablock, f"{kind.title}: {baseline.label}", action, slot, baseline.start, last)
        strip.blend_type = blend
    action[kind.store] = {"take": baseline.id, "moved": json.dumps(moved), kind.layer: packed}
    for curve in list(compat.ensure_curves(action, datablock)):
        compat.remove_curve(action, datablock, curve)
    return action


def write_shapes(
    target: bpy.types.Object, baseline: Baseline, kind: Kind, values: dict[str, np.ndarray], packed: bytes
) -> None:
    """Write what is added to shape keys, (T,) each, in place of the take's former strip; none: the strip is removed."""
    shape_keys = compat.shape_keys_of(target)
    if not values:
        remove_beside(shape_keys, kind, {baseline.id})
        return
    known, sliders = rests_beside(shape_keys), sliders_before(target)
    moved = {shape: known.get(shape, sliders.get(shape, 0.0)) for shape in values}
    action = action_beside(shape_keys, baseline, kind, f"{target.name} {baseline.label}", "ADD", packed, moved)
    curves = {shape: keys_beside(curve, baseline, SHAPES) for shape, curve in values.items()}
    write_curves(action, shape_keys, curves, dict.fromkeys(curves, kind.title))


def keys_beside(values: np.ndarray, baseline: Baseline, density: Density) -> CurveKeys:
    """The keys of values (T,) over a take's frames."""
    ends = np.array([0, len(values) - 1], np.int32)
    return make_keys(values, baseline.start, ends, density)


def covered_shapes(shape_keys: bpy.types.Key, shapes: tuple[str, ...]) -> tuple[set[str], str]:
    """The shape keys that the user's active action replaces, as it plays above all tracks; and a sentence on them."""
    active = active_action(shape_keys)
    if active is None or is_own_take(active):
        return set(), ""
    covered = keyed_shapes(active, compat.slot_handle(active, shape_keys)) & set(shapes)
    text = f"Your action {active.name} moves {', '.join(sorted(covered))}; they stay as it has them."
    return covered, text if covered else ""


def remove_beside(datablock: Animated, kind: Kind, takes: set[str]) -> None:
    """Remove the strips of these takes, with their actions, and tracks that are empty then."""
    for track, strip, action in added_strips(datablock, kind):
        if action[kind.store]["take"] not in takes:
            continue
        track.strips.remove(strip)
        if not len(track.strips):
            compat.animation_of(datablock).nla_tracks.remove(track)
        if action.users == 0:
            bpy.data.actions.remove(action)


def rests_beside(shape_keys: bpy.types.Key) -> dict[str, float]:
    """Shape key -> value of its slider before the first strip of any kind moved it."""
    rests: dict[str, float] = {}
    for kind in (EMOTIONS, LIVES):
        for _, _, action in added_strips(shape_keys, kind):
            try:
                moved = parse_json(str(action[kind.store]["moved"]), action.name)
                rests = {str(shape): float(value) for shape, value in moved.items()} | rests
            except (UserError, KeyError, TypeError, ValueError, AttributeError):
                continue
    return {shape: value for shape, value in rests.items() if shape in shape_keys.key_blocks}


def lifted_tracks(shape_keys: bpy.types.Key) -> list[bpy.types.NlaTrack]:
    """The tracks that are below a track of a take or a layer, and have to be above."""
    tracks = list(compat.animation_of(shape_keys).nla_tracks)
    added = [track for kind in (LIVES, EMOTIONS) for track, _, _ in added_strips(shape_keys, kind)]
    layers = [i for i, track in enumerate(tracks) if track not in added and plays_take(track)]
    return [track for track in added if layers and tracks.index(track) < layers[-1]]
