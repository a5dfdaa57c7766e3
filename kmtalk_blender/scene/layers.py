"""The layers of a character's shape keys in the NLA, from below:

1. the user's own tracks, as they are;
2. *Rest*: what the sliders showed before any take, for shapes that takes move and the user does not animate;
3. the user's own action, on a track of its own where it plays on;
4. for a take, where something below moves its shapes: *Rest under ...*, which brings jaw and lips to their rest while
   the line is spoken; it blends in and out, so nothing jumps;
5. the take, which adds to what is below it. The take that is being worked on is the active action, above all tracks.

A single take over sliders that rest at 0 needs no track at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import bpy
import numpy as np

from . import compat
from .baseline import Moved, has_baseline, moved_shapes, take_ids, take_info
from .curves import CurveKeys, keyed_shapes, keyframe_kinds, remove_curves, write_curves
from .groups import FACE

__all__ = [
    "HAND",
    "animating_actions",
    "arrange",
    "hand_action",
    "hand_shapes",
    "hand_track",
    "is_own_take",
    "lower_hand",
    "make_hand",
    "plays_take",
    "raise_hand",
    "take_track",
    "unlink",
]

# Which of our own layers an action is.
PROPERTY = "kmtalk_layer"
REST, UNDER = "rest", "under"
REST_NAME, UNDER_NAME, HAND = "Rest", "Rest under ", "Hand Keys: "
# A slider this near to a value stands there.
SAME = 1e-6
# Frames in which a take takes over at least.
SHORTEST_BLEND = 2.0
# A frame before and after every scene's, for curves that go on beyond their keys.
FAR = 200_000.0


@dataclass(frozen=True)
class Span:
    """A take with an action of its own. first, last: frames of its first and last key. blend_in, blend_out: frames in
    which it takes over from what is below. expression: ADD, REPLACE or LEAVE. moved: the shapes that it moves."""

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
        """True when both play on some frame."""
        return self.first < other.last and other.first < self.last


def is_own_take(action: bpy.types.Action | None) -> bool:
    """True for an action that a take has for itself; False for the user's own, also with takes in it."""
    return has_baseline(action) and not any(take_info(action, take).get("guest") for take in take_ids(action))


def hand_action(keys: bpy.types.Key) -> bpy.types.Action | None:
    """The active action when it is the user's own."""
    action = keys.animation_data.action if keys.animation_data else None
    return None if is_own_take(action) else action


def hand_track(keys: bpy.types.Key) -> bpy.types.NlaTrack | None:
    """The track on which the user's own action plays on below the takes."""
    tracks = keys.animation_data.nla_tracks if keys.animation_data else ()
    return next((track for track in tracks if track.name.startswith(HAND) and len(track.strips) == 1), None)


def hand_shapes(keys: bpy.types.Key) -> set[str]:
    """The shapes that the user animates: with the active action, or on NLA tracks that play."""
    animation, shapes = keys.animation_data, set()
    if animation is None:
        return shapes
    own = hand_action(keys)
    if own is not None:
        shapes |= keyed_shapes(own, compat.slot_handle(own, keys))
    for track in animation.nla_tracks:
        for strip in track.strips:
            ours = strip.action is None or PROPERTY in strip.action or is_own_take(strip.action)
            if not (ours or track.mute or strip.mute):
                slot = getattr(strip, "action_slot", None)
                shapes |= keyed_shapes(strip.action, slot.handle if slot else 0)
    return shapes


def animating_actions(keys: bpy.types.Key | None) -> list[bpy.types.Action]:
    """The actions that animate shape keys, those of our layers left out; each once, tracks from below first."""
    animation = keys.animation_data if keys is not None else None
    if animation is None:
        return []
    tracks = [track for track in animation.nla_tracks if not _set_aside(track)]
    actions = [strip.action for track in tracks for strip in track.strips] + [animation.action]
    return list(dict.fromkeys(action for action in actions if action is not None and PROPERTY not in action))


def plays_take(track: bpy.types.NlaTrack) -> bool:
    """True for a track of a take, or of the rest below one; not for one of the library's whose copy plays."""
    if _set_aside(track):
        return False
    return any(strip.action and (PROPERTY in strip.action or has_baseline(strip.action)) for strip in track.strips)


