"""What a line says: typed, in a text of the file, or in a file beside the sound."""

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
    """text: the words, or empty. textgrid: a TextGrid with phone times, or None. origin: where it came from."""

    text: str = ""
    textgrid: Path | None = None
    origin: str = "none"

    @property
    def typed(self) -> str:
        """The words, when somebody typed them."""
        return self.text if self.origin == "typed" else ""


def find_transcript(clip: AudioClip, typed: str, text: bpy.types.Text | None) -> Transcript:
    """The transcript of what is heard.

    In this order: typed, a Text datablock, a .TextGrid, .srt or .txt of the same name beside the sound. None is fine:
    then the runtime listens. Raises UserError when a file beside the sound is not readable text.
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
    """The file beside a sound that says what is heard: .TextGrid, .srt or .txt of the same name, or None."""
    if not clip.path.name:
        return None
    sound, retimed = clip.retimed_from or clip.path, clip.retimed_from is not None
    # Times in a TextGrid count from the file's start, so it fits a strip that starts there and keeps the file's speed.
    grids = (".TextGrid", ".textgrid") if clip.whole and not retimed else ()
    subtitles = (".srt",) if clip.whole or not retimed else ()
    # The words of a whole file are not those of a part of it.
    plain = (".txt",) if clip.whole else ()
    candidates = (sound.with_suffix(suffix) for suffix in (*grids, *subtitles, *plain))
    return next((path for path in candidates if is_file(path)), None)


def read_sidecar(path: Path, clip: AudioClip) -> str:
    """The words of a .txt or .srt beside a sound. Raises UserError when it is no readable text."""
    text = read_text(path, limits.TRANSCRIPT_BYTES, "transcript")
    return _checked(
        spoken_cues(text, clip.start, clip.end) if path.suffix == ".srt" else text, f"The transcript {path}"
    )


def _checked(text: str, name: str) -> str:
    text = text.strip()
    if len(text) > limits.TRANSCRIPT_LETTERS:
        raise UserError(f"{name} has {len(text)} characters; {limits.TRANSCRIPT_LETTERS} are the most, so cut it.")
    return text
