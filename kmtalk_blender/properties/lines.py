"""Strips with their words, strip.kmtalk, and the table of lines."""

import bpy
from bpy.props import (
    BoolProperty,
    EnumProperty,
    FloatProperty,
    PointerProperty,
    StringProperty,
)

from ..choices import LANGUAGES, RULES
from .character import has_shape_keys

__all__ = ["LineItem", "RuleItem", "StripSettings"]


class StripSettings(bpy.types.PropertyGroup):
    """strip.kmtalk: the words of a strip. Kept on the strip, so they move and copy with it."""

    transcript: StringProperty(
        name="Transcript", description="The words; empty: read from a file beside the sound, or recognised"
    )
    text: PointerProperty(name="Text", description="Text of this file that holds the words", type=bpy.types.Text)
    language: EnumProperty(
        name="Language",
        description="What is spoken in this strip",
        items=(("scene", "As in Scene", "The language that is chosen under Style"), *LANGUAGES),
    )
    tier: StringProperty(
        name="Tier",
        description="Tier of phones in the TextGrid: its name, number or speaker. Empty: found by the name of the "
        "character or the strip",
    )
    line_id: StringProperty(name="Line", description="The id of this strip's take; it stays when either is renamed")


class LineItem(bpy.types.PropertyGroup):
    """One line of the table: a strip and its character."""

    use: BoolProperty(name="Use", description="Generate this line with the others", default=True)
    strip: StringProperty(name="Strip", description="Sound strip")
    target: PointerProperty(name="Character", description="Who speaks it", type=bpy.types.Object, poll=has_shape_keys)
    state: StringProperty(name="State", description="Waiting, running, done, or what failed")
    fraction: FloatProperty(name="Progress", min=0, max=1)
    notes: StringProperty(name="Notes", description="Notes on its take, one a line")


class RuleItem(bpy.types.PropertyGroup):
    """A rule that chooses the character of strips when the table is filled."""

    kind: EnumProperty(name="By", description="What decides", items=RULES)
    value: StringProperty(name="Value", description="Part of the strip's name, or the number of its channel")
    target: PointerProperty(
        name="Character", description="Who speaks these strips", type=bpy.types.Object, poll=has_shape_keys
    )
