"""A part: the words found in one piece of a recording. Recognised words of a piece, else its phones."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from model_runtime.linguistics.audible import audible
from model_runtime.linguistics.decoders import AlignedWord, Decoders
from model_runtime.linguistics.loudness import may_be_speech
from model_runtime.linguistics.mismatch import Mismatch, quoted
from model_runtime.linguistics.piece import PAD, Piece
from model_runtime.linguistics.recognise import Recognised, in_small_pieces

__all__ = ["SOUNDS", "Part", "fit_of", "hear_part", "place_recognised", "total_score"]

# Mean alignment score of a frame, from which on recognised words are accepted. Speech (100 pieces) lies above -41. Text
# that the recogniser invents for tones, music and noise bursts ("Thank you for watching") lies below -45.
WORDS_FIT = -43.0
# Name of a stretch in which phones are recognised but no words.
SOUNDS = "[phones]"


@dataclass(frozen=True)
class Part:
    """The words found in one piece of the recording.

    words: their frames count from `offset`. offset: seconds in the recording at which the searched piece starts, its
    PAD included. end: seconds, the end of the piece. sure: the words are from the transcript, or were recognised with
    certainty. text: the words as written text; None where all of them are from the transcript. confidence: in [0, 1].
    notes: sentences for the user. mismatches: where the transcript differs from the sound. wordless: no words are
    recognised. given: number of words of the transcript that belong to this piece. used: how many of them are spoken.
    speed: at which the sound was played to find the words.
    """

    words: list[AlignedWord]
    offset: float
    end: float
    sure: bool
    text: str | None
    confidence: float
    notes: tuple[str, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
    wordless: bool = False
    given: int = 0
    used: int = 0
    speed: float = 1.0

    @property
    def start(self) -> float:
        """Seconds in the recording at which the piece starts."""
        return self.offset + PAD

    @property
    def size(self) -> int:
        """Number of phones, those outside words included, silences and noises not."""
        return sum(len(word.phones) for word in self.words if word.name[0] != "<")

    @property
    def spellings(self) -> str:
        """The spoken words, separated by spaces."""
        return " ".join(word.spelling for word in self.words if word.spoken)


def fit_of(words: Sequence[AlignedWord] | None) -> float:
    """Mean alignment score of a frame of speech: 0 is a perfect fit, below 0 is worse; -inf without speech."""
    phones = [phone for word in words or () if word.spoken for phone in word.phones]
    frames = sum(phone.end - phone.start for phone in phones)
    return sum(phone.score for phone in phones) / frames if frames else -np.inf


def total_score(words: Sequence[AlignedWord]) -> float:
    """Sum of the scores of all phones, silences and noises included: of two alignments with one piece, the larger one
    fits better."""
    return sum(phone.score for word in words for phone in word.phones)


def hear_part(piece: Piece, decoders: Decoders, recognised: Recognised) -> Part:
    """Recognised words, else phones without words, else an empty part."""
    speech, found = may_be_speech(piece.waveform), None
    if speech:
        placed, found = place_recognised(piece, recognised, decoders)
        recognised = recognised if found is None else placed
    elif recognised.words and recognised.sure:
        found = decoders.align(piece.pcm, recognised.words)
    if found is not None and fit_of(found) >= WORDS_FIT:
        words = audible(found, piece.waveform, PAD)
        spoken = sum(word.spoken for word in words)
        part = Part(words, piece.offset, piece.end, recognised.sure, recognised.text, recognised.confidence)
        return part if spoken == len(recognised.words) else replace(part, text=part.spellings)
    phones = decoders.hear_phones(piece.pcm) if speech else None
    words = audible([AlignedWord(SOUNDS, tuple(phones))], piece.waveform, PAD) if phones else []
    if recognised.sure and speech and found is None and recognised.words:
        where = f"From {piece.start:.1f} to {piece.end:.1f} s"
        lost = f"{where} {quoted(recognised.words)} is heard, but has no place in the sound."
        return Part(words, piece.offset, piece.end, False, "", 0.0, (lost,))
    return Part(words, piece.offset, piece.end, not speech, "", 0.0, wordless=True)


def place_recognised(
    piece: Piece, recognised: Recognised, decoders: Decoders
) -> tuple[Recognised, list[AlignedWord] | None]:
    """The recognised words of a piece, and where they lie in it; None where they cannot be aligned.

    The recogniser may write a repeated sentence once too often. Alignment then fails, and the piece is recognised again
    in smaller pieces.
    """
    if not recognised.words:
        return recognised, None
    found = decoders.align(piece.pcm, recognised.words)
    if found is not None:
        return recognised, found
    smaller = in_small_pieces(piece.waveform, decoders.own)
    return smaller, decoders.align(piece.pcm, smaller.words) if smaller.words else None