def take_track(keys: bpy.types.Key, action: bpy.types.Action) -> bpy.types.NlaTrack | None:
    """The track that an action plays on, or None."""
    tracks = keys.animation_data.nla_tracks if keys.animation_data else ()
    return next((track for track in tracks if any(strip.action == action for strip in track.strips)), None)


def lower_hand(keys: bpy.types.Key, under_takes: bool = False) -> str:
    """Let the user's active action play on from an NLA track. Returns the track's name, or an empty string.

    under_takes: the track lies below all takes that are there; else on top, where the action was, for a take to come.
    """
    action = hand_action(keys)
    if action is None:
        return ""
    animation, slot = keys.animation_data, compat.slot_of(action, keys)
    # Without any track Blender plays the action alone, whatever its blending is set to.
    blended = len(animation.nla_tracks) > 0
    settings = (animation.action_blend_type, animation.action_extrapolation, animation.action_influence)
    curves = compat.action_curves(action, slot.handle if slot else 0)
    frames = [key.co.x for curve in curves for key in (*curve.keyframe_points[:1], *curve.keyframe_points[-1:])]
    first, last = min(frames, default=1.0), max(frames, default=2.0)
    if any(len(curve.modifiers) or curve.extrapolation != "CONSTANT" for curve in curves):
        first, last = -FAR, FAR
    compat.assign_action(keys, None)
    takes = [track for track in animation.nla_tracks if plays_take(track)]
    rests = [track for track, _ in _layers(keys, REST)]
    below = [track for track in takes if track not in rests] if under_takes else []
    strip = _new_strip(keys, HAND + action.name, action, slot, first, max(last, first + 1), below=below)
    strip.blend_type, strip.extrapolation, strip.influence = settings if blended else ("REPLACE", "HOLD", 1.0)
    animation.action_blend_type, animation.action_extrapolation, animation.action_influence = "REPLACE", "HOLD", 1.0
    return strip_track(keys, strip).name


def raise_hand(keys: bpy.types.Key) -> bpy.types.Action | None:
    """Make the user's own action the active one again, as it was. None when it was not lowered, or was moved since."""
    track, animation = hand_track(keys), keys.animation_data
    if track is None:
        return None
    strip = track.strips[0]
    moved = abs(strip.frame_start - strip.action_frame_start) > SAME or strip.repeat != 1 or strip.scale != 1
    if moved or strip.action is None:
        return None
    action, slot = strip.action, getattr(strip, "action_slot", None)
    settings = (strip.blend_type, strip.extrapolation, strip.influence)
    animation.nla_tracks.remove(track)
    compat.assign_action(keys, action, slot)
    animation.action_blend_type, animation.action_extrapolation, animation.action_influence = settings
    return action


def arrange(keys: bpy.types.Key, actions: Sequence[bpy.types.Action], active: bpy.types.Action | None) -> None:
    """Lay the layers anew: `active` becomes the active action, the other takes' actions lie on tracks.

    actions: those of all takes that have one of their own. What the user set on a take's track or strip stays.
    """
    animation = keys.animation_data_create()
    _remove_layers(keys, UNDER)
    spans = sorted((_span(keys, action) for action in actions), key=lambda span: (span.start, span.action.name))
    rests = {one.shape: one.before for span in reversed(spans) for one in span.moved}
    hand = hand_shapes(keys)
    rests = {shape: value for shape, value in rests.items() if shape not in hand}
    tracked = [span for span in spans if span.action != active]
    if not spans:
        _remove_layers(keys, REST)
        return
    library = {shape for strip in _linked_rests(keys) for shape in keyed_shapes(strip.action)}
    rests = {shape: value for shape, value in rests.items() if shape not in library}
    if rests and (tracked or len(animation.nla_tracks) or any(abs(value) > SAME for value in rests.values())):
        _lay_rest(keys, rests, [span.action for span in tracked])
    for span in tracked:
        _lay_take(keys, span, tracked)
    if active is not None:
        _activate(keys, active)
    for span in spans:
        _lay_under(keys, span, spans, hand, active)
    if active is not None:
        # Added to nothing it is the action alone; but where no track plays, nobody should find it adding.
        animation.action_blend_type = "ADD" if len(animation.nla_tracks) else "REPLACE"


