"""What a recogniser understands of a piece of sound: the words as people write them, and how sure it is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model_runtime.linguistics.loudness import pieces
from model_runtime.linguistics.text import spoken_words
from model_runtime.speech.audio import SAMPLE_RATE, Waveform
from model_runtime.speech.moonshine import transcribe

__all__ = ["Recognised", "in_small_pieces", "joined", "recognise"]

# Seconds, shortest and longest: what is tried where a piece cannot be made out as a whole.
SMALL_PIECE = (3.0, 6.0)
# Mean log-likelihood of what is heard. Free English lies above -.36 (all but one clip in 39), Mandarin, which the
# recogniser does not know, below -.63.
SURE = -0.6


@dataclass(frozen=True)
class Recognised:
    """text: as people write it, empty where nothing is recognised. words: as they are spoken. likelihood: mean natural
    logarithm of the tokens' probabilities, 0 is certain. sure: whether that can be relied on, in all its parts."""

    text: str
    words: tuple[str, ...]
    likelihood: float
    sure: bool

    @property
    def confidence(self) -> float:
        """In [0, 1]: the geometric mean of the tokens' probabilities; 0 where nothing is recognised."""
        return float(np.exp(min(self.likelihood, 0.0))) if self.words else 0.0


def recognise(piece: Waveform) -> Recognised:
    """What is said in a piece of up to half a minute.

    Where that cannot be told of the whole, it is asked of smaller ones: a line said again and again is no decoder that
    goes in circles.
    """
    heard = transcribe(piece.samples)
    words = spoken_words(heard.text)
    if words or piece.duration <= SMALL_PIECE[1]:
        return Recognised(heard.text if words else "", words, heard.likelihood, heard.likelihood > SURE)
    return in_small_pieces(piece)


def in_small_pieces(piece: Waveform) -> Recognised:
    """What is said in a piece, asked of a few seconds at a time."""
    samples = piece.samples
    cuts = [(round(start * SAMPLE_RATE), round(end * SAMPLE_RATE)) for start, end in pieces(piece, *SMALL_PIECE)]
    return joined([recognise(Waveform(samples[start:end])) for start, end in cuts])


def joined(parts: Sequence[Recognised]) -> Recognised:
    """What is recognised of pieces that follow each other, as one; at least one of them."""
    weights = [max(len(part.words), 1e-3) for part in parts]
    return Recognised(
        text=" ".join(part.text for part in parts if part.text),
        words=tuple(word for part in parts for word in part.words),
        likelihood=float(np.average([max(part.likelihood, -100.0) for part in parts], weights=weights)),
        sure=all(part.sure for part in parts),
    )
