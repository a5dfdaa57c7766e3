"""Properties of a character: object.kmtalk."""

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ..choices import CERTAINTIES, MAPPINGS
from .emotion import EmotionSettings
from .life import LifeSettings

__all__ = ["LandmarkItem", "MappingRow", "ObjectSettings", "has_shape_keys"]


def has_shape_keys(_self: object, candidate: bpy.types.Object) -> bool:
    """Meshes only. One without shape keys can be chosen too: the panel then says that they are missing."""
    return candidate.type == "MESH"


def chosen_by_hand(self: "MappingRow", _context: bpy.types.Context) -> None:
    """A shape key that the user chose needs no guess."""
    self.certainty = "SURE"


class MappingRow(bpy.types.PropertyGroup):
    """One channel of the motion and the shape key it moves."""

    channel: StringProperty(name="Channel", description="Channel of the motion", override={"LIBRARY_OVERRIDABLE"})
    shape: StringProperty(
        name="Shape Key",
        description="Shape key that it moves",
        update=chosen_by_hand,
        override={"LIBRARY_OVERRIDABLE"},
    )
    gain: FloatProperty(
        name="Gain", description="Value of the shape key per weight", default=1.0, override={"LIBRARY_OVERRIDABLE"}
    )
    offset: FloatProperty(name="Offset", description="Value of the shape key at rest", override={"LIBRARY_OVERRIDABLE"})
    certainty: EnumProperty(
        name="Certainty",
        description="How sure it is that the shape key's name means the channel",
        items=CERTAINTIES,
        override={"LIBRARY_OVERRIDABLE"},
    )


class LandmarkItem(bpy.types.PropertyGroup):
    """A landmark of the face that was marked on a vertex; its name is the landmark's."""

    vertex: IntProperty(name="Vertex", description="Number of the vertex", default=-1)
    guessed: BoolProperty(name="Guessed", description="Not marked by hand")


class ObjectSettings(bpy.types.PropertyGroup):
    """object.kmtalk: mapping, landmarks, head and eyes, emotion of a character."""

    life: PointerProperty(type=LifeSettings, override={"LIBRARY_OVERRIDABLE"})
    emotion: PointerProperty(type=EmotionSettings, override={"LIBRARY_OVERRIDABLE"})

    mapping: CollectionProperty(type=MappingRow, override={"LIBRARY_OVERRIDABLE", "USE_INSERTION"})
    mapping_index: IntProperty(name="Row", description="Selected row", override={"LIBRARY_OVERRIDABLE"})
    landmarks: CollectionProperty(type=LandmarkItem)
    mapping_mode: EnumProperty(
        name="Shapes", description="What the shape keys are", items=MAPPINGS, override={"LIBRARY_OVERRIDABLE"}
    )
    mapping_title: StringProperty(
        name="Names", description="The names that were recognised", override={"LIBRARY_OVERRIDABLE"}
    )
    mouth_gain: FloatProperty(
        name="Mouth Gain",
        description="How much further mouth and jaw move than the speech says; drawn faces need more than 1",
        default=1.0,
        min=0.1,
        max=4.0,
        soft_min=0.5,
        soft_max=2.5,
        override={"LIBRARY_OVERRIDABLE"},
    )
    gain_answered: BoolProperty(
        name="Gain Answered",
        description="The user has taken or declined the gain that is offered to drawn faces",
        override={"LIBRARY_OVERRIDABLE"},
    )
