"""Subtitles (.srt): the words of a time range."""

import re

__all__ = ["spoken_cues"]

# The file may hold anything: each pattern takes time linear in the length of the text.
TIME = r"(?<!\d)(\d{1,4}):(\d{1,2}):(\d{1,2})[,.](\d{1,3})(?!\d)"
CUE = re.compile(rf"{TIME}[ \t]{{0,9}}-->[ \t]{{0,9}}{TIME}", re.ASCII)
BETWEEN_CUES = re.compile(r"\n[^\S\n]*+\n\s*+")
TAG = re.compile(r"<[^<>]*>")


def spoken_cues(subtitles: str, begin: float, stop: float | None) -> str:
    """The words of the cues whose middle lies between `begin` and `stop`, seconds (stop None: the end)."""
    spoken = []
    for block in BETWEEN_CUES.split(subtitles.replace("\r", "")):
        cue = CUE.search(block)
        if cue is None:
            continue
        numbers = [int(number) for number in cue.groups()]
        start, end = (h * 3600 + m * 60 + s + ms / 1000 for h, m, s, ms in (numbers[:4], numbers[4:]))
        middle = (start + end) / 2
        if middle >= begin and (stop is None or middle <= stop):
            spoken.append(TAG.sub("", block[cue.end() :]).strip())
    return " ".join(" ".join(spoken).split())
