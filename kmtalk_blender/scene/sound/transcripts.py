"""The words of a line: typed, in a Text datablock, or in a file beside the sound."""

import re
from dataclasses import dataclass
from pathlib import Path

import bpy

from ... import limits
from ...errors import UserError
from ...runtime.input_files import is_file, read_bytes
from ..compat import Strip
from .strips import AudioClip

__all__ = ["Transcript", "find_transcript", "holds_words", "own_language", "sidecar"]

# Ends of the names of subtitles beside a sound, in the order in which they are looked for, and what may stand before
# them: nothing, or the language.
SUBTITLES = (".srt", ".vtt", ".ass", ".ssa", ".sub", ".sbv")
ENGLISH = ("", ".en", ".en-US", ".en-GB", ".eng")
LANGUAGE = re.compile(r"\.[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,2}")
# Values of a language that name none.
NOT_CHOSEN = ("", "auto", "scene")


@dataclass(frozen=True)
class Transcript:
    """The words of a line. text: the words, or empty. file: subtitles, or a text that is not UTF-8, with the words,
    which the runtime reads, or None.
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
    when a .txt beside the sound cannot be read, or is too long.
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
    # The runtime finds out how a file is written that is not UTF-8.
    words = _utf8(read_bytes(beside, limits.TRANSCRIPT_BYTES, "transcript"))
    if words is None:
        return Transcript(file=beside, origin=beside.name)
    return Transcript(_checked(words, f"The transcript {beside}"), origin=beside.name)


def sidecar(clip: AudioClip, language: str = "") -> Path | None:
    """The .TextGrid, subtitles (also with their language: name.en.srt) or .txt beside a sound with its name, when it
    fits the clip; else None. language: what is spoken, where it is chosen: name.de.srt is then taken for de."""
    if not clip.path.name:
        return None
    sound, retimed = clip.retimed_from or clip.path, clip.retimed_from is not None
    try:
        # In small letters -> as they are; of names that differ in this alone, the one in small letters.
        here = {name.casefold(): name for name in sorted(path.name for path in sound.parent.iterdir())}
    except OSError:
        return None
    # Times in a TextGrid count from the start of the file: it fits only an untrimmed clip at the file's speed.
    names = [sound.stem + ".textgrid"] if clip.whole and not retimed else []
    if clip.whole or not retimed:
        chosen = [f".{code}" for code in dict.fromkeys((language, language.split("-")[0])) if code not in NOT_CHOSEN]
        names += [sound.stem + middle + suffix for middle in (*chosen, *ENGLISH) for suffix in SUBTITLES]
        # Programs that write down speech keep the sound's own ending: "hello.wav.srt".
        names += [sound.name + suffix for suffix in SUBTITLES]
        names += [] if chosen else _only_language(sound, here)
    # A .txt has the words of the whole file, so it does not fit a trimmed clip.
    names += [sound.stem + ".txt", sound.name + ".txt"] if clip.whole else []
    found = (here.get(name.casefold()) for name in names)
    paths = (sound.with_name(name) for name in found if name is not None)
    return next((path for path in paths if is_file(path)), None)


def _only_language(sound: Path, here: dict[str, str]) -> list[str]:
    """The name of the only subtitles of a sound that name a language."""
    stem = sound.stem.casefold()
    found = [
        name
        for name in here
        for suffix in SUBTITLES
        if name.startswith(stem) and name.endswith(suffix) and LANGUAGE.fullmatch(name[len(stem) : -len(suffix)])
    ]
    return found if len(found) == 1 else []


def own_language(strip: Strip) -> str:
    """The language that is chosen for a strip; empty where it is that of the scene."""
    chosen = strip.kmtalk.language
    return "" if chosen == "scene" else chosen


def holds_words(path: Path) -> bool:
    """Whether a file beside a sound holds words, and no phones."""
    return path.suffix.lower() != ".textgrid"


def _utf8(data: bytes) -> str | None:
    """The text, or None for one that is not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _checked(text: str, name: str) -> str:
    text = text.strip()
    if len(text) > limits.TRANSCRIPT_LETTERS:
        raise UserError(f"{name} has {len(text)} characters; {limits.TRANSCRIPT_LETTERS} are the most, so cut it.")
    return text
