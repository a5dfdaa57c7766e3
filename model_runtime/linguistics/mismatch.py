"""Mismatches: where the transcript differs from the recognised words, with words and times.

Words are recognised without the transcript. Where the two differ by more than spelling, both are aligned with the
waveform. A mismatch is reported only where the recognised words fit the whole stretch so much better that the
difference is unlikely to be a mistake of the recogniser.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np

from model_runtime.linguistics.decoders import FRAME, AlignedWord

__all__ = ["Found", "Mismatch", "Stretch", "find_mismatches", "quoted", "sentences", "unlike_words"]

# The three limits below were measured on 76 recordings (GRID, CREMA-D, free speech). With the right transcript, a
# mismatch is reported in 2 of them. One wrong word is reported in 57, one word too many in 70, half a line missing in
# 70, one word missing in 29.
# Alignment score, summed over the frames of a stretch, by which recognised words must fit better than the transcript.
BETTER = 700.0
# The same where the recogniser is unsure.
BETTER_UNSURE = 1200.0
# Least mean alignment score of a frame of the recognised words: nine in ten rightly recognised words lie above -31,
# words recognised in mumbling at -40 to -50.
HEARD_FIT = -35.0
# Share of phones in common from which on two words count as one word in two spellings, such as "bin" and "been".
ALIKE = 0.5
# Cost of leaving a word unpaired. Pairing two words costs 0 where they are equal, 1 with no phone in common.
LEFT_OUT = 0.7
# Filler words, which recognisers leave out. A filler that is only in the transcript is no mismatch.
FILLERS = frozenset({"ah", "eh", "er", "erm", "hm", "hmm", "mm", "mhm", "oh", "uh", "uhm", "um"})
# Words quoted in a note at most.
LONGEST_QUOTE = 8
# Mismatches that are named; further ones are only counted.
MOST_MISMATCHES = 4
# Seconds between two mismatches that are told as one, where the transcript has no words.
NEIGHBOURS_S = 1.0


@dataclass(frozen=True)
class Stretch:
    """Words [first, last) of the transcript against words [heard_first, heard_last) of the recognised words."""

    first: int
    last: int
    heard_first: int
    heard_last: int


@dataclass(frozen=True)
class Mismatch:
    """said: words of the transcript that do not fit. heard: words that are recognised instead. One of the two may be
    empty. start, end: seconds within the recording."""

    said: tuple[str, ...]
    heard: tuple[str, ...]
    start: float
    end: float

    @property
    def sentence(self) -> str:
        """The mismatch as a note for the user."""
        where = f"From {self.start:.1f} to {self.end:.1f} s"
        if not self.said:
            return f"{where} {quoted(self.heard)} is heard, which is not in the transcript."
        if not self.heard:
            return f"{where} the transcript says {quoted(self.said)}, which is not heard."
        return f"{where} the transcript says {quoted(self.said)}, but {quoted(self.heard)} is heard."


@dataclass(frozen=True)
class Found:
    """A mismatch, and the stretch of words in which it lies."""

    stretch: Stretch
    mismatch: Mismatch


def sentences(mismatches: Sequence[Mismatch]) -> tuple[str, ...]:
    """Notes on the first MOST_MISMATCHES mismatches, in order of time, and the number of the rest.

    Neighbouring mismatches without words of the transcript are told as one.
    """
    joined: list[Mismatch] = []
    for each in sorted(mismatches, key=lambda each: each.start):
        before = joined[-1] if joined else None
        if before is not None and not before.said and not each.said and each.start - before.end < NEIGHBOURS_S:
            joined[-1] = Mismatch((), before.heard + each.heard, before.start, each.end)
        else:
            joined.append(each)
    told = [each.sentence for each in joined[:MOST_MISMATCHES]]
    left = len(joined) - len(told)
    return (*told, *((f"The transcript differs from the sound in {left} more places.",) if left else ()))


def unlike_words(
    said: Sequence[str], heard: Sequence[str], phones_of: Callable[[str], tuple[str, ...]]
) -> tuple[Stretch, ...]:
    """The stretches in which transcript and recognised words do not sound alike, in order.

    said: the transcript's words. heard: the recognised words. phones_of: the phones of a word.
    """
    found: list[Stretch] = []
    for kind, a, b, c, d in SequenceMatcher(a=said, b=heard, autojunk=False).get_opcodes():
        if kind != "equal":
            phones = ([phones_of(word) for word in said[a:b]], [phones_of(word) for word in heard[c:d]])
            found += [Stretch(a + s.first, a + s.last, c + s.heard_first, c + s.heard_last) for s in _unlike(*phones)]
    return tuple(found)


def find_mismatches(
    stretches: Sequence[Stretch],
    found: list[AlignedWord],
    heard: list[AlignedWord],
    is_audible: Callable[[AlignedWord], bool],
    sure: bool,
    offset: float,
) -> tuple[Found, ...]:
    """The stretches in which the recognised words fit the waveform better than the transcript, in order of time.

    found, heard: the transcript's words and the recognised words, each aligned with the same piece, silences included.
    is_audible: whether a word rises above the noise. sure: whether the recogniser is sure. offset: seconds in the
    recording at which the piece starts.
    """
    said, other = ([word for word in words if word.spoken] for words in (found, heard))
    count = max(words[-1].phones[-1].end for words in (found, heard))
    gain = np.concatenate([[0.0], np.cumsum(_frame_scores(heard, count) - _frame_scores(found, count))])
    mismatches = []
    for stretch in stretches:
        words = [word for word in said[stretch.first : stretch.last] if word.spelling not in FILLERS]
        instead = [word for word in other[stretch.heard_first : stretch.heard_last] if is_audible(word)]
        begin = min(_end_before(said, stretch.first), _end_before(other, stretch.heard_first))
        end = max(_start_after(said, stretch.last, count), _start_after(other, stretch.heard_last, count))
        clear = not instead or _fit(instead) > HEARD_FIT
        if (words or instead) and clear and gain[end] - gain[begin] > (BETTER if sure else BETTER_UNSURE):
            phones = [phone for word in (words or instead) for phone in word.phones]
            start = max(phones[0].start * FRAME + offset, 0.0)
            told = Mismatch(_spellings(words), _spellings(instead), start, phones[-1].end * FRAME + offset)
            mismatches.append(Found(stretch, told))
    return tuple(mismatches)


def _fit(words: list[AlignedWord]) -> float:
    """Mean alignment score of a frame: 0 is a perfect fit, below 0 is worse."""
    phones = [phone for word in words for phone in word.phones]
    return sum(phone.score for phone in phones) / max(sum(phone.end - phone.start for phone in phones), 1)


def _frame_scores(words: list[AlignedWord], count: int) -> np.ndarray:
    """(count,) alignment score of each frame: a phone's score is spread evenly over its frames; 0 outside phones."""
    scores = np.zeros(count)
    for word in words:
        for phone in word.phones:
            if phone.end > phone.start:
                scores[phone.start : phone.end] = phone.score / (phone.end - phone.start)
    return scores


