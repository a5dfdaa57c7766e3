"""Long recordings, in pieces that are cut at pauses; the transcript is divided among them by the recognised words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from model_runtime.linguistics.decoders import Decoders
from model_runtime.linguistics.fitting import fit_transcript
from model_runtime.linguistics.loudness import pieces
from model_runtime.linguistics.mismatch import Mismatch
from model_runtime.linguistics.own_words import OwnWords
from model_runtime.linguistics.part import Part, fit_of, hear_part, place_recognised
from model_runtime.linguistics.piece import cut_piece
from model_runtime.linguistics.pitched import SPEEDS, at_speed, scaled_back
from model_runtime.linguistics.progress import Progress
from model_runtime.linguistics.recognise import Recognised, joined, recognise
from model_runtime.linguistics.remarks import long_words_with_remarks
from model_runtime.linguistics.text import Script
from model_runtime.linguistics.transcript_spread import find_places, in_phrases, spread_words
from model_runtime.speech.audio import Waveform

__all__ = ["ALIGNED_AT_ONCE", "fit_long", "hear_all", "used_share"]

# Seconds. Longer recordings are cut at pauses, and the transcript is divided among the pieces.
ALIGNED_AT_ONCE = 60.0
# Seconds, shortest and longest piece. Pieces bound the memory, and a request can be cancelled between two of them.
PIECE = (10.0, 25.0)
# Share of the words that are equal in transcript and sound, in order, below which the voice may be pitched.
UNDERSTOOD = 0.3
# Mean score of a frame of the recognised words, median of the pieces, below which the same holds.
PITCHED_FIT = -34.0
# Times as many equal words, from which on another speed is the voice's own.
MORE = 1.1
# Pieces in which a pitched voice is looked for.
TRIED = 2


def used_share(parts: Sequence[Part]) -> float:
    """Share of the transcript's words that are spoken, in [0, 1]; 1 without a transcript."""
    words = sum(part.given for part in parts)
    return sum(part.used for part in parts) / words if words else 1.0


def hear_all(waveform: Waveform, decoders: Decoders, report: Progress) -> list[Part]:
    """Recognise each piece of the waveform."""
    parts = []
    for start, end in pieces(waveform, *PIECE):
        report(start / waveform.duration, "Listening")
        piece = cut_piece(waveform, start, end)
        parts.append(hear_part(piece, decoders, recognise(piece.waveform, decoders.own)))
    return parts


def fit_long(waveform: Waveform, script: Script, decoders: Decoders, report: Progress) -> list[Part]:
    """Recognise each piece, divide the transcript among the pieces by the recognised words, then align each piece."""

    def listening(share: float) -> None:
        report(0.7 * share, "Listening")

    pieces_heard = _recognised(waveform, decoders, listening)
    words = long_words_with_remarks(script, pieces_heard.said)
    if not words:
        return hear_all(waveform, decoders, report)
    places = find_places(words, pieces_heard.said)
    understood = len(places) >= UNDERSTOOD * min(len(words), sum(map(len, pieces_heard.said)))
    if understood and np.median(pieces_heard.fits) >= PITCHED_FIT:
        return _aligned(pieces_heard, words, places, decoders, report)
    speed = _speed(pieces_heard, words, decoders.own)
    if speed == 1.0 and pieces_heard.sure and not in_phrases(places):
        return _heard_instead(pieces_heard, words, decoders, report)
    if speed == 1.0:
        return _aligned(pieces_heard, words, places, decoders, report)
    played = _recognised(at_speed(waveform, speed), decoders, listening)
    words = long_words_with_remarks(script, played.said)
    parts = _aligned(played, words, find_places(words, played.said), decoders, report)
    return [scaled_back(part, part.start * speed, part.end * speed, speed) for part in parts]


@dataclass(frozen=True)
class Pieces:
    """The pieces of a recording. places: start and end of each, seconds. recognised: the words of each.
    fits: the mean score of a frame of these words."""

    waveform: Waveform
    places: tuple[tuple[float, float], ...]
    recognised: tuple[Recognised, ...]
    fits: tuple[float, ...]

    @property
    def said(self) -> list[tuple[str, ...]]:
        """The recognised words of each piece."""
        return [each.words for each in self.recognised]

    @property
    def sure(self) -> bool:
        """Whether most of the words were recognised with certainty."""
        words = sum(len(each.words) for each in self.recognised)
        return words > 0 and 2 * sum(len(each.words) for each in self.recognised if each.sure) > words


def _recognised(waveform: Waveform, decoders: Decoders, report: Callable[[float], None]) -> Pieces:
    """The pieces with the recognised words of each. report: called with the share done, also where it stays."""
    places = pieces(waveform, *PIECE)
    heard, fits = [], []
    for start, end in places:
        report(start / waveform.duration)
        piece = cut_piece(waveform, start, end)
        recognised, found = place_recognised(piece, recognise(piece.waveform, decoders.own), decoders)
        heard.append(recognised)
        fits.append(fit_of(found))
    return Pieces(waveform, tuple(places), tuple(heard), tuple(fits))


def _aligned(
    heard: Pieces, words: Sequence[str], found: list[tuple[int, int]], decoders: Decoders, report: Progress
) -> list[Part]:
    """The parts of groups of pieces, each with the words of the transcript that belong there. found: see
    `find_places`."""
    parts: list[Part] = []
    first = 0
    for count, here in spread_words(words, heard.said, round(ALIGNED_AT_ONCE / PIECE[1]), found):
        start, end = heard.places[first][0], heard.places[first + count - 1][1]
        report(0.7 + 0.3 * start / heard.waveform.duration, "Aligning")
        recognised = joined(heard.recognised[first : first + count])
        # A voice keeps its pitch: the speed of the piece before is tried first.
        last = parts[-1].speed if parts else 1.0
        speeds = SPEEDS if last == 1.0 else (last, *(each for each in SPEEDS if each != last))
        piece = cut_piece(heard.waveform, start, end)
        parts.append(fit_transcript(piece, here, decoders, recognised, speeds if count == 1 else ()))
        first += count
    return parts


def _heard_instead(heard: Pieces, words: Sequence[str], decoders: Decoders, report: Progress) -> list[Part]:
    """The parts with recognised words alone, where nothing of the transcript is said."""
    parts = []
    for (start, end), recognised in zip(heard.places, heard.recognised, strict=True):
        report(0.7 + 0.3 * start / heard.waveform.duration, "Aligning")
        parts.append(hear_part(cut_piece(heard.waveform, start, end), decoders, recognised))
    instead = tuple(word for said in heard.said for word in said)
    whole = Mismatch(tuple(words), instead, 0.0, heard.waveform.duration)
    return [replace(parts[0], given=len(words), mismatches=(whole,)), *parts[1:]]


def _speed(heard: Pieces, words: Sequence[str], own: OwnWords) -> float:
    """The speed at which most of the transcript's words are recognised in the first pieces; 1: their own."""
    tried = [cut_piece(heard.waveform, *place).waveform for place in heard.places[:TRIED]]
    found = {1.0: len(find_places(words, heard.said[:TRIED]))}
    for speed in SPEEDS:
        said = [recognise(at_speed(each, speed), own).words for each in tried]
        places = len(find_places(words, said))
        if places >= UNDERSTOOD * min(len(words), sum(map(len, said))):
            found[speed] = places
    best = max(found, key=lambda speed: found[speed])
    return best if found[best] > MORE * found[1.0] else 1.0
