"""Strengths of the emotions, chosen by the user. schema/emotion.json holds their names and ranges."""

import difflib
from dataclasses import dataclass

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.schema import EMOTION_SETTINGS

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
            check_strength(name, getattr(self, name))

    @property
    def named(self) -> dict[str, float]:
        """The strengths of those that are there."""
        return {name: getattr(self, name) for name in EMOTION_SETTINGS if getattr(self, name)}


def emotions_of(name: str, strength: float) -> Emotions:
    """One emotion by its name; none for "neutral". Raises InputError for a name or a strength that cannot be."""
    if name == NEUTRAL:
        check_strength("emotion_strength", strength)
        return Emotions()
    if name not in EMOTION_SETTINGS:
        known = (NEUTRAL, *EMOTION_SETTINGS)
        near = difflib.get_close_matches(name[: limits.LABEL_LETTERS], known, 1)
        fix = f'did you mean "{near[0]}"?' if near else f"known are {', '.join(known)}."
        raise InputError(f'There is no emotion "{name[: limits.LABEL_LETTERS]}"; {fix}')
    check_strength("emotion_strength", strength)
    return Emotions(**{name: strength})


def check_strength(name: str, strength: object) -> None:
    """Raises InputError unless it is a number from 0 to 1."""
    # A value that is not a number fails the comparison.
    if isinstance(strength, bool) or not isinstance(strength, int | float) or not 0 <= strength <= 1:
        raise InputError(f"{name} is {strength}; it must be a number from 0 to 1.")
