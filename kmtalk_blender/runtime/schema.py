"""What both packages agree on, as the runtime's schema describes it: the settings of a take, of head and eyes and
of emotions, and the arrays of a take."""

import json
from dataclasses import dataclass
from typing import Any

from .environment import source_folder

__all__ = ["EMOTION_SETTINGS", "LANGUAGES", "LIFE_SETTINGS", "SETTINGS", "TAKE_ARRAYS", "Setting"]

SCHEMA = ("model_runtime", "schema")


@dataclass(frozen=True)
class Setting:
    """A setting of a take, or of head and eyes. kind: number, count, switch or text. default: None where the model
    decides. least, most: the range of a number. slider: its range on a slider."""

    kind: str
    default: Any
    least: float
    most: float
    slider: tuple[float, float]
    label: str
    help: str


def _read(name: str) -> dict[str, Any]:
    """Our own file: nobody else writes it."""
    return json.loads(source_folder().joinpath(*SCHEMA, name).read_text(encoding="utf-8"))


def _setting(entry: dict[str, Any]) -> Setting:
    least, most = entry.get("range", (0, 0))
    return Setting(
        kind=entry["kind"],
        default=entry["default"],
        least=least,
        most=most,
        slider=tuple(entry.get("slider", (least, most))),
        label=entry["label"],
        help=entry["help"].rstrip("."),
    )


# The emotions of a face, in the order of columns of their strengths.
EMOTION_SETTINGS = {name: _setting(entry) for name, entry in _read("emotion.json").items()}
# Settings of head and eyes.
LIFE_SETTINGS = {name: _setting(entry) for name, entry in _read("life.json").items()}
SETTINGS = {name: _setting(entry) for name, entry in _read("settings.json").items()}
# Code -> English name of each language that the runtime speaks.
LANGUAGES: dict[str, str] = {code: entry["name"] for code, entry in _read("languages.json").items()}
# Name -> description of each array of TAKE.npz.
TAKE_ARRAYS = _read("take.json")
