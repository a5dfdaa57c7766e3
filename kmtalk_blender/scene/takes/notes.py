"""The words that the runtime recognised in a line and its notes, stored with the take for the user."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import bpy

from ...paths import whole_path
from ...runtime.schema import LANGUAGES
from ..compat import Strip
from .baseline_store import take_info
from .takes import takes_of

__all__ = ["Understood", "mark_line", "read_understood", "understood_here", "understood_of", "understood_values"]


@dataclass(frozen=True)
class Understood:
    """The words of a take. heard: the recognised words, or the transcript when there was one. confidence: of the words
    and their times, 0 to 1. language: a key of LANGUAGES, empty where it is not known. notes: sentences on what is
    doubtful. typed: the transcript that was typed for the take."""

    heard: str = ""
    confidence: float = 0.0
    language: str = ""
    notes: tuple[str, ...] = ()
    typed: str = ""

    @property
    def sureness(self) -> str:
        """The confidence as a text, with the language where it is not English; empty without words."""
        name = "" if self.language.startswith("en") else LANGUAGES.get(self.language, "")
        sure = f"{self.confidence:.0%} sure" if self.heard else ""
        return ", ".join(part for part in (name, sure) if part)


def understood_values(result: dict, typed: str) -> dict:
    """The JSON values to store with a take, from the runtime's result. typed: the transcript typed for it."""
    return {
        "heard": str(result.get("heard", "")),
        "confidence": float(result.get("confidence", 0.0)),
        "language": str(result.get("language", "")),
        "notes": [str(note) for note in result.get("notes", ())],
        "typed": typed,
    }


def mark_line(scene: bpy.types.Scene, strip: str, notes: tuple[str, ...]) -> None:
    """Copy the notes of a strip's take into the table of lines, when the strip is in it."""
    for line in scene.kmtalk.lines:
        if line.strip == strip:
            line.notes = "\n".join(notes)


def understood_here(settings: Any, strip: Strip | None) -> Understood | None:
    """The words of the take of a strip for the panel's character; strip None: of the panel's sound file.

    None without a take. settings: scene.kmtalk.
    """
    return understood_of(settings.target, strip) if strip is not None else _understood_of_file(settings)


def understood_of(target: bpy.types.Object | None, strip: Strip) -> Understood | None:
    """The words of a character's take of a strip; None without a take."""
    return _understood(target, lambda info: bool(info.get("id")) and info["id"] == strip.kmtalk.line_id)


def _understood_of_file(settings: Any) -> Understood | None:
    path, frame = str(whole_path(settings.audio)), settings.frame

    def is_it(info: dict) -> bool:
        line = info.get("line", {})
        return not line.get("strip") and line.get("path") == path and round(info.get("start", 0.0)) == frame

    return _understood(settings.target, is_it)


def _understood(target: bpy.types.Object | None, is_it: Callable[[dict], bool]) -> Understood | None:
    if target is None:
        return None
    infos = (take_info(bpy.data.actions[take.action], take.id) for take in reversed(takes_of(target)))
    return next((read_understood(info) for info in infos if is_it(info)), None)


def read_understood(info: dict) -> Understood:
    """The words from the stored values of a take; empty for imported takes and those of earlier versions."""
    return Understood(
        str(info.get("heard", "")),
        float(info.get("confidence", 0.0)),
        str(info.get("language", "")),
        tuple(str(note) for note in info.get("notes", ())),
        str(info.get("typed", "")),
    )
