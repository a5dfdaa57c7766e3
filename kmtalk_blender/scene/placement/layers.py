"""Arrange the NLA of a character's shape keys. The layers, from bottom to top:

1. the user's own tracks, unchanged;
2. *Rest*: the values of the sliders before the first take, for shape keys that only takes move;
3. the user's own action, when it was moved to a track (`user_action`);
4. below each take whose shape keys are also moved by a lower layer: *Rest under ...*, which holds jaw and lips at rest
   while the line is spoken, and blends in and out;
5. the take, which adds to the layers below. The take that is edited is the active action, above all tracks;
6. *Head and Eyes*, *Emotion*: what is added beside takes (`takes.added_tracks`).

A single take needs no track when the sliders were at 0 before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import bpy
import numpy as np

from .. import compat
from ..curves.groups import FACE
from ..curves.shape_curves import CurveKeys, keyed_shapes, keyframe_kinds, remove_curves, write_curves
from ..takes.added_tracks import lifted_tracks, rests_beside
from ..takes.baseline import Moved
from ..takes.baseline_store import moved_shapes, take_ids, take_info
from ..takes.nla_tracks import (
    LAYER,
    REST,
    UNDER,
    is_layer,
    lift_track,
    new_strip,
    set_range,
    strip_track,
    take_track,
    unlink,
)
from .user_action import user_shapes

__all__ = ["Span", "arrange"]


REST_NAME = "Rest"
UNDER_NAME = "Rest under "
SAME = 1e-6  # a smaller difference of a slider is none
SHORTEST_BLEND = 2.0  # frames, shortest blending of Rest under


@dataclass(frozen=True)
class Span:
    """A take with its own action. start: frame of the take's start. first, last: frames of its first and last key.
    blend_in, blend_out: frames in which its *Rest under* blends. expression: ADD, REPLACE or LEAVE. moved: the shape
    keys that it moves."""

    action: bpy.types.Action
    label: str
    start: float
    first: float
    last: float
    blend_in: float
    blend_out: float
    expression: str
    moved: tuple[Moved, ...]

    def meets(self, other: "Span") -> bool:
        """True when the two takes overlap in time."""
        return self.first < other.last and other.first < self.last


def arrange(shape_keys: bpy.types.Key, actions: Sequence[bpy.types.Action], active: bpy.types.Action | None) -> None:
    """Arrange the layers: `active` becomes the active action, the other takes play on tracks.

    actions: the actions of all takes that have their own. The user's settings of a take's track or strip are kept.
    """
    animation = shape_keys.animation_data_create()
    _remove_layers(shape_keys, UNDER)
    spans = sorted((_span(shape_keys, action) for action in actions), key=lambda span: (span.start, span.action.name))
    added = rests_beside(shape_keys)
    rests = added | {one.shape: one.before for span in reversed(spans) for one in span.moved}
    user = user_shapes(shape_keys)
    rests = {shape: value for shape, value in rests.items() if shape not in user}
    tracked = [span for span in spans if span.action != active]
    if not spans and not added:
        _remove_layers(shape_keys, REST)
        return
    library = {shape for action in _linked_rests(shape_keys) for shape in keyed_shapes(action)}
    rests = {shape: value for shape, value in rests.items() if shape not in library}
    others = len(animation.nla_tracks) - len(_layers(shape_keys, REST))
    if rests and (tracked or others or any(abs(value) > SAME for value in rests.values())):
        _add_rest(shape_keys, rests, [span.action for span in tracked])
    else:
        _remove_layers(shape_keys, REST)
    for span in tracked:
        _update_track(shape_keys, span, tracked)
    if active is not None:
        _activate(shape_keys, active)
    for span in spans:
        _add_under(shape_keys, span, spans, user, active)
    for track in lifted_tracks(shape_keys):
        lift_track(shape_keys, track)
    if active is not None:
        # Without tracks ADD and REPLACE play the same; REPLACE is what users expect of an active action.
        animation.action_blend_type = "ADD" if len(animation.nla_tracks) else "REPLACE"


def _span(shape_keys: bpy.types.Key, action: bpy.types.Action) -> Span:
    take = take_ids(action)[0]
    info = take_info(action, take)
    start, end = info.get("start", 0.0), info.get("end", 0.0)
    first, last = start - info.get("rest_in", 0), end + info.get("rest_out", 0)
    last = max(last, first + 1)
    blends = [max(float(frames), SHORTEST_BLEND) for frames in info.get("blend", (0.0, 0.0))]
    blends = [min(blend, (last - first) / 2) for blend in blends]
    expression = info.get("expression", "ADD")
    moved = moved_shapes(action, take)
    if expression == "LEAVE":
        moved = tuple(one for one in moved if one.group != FACE)
    blend_in, blend_out = blends
    return Span(action, info.get("strip", ""), start, first, last, blend_in, blend_out, expression, moved)


def _activate(shape_keys: bpy.types.Key, action: bpy.types.Action) -> None:
    animation = compat.animation_of(shape_keys)
    if animation.action != action:
        slot = compat.slot_of(action, shape_keys)
        unlink(shape_keys, action)
        compat.assign_action(shape_keys, action, slot)
    animation.action_extrapolation, animation.action_influence = "HOLD", 1.0


def _add_rest(shape_keys: bpy.types.Key, rests: dict[str, float], above: list[bpy.types.Action]) -> None:
    """Make the track Rest hold these values, below all takes."""
    strip = next((strip for _, strip in _layers(shape_keys, REST)), None)
    if strip is None:
        lifted = [take_track(shape_keys, action) for action in above]
        action = _still_action(shape_keys, f"{REST_NAME} {shape_keys.user.name}", REST, {})
        strip = new_strip(shape_keys, REST_NAME, action, compat.slot_of(action, shape_keys), 1.0, 2.0)
        strip.extrapolation = "HOLD"
        for track in lifted:
            if track is not None:
                lift_track(shape_keys, track)
    rest = strip.action
    assert rest is not None  # of the strips of a layer
    remove_curves(rest, shape_keys, keyed_shapes(rest) - set(rests))
    write_curves(rest, shape_keys, _still_curves(rests), {})


def _update_track(shape_keys: bpy.types.Key, span: Span, tracked: list[Span]) -> None:
    """Update a take's track, or add one below the overlapping takes that start later."""
    track = take_track(shape_keys, span.action)
    if track is None:
        # First no longer the active action: an action cannot be active and on a track.
        slot = compat.slot_of(span.action, shape_keys)
        if compat.animation_of(shape_keys).action == span.action:
            compat.assign_action(shape_keys, None)
        later = [other for other in tracked if other.start > span.start and other.meets(span)]
        above = [track for track in (take_track(shape_keys, other.action) for other in later) if track is not None]
        strip = new_strip(
            shape_keys, span.label or span.action.name, span.action, slot, span.first, span.last, below=above
        )
        strip.blend_type = "ADD"
        return
    for strip in track.strips:
        if strip.action == span.action:
            shift = strip.frame_start - strip.action_frame_start
            set_range(strip, span.first, span.last, shift)


