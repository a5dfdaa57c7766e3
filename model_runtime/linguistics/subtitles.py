"""Cues of subtitle files: .srt, .vtt, .ass, .ssa and .sub."""

import codecs
import html
import re
from dataclasses import dataclass
from pathlib import Path

import pysubs2

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.files.input_files import read_bytes

__all__ = ["Cue", "is_subtitles", "read_cues", "read_subtitles"]

# End of the name -> pysubs2's name of the format, None: found from the content (.sub is of several).
FORMATS = {".srt": "srt", ".vtt": "vtt", ".ass": "ass", ".ssa": "ssa", ".sub": None}
# Frames a second of .sub files that name frames and no rate.
FRAME_RATE = 25.0
# Lines of rolling captions on the screen at most.
ROLLING = 8
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
# A time without hours, or without milliseconds: pysubs2 wants both in .srt files.
SHORT_TIME = re.compile(r"(?<![\w:.,])(?:(\d{1,2}):)?(\d{1,2}):(\d{2})(?:[.,](\d{1,3}))?(?![\d:])")
# pysubs2 takes time with the square of the length for runs of these: style codes of .ass, and lines of numbers.
CODE = re.compile(r"\{[^{}\n]{0,200}\}")
NUMBER_LINES = re.compile(r"^(\d{1,9}\n)(?:\d{1,9}\n)+", re.MULTILINE)
TAG = re.compile(r"<[^<>]{0,200}>")
# What .vtt files write for their own programs.
VTT_BLOCK = re.compile(r"^(?:NOTE|STYLE|REGION)\b.*?(?:\n[^\S\n]*\n|\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Cue:
    """text: what is said. start, end: seconds."""

    text: str
    start: float
    end: float


def is_subtitles(path: Path) -> bool:
    """Whether the name is that of a subtitle file."""
    return path.suffix.lower() in FORMATS


def read_subtitles(path: Path | str, start: float = 0.0, end: float | None = None) -> str:
    """The words of `read_cues`, separated by spaces."""
    return " ".join(cue.text for cue in read_cues(path, start, end))


def read_cues(path: Path | str, start: float = 0.0, end: float | None = None) -> tuple[Cue, ...]:
    """The cues whose middle lies between `start` and `end`, seconds (None: the end of the file), in order of time.

    A line that stays on the screen while the next ones come (rolling captions) is given once, with the times of its
    first cue. Raises InputError for a file that is missing, too large, or holds no cue.
    """
    path = Path(path)
    text = _text(read_bytes(path, limits.TRANSCRIPT_BYTES, "subtitle file"))
    try:
        kind = FORMATS.get(path.suffix.lower())
        events = pysubs2.SSAFile.from_string(_with_whole_times(text), format_=kind, fps=FRAME_RATE).events
    # pysubs2 raises exceptions of many types for what it does not understand.
    except Exception as error:
        raise InputError(f"{path} holds no subtitles that can be read; save it as .srt.") from error
    cues: list[Cue] = []
    shown: list[str] = []
    for event in sorted((each for each in events if not each.is_comment), key=lambda each: each.start):
        first, last = event.start / 1000, event.end / 1000
        lines = [line for line in (" ".join(part.split()) for part in _plain(event).splitlines()) if line]
        new = lines[_repeated(shown, lines) :]
        shown = lines or shown
        if new and start <= (first + last) / 2 and (end is None or (first + last) / 2 <= end):
            cues.append(Cue(" ".join(new), first, last))
    if not events:
        raise InputError(f"{path} holds no subtitles; choose another file.")
    return tuple(cues)


def _text(data: bytes) -> str:
    """Decoded as its mark says, else as UTF-8, else as Windows-1252, in which old subtitles are written."""
    for mark, encoding in MARKS.items():
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    if b"\0" in data[:4]:
        return data.decode("utf-16-be" if data[:1] == b"\0" else "utf-16-le", errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _with_whole_times(text: str) -> str:
    """The text with hours and milliseconds in every line of two times."""
    text = VTT_BLOCK.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = NUMBER_LINES.sub(r"\1", CODE.sub("", text).replace("{", "("))

    def whole(found: re.Match) -> str:
        hours, minutes, seconds, fraction = found.groups()
        return f"{int(hours or 0):02d}:{int(minutes):02d}:{seconds}.{(fraction or '0').ljust(3, '0')}"

    lines = (SHORT_TIME.sub(whole, line) if "-->" in line else line for line in text.split("\n"))
    return "\n".join(lines)


def _plain(event: pysubs2.SSAEvent) -> str:
    return TAG.sub("", html.unescape(event.plaintext))


def _repeated(shown: list[str], lines: list[str]) -> int:
    """How many of the first lines, ROLLING at most, are the last ones that were shown."""
    most = min(len(lines), len(shown), ROLLING)
    return max((count for count in range(most + 1) if shown[len(shown) - count :] == lines[:count]), default=0)
