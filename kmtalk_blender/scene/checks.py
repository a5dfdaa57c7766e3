"""Find what keeps a written take from moving the visible mouth, and fix it."""

from collections.abc import Callable
from dataclasses import dataclass

import bpy

from ..errors import UserError
from . import compat
from .character.mapping import mapping_of
from .character.parts import follow_head, unlinked_parts
from .character.shape_map import value_path
from .character.shape_names import KNOWN_CHANNELS
from .curves.groups import FACE
from .curves.shape_curves import keyed_shapes, shape_of
from .placement.manage_takes import play_below
from .placement.user_action import user_action
from .takes.baseline_store import has_baseline, moved_shapes
from .takes.nla_tracks import plays_take
from .takes.takes import takes_of

__all__ = ["Obstacle", "check_speaker", "fix_obstacle", "obstacles", "speaker_notes"]


@dataclass(frozen=True)
class Obstacle:
    """Something that keeps takes from being seen. kind: a fixed identifier. text: one sentence. fix: label of the
    button that removes it, or empty."""

    kind: str
    text: str
    fix: str


def obstacles(scene: bpy.types.Scene, target: bpy.types.Object) -> list[Obstacle]:
    """Everything that keeps the takes of a character from being seen."""
    shape_keys = target.data.shape_keys if target.type == "MESH" else None
    if shape_keys is None or shape_keys.animation_data is None or not takes_of(target):
        return []
    animation, action = shape_keys.animation_data, shape_keys.animation_data.action
    shapes = _spoken_shapes(target)
    found = []
    own = user_action(shape_keys)
    covered = (
        shapes & keyed_shapes(own, compat.slot_handle(own, shape_keys)) if own and not has_baseline(own) else set()
    )
    if own is not None and covered:
        text = f"Your action {own.name} plays above the takes and covers {len(covered)} of their shapes."
        found.append(Obstacle("hand_above", text, "Play It Below"))
    if has_baseline(action) and getattr(animation, "action_slot", action) is None:
        found.append(Obstacle("slot", f"Action {action.name} has no slot assigned.", "Assign Slot"))
    on_tracks = [track for track in animation.nla_tracks if plays_take(track)]
    if on_tracks and not animation.use_nla:
        found.append(Obstacle("nla_off", "The NLA of the shape keys is switched off.", "Switch On"))
    if any(track.mute or any(strip.mute for strip in track.strips) for track in on_tracks):
        found.append(Obstacle("nla_muted", "An NLA track with a take is muted.", "Unmute"))
    if any(track.is_solo for track in animation.nla_tracks):
        found.append(Obstacle("nla_solo", "An NLA track plays solo.", "End Solo"))
    owned = [path for path in map(value_path, shapes) if any(d.data_path == path for d in _live_drivers(animation))]
    if owned:
        found.append(Obstacle("drivers", f"{len(owned)} shape keys are moved by drivers.", "Mute Drivers"))
    blocks = [shape_keys.key_blocks[shape] for shape in shapes if shape in shape_keys.key_blocks]
    if any(block.mute for block in blocks):
        found.append(Obstacle("shape_muted", "Some shape keys of the takes are muted.", "Unmute"))
    if any(curve.mute for curve in _take_curves(target)):
        found.append(Obstacle("curve_muted", "Some curves of the takes are muted.", "Unmute"))
    if len(blocks) < len(shapes):
        found.append(Obstacle("gone", f"{len(shapes) - len(blocks)} shape keys of the takes are missing.", ""))
    if target.show_only_shape_key:
        found.append(Obstacle("pinned", f"{target.name} shows only one shape key (it is pinned).", "Unpin"))
    if not shape_keys.use_relative:
        found.append(Obstacle("absolute", "The shape keys are absolute, not relative.", "Make Relative"))
    still = unlinked_parts(target)
    if still:
        found.append(
            Obstacle(
                "parts",
                f"{', '.join(still)} do not follow {target.name}, whose shape keys have the same names.",
                "Link Parts",
            )
        )
    last = max(takes_of(target), key=lambda take: take.end)
    if last.end > scene.frame_end:
        text = f"Take {last.strip} ends at frame {last.end:g}, the scene at frame {scene.frame_end}."
        found.append(Obstacle("range", text, "Extend Scene"))
    return found


def check_speaker(target: bpy.types.Object) -> None:
    """Raises UserError for a mesh without shape keys of a mouth (eyes, teeth) when another mesh has some."""
    if _has_mouth(target):
        return
    family = [target.parent, *(target.parent.children_recursive if target.parent else ()), *target.children_recursive]
    scenes = [thing for scene in target.users_scene for thing in scene.objects]
    better = next((thing for thing in (*family, *scenes) if thing is not None and _has_mouth(thing)), None)
    if better is not None:
        raise UserError(f"{target.name} has no shape keys of a mouth; choose {better.name} as the character.")