def _add_under(
    shape_keys: bpy.types.Key, span: Span, spans: list[Span], user: set[str], active: bpy.types.Action | None
) -> None:
    """Add the track *Rest under* below a take, for the shape keys that lower layers move as well."""
    order = [take_track(shape_keys, other.action) for other in spans]
    tracks = list(compat.animation_of(shape_keys).nla_tracks)
    heights = [
        len(tracks) if track is None or s.action == active else tracks.index(track)
        for s, track in zip(spans, order, strict=True)
    ]
    height = heights[spans.index(span)]
    below = {
        one.shape
        for other, other_height in zip(spans, heights, strict=True)
        if other is not span and other_height < height and other.meets(span)
        for one in other.moved
    }
    values = {}
    for one in span.moved:
        if one.group == FACE and span.expression != "REPLACE":
            if one.shape in below and one.shape not in user:
                values[one.shape] = one.before
        elif one.shape in user or one.shape in below or abs(one.rest - one.before) > SAME:
            values[one.shape] = one.rest
    if not values:
        return
    action = _still_action(shape_keys, f"{UNDER_NAME}{span.label}", UNDER, values)
    own = order[spans.index(span)]
    first = span.first if own is None else own.strips[0].frame_start
    strip = new_strip(
        shape_keys,
        action.name,
        action,
        compat.slot_of(action, shape_keys),
        first,
        first + span.last - span.first,
        below=[] if own is None else [own],
    )
    strip.blend_in, strip.blend_out = span.blend_in, span.blend_out
    if own is not None:
        strip_track(shape_keys, strip).mute = own.mute


def _still_action(shape_keys: bpy.types.Key, name: str, layer: str, values: dict[str, float]) -> bpy.types.Action:
    action = compat.new_action(name[:60], shape_keys)
    action[LAYER] = layer
    write_curves(action, shape_keys, _still_curves(values), {})
    return action


def _still_curves(values: dict[str, float]) -> dict[str, CurveKeys]:
    """Curves with one key for each shape key."""
    kinds = keyframe_kinds("CONSTANT", "AUTO_CLAMPED", np.ones(1, bool))
    curves = {}
    for shape, value in values.items():
        co = np.array([[1.0, value]], np.float32)
        curves[shape] = CurveKeys(co, co - np.array([[1, 0]], np.float32), co + np.array([[1, 0]], np.float32), kinds)
    return curves


def _layers(shape_keys: bpy.types.Key, layer: str) -> list[tuple[bpy.types.NlaTrack, bpy.types.NlaStrip]]:
    return [
        (track, strip)
        for track in compat.animation_of(shape_keys).nla_tracks
        for strip in track.strips
        if strip.action is not None and is_layer(strip.action, layer) and strip.action.library is None
    ]


def _linked_rests(shape_keys: bpy.types.Key) -> list[bpy.types.Action]:
    """The actions of Rest tracks that come from a library."""
    strips = [strip for track in compat.animation_of(shape_keys).nla_tracks if not track.mute for strip in track.strips]
    actions = [strip.action for strip in strips if strip.action is not None]
    return [action for action in actions if is_layer(action, REST) and action.library is not None]


def _remove_layers(shape_keys: bpy.types.Key, layer: str) -> None:
    for track, strip in _layers(shape_keys, layer):
        action = strip.action
        compat.animation_of(shape_keys).nla_tracks.remove(track)
        if action is not None and action.users == 0:
            bpy.data.actions.remove(action)
