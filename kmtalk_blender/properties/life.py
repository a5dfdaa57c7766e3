"""Properties of head and eyes, kept with the character: object.kmtalk.life."""

from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, PointerProperty, StringProperty

from ..choices import EYES, HEADS
from ..runtime.schema import LIFE_SETTINGS
from ..setting_property import setting_property

__all__ = ["LifeSettings"]


def is_armature(_self: object, candidate: bpy.types.Object) -> bool:
    """Armatures only."""
    return candidate.type == "ARMATURE"


def character_setting(name: str) -> Any:
    """The property of a setting of head and eyes, which is kept with the character."""
    return setting_property(name, LIFE_SETTINGS, override={"LIBRARY_OVERRIDABLE"})


def named(name: str, description: str) -> Any:
    """The property of a bone's name."""
    return StringProperty(name=name, description=description, override={"LIBRARY_OVERRIDABLE"})


def thing(name: str, description: str, **further: Any) -> Any:
    """The property of an object."""
    return PointerProperty(
        name=name, description=description, type=bpy.types.Object, override={"LIBRARY_OVERRIDABLE"}, **further
    )


class LifeSettings(bpy.types.PropertyGroup):
    """object.kmtalk.life: head and eyes of a character."""

    use: BoolProperty(
        name="Head and Eyes",
        description="Takes of this character move head and eyes when they are generated",
        override={"LIBRARY_OVERRIDABLE"},
    )
    head: character_setting("head")
    gaze: character_setting("gaze")
    blinking: character_setting("blinking")
    eyebrows: character_setting("eyebrows")
    breath: character_setting("breath")
    seed: character_setting("seed")
    look_at: thing("Look At", "What the eyes hold on: a camera, an empty, another character. Empty: straight ahead")
    head_to: EnumProperty(
        name="Head", description="What turns as the head", items=HEADS, override={"LIBRARY_OVERRIDABLE"}
    )
    armature: thing("Armature", "The armature with the head's bone; empty: the character's own", poll=is_armature)
    head_bone: named("Head Bone", "The bone that turns; empty: found by its name")
    neck_bone: named("Neck Bone", "A bone that takes a share of the head's turn; empty: none")
    chest_bone: named("Chest Bone", "A bone that rises with the breath; empty: none")
    neck_share: FloatProperty(
        name="Neck Share",
        description="How much of the head's turn the neck takes",
        default=0.3,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
        override={"LIBRARY_OVERRIDABLE"},
    )
    head_object: thing(
        "Head Object",
        "The object, or empty, that turns about its origin; empty: the character itself. An empty at the top of the "
        "neck, with the head as its child, turns as a neck does",
    )
    eyes_to: EnumProperty(
        name="Eyes", description="What turns as the eyes", items=EYES, override={"LIBRARY_OVERRIDABLE"}
    )
    eye_left_bone: named("Left Eye", "The bone of the left eye; empty: found by its name")
    eye_right_bone: named("Right Eye", "The bone of the right eye; empty: found by its name")
    eye_left: thing("Left Eye", "The object of the left eye")
    eye_right: thing("Right Eye", "The object of the right eye")
