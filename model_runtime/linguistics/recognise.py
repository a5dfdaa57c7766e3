"""Recognise the words of a piece of a waveform, with the certainty of the recogniser (Moonshine)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model_runtime.linguistics.loudness import pieces
from model_runtime.linguistics.own_words import NO_OWN_WORDS, OwnWords
from model_runtime.linguistics.text import spoken_words
from model_runtime.speech.audio import SAMPLE_RATE, Waveform
from model_runtime.speech.moonshine import transcribe

__all__ = ["Recognised", "in_small_pieces", "joined", "recognise"]

# Seconds, shortest and longest piece for a second attempt, where a longer piece is not recognised as a whole.
SMALL_PIECE = (3.0, 6.0)
# Mean log-likelihood of the tokens, above which recognised words are sure. Free English speech lies above -.36 (all but
# one of 39 clips). Mandarin, which the recogniser was not trained on, lies below -.63.
SURE = -0.6


@dataclass(frozen=True)
class Recognised:
    """text: written text, empty where nothing is recognised. words: the spoken words of the text. likelihood: mean
    natural logarithm of the tokens' probabilities, 0 is certain. sure: whether the likelihood of every piece lies above
    SURE."""

    text: str
    words: tuple[str, ...]
    likelihood: float
    sure: bool

    @property
    def confidence(self) -> float:
        """In [0, 1]: the geometric mean of the tokens' probabilities; 0 where nothing is recognised."""
        return float(np.exp(min(self.likelihood, 0.0))) if self.words else 0.0


def recognise(piece: Waveform, own: OwnWords = NO_OWN_WORDS) -> Recognised:
    """The words of a piece of up to half a minute. own: words of the user.

    A piece without recognised words is tried again in smaller pieces: a line that is repeated many times looks like a
    decoder that loops, and its text is dropped.
    """
    heard = transcribe(piece.samples)
    words = spoken_words(heard.text, own)
    if words or piece.duration <= SMALL_PIECE[1]:
        return Recognised(heard.text if words else "", words, heard.likelihood, heard.likelihood > SURE)
    return in_small_pieces(piece, own)


def in_small_pieces(piece: Waveform, own: OwnWords = NO_OWN_WORDS) -> Recognised:
    """The words of a piece, recognised in pieces of SMALL_PIECE seconds."""
    samples = piece.samples
    cuts = [(round(start * SAMPLE_RATE), round(end * SAMPLE_RATE)) for start, end in pieces(piece, *SMALL_PIECE)]
    return joined([recognise(Waveform(samples[start:end]), own) for start, end in cuts])


def joined(parts: Sequence[Recognised]) -> Recognised:
    """The recognised words of consecutive pieces (at least one) as one."""
    weights = [max(len(part.words), 1e-3) for part in parts]
    return Recognised(
        text=" ".join(part.text for part in parts if part.text),
        words=tuple(word for part in parts for word in part.words),
        likelihood=float(np.average([max(part.likelihood, -100.0) for part in parts], weights=weights)),
        sure=all(part.sure for part in parts),
    )
