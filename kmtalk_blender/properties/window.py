"""State that is not saved: wm.kmtalk."""

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    FloatProperty,
    IntProperty,
    StringProperty,
)

from ..scene.phones.timeline import jump

__all__ = ["PendingItem", "WindowState"]


def jump_to_phone(self: "WindowState", context: bpy.types.Context) -> None:
    """Move the playhead to the phone that the user clicked, unless it is there already."""
    jump(context, self.phone_index)


class PendingItem(bpy.types.PropertyGroup):
    """The edits of a character's takes that are not completed. name: of its object."""

    count: IntProperty(name="Edits", description="Edited frames that are not completed")


class WindowState(bpy.types.PropertyGroup):
    """wm.kmtalk: the state of what runs now. Panels read it; nothing of it is saved."""

    running: BoolProperty(name="Running")
    cancel: BoolProperty(name="Cancel")
    title: StringProperty(name="Title")
    text: StringProperty(name="Text")
    fraction: FloatProperty(name="Progress", min=0, max=1)
    report: StringProperty(name="Report")
    failure: StringProperty(name="Failure")
    runtime: StringProperty(name="Runtime")
    device: StringProperty(name="Device")
    models: StringProperty(name="Models")
    chosen_strips: StringProperty(name="Chosen Strips")
    moved_strips: StringProperty(name="Moved Strips")
    pending: CollectionProperty(type=PendingItem)
    live_note: StringProperty(name="Live", description="Why Live was switched off")
    new_word: StringProperty(name="New Word", description="The word to insert, in normal spelling")
    phone_index: IntProperty(name="Phone", description="Click to move the playhead to it", update=jump_to_phone)
