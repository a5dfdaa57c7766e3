"""The phones of takes, kept with the take's action: action.kmtalk."""

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    FloatProperty,
    StringProperty,
)

from ..choices import PHONES

__all__ = ["ActionSettings", "PhoneItem"]


def known_phones(_self: object, _context: bpy.types.Context, _typed: str) -> tuple[str, ...]:
    """The phones, for the search menu."""
    return PHONES


def forget_sound(self: "PhoneItem", _context: bpy.types.Context) -> None:
    """A phone that the user chose is the sound itself."""
    self.sound = ""


class PhoneItem(bpy.types.PropertyGroup):
    """One phone of a take. Changing it and completing again changes the motion."""

    label: StringProperty(
        name="Phone",
        description="ARPAbet label of the phone; SIL is silence",
        search=known_phones,
        update=forget_sound,
    )
    sound: StringProperty(name="Sound", description="The sound of another language that is meant, in IPA")
    start: FloatProperty(
        name="Start", description="Start of the phone, from the start of the take", unit="TIME_ABSOLUTE", min=0
    )
    end: FloatProperty(
        name="End", description="End of the phone, from the start of the take", unit="TIME_ABSOLUTE", min=0
    )
    word: StringProperty(name="Word", description="The word that the phone belongs to")
    begins: BoolProperty(name="Begins Word", description="The word starts with this phone")
    take: StringProperty(name="Take", description="The id of the take that the phone belongs to")


class ActionSettings(bpy.types.PropertyGroup):
    """action.kmtalk: the phones of the action's takes, as the user sees and edits them."""

    phones: CollectionProperty(type=PhoneItem)
