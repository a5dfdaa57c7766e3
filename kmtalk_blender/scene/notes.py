"""What the runtime understood of a line, and what about it is doubtful: kept with the take, for the user to read."""

from dataclasses import dataclass
from pathlib import Path

import bpy

from .baseline import take_info
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


def understood_here(settings: bpy.types.PropertyGroup, strip: object | None) -> Understood | None:
    """What was understood for the panel's character of a strip, or of the panel's sound file where that is None."""
    name = Path(bpy.path.abspath(settings.audio)).stem if strip is None else strip.name
    return understood_of(settings.target, name)


def understood_of(target: bpy.types.Object | None, strip: str) -> Understood | None:
    """What was understood for a character's take of a strip (or of a sound file, by its name); None without a take."""
    if target is None:
        return None
    take = next((take for take in reversed(takes_of(target)) if take.strip == strip), None)
    return None if take is None else read_understood(take_info(bpy.data.actions[take.action], strip))


def read_understood(info: dict) -> Understood:
    """From what is kept with a take; takes that were imported, or made by earlier versions, have nothing."""
    return Understood(
        str(info.get("heard", "")),
        float(info.get("confidence", 0.0)),
        tuple(str(note) for note in info.get("notes", ())),
        str(info.get("typed", "")),
    )
