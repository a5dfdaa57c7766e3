"""The words of a line: typed, in a Text datablock, or in a file beside the sound."""

from dataclasses import dataclass
from pathlib import Path

import bpy

from ... import limits
from ...errors import UserError
from ...runtime.input_files import is_file, read_text
from ..compat import Strip
from .strips import AudioClip

__all__ = ["Transcript", "find_transcript", "holds_words", "own_language", "sidecar"]

# Ends of the names of subtitles beside a sound, in the order in which they are looked for, and what may stand before
# them: nothing, or the language.
SUBTITLES = (".srt", ".vtt", ".ass")
ENGLISH = ("", ".en", ".en-US", ".en-GB", ".eng")
# Values of a language that name none.
NOT_CHOSEN = ("", "auto", "scene")


@dataclass(frozen=True)
class Transcript:
    """The words of a line. text: the words, or empty. file: subtitles with the words, which the runtime reads, or None.
    textgrid: a TextGrid file with phones and times, or None. tier: its tier of phones, or empty. language: what is
    spoken, or empty where the line has none of its own. origin: "typed", "none", or the name of the Text datablock or
    file."""

    text: str = ""
    file: Path | None = None
    textgrid: Path | None = None
    tier: str = ""
    language: str = ""
    origin: str = "none"

    @property
    def typed(self) -> str:
        """The words when they were typed, else empty."""
        return self.text if self.origin == "typed" else ""


def find_transcript(clip: AudioClip, typed: str, text: bpy.types.Text | None, language: str = "") -> Transcript:
    """The transcript of a clip.

    In this order: typed words, a Text datablock, a .TextGrid, subtitles or a .txt with the sound's name beside it.
    Without any of them the runtime recognises the words. language: what is spoken, where it is chosen. Raises UserError
    when a .txt beside the sound is not readable.
    """
    if typed.strip():
        return Transcript(_checked(typed, "The transcript"), origin="typed")
    if text is not None and text.as_string().strip():
        return Transcript(_checked(text.as_string(), f"The text {text.name}"), origin=text.name)
    beside = sidecar(clip, language)
    if beside is None:
        return Transcript()
    if not holds_words(beside):
        return Transcript(textgrid=beside, origin=beside.name)
    if beside.suffix.lower() in SUBTITLES:
        return Transcript(file=beside, origin=beside.name)
    words = read_text(beside, limits.TRANSCRIPT_BYTES, "transcript")
    return Transcript(_checked(words, f"The transcript {beside}"), origin=beside.name)


def sidecar(clip: AudioClip, language: str = "") -> Path | None:
    """The .TextGrid, subtitles (also with their language: name.en.srt) or .txt beside a sound with its name, when it
    fits the clip; else None. language: what is spoken, where it is chosen: name.de.srt is then taken for de."""
    if not clip.path.name:
        return None
    sound, retimed = clip.retimed_from or clip.path, clip.retimed_from is not None
    # Times in a TextGrid count from the start of the file: it fits only an untrimmed clip at the file's speed.
    names = [".TextGrid", ".textgrid"] if clip.whole and not retimed else []
    if clip.whole or not retimed:
        chosen = [f".{code}" for code in dict.fromkeys((language, language.split("-")[0])) if code not in NOT_CHOSEN]
        names += [middle + suffix for middle in (*chosen, *ENGLISH) for suffix in SUBTITLES]
        names += [suffix.upper() for suffix in SUBTITLES]
    # A .txt has the words of the whole file, so it does not fit a trimmed clip.
    names += [".txt", ".TXT"] if clip.whole else []
    candidates = (sound.with_name(sound.stem + name) for name in names)
    return next((path for path in candidates if is_file(path)), None)


def own_language(strip: Strip) -> str:
    """The language that is chosen for a strip; empty where it is that of the scene."""
    chosen = strip.kmtalk.language
    return "" if chosen == "scene" else chosen


def holds_words(path: Path) -> bool:
    """Whether a file beside a sound holds words, and no phones."""
    return path.suffix.lower() != ".textgrid"


def _checked(text: str, name: str) -> str:
    text = text.strip()
    if len(text) > limits.TRANSCRIPT_LETTERS:
        raise UserError(f"{name} has {len(text)} characters; {limits.TRANSCRIPT_LETTERS} are the most, so cut it.")
    return text