def speaker_notes(target: bpy.types.Object) -> tuple[str, ...]:
    """Sentences on the character that the user should know."""
    others = [
        thing.name for thing in bpy.data.objects if thing != target and thing.data == target.data and thing.users_scene
    ]
    return (f"{', '.join(others)} shares the mesh of {target.name} and speaks with it.",) if others else ()


def _has_mouth(thing: bpy.types.Object) -> bool:
    if thing.type != "MESH" or thing.data.shape_keys is None:
        return False
    moving = {row.channel for row in mapping_of(thing).rows if row.shape}
    return any(channel.startswith(("jaw", "mouth")) for channel in moving) or bool(moving - set(KNOWN_CHANNELS))


def fix_obstacle(scene: bpy.types.Scene, target: bpy.types.Object, kind: str) -> None:
    """Remove the obstacle of this kind."""
    fixes: dict[str, Callable[[bpy.types.Scene, bpy.types.Object], object]] = {
        "hand_above": lambda _scene, obj: play_below(obj),
        "slot": _assign_slot,
        "nla_off": lambda _scene, obj: setattr(compat.animation_of(compat.shape_keys_of(obj)), "use_nla", True),
        "nla_muted": _unmute_tracks,
        "nla_solo": _end_solo,
        "drivers": _mute_drivers,
        "shape_muted": _unmute_shapes,
        "curve_muted": _unmute_curves,
        "pinned": lambda _scene, obj: setattr(obj, "show_only_shape_key", False),
        "absolute": lambda _scene, obj: setattr(obj.data.shape_keys, "use_relative", True),
        "parts": lambda _scene, obj: follow_head(obj),
        "range": _extend,
    }
    if kind in fixes:
        fixes[kind](scene, target)
        compat.refresh_animation(compat.shape_keys_of(target))


def _spoken_shapes(target: bpy.types.Object) -> set[str]:
    """The shape keys that the takes of a character move."""
    found = [moved_shapes(bpy.data.actions[take.action], take.id) for take in takes_of(target)]
    return {one.shape for moved in found for one in moved}


def _take_curves(target: bpy.types.Object) -> list[bpy.types.FCurve]:
    """The curves of a character's takes, without those that expression LEAVE mutes."""
    curves = []
    for take in takes_of(target):
        action = bpy.data.actions[take.action]
        left = {one.shape for one in moved_shapes(action, take.id) if one.group == FACE}
        for curve in compat.action_curves(action, compat.slot_handle(action, compat.shape_keys_of(target))):
            if take.expression != "LEAVE" or shape_of(curve.data_path) not in left:
                curves.append(curve)
    return curves


def _live_drivers(animation: bpy.types.AnimData) -> list[bpy.types.FCurve]:
    return [driver for driver in animation.drivers if not driver.mute]


def _assign_slot(_scene: bpy.types.Scene, target: bpy.types.Object) -> None:
    shape_keys = compat.shape_keys_of(target)
    compat.assign_action(shape_keys, compat.animation_of(shape_keys).action)


def _unmute_tracks(_scene: bpy.types.Scene, target: bpy.types.Object) -> None:
    for track in compat.animation_of(compat.shape_keys_of(target)).nla_tracks:
        if plays_take(track):
            track.mute = False
            for strip in track.strips:
                strip.mute = False


def _end_solo(_scene: bpy.types.Scene, target: bpy.types.Object) -> None:
    for track in compat.animation_of(compat.shape_keys_of(target)).nla_tracks:
        track.is_solo = False


def _mute_drivers(_scene: bpy.types.Scene, target: bpy.types.Object) -> None:
    shape_keys = compat.shape_keys_of(target)
    paths = {value_path(shape) for shape in _spoken_shapes(target)}
    for driver in compat.animation_of(shape_keys).drivers:
        if driver.data_path in paths:
            driver.mute = True


def _unmute_shapes(_scene: bpy.types.Scene, target: bpy.types.Object) -> None:
    shape_keys = compat.shape_keys_of(target)
    for shape in _spoken_shapes(target):
        if shape in shape_keys.key_blocks:
            shape_keys.key_blocks[shape].mute = False


def _unmute_curves(_scene: bpy.types.Scene, target: bpy.types.Object) -> None:
    for curve in _take_curves(target):
        curve.mute = False


def _extend(scene: bpy.types.Scene, target: bpy.types.Object) -> None:
    scene.frame_end = max([scene.frame_end, *(int(-(-take.end // 1)) for take in takes_of(target))])