def make_hand(keys: bpy.types.Key, action: bpy.types.Action) -> None:
    """An action that held a take is the user's own from now on: it plays where it is, by itself."""
    animation = keys.animation_data
    if animation.action == action:
        animation.action_blend_type = "REPLACE"
    for track in animation.nla_tracks:
        for strip in track.strips:
            if strip.action == action:
                strip.blend_type, strip.extrapolation = "REPLACE", "HOLD"


def unlink(keys: bpy.types.Key, action: bpy.types.Action) -> None:
    """Take an action off the NLA tracks of shape keys and out of its active place.

    A library override cannot lose a track of its library, which comes back with the file: such a track is muted.
    """
    animation = keys.animation_data
    if animation is None:
        return
    if animation.action == action:
        compat.assign_action(keys, None)
        animation.action_blend_type = "REPLACE"
    tracks = list(animation.nla_tracks)
    for track, beneath in zip(tracks, [None, *tracks], strict=False):
        if not any(strip.action == action for strip in track.strips):
            continue
        if track.is_override_data:
            track.mute = True
            if beneath is not None and any(strip.action.get(PROPERTY) == UNDER for strip in beneath.strips):
                beneath.mute = True
            continue
        for strip in [strip for strip in track.strips if strip.action == action]:
            track.strips.remove(strip)
        if not track.strips:
            animation.nla_tracks.remove(track)


def _set_aside(track: bpy.types.NlaTrack) -> bool:
    """True for a track of the library's that was muted because a copy of its take plays."""
    return track.is_override_data and track.mute


def strip_track(keys: bpy.types.Key, strip: bpy.types.NlaStrip) -> bpy.types.NlaTrack:
    """The track that holds a strip."""
    return next(track for track in keys.animation_data.nla_tracks if strip in list(track.strips))


def _span(keys: bpy.types.Key, action: bpy.types.Action) -> Span:
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
    return Span(action, info.get("strip", ""), start, first, last, *blends, expression, moved)


def _activate(keys: bpy.types.Key, action: bpy.types.Action) -> None:
    animation = keys.animation_data
    if animation.action != action:
        slot = compat.slot_of(action, keys)
        unlink(keys, action)
        compat.assign_action(keys, action, slot)
    animation.action_extrapolation, animation.action_influence = "HOLD", 1.0


def _lay_rest(keys: bpy.types.Key, rests: dict[str, float], above: list[bpy.types.Action]) -> None:
    """The track Rest holds these values, below every take."""
    strip = next((strip for _, strip in _layers(keys, REST)), None)
    if strip is None:
        lifted = [take_track(keys, action) for action in above]
        action = _still_action(keys, f"{REST_NAME} {keys.user.name}", REST, {})
        strip = _new_strip(keys, REST_NAME, action, compat.slot_of(action, keys), 1.0, 2.0)
        strip.extrapolation = "HOLD"
        for track in lifted:
            if track is not None:
                _lift(keys, track)
    known = keyed_shapes(strip.action)
    remove_curves(strip.action, keys, known - set(rests))
    write_curves(strip.action, keys, _still_curves(rests), {})


def _lay_take(keys: bpy.types.Key, span: Span, tracked: list[Span]) -> None:
    """A take's track: where it is, or new, below takes that start later and meet it."""
    track = take_track(keys, span.action)
    if track is None:
        # Off the active place first: what is active cannot be on a track as well.
        slot = compat.slot_of(span.action, keys)
        if keys.animation_data.action == span.action:
            compat.assign_action(keys, None)
        later = [other for other in tracked if other.start > span.start and other.meets(span)]
        above = [track for track in (take_track(keys, other.action) for other in later) if track is not None]
        strip = _new_strip(keys, span.label or span.action.name, span.action, slot, span.first, span.last, below=above)
        strip.blend_type = "ADD"
        return
    for strip in track.strips:
        if strip.action == span.action:
            shift = strip.frame_start - strip.action_frame_start
            _set_range(strip, span.first, span.last, shift)


