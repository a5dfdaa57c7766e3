"""Phone tracks from lists of labels and times by users or other programs: checked, and made to tile the duration."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.files.atomic import write_atomic
from model_runtime.files.input_files import read_json
from model_runtime.linguistics.labels import read_labels
from model_runtime.linguistics.phones import SILENCE, PhoneTrack, Span

__all__ = ["cut", "lists_of", "read_phone_lists", "track_of", "write_phone_lists"]

# Seconds. Smaller overlaps and gaps between labels are rounding of the program that wrote them.
ROUNDING = 0.002
# Seconds that labels may end after the waveform.
PAST_END = 0.25


def lists_of(track: PhoneTrack) -> dict[str, list]:
    """The JSON form of a track: {"phones": [[label, start, end], ...], "words": [...]}, times in seconds; and, where
    phones stand for sounds of another language, "sounds": [IPA or empty, ...], one a phone."""
    sounds = [span.sound for span in track.phones]
    return {
        "phones": [[span.label, span.start, span.end] for span in track.phones],
        "words": [[span.label, span.start, span.end] for span in track.words],
        **({"sounds": sounds} if any(sounds) else {}),
    }


def track_of(
    phones: Iterable, words: Iterable = (), duration: float | None = None, sounds: Iterable | None = None
) -> PhoneTrack:
    """A track from [label, start, end] lists in order of time; gaps become SIL.

    phones: ARPAbet or IPA labels; "spn", speech without phones, is the neutral vowel. duration: seconds, length of the
    track (None: the end of the last phone). sounds: as `lists_of` gives them. Raises InputError for an unknown label,
    for times that are no numbers, run backwards, overlap or end more than PAST_END after `duration`, and for more
    phones than PHONES_PER_SECOND allows.
    """
    heard, spoken = _checked(phones, "phone"), _checked(words, "word")
    if not heard:
        raise InputError("There is no phone in the list; give at least one [label, start, end].")
    last = heard[-1].end
    duration = last if duration is None else duration
    if not 0 <= duration <= limits.LABEL_SECONDS:
        raise InputError(f"The phones last {duration:g} s, which no recording does; write them again.")
    if len(heard) > limits.PHONES_PER_SECOND * (duration + 1):
        raise InputError(f"There are {len(heard)} phones in {duration:.2f} s; nobody says so many.")
    read = read_labels([span.label for span in heard])
    if read.strange:
        label = heard[read.strange[0]].label
        raise InputError(f'"{label}" is no phone that is known; use ARPAbet (AA, B, CH, ...) or IPA labels.')
    meant = _sounds(sounds, len(heard))
    spans = [replace(span, label=phone, sound=ipa) for span, phone, ipa in zip(heard, read.phones, meant, strict=True)]
    if last > duration + PAST_END:
        raise InputError(f"The phones last {last:.2f} s and the sound {duration:.2f} s; they belong to another sound.")
    tiles: list[Span] = []
    done = 0.0
    for span in [*spans, Span(SILENCE, duration, duration)]:
        start, end = min(span.start, duration), min(span.end, duration)
        if start > done + ROUNDING:
            _append(tiles, SILENCE, done, start)
            done = start
        if end > done:
            _append(tiles, span.label, done, end, span.sound)
            done = end
    if not tiles:
        raise InputError("The phones last no time; give them a start and a later end.")
    # The last phone fills a gap that is left by rounding.
    tiles[-1] = replace(tiles[-1], end=duration)
    kept = (Span(w.label, w.start, min(w.end, duration)) for w in spoken if w.start < duration)
    return PhoneTrack(tuple(tiles), tuple(kept))


def cut(track: PhoneTrack, start: float, end: float, speed: float = 1.0) -> PhoneTrack:
    """The part of a track from `start` to `end` (seconds), moved to begin at 0 and played `speed` times as fast."""

    def part(spans: tuple[Span, ...]) -> tuple[Span, ...]:
        inside = (replace(s, start=max(s.start, start), end=min(s.end, end)) for s in spans)
        moved = (replace(s, start=(s.start - start) / speed, end=(s.end - start) / speed) for s in inside)
        return tuple(s for s in moved if s.end > s.start)

    duration = (end - start) / speed
    phones = part(track.phones) or (Span(SILENCE, 0.0, duration),)
    return track_of(**lists_of(PhoneTrack(phones, part(track.words))), duration=duration)


def read_phone_lists(path: Path | str) -> PhoneTrack:
    """Read the JSON form of a track. Raises InputError for a file that is missing or of another form."""
    lists = read_json(path)
    if not isinstance(lists, dict) or not isinstance(lists.get("phones"), list):
        raise InputError(f'{path} holds no phones; it needs {{"phones": [[label, start, end], ...]}}.')
    return track_of(lists["phones"], lists.get("words") or (), sounds=lists.get("sounds"))


def write_phone_lists(track: PhoneTrack, path: Path | str) -> Path:
    """Write the JSON form of a track, atomically."""
    text = json.dumps(lists_of(track), indent=1) + "\n"

    def write(stream: BinaryIO) -> None:
        stream.write(text.encode("utf-8"))

    return write_atomic(path, write)


def _checked(lists: Iterable, kind: str) -> list[Span]:
    """The lists as spans. kind: "phone" or "word", for messages. Raises InputError for any other form."""
    if not isinstance(lists, list | tuple):
        raise InputError(f"The {kind}s must be a list of [label, start, end].")
    if len(lists) > limits.PHONES:
        raise InputError(f"There are more than {limits.PHONES} {kind}s; cut the list.")
    spans: list[Span] = []
    for item in lists:
        if not isinstance(item, list | tuple) or len(item) != 3 or not isinstance(item[0], str):
            raise InputError(f"Every {kind} must be [label, start, end].")
        label, *times = item
        if len(label) > limits.LABEL_LETTERS:
            raise InputError(f'The {kind} "{label}" has more than {limits.LABEL_LETTERS} characters; write it again.')
        if any(isinstance(t, bool) or not isinstance(t, int | float) or not _is_time(t) for t in times):
            raise InputError(f'The times of the {kind} "{label}" must be numbers of seconds.')
        start, end = float(times[0]), float(times[1])
        if start < 0 or end < start:
            raise InputError(f'The {kind} "{label}" must start at 0 s or later and end after it starts.')
        if spans and start < spans[-1].end - ROUNDING:
            raise InputError(f'The {kind} "{label}" at {start:.3f} s overlaps the one before; put them in order.')
        spans.append(Span(label, start, end))
    return spans


def _sounds(sounds: Iterable | None, count: int) -> list[str]:
    """The sounds of `count` phones, all empty for None. Raises InputError for any other form."""
    if sounds is None:
        return [""] * count
    if not isinstance(sounds, list | tuple) or len(sounds) != count or not all(isinstance(s, str) for s in sounds):
        raise InputError("The sounds must be a list with one text a phone, empty where the phone says it all.")
    long = next((sound for sound in sounds if len(sound) > limits.LABEL_LETTERS), None)
    if long is not None:
        raise InputError(f'The sound "{long}" has more than {limits.LABEL_LETTERS} characters; write it again.')
    return list(sounds)


def _is_time(value: float) -> bool:
    """False for NaN, infinity and numbers beyond LABEL_SECONDS. Negative times have an error message of their own."""
    return -limits.LABEL_SECONDS <= value <= limits.LABEL_SECONDS


def _append(tiles: list[Span], label: str, start: float, end: float, sound: str = "") -> None:
    """Append a phone; a silence after a silence extends it."""
    if tiles and label == SILENCE == tiles[-1].label:
        start = tiles.pop().start
    tiles.append(Span(label, start, end, "" if label == SILENCE else sound))
