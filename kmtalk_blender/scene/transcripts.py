"""What a line says: typed, in a text of the file, or in a file beside the sound."""

import re
from dataclasses import dataclass
from pathlib import Path

import bpy

from ..errors import UserError
from .strips import Heard

__all__ = ["Transcript", "find_transcript", "read_sidecar", "sidecar"]

CUE = re.compile(r"(\d+):(\d+):(\d+)[,.](\d+)\s*-->\s*(\d+):(\d+):(\d+)[,.](\d+)")


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


def find_transcript(heard: Heard, typed: str, text: bpy.types.Text | None) -> Transcript:
    """The transcript of what is heard.

    In this order: typed, a Text datablock, a .TextGrid, .srt or .txt of the same name beside the sound. None is fine:
    then the runtime listens. Raises UserError when a file beside the sound is not readable text.
    """
    if typed.strip():
        return Transcript(typed.strip(), origin="typed")
    if text is not None and text.as_string().strip():
        return Transcript(text.as_string().strip(), origin=text.name)
    beside = sidecar(heard)
    if beside is None:
        return Transcript()
    if beside.suffix.lower() == ".textgrid":
        return Transcript(textgrid=beside, origin=beside.name)
    return Transcript(read_sidecar(beside, heard), origin=beside.name)


def sidecar(heard: Heard) -> Path | None:
    """The file beside a sound that says what is heard: .TextGrid, .srt or .txt of the same name, or None."""
    sound, retimed = heard.retimed_from or heard.path, heard.retimed_from is not None
    # Times in a TextGrid count from the file's start, so it fits a strip that starts there and keeps the file's speed.
    grids = (".TextGrid", ".textgrid") if heard.whole and not retimed else ()
    subtitles = (".srt",) if heard.whole or not retimed else ()
    # The words of a whole file are not those of a part of it.
    plain = (".txt",) if heard.whole else ()
    candidates = (sound.with_suffix(suffix) for suffix in (*grids, *subtitles, *plain))
    return next((path for path in candidates if path.is_file()), None)


def read_sidecar(path: Path, heard: Heard) -> str:
    """The words of a .txt or .srt beside a sound. Raises UserError when it is no readable text."""
    return _spoken(_read(path), heard) if path.suffix == ".srt" else _read(path).strip()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"The transcript {path} is no readable text; save it as UTF-8 or remove it.") from error


def _spoken(subtitles: str, heard: Heard) -> str:
    """The words of the cues that lie in the part that is heard."""
    spoken = []
    for block in re.split(r"\n\s*\n", subtitles.replace("\r", "")):
        cue = CUE.search(block)
        if cue is None:
            continue
        numbers = [int(number) for number in cue.groups()]
        start, end = (h * 3600 + m * 60 + s + ms / 1000 for h, m, s, ms in (numbers[:4], numbers[4:]))
        middle = (start + end) / 2
        if middle >= heard.start and (heard.end is None or middle <= heard.end):
            spoken.append(re.sub(r"<[^>]*>", "", block[cue.end() :]).strip())
    return " ".join(" ".join(spoken).split())
