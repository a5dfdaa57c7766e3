"""Where the words of a transcript lie among the sounds of a recording, in any language."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from model_runtime import limits
from model_runtime.linguistics.cues import cue_groups
from model_runtime.linguistics.heard_sounds import HeardSounds, PlacedSound
from model_runtime.linguistics.progress import Progress
from model_runtime.linguistics.subtitles import Cue
from model_runtime.linguistics.text_graph import BETWEEN_WORDS
from model_runtime.linguistics.words_of_text import SpokenWord
from model_runtime.speech.audio import Waveform

__all__ = ["WORD_FITS", "FoundWord", "Search", "search_cues", "search_words", "text_fits"]

# Seconds that are searched at once. Of what is found there, the last part waits for what follows.
WINDOW_S, LATER_S = 240.0, 40.0
# Mean fit of a word's sounds below which it is not what is said.
WORD_FITS = -2.5
# Share of a remark's words that are said, from which on it is.
HEARD = 0.5
# What a text fits worse of which no word is heard.
LEFT_OUT = -2.0


@dataclass(frozen=True)
class FoundWord:
    """A word of the transcript in the recording. index: in the transcript. sounds: at least one."""

    index: int
    sounds: tuple[PlacedSound, ...]

    @property
    def fit(self) -> float:
        """Mean over its time, 0 at most."""
        return float(
            np.average([each.fit for each in self.sounds], weights=[each.end - each.start for each in self.sounds])
        )


@dataclass(frozen=True)
class Search:
    """words: of the transcript. found: those that have a place, in order; the others are left out."""

    words: tuple[SpokenWord, ...]
    found: tuple[FoundWord, ...] = ()

    @property
    def fitting(self) -> list[FoundWord]:
        """The words that are said at their place."""
        return [word for word in self.found if word.fit >= WORD_FITS]

    def without_unsaid_remarks(self) -> "Search":
        """The search without remarks of which too few words are said."""
        said = {word.index for word in self.fitting}
        kept: list[int] = []
        for remark, run in groupby(range(len(self.words)), key=lambda index: self.words[index].remark):
            indices = list(run)
            if not remark or sum(index in said for index in indices) >= HEARD * len(indices):
                kept += indices
        places = {index: place for place, index in enumerate(kept)}
        found = (replace(word, index=places[word.index]) for word in self.found if word.index in places)
        return Search(tuple(self.words[index] for index in kept), tuple(found))

    @property
    def share(self) -> float:
        """Share of the words that are said, in [0, 1]; 0 without words."""
        return len(self.fitting) / max(len(self.words), 1)


def text_fits(heard: HeardSounds, words: Sequence[SpokenWord]) -> float:
    """How well words fit what is heard, 0 at most: mean fit of their sounds over their time, and LEFT_OUT for each
    share of the words that is not heard."""
    placed = heard.of_text([word.ways for word in words]) if words else None
    spoken = [sound for sound in placed or () if sound.word != BETWEEN_WORDS]
    if not spoken:
        return LEFT_OUT
    time = sum(sound.end - sound.start for sound in spoken)
    fit = sum(sound.fit * (sound.end - sound.start) for sound in spoken) / time
    return fit + LEFT_OUT * (1 - len({sound.word for sound in spoken}) / len(words))


def search_words(heard: HeardSounds, words: Sequence[SpokenWord], report: Progress) -> Search:
    """The words wherever they lie. report: called with a share from 0.5 to 1."""
    return Search(tuple(words), tuple(_place(heard, words, 0.0, heard.duration, report)))


def search_cues(
    waveform: Waveform,
    heard: HeardSounds,
    cues: Sequence[Cue],
    read: Callable[[str], tuple[SpokenWord, ...]],
    report: Progress,
) -> Search | None:
    """The words of cues near their times; None where all cues are one group, or their times are of another sound.

    read: the words of a text.
    """
    words: list[SpokenWord] = []
    found: list[FoundWord] = []
    for group in cue_groups(waveform, cues):
        here = read("\n".join(group.texts))
        placed = _place(heard, here, group.start, min(group.end, heard.duration), report)
        found += [FoundWord(len(words) + word.index, word.sounds) for word in placed]
        words += here
    return Search(tuple(words), tuple(found)) if words else None


def _place(
    heard: HeardSounds, words: Sequence[SpokenWord], start: float, stop: float, report: Progress
) -> list[FoundWord]:
    """Where the words lie from `start` to `stop`, s, window by window; words that are left out are missing in the
    answer. So are all of them where they are so many that they belong to another sound."""
    if len(words) > limits.WORDS_PER_SECOND * (stop - start + 1):
        return []
    found: list[FoundWord] = []
    first = 0
    while first < len(words):
        report(0.5 + 0.5 * start / heard.duration, "Aligning")
        end = min(start + WINDOW_S, stop)
        last = end >= stop
        # No more words than anybody says in the time.
        taken = words[first:] if last else words[first : first + round(limits.WORDS_PER_SECOND * WINDOW_S)]
        placed = heard.of_text([word.ways for word in taken], start, end, last) or []
        there = [
            FoundWord(first + index, tuple(sounds))
            for index, sounds in groupby(placed, key=lambda sound: sound.word)
            if index != BETWEEN_WORDS
        ]
        if last:
            return found + there
        kept = [word for word in there if word.sounds[-1].end < end - LATER_S and word.fit >= WORD_FITS]
        found += [word for word in there if kept and word.index <= kept[-1].index]
        first = kept[-1].index + 1 if kept else first
        start = kept[-1].sounds[-1].end if kept else end - LATER_S
    return found