def _unlike(said: list[tuple[str, ...]], heard: list[tuple[str, ...]]) -> list[Stretch]:
    """The stretches between the words that are alike, in the cheapest pairing of two lists of words (as phones)."""
    likeness = np.array([[_likeness(a, b) for b in heard] for a in said]).reshape(len(said), len(heard))
    cost = np.zeros((len(said) + 1, len(heard) + 1))
    cost[:, 0] = LEFT_OUT * np.arange(len(said) + 1)
    cost[0] = LEFT_OUT * np.arange(len(heard) + 1)
    for row in range(1, len(said) + 1):
        for column in range(1, len(heard) + 1):
            paired = cost[row - 1, column - 1] + 1 - likeness[row - 1, column - 1]
            cost[row, column] = min(paired, cost[row - 1, column] + LEFT_OUT, cost[row, column - 1] + LEFT_OUT)
    row, column = len(said), len(heard)
    alike = [(row, column)]
    while row and column:
        if np.isclose(cost[row, column], cost[row - 1, column - 1] + 1 - likeness[row - 1, column - 1]):
            row, column = row - 1, column - 1
            if likeness[row, column] >= ALIKE:
                alike.append((row, column))
        elif np.isclose(cost[row, column], cost[row - 1, column] + LEFT_OUT):
            row -= 1
        else:
            column -= 1
    found, first, heard_first = [], 0, 0
    for last, heard_last in reversed(alike):
        if last > first or heard_last > heard_first:
            found.append(Stretch(first, last, heard_first, heard_last))
        first, heard_first = last + 1, heard_last + 1
    return found


def _likeness(first: tuple[str, ...], second: tuple[str, ...]) -> float:
    """In [0, 1]: share of phones that two words have in common, in the same order."""
    return SequenceMatcher(a=first, b=second, autojunk=False).ratio()


def _end_before(words: list[AlignedWord], index: int) -> int:
    """Frame at which the word before `index` ends; 0 for the first word."""
    return words[index - 1].phones[-1].end if index else 0


def _start_after(words: list[AlignedWord], index: int, count: int) -> int:
    """Frame at which the word at `index` starts; `count` after the last word."""
    return words[index].phones[0].start if index < len(words) else count


def _spellings(words: list[AlignedWord]) -> tuple[str, ...]:
    return tuple(word.spelling for word in words)


def quoted(words: Sequence[str]) -> str:
    """The words in quotation marks, cut after LONGEST_QUOTE words."""
    shown = " ".join(words[:LONGEST_QUOTE])
    return f'"{shown}{" ..." if len(words) > LONGEST_QUOTE else ""}"'
