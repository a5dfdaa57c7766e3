"""Cues of subtitle files: .srt, .vtt, .ass, .ssa and .sub."""

import html
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pysubs2

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.files.code_pages import decode_text
from model_runtime.files.input_files import read_bytes

__all__ = ["Cue", "is_subtitles", "read_cues", "read_subtitles"]

# End of the name -> pysubs2's name of the format, None: found from the content (.sub is of several).
FORMATS = {".srt": "srt", ".vtt": "vtt", ".ass": "ass", ".ssa": "ssa", ".sub": None, ".sbv": "srt"}
# Frames a second of .sub files that name frames and no rate.
FRAME_RATE = 25.0
# Lines of rolling captions on the screen at most.
ROLLING = 8
# A time without hours, or without milliseconds: pysubs2 wants both in .srt files.
SHORT_TIME = re.compile(r"(?<![\w:.,])(?:(\d{1,2}):)?(\d{1,2}):(\d{2})(?:[.,](\d{1,3}))?(?![\d:])")
# pysubs2 takes time with the square of the length for runs of these: style codes of .ass, and lines of numbers.
# "{25}{50}" are the times of .sub files.
CODE = re.compile(r"\{(?!\d{1,9}\})[^{}\n]{0,200}\}")
OPENED = re.compile(r"\{(?!\d{1,9}\})")
# A drawing of .ass, up to the next code.
DRAWING = re.compile(r"\{[^{}\n]{0,200}\\p[1-9][^{}\n]{0,200}\}[^{}\n]*")
# The name of a cue: a line between an empty one and its times.
CUE_NAME = re.compile(r"(?<=\n)([^\S\n]*\n)(?![^\n]*-->)[^\n]{1,200}\n(?=[^\S\n]{0,20}[\d:.,]{4,20}[^\S\n]{0,20}-->)")
# A line of times, as nobody writes it in a text; and the one of .sbv files.
TIMES = re.compile(r"^[^\S\n]{0,20}\d{1,3}:\d[\d:.,]{1,12}[^\S\n]{0,9}-->[^\S\n]{0,9}\d{1,3}:\d\d", re.MULTILINE)
SBV_TIMES = re.compile(r"^(\d{1,2}:\d\d:\d\d\.\d{3}),(\d{1,2}:\d\d:\d\d\.\d{3})[^\S\n]*$", re.MULTILINE)
# Spaces within a time.
SPACED = re.compile(r"(?<=\d)[^\S\n]{1,3}(?=[:.,][^\S\n]{0,3}\d)|(?<=[:.,])[^\S\n]{1,3}(?=\d)")
# Seconds; shorter cues only move rolling captions on.
MOVING = 0.05
# Seconds without a cue, after which rolling captions begin anew.
APART = 0.5
# So many lines that grow are growing captions; one may be somebody who begins as the one before.
GROWING = 2
# The counter of a cue: a number above its times, and one with empty lines between them.
ABOVE_TIMES = r"(?=[^\S\n]{0,20}\d[\d:.,]{3,19}[^\S\n]{0,20}-->)"
COUNTER = re.compile(rf"^[^\S\n]{{0,9}}(\d{{1,9}})[^\S\n]{{0,9}}\n{ABOVE_TIMES}", re.MULTILINE)
COUNTER_APART = re.compile(
    rf"^[^\S\n]{{0,9}}(\d{{1,9}})[^\S\n]{{0,9}}\n(?:[^\S\n]{{0,9}}\n){{1,3}}{ABOVE_TIMES}", re.MULTILINE
)
# Share of the cues that have a counter, where any has.
COUNTED = 0.5
# pysubs2 takes a number at the end of a cue for the counter of the next one, but not one with this invisible sign.
NUMBER = re.compile(r"^([^\S\n]{0,9}\d{1,9})[^\S\n]{0,9}$", re.MULTILINE)
SAID = "\u2060"
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
    """Whether it is a subtitle file: by its name, or, of a .txt, by its lines of times."""
    if path.suffix.lower() != ".txt":
        return path.suffix.lower() in FORMATS
    # Lines of times are the same in every code page.
    text = decode_text(read_bytes(path, limits.TRANSCRIPT_BYTES, "transcript"), "en").text
    return bool(TIMES.search(text.replace("\r", "\n")))


def read_subtitles(path: Path | str, start: float = 0.0, end: float | None = None) -> str:
    """The words of `read_cues`, separated by spaces."""
    cues, _ = read_cues(path, start, end)
    return " ".join(cue.text for cue in cues)


