"""Properties of emotions, kept with the character: object.kmtalk.emotion. Their keys are curves of the object."""

from typing import Any

import bpy
from bpy.props import BoolProperty

from ..runtime.schema import EMOTION_SETTINGS
from ..setting_property import setting_property

__all__ = ["EmotionSettings"]


def strength(name: str) -> Any:
    """The slider of an emotion."""
    return setting_property(name, EMOTION_SETTINGS, override={"LIBRARY_OVERRIDABLE"})


class EmotionSettings(bpy.types.PropertyGroup):
    """object.kmtalk.emotion: how strong each emotion is; a slider can be keyed."""

    use: BoolProperty(
        name="Emotion",
        description="Takes of this character show its emotion when they are generated",
        default=True,
        override={"LIBRARY_OVERRIDABLE"},
    )
    happy: strength("happy")
    sad: strength("sad")
    angry: strength("angry")
    afraid: strength("afraid")
    surprised: strength("surprised")
    disgusted: strength("disgusted")
