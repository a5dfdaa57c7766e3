"""The words of a line: typed, in a Text datablock, or in a file beside the sound."""

from dataclasses import dataclass
from pathlib import Path

import bpy

from ... import limits
from ...errors import UserError
from ...runtime.input_files import is_file, read_text
from ...runtime.subtitles import spoken_cues
from .strips import AudioClip

__all__ = ["Transcript", "find_transcript", "read_sidecar", "sidecar"]


@dataclass(frozen=True)
class Transcript:
    """The words of a line. text: the words, or empty. textgrid: a TextGrid file with phones and times, or None. tier:
    its tier of phones, or empty. origin: "typed", "none", or the name of the Text datablock or file."""

    text: str = ""
    textgrid: Path | None = None
    tier: str = ""
    origin: str = "none"

    @property
    def typed(self) -> str:
        """The words when they were typed, else empty."""
        return self.text if self.origin == "typed" else ""


def find_transcript(clip: AudioClip, typed: str, text: bpy.types.Text | None) -> Transcript:
    """The transcript of a clip.

    In this order: typed words, a Text datablock, a .TextGrid, .srt or .txt with the sound's name beside it. Without any
    of them the runtime recognises the words. Raises UserError when a file beside the sound is not readable text.
    """
    if typed.strip():
        return Transcript(_checked(typed, "The transcript"), origin="typed")
    if text is not None and text.as_string().strip():
        return Transcript(_checked(text.as_string(), f"The text {text.name}"), origin=text.name)
    beside = sidecar(clip)
    if beside is None:
        return Transcript()
    if beside.suffix.lower() == ".textgrid":
        return Transcript(textgrid=beside, origin=beside.name)
    return Transcript(read_sidecar(beside, clip), origin=beside.name)


def sidecar(clip: AudioClip) -> Path | None:
    """The .TextGrid, .srt or .txt beside a sound with its name, when it fits the clip; else None."""
    if not clip.path.name:
        return None
    sound, retimed = clip.retimed_from or clip.path, clip.retimed_from is not None
    # Times in a TextGrid count from the start of the file: it fits only an untrimmed clip at the file's speed.
    grids = (".TextGrid", ".textgrid") if clip.whole and not retimed else ()
    subtitles = (".srt",) if clip.whole or not retimed else ()
    # A .txt has the words of the whole file, so it does not fit a trimmed clip.
    plain = (".txt",) if clip.whole else ()
    candidates = (sound.with_suffix(suffix) for suffix in (*grids, *subtitles, *plain))
    return next((path for path in candidates if is_file(path)), None)


def read_sidecar(path: Path, clip: AudioClip) -> str:
    """The words of a .txt or .srt beside a sound. Raises UserError when it is not a readable text."""
    text = read_text(path, limits.TRANSCRIPT_BYTES, "transcript")
    return _checked(
        spoken_cues(text, clip.start, clip.end) if path.suffix == ".srt" else text, f"The transcript {path}"
    )


def _checked(text: str, name: str) -> str:
    text = text.strip()
    if len(text) > limits.TRANSCRIPT_LETTERS:
        raise UserError(f"{name} has {len(text)} characters; {limits.TRANSCRIPT_LETTERS} are the most, so cut it.")
    return text
