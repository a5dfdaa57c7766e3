"""Schema shared by both packages: the settings of a take (settings.json), of head and eyes (life.json) and of emotions
(emotion.json), the arrays of a take file (take.json), and the languages that are spoken (languages.json).

Command line, worker, batch, Blender's panel and Blender's command all read these files.
kind of a setting: number, count (a whole number), switch (true or false) or text.
kind of an array: decimal, number, whole, switch or text.
range: smallest and largest value. slider: range of the panel's slider, if narrower than `range`.
most: largest number of elements, or the name of a constant in `limits` that gives it.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

__all__ = ["EMOTION_SETTINGS", "LIFE_SETTINGS", "SETTINGS", "Language", "Setting", "languages", "take_arrays"]


@dataclass(frozen=True)
class Setting:
    """A setting of a take, of head and eyes, or of emotions. default: None if the model chooses. range: (smallest,
    largest); None for switch and text."""

    name: str
    kind: str
    default: Any
    range: tuple[float, float] | None
    help: str


@dataclass(frozen=True)
class Language:
    """A language or a variety of one. name: in English. voice: its name in espeak-ng."""

    name: str
    voice: str


@cache
def languages() -> dict[str, Language]:
    """Code, such as "de" or "pt-br" -> language, in the order of their names."""
    return {code: Language(**entry) for code, entry in _read("languages.json").items()}


def take_arrays() -> dict[str, dict[str, Any]]:
    """Array name -> its entry in take.json, in the order of the arrays in a take file."""
    return _read("take.json")


def _read(name: str) -> dict[str, dict[str, Any]]:
    return json.loads((resources.files(__name__) / name).read_text(encoding="utf-8"))


def _setting(name: str, entry: dict[str, Any]) -> Setting:
    limits = entry.get("range")
    return Setting(name, entry["kind"], entry["default"], tuple(limits) if limits else None, entry["help"])


SETTINGS = {name: _setting(name, entry) for name, entry in _read("settings.json").items()}
LIFE_SETTINGS = {name: _setting(name, entry) for name, entry in _read("life.json").items()}
EMOTION_SETTINGS = {name: _setting(name, entry) for name, entry in _read("emotion.json").items()}
