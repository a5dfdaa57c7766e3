"""Where the life of a character goes: which bones or objects turn, and whether the eyes are shapes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import bpy

from ...errors import UserError
from ..character.shape_map import shape_map
from .bone_names import find_bone, find_eyes

__all__ = ["LOOK_CHANNELS", "Owner", "Places", "has_look_shapes", "places_of"]

LOOK_CHANNELS = tuple(f"eyeLook{way}{side}" for way in ("Up", "Down", "In", "Out") for side in ("Left", "Right"))


@dataclass(frozen=True)
class Owner:
    """What turns: a pose bone of an armature, or, with an empty `bone`, the object itself."""

    thing: bpy.types.Object
    bone: str = ""

    @property
    def name(self) -> str:
        """For sentences."""
        return f"bone {self.bone} of {self.thing.name}" if self.bone else self.thing.name

    @property
    def pose(self) -> bpy.types.PoseBone:
        """The pose bone."""
        pose = self.thing.pose
        assert pose is not None
        return pose.bones[self.bone]

    @property
    def armature(self) -> Any:
        """The data of the armature: bpy.types.Armature."""
        return self.thing.data

    @property
    def constraints(self) -> Any:
        """The constraints of the bone or the object."""
        return self.pose.constraints if self.bone else self.thing.constraints

    @property
    def locks(self) -> bool:
        """True when an axis of its rotation is locked."""
        turning: Any = self.pose if self.bone else self.thing
        return any(turning.lock_rotation)


@dataclass(frozen=True)
class Places:
    """head: what turns with the head. neck, chest: what takes a share of it. neck_share: of the head's rotation. eyes:
    left and right; shapes: the eyes are shape keys; point: an empty goes where the eyes look. notes: sentences on what
    does not move."""

    head: Owner | None = None
    neck: Owner | None = None
    neck_share: float = 0.0
    chest: Owner | None = None
    eyes: tuple[Owner, Owner] | None = None
    shapes: bool = False
    point: bool = False
    notes: tuple[str, ...] = ()

    @property
    def owners(self) -> Iterator[Owner]:
        """All that turns."""
        yield from (owner for owner in (self.head, self.neck, self.chest, *(self.eyes or ())) if owner is not None)


def places_of(target: bpy.types.Object) -> Places:
    """What the settings of a character name, or what is found by name. Raises UserError with what is missing."""
    settings: Any = target.kmtalk.life
    notes: list[str] = []
    armature: Any = settings.armature or target.find_armature()
    if settings.armature is not None and settings.armature.type != "ARMATURE":
        raise UserError(f"{settings.armature.name} is no armature; choose the one with the head bone.")
    head = _head(target, settings, armature)
    neck = chest = None
    if head is not None and head.bone:
        bones = [bone.name for bone in head.armature.bones]
        by_hand = settings.head_to == "BONE"
        neck_bone = settings.neck_bone if by_hand else settings.neck_bone or find_bone(bones, "neck")
        chest_bone = settings.chest_bone if by_hand else settings.chest_bone or find_bone(bones, "chest")
        neck = _bone(head.thing, neck_bone, "neck") if neck_bone and settings.neck_share > 0 else None
        chest = _bone(head.thing, chest_bone, "chest") if chest_bone else None
    eyes, shapes = _eyes(target, settings, armature)
    if eyes is None and not shapes and settings.eyes_to not in ("NONE", "POINT"):
        notes.append(f"{target.name} has no eye bones and no eyeLook shapes: its eyes do not turn.")
    if head is not None and head.bone and head.armature.pose_position == "REST":
        notes.append(f"{head.thing.name} is in rest position; its head turns in pose position.")
    point = settings.eyes_to == "POINT"
    places = Places(head, neck, settings.neck_share, chest, eyes, shapes, point, tuple(notes))
    for owner in places.owners:
        _check(owner, target)
    return places


def _head(target: bpy.types.Object, settings: Any, armature: Any) -> Owner | None:
    if settings.head_to == "NONE":
        return None
    if settings.head_to == "OBJECT":
        return Owner(settings.head_object or target)
    bones = [bone.name for bone in armature.data.bones] if armature is not None else []
    if settings.head_to == "AUTO":
        found = settings.head_bone if settings.head_bone in bones else find_bone(bones, "head")
        return Owner(armature, found) if armature is not None and found else Owner(target)
    if armature is None:
        raise UserError(f"No armature moves {target.name}; choose one, or let an object turn as the head.")
    name = settings.head_bone or find_bone(bones, "head")
    if not name:
        raise UserError(f"No bone of {armature.name} is named as a head; choose the head's bone.")
    return _bone(armature, name, "head")


def _eyes(target: bpy.types.Object, settings: Any, armature: Any) -> tuple[tuple[Owner, Owner] | None, bool]:
    way = settings.eyes_to
    if way in ("AUTO", "BONES") and armature is not None:
        left, right = find_eyes(bone.name for bone in armature.data.bones)
        left, right = settings.eye_left_bone or left, settings.eye_right_bone or right
        if left and right:
            return (_bone(armature, left, "left eye"), _bone(armature, right, "right eye")), False
    if way == "BONES":
        where = f"{armature.name} has no bones of eyes" if armature else f"No armature moves {target.name}"
        raise UserError(f"{where}; choose the bones of the left and the right eye, or move the eyes by shapes.")
    if way == "OBJECTS":
        if settings.eye_left is None or settings.eye_right is None:
            raise UserError("The eyes are to turn as objects; choose the left and the right one.")
        return (Owner(settings.eye_left), Owner(settings.eye_right)), False
    if way in ("AUTO", "SHAPES"):
        if has_look_shapes(target):
            return None, True
        if way == "SHAPES":
            raise UserError(f"{target.name} has no eyeLook shapes; move its eyes by bones or objects.")
    return None, False


def has_look_shapes(target: bpy.types.Object) -> bool:
    """Whether shapes of the character turn its eyes, or at least its lids with them."""
    try:
        return bool(shape_map(target, LOOK_CHANNELS).shapes)
    except UserError:
        return False


def _bone(armature: bpy.types.Object, name: str, what: str) -> Owner:
    if armature.pose is None or name not in armature.pose.bones:
        raise UserError(f"{armature.name} has no bone {name}; choose the bone of the {what}.")
    return Owner(armature, name)


def _check(owner: Owner, target: bpy.types.Object) -> None:
    if owner.thing.library is not None:
        raise UserError(f"{owner.thing.name} is linked; make a library override of it, so that it can turn.")
    if not owner.thing.users_scene:
        raise UserError(f"{owner.thing.name} is in no scene; choose what moves {target.name} there.")
    if owner.thing.mode == "EDIT":
        raise UserError(f"{owner.thing.name} is in edit mode; leave it (Tab).")
    if owner.locks:
        raise UserError(
            f"The rotation of {owner.name} is locked; unlock it (its padlocks), or choose what turns instead."
        )
