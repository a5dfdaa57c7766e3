"""Schema: what both packages agree on, as data: the settings of a take (settings.json) and its arrays (take.json).

Command line, worker and batch take their settings from here, and so do Blender's panel and command, which read the
same files. kind: number, count (a whole number), switch (true or false) or text; of an array: decimal, number, whole,
switch or text. range: the least and the largest value. slider: the range of a slider, where it is narrower. most:
elements, or the name of a ceiling in `limits`.
"""

import json
from dataclasses import dataclass
from importlib import resources
from typing import Any

__all__ = ["SETTINGS", "Setting", "take_arrays"]


@dataclass(frozen=True)
class Setting:
    """A setting of a take. default: None where the model decides. range: None for switches and texts."""

    name: str
    kind: str
    default: Any
    range: tuple[float, float] | None
    help: str


def take_arrays() -> dict[str, dict[str, Any]]:
    """Name -> description of each array of TAKE.npz, in the order of the file."""
    return _read("take.json")


def _read(name: str) -> dict[str, dict[str, Any]]:
    return json.loads((resources.files(__name__) / name).read_text(encoding="utf-8"))


def _setting(name: str, entry: dict[str, Any]) -> Setting:
    limits = entry.get("range")
    return Setting(name, entry["kind"], entry["default"], tuple(limits) if limits else None, entry["help"])


SETTINGS = {name: _setting(name, entry) for name, entry in _read("settings.json").items()}
