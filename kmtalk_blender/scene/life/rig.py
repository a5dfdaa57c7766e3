"""The small rig that turns head and eyes: an armature of KMTalk's own, whose keys are degrees of nod, tilt and turn.

A constraint on the head's bone (or object) adds the rotation of the rig's bone to whatever turns the head: the user's
keys, poses, rotation modes and constraints stay as they are, and without the constraint all is as it was. The rig's
bones have the axes of the face, so that the keys can be read; Blender turns them into those of the head's bone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import bpy
from mathutils import Matrix

from ...errors import UserError
from .face import Face, axes_in, face_of, world_of
from .places import Owner, Places

__all__ = ["ensure_rig", "own_rig", "remove_rig", "without_rig"]

# Custom property of a rig: the character that it was made for. A copy of the character has another one.
MADE = "kmtalk_life_rig"
# A bone with the axes of the object that it turns.
OBJECT_BONE = "_object"
CONSTRAINT = "KMTalk "
LENGTH = 1.2  # length of the rig's bones, in distances between the eyes


def ensure_rig(target: bpy.types.Object, places: Places) -> bpy.types.Object | None:
    """Make the rig of a character, or fit the one that is there. None when nothing turns.

    Raises UserError when no armature can be made now.
    """
    owners = _owners(places)
    rig = own_rig(target)
    if not owners:
        remove_rig(target)
        return None
    if target.name not in bpy.context.view_layer.objects:
        raise UserError(f"{target.name} is not in this view layer; show its collection first.")
    with without_rig(target):
        bpy.context.view_layer.update()
        face = face_of(target, places)
        axes = {part: axes_in(face, owner) for part, owner in owners.items()}
    if rig is None:
        armature = bpy.data.armatures.new(f"{target.name} Head and Eyes")
        rig = bpy.data.objects.new(armature.name, armature)
        rig[MADE] = target
        bpy.context.scene.collection.objects.link(rig)
        rig.show_in_front, armature.display_type = True, "STICK"
        rig.hide_render = True
        rig.location = world_of(face.owner) @ face.middle
    _unbind(rig)
    _make_bones(rig, owners, axes, face)
    for part, owner in owners.items():
        _bind(rig, part, owner)
    return rig


def remove_rig(target: bpy.types.Object) -> None:
    """Remove the rig of a character with its constraints and actions."""
    rig = own_rig(target)
    if rig is None:
        return
    _unbind(rig)
    tracks = rig.animation_data.nla_tracks if rig.animation_data else ()
    actions = {strip.action for track in tracks for strip in track.strips if strip.action is not None}
    armature: Any = rig.data
    bpy.data.objects.remove(rig)
    bpy.data.armatures.remove(armature)
    for action in actions:
        if action.users == 0:
            bpy.data.actions.remove(action)


@contextmanager
def without_rig(target: bpy.types.Object) -> Iterator[None]:
    """Everything as it is without the rig, for measuring; then the rig turns again what it turned."""
    rig = own_rig(target)
    muted = [constraint for constraint in (_bound(rig) if rig is not None else ()) if not constraint.mute]
    for constraint in muted:
        constraint.mute = True
    try:
        yield
    finally:
        for constraint in muted:
            constraint.mute = False


def own_rig(target: bpy.types.Object) -> bpy.types.Object | None:
    """The rig of this file that was made for this character."""
    # Not a property of the character: Blender 5.0 loses those of an override when its library has none.
    rigs = (thing for thing in bpy.data.objects if thing.type == "ARMATURE" and thing.library is None)
    return next((rig for rig in rigs if rig.get(MADE) == target), None)


def _owners(places: Places) -> dict[str, Owner]:
    left, right = places.eyes or (None, None)
    found = {"head": places.head, "neck": places.neck, "chest": places.chest, "eye_left": left, "eye_right": right}
    return {part: owner for part, owner in found.items() if owner is not None}


def _bind(rig: bpy.types.Object, part: str, owner: Owner) -> None:
    """Let the owner turn with the rig's bone, after all that turns it already."""
    constraint: Any = owner.constraints.new("COPY_ROTATION")
    constraint.name = CONSTRAINT + part.replace("_", " ").title()
    constraint.target, constraint.subtarget = rig, part if owner.bone else part + OBJECT_BONE
    constraint.mix_mode = "AFTER"
    constraint.target_space = "LOCAL_OWNER_ORIENT" if owner.bone else "POSE"
    constraint.owner_space = "LOCAL" if owner.bone else "WORLD"
    constraint.show_expanded = False


def _bound(rig: bpy.types.Object) -> list[bpy.types.Constraint]:
    """The constraints that turn something with the rig."""
    return [constraint for _, constraint in _pairs(rig)]


def _unbind(rig: bpy.types.Object) -> None:
    for constraints, constraint in _pairs(rig):
        constraints.remove(constraint)


def _pairs(rig: bpy.types.Object) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    for thing in bpy.data.objects:
        if thing.library is not None:
            continue
        stacks: list[Any] = [
            thing.constraints,
            *([pose.constraints for pose in thing.pose.bones] if thing.pose else ()),
        ]
        for stack in stacks:
            found += [(stack, one) for one in stack if one.type == "COPY_ROTATION" and one.target == rig]
    return found


def _make_bones(rig: bpy.types.Object, owners: dict[str, Owner], axes: dict[str, Matrix], face: Face) -> None:
    """Give the rig a bone for each part, with the face's axes in the space of what it turns."""
    with _edited(rig):
        bones: Any = rig.data.edit_bones  # type: ignore[attr-defined]
        for bone in list(bones):
            bones.remove(bone)
        for part, owner in owners.items():
            bone = bones.new(part)
            bone.tail = (0.0, LENGTH * face.distance, 0.0)
            bone.matrix = axes[part].to_4x4()
            if not owner.bone:
                same = bones.new(part + OBJECT_BONE)
                same.tail = (0.0, 0.4 * face.distance, 0.0)
                same.matrix, same.parent = Matrix.Identity(4), bone
    assert rig.pose is not None
    for pose in rig.pose.bones:
        pose.rotation_mode = "XYZ"
        pose.lock_location = (True, True, True)


@contextmanager
def _edited(rig: bpy.types.Object) -> Iterator[None]:
    """Edit mode of the rig; then the active object, its mode and the selection are as before."""
    layer = bpy.context.view_layer
    active, chosen = layer.objects.active, [thing for thing in layer.objects if thing.select_get()]
    mode = active.mode if active is not None else "OBJECT"
    if rig.name not in layer.objects:
        raise UserError(f"{rig.name} is not in this view layer; show its collection, or remove head and eyes first.")
    hidden = rig.hide_get(), rig.hide_viewport
    try:
        if mode != "OBJECT":
            bpy.ops.object.mode_set(mode="OBJECT")
        rig.hide_viewport = False
        rig.hide_set(False)
        layer.objects.active = rig
        bpy.ops.object.mode_set(mode="EDIT")
        yield
    except RuntimeError as error:
        raise UserError("Head and eyes cannot be added in this mode; switch to object mode first.") from error
    finally:
        if rig.mode == "EDIT":
            bpy.ops.object.mode_set(mode="OBJECT")
        rig.hide_set(hidden[0])
        rig.hide_viewport = hidden[1]
        layer.objects.active = active
        for thing in layer.objects:
            thing.select_set(thing in chosen)
        if mode != "OBJECT" and active is not None:
            bpy.ops.object.mode_set(mode=mode)
