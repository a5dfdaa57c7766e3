"""Strengths of the emotions, chosen by the user. schema/emotion.json holds their names and ranges."""

import difflib
from dataclasses import dataclass

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.schema import EMOTION_SETTINGS
from model_runtime.settings import check_number

__all__ = ["NEUTRAL", "EmotionValues", "Emotions", "emotions_of"]

NEUTRAL = "neutral"


@dataclass(frozen=True, kw_only=True)
class EmotionValues:
    """How strong each emotion is: 0 not there, 1 its full face. All 0: neutral."""

    happy: float = EMOTION_SETTINGS["happy"].default
    sad: float = EMOTION_SETTINGS["sad"].default
    angry: float = EMOTION_SETTINGS["angry"].default
    afraid: float = EMOTION_SETTINGS["afraid"].default
    surprised: float = EMOTION_SETTINGS["surprised"].default
    disgusted: float = EMOTION_SETTINGS["disgusted"].default


@dataclass(frozen=True, kw_only=True)
class Emotions(EmotionValues):
    """Strengths within their range. Raises InputError for any other value."""

    def __post_init__(self) -> None:
        for name in EMOTION_SETTINGS:
            check_number(name, getattr(self, name), 0.0, 1.0)

    @property
    def named(self) -> dict[str, float]:
        """The strengths of those that are there."""
        return {name: getattr(self, name) for name in EMOTION_SETTINGS if getattr(self, name)}


def emotions_of(name: str, strength: float) -> Emotions:
    """One emotion by its name; none for "neutral". Raises InputError for a name or a strength that cannot be."""
    if name == NEUTRAL:
        check_number("emotion_strength", strength, 0.0, 1.0)
        return Emotions()
    if name not in EMOTION_SETTINGS:
        known = (NEUTRAL, *EMOTION_SETTINGS)
        near = difflib.get_close_matches(name[: limits.LABEL_LETTERS], known, 1)
        fix = f'did you mean "{near[0]}"?' if near else f"known are {', '.join(known)}."
        raise InputError(f'There is no emotion "{name[: limits.LABEL_LETTERS]}"; {fix}')
    check_number("emotion_strength", strength, 0.0, 1.0)
    return Emotions(**{name: strength})