def read_cues(
    path: Path | str, start: float = 0.0, end: float | None = None, language: str = ""
) -> tuple[tuple[Cue, ...], tuple[str, ...]]:
    """The cues whose middle lies between `start` and `end`, seconds (None: the end of the file), in order of time; and
    sentences for the user on how the file was read.

    A line that stays on the screen while the next ones come (rolling captions) is given once, with the times of its
    first cue. language: as in `decode_text`. Raises InputError for a file that is missing, too large, or holds no cue.
    """
    path = Path(path)
    written = decode_text(read_bytes(path, limits.TRANSCRIPT_BYTES, "subtitle file"), language)
    try:
        kind = FORMATS.get(path.suffix.lower(), "srt")
        events = pysubs2.SSAFile.from_string(_with_whole_times(written.text), format_=kind, fps=FRAME_RATE).events
    # pysubs2 raises exceptions of many types for what it does not understand.
    except Exception as error:
        raise InputError(f"{path} holds no subtitles that can be read; save it as .srt.") from error
    if not events:
        raise InputError(f"{path} holds no subtitles; choose another file.")
    cues = _said([(_lines(each), each) for each in events if not each.is_comment])
    chosen = (
        each for each in cues if start <= (middle := (each.start + each.end) / 2) and (end is None or middle <= end)
    )
    return tuple(chosen), written.notes(path.name)


def _said(shown: list[tuple[list[str], pysubs2.SSAEvent]]) -> list[Cue]:
    """The cues without what was on the screen before: each with its lines, and only its new ones."""
    shown = sorted(((lines, event) for lines, event in shown if lines), key=lambda each: each[1].start)
    pairs = list(pairwise(shown))
    # Somebody may say the same twice. In rolling captions, old lines stand above new ones; in growing ones, words are
    # added to the last line again and again.
    rolls = any(0 < _repeated(old, new) < len(new) for (old, _), (new, _) in pairs)
    grown = sum(_grown(old, new) for (old, _), (new, _) in pairs)
    cues: list[Cue] = []
    before: list[str] = []
    ended = 0.0
    for lines, event in shown:
        first, last = event.start / 1000, max(event.end, event.start) / 1000
        new = lines[_repeated(before, lines) :]
        if not new and first >= ended + (APART if rolls else 0.0) and last - first > MOVING:
            new = lines
        if new and grown >= GROWING and first <= ended + MOVING and _grown(before, new):
            new = [new[0][len(before[-1]) + 1 :], *new[1:]]
        before, ended = lines, last
        if new:
            cues.append(Cue(" ".join(new), first, last))
    return cues


def _with_whole_times(text: str) -> str:
    """The text with hours and milliseconds in every line of two times."""
    text = VTT_BLOCK.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = CUE_NAME.sub(r"\1", DRAWING.sub("", SBV_TIMES.sub(r"\1 --> \2", text)))
    text = OPENED.sub("(", CODE.sub("", text))

    def whole(found: re.Match) -> str:
        hours, minutes, seconds, fraction = found.groups()
        return f"{int(hours or 0):02d}:{int(minutes):02d}:{seconds}.{(fraction or '0').ljust(3, '0')}"

    lines = (SHORT_TIME.sub(whole, SPACED.sub("", line)) if "-->" in line else line for line in text.split("\n"))
    text = "\n".join(lines)
    return NUMBER.sub(rf"\1{SAID}", _without_counters(text)) if "-->" in text else text


def _without_counters(text: str) -> str:
    """The text without the counters of its cues; numbers that are said stay."""
    cues = text.count("-->")
    found = COUNTER.findall(text)
    if len(found) >= COUNTED * cues:
        return COUNTER.sub("", text)
    counted = [int(each) for each in COUNTER_APART.findall(text)]
    rising = all(after == before + 1 for before, after in pairwise(counted))
    return COUNTER_APART.sub("", text) if rising and len(counted) == cues else text


def _lines(event: pysubs2.SSAEvent) -> list[str]:
    """The lines of a cue, without tags and empty ones."""
    plain = TAG.sub("", html.unescape(event.plaintext.replace(SAID, "")))
    return [line for line in (" ".join(part.split()) for part in plain.splitlines()) if line]


def _grown(shown: list[str], lines: list[str]) -> bool:
    """Whether the first line is the last one that was shown, with further words."""
    return bool(shown and lines) and lines[0].startswith(shown[-1] + " ")


def _repeated(shown: list[str], lines: list[str]) -> int:
    """How many of the first lines, ROLLING at most, are the last ones that were shown."""
    most = min(len(lines), len(shown), ROLLING)
    return max((count for count in range(most + 1) if shown[len(shown) - count :] == lines[:count]), default=0)