def _lay_under(
    keys: bpy.types.Key, span: Span, spans: list[Span], hand: set[str], active: bpy.types.Action | None
) -> None:
    """Bring what is below a take to rest while it plays, for the shapes that something else moves."""
    order = [take_track(keys, other.action) for other in spans]
    tracks = list(keys.animation_data.nla_tracks)
    heights = [
        len(tracks) if s.action == active else tracks.index(track) for s, track in zip(spans, order, strict=True)
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
            if one.shape in below and one.shape not in hand:
                values[one.shape] = one.before
        elif one.shape in hand or one.shape in below or abs(one.rest - one.before) > SAME:
            values[one.shape] = one.rest
    if not values:
        return
    action = _still_action(keys, f"{UNDER_NAME}{span.label}", UNDER, values)
    own = order[spans.index(span)]
    first = span.first if own is None else own.strips[0].frame_start
    strip = _new_strip(
        keys,
        action.name,
        action,
        compat.slot_of(action, keys),
        first,
        first + span.last - span.first,
        below=[] if own is None else [own],
    )
    strip.blend_in, strip.blend_out = span.blend_in, span.blend_out
    if own is not None:
        strip_track(keys, strip).mute = own.mute


def _still_action(keys: bpy.types.Key, name: str, layer: str, values: dict[str, float]) -> bpy.types.Action:
    action = compat.new_action(name[:60], keys)
    action[PROPERTY] = layer
    write_curves(action, keys, _still_curves(values), {})
    return action


def _still_curves(values: dict[str, float]) -> dict[str, CurveKeys]:
    """One key a shape."""
    kinds = keyframe_kinds("CONSTANT", "AUTO_CLAMPED", np.ones(1, bool))
    curves = {}
    for shape, value in values.items():
        co = np.array([[1.0, value]], np.float32)
        curves[shape] = CurveKeys(co, co - np.float32([[1, 0]]), co + np.float32([[1, 0]]), kinds)
    return curves


def _new_strip(
    keys: bpy.types.Key,
    name: str,
    action: bpy.types.Action,
    slot: object | None,
    first: float,
    last: float,
    below: Sequence[bpy.types.NlaTrack] = (),
) -> bpy.types.NlaStrip:
    """An action on a new track, the topmost one, or right below the lowest of the tracks `below`."""
    tracks = keys.animation_data.nla_tracks
    everyone = list(tracks)
    place = min((everyone.index(track) for track in below), default=len(everyone))
    track = tracks.new(prev=everyone[place - 1]) if 0 < place < len(everyone) else tracks.new()
    track.name = name
    strip = track.strips.new(action.name, round(first), action)
    compat.assign_strip_slot(strip, slot)
    _set_range(strip, first, last, 0.0)
    strip.extrapolation = "NOTHING"
    return strip


def _set_range(strip: bpy.types.NlaStrip, first: float, last: float, shift: float) -> None:
    """Frames of the action that a strip plays, and where. The end comes first: a start behind it is refused."""
    scale, repeat = strip.scale, strip.repeat
    strip.action_frame_end = max(last, strip.action_frame_start + 1)
    strip.action_frame_start = first
    strip.action_frame_end = last
    strip.frame_start = first + shift
    strip.frame_end = first + shift + (last - first) * scale * repeat


def _lift(keys: bpy.types.Key, track: bpy.types.NlaTrack) -> None:
    """Lay a track on top, as the user left it."""
    for old in list(track.strips):
        slot = getattr(old, "action_slot", None)
        new = _new_strip(keys, track.name, old.action, slot, old.action_frame_start, old.action_frame_end)
        for name in ("scale", "repeat", "frame_start", "mute", "influence", "blend_type", "extrapolation", "blend_in"):
            setattr(new, name, getattr(old, name))
        new.blend_out = old.blend_out
    keys.animation_data.nla_tracks[-1].mute = track.mute
    keys.animation_data.nla_tracks.remove(track)


def _layers(keys: bpy.types.Key, layer: str) -> list[tuple[bpy.types.NlaTrack, bpy.types.NlaStrip]]:
    return [
        (track, strip)
        for track in keys.animation_data.nla_tracks
        for strip in track.strips
        if strip.action is not None and strip.action.library is None and strip.action.get(PROPERTY) == layer
    ]


def _linked_rests(keys: bpy.types.Key) -> list[bpy.types.NlaStrip]:
    """The rest of a character that comes from a library with takes."""
    strips = [strip for track in keys.animation_data.nla_tracks if not track.mute for strip in track.strips]
    return [strip for strip in strips if strip.action and strip.action.library and strip.action.get(PROPERTY) == REST]


def _remove_layers(keys: bpy.types.Key, layer: str) -> None:
    for track, strip in _layers(keys, layer):
        action = strip.action
        keys.animation_data.nla_tracks.remove(track)
        if action.users == 0:
            bpy.data.actions.remove(action)
