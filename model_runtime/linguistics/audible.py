"""Filter out words that the recogniser found in noise: their level stays close to the noise of the room."""

from collections.abc import Callable

import numpy as np

from model_runtime.linguistics.decoders import FRAME, AlignedPhone, AlignedWord
from model_runtime.linguistics.loudness import STEP, levels, quiet_and_loud
from model_runtime.linguistics.phones import SILENCE
from model_runtime.speech.audio import Waveform

__all__ = ["audible", "audible_test"]

# Share of the way (in dB) from the noise level of a recording to its loud level. Every spoken word rises above it.
RISEN = 0.5


def audible(words: list[AlignedWord], waveform: Waveform, before: float) -> list[AlignedWord]:
    """The words, with those that do not rise above the noise replaced by silence; see `audible_test`."""
    said = audible_test(waveform, before)
    return [word if said(word) else _silence(word) for word in words]


def audible_test(waveform: Waveform, before: float) -> Callable[[AlignedWord], bool]:
    """A test whether a word rises above the noise of a waveform.

    waveform: the piece that was searched, without padding. before: seconds of padding before it, which the words'
    frames include.
    """
    level = levels(waveform)
    noise, loud = quiet_and_loud(level)

    def said(word: AlignedWord) -> bool:
        start, end = (edge * FRAME - before for edge in (word.phones[0].start, word.phones[-1].end))
        within = level[max(round(start / STEP), 0) : max(round(end / STEP), 0)]
        return float(within.max(initial=-np.inf)) > noise + RISEN * (loud - noise)

    return said


def _silence(word: AlignedWord) -> AlignedWord:
    return AlignedWord("<sil>", (AlignedPhone(SILENCE, word.phones[0].start, word.phones[-1].end),))
