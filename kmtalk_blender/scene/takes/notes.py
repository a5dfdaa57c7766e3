"""What the runtime understood of a line, and what about it is doubtful: kept with the take, for the user to read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import bpy

from ...paths import whole_path
from ..compat import Strip
from .baseline_store import take_info
from .takes import takes_of

__all__ = ["Understood", "mark_line", "read_understood", "understood_here", "understood_of", "understood_values"]


@dataclass(frozen=True)
class Understood:
    """heard: the words that were understood, or the transcript where it was used. confidence: how sure they and their
    places are, 0 to 1. notes: sentences about what is doubtful. typed: the transcript that was typed for it."""

    heard: str = ""
    confidence: float = 0.0
    notes: tuple[str, ...] = ()
    typed: str = ""

    @property
    def sureness(self) -> str:
        """How sure it is, for people; empty where no words are heard."""
        return f"{self.confidence:.0%} sure" if self.heard else ""


def understood_values(result: dict, typed: str) -> dict:
    """What is kept with a take (JSON values), from the runtime's result. typed: the transcript typed for it."""
    return {
        "heard": str(result.get("heard", "")),
        "confidence": float(result.get("confidence", 0.0)),
        "notes": [str(note) for note in result.get("notes", ())],
        "typed": typed,
    }


def mark_line(scene: bpy.types.Scene, strip: str, notes: tuple[str, ...]) -> None:
    """Keep the notes of a strip's take in the table of lines, where the strip is in it."""
    for line in scene.kmtalk.lines:
        if line.strip == strip:
            line.notes = "\n".join(notes)


def understood_here(settings: Any, strip: Strip | None) -> Understood | None:
    """What was understood for the panel's character of a strip, or of the panel's sound file where that is None."""
    return understood_of(settings.target, strip) if strip is not None else _understood_of_file(settings)


def understood_of(target: bpy.types.Object | None, strip: Strip) -> Understood | None:
    """What was understood for a character's take of a strip; None without a take."""
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
    """From what is kept with a take; takes that were imported, or made by earlier versions, have nothing."""
    return Understood(
        str(info.get("heard", "")),
        float(info.get("confidence", 0.0)),
        tuple(str(note) for note in info.get("notes", ())),
        str(info.get("typed", "")),
    )
