"""Pitched voices: a sound that is played faster or slower, as for monsters and chipmunks, at its usual pitch.

The decoders know voices of usual pitch. A pitched sound is played at a few other speeds; where the recogniser then
understands words of the transcript, the words are aligned there, and their times are scaled back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import soxr

from model_runtime.linguistics.decoders import FRAME, AlignedWord, Decoders
from model_runtime.linguistics.mismatch import Mismatch, unlike_words
from model_runtime.linguistics.part import Part, fit_of
from model_runtime.linguistics.phrases import alike_share
from model_runtime.linguistics.piece import PAD, Piece, cut_piece
from model_runtime.linguistics.recognise import Recognised, recognise
from model_runtime.speech.audio import SAMPLE_RATE, Waveform

__all__ = ["Played", "at_speed", "find_speed", "scaled_back"]

# Speeds at which a pitched sound is tried: one of them comes within 15 % of the usual pitch for sounds that were played
# .57 to 1.75 times as fast.
SPEEDS = (1.3, 0.75, 1.7, 0.6)
# Least share of the transcript's words that must be recognised at another speed, with certainty, and the least mean
# score of a frame of the transcript or the recognised words. With both, 54 of 54 right transcripts of pitched voices
# are kept; two of 34 transcripts of other recordings reach the share, with scores of -37 and less.
AGREED = 0.5
AGREED_FIT = -35.0
# Mean score of a frame with which no other speed is tried.
CLEAR_FIT = -18.0


@dataclass(frozen=True)
class Played:
    """A piece, played at another speed. recognised: its words."""

    piece: Piece
    speed: float
    recognised: Recognised


def at_speed(waveform: Waveform, speed: float) -> Waveform:
    """The waveform, played `speed` times as fast (2: an octave higher, half as long)."""
    samples = soxr.resample(waveform.samples, SAMPLE_RATE * speed, SAMPLE_RATE)
    return Waveform(np.asarray(samples, np.float32))


def find_speed(
    piece: Piece, words: Sequence[str], decoders: Decoders, speeds: Sequence[float] = SPEEDS
) -> Played | None:
    """The piece at the speed at which the transcript is understood best, or at the first at which it is understood
    well; None where it is understood at none."""
    best, fit = None, AGREED_FIT
    for speed in speeds:
        waveform = at_speed(piece.waveform, speed)
        recognised = recognise(waveform, decoders.own)
        stretches = unlike_words(words, recognised.words, decoders.pronunciation)
        if not recognised.sure or alike_share(words, recognised.words, stretches) < AGREED:
            continue
        played = Played(cut_piece(waveform, 0.0, waveform.duration), speed, recognised)
        fits = (fit_of(decoders.align(played.piece.pcm, each)) for each in (words, recognised.words))
        if (here := max(fits)) >= fit:
            best, fit = played, here
        if fit >= CLEAR_FIT:
            break
    return best


def scaled_back(part: Part, start: float, end: float, speed: float) -> Part:
    """A part of a sound that was played at `speed`, with the times of the sound itself: from `start` to `end`, s."""
    before = PAD / FRAME

    def frame(number: int) -> int:
        return round((number - before) * speed + before)

    def word(found: AlignedWord) -> AlignedWord:
        phones = (replace(phone, start=frame(phone.start), end=frame(phone.end)) for phone in found.phones)
        return AlignedWord(found.name, tuple(phones))

    def placed(mismatch: Mismatch) -> Mismatch:
        first, last = (start + (time - part.start) * speed for time in (mismatch.start, mismatch.end))
        return replace(mismatch, start=first, end=last)

    return replace(
        part,
        words=[word(each) for each in part.words],
        offset=start - PAD,
        end=end,
        mismatches=tuple(placed(each) for each in part.mismatches),
        speed=speed,
    )
