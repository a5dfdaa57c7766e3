"""Waveform, with or without a transcript -> the phones that were said, with their times."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from model_runtime import limits
from model_runtime.linguistics.audible import audible, audible_test
from model_runtime.linguistics.decoders import FRAME, AlignedWord, Decoders
from model_runtime.linguistics.loudness import is_silent, may_be_speech, pieces
from model_runtime.linguistics.mismatch import Mismatch, find_mismatches, quoted, unlike_words
from model_runtime.linguistics.phones import PHONES, SILENCE, PhoneTrack, Span
from model_runtime.linguistics.piece import PAD, Piece, cut_piece
from model_runtime.linguistics.recognise import Recognised, in_small_pieces, joined, recognise
from model_runtime.linguistics.text import spoken_words
from model_runtime.linguistics.tiling import tiled
from model_runtime.linguistics.transcript_spread import spread_words
from model_runtime.speech.audio import Waveform

__all__ = ["Alignment", "Progress", "align_speech", "find_phones", "given"]

# Called with the share done (0 to 1) and a text.
Progress = Callable[[float, str], None]

# Seconds. Longer recordings are cut at pauses, and the transcript is divided among the pieces.
ALIGNED_AT_ONCE = 60.0
# Seconds, shortest and longest piece. Pieces bound the memory, and a request can be cancelled between two of them.
PIECE = (10.0, 25.0)
# Mean alignment score of a frame, below which a transcript fits badly. On the tuning recordings, matching transcripts
# lie above -37 and all but 3 % of wrong transcripts below it.
BAD_FIT = -40.0
# Mean alignment score of a frame, from which on recognised words are accepted. Speech (100 pieces) lies above -41. Text
# that the recogniser invents for tones, music and noise bursts ("Thank you for watching") lies below -45.
WORDS_FIT = -43.0
# Mean score of a frame by which unsure recognised words must fit better than the transcript to replace it.
BETTER = 10.0
# Mean alignment scores of a frame between which the confidence in a transcript rises from 0 to 1. Of 76 recordings with
# their own transcript, half score above -18 and 95 % above -29. Half of the transcripts of other recordings score below
# -48.
CONFIDENCE_FITS = (-60.0, -20.0)
# Seconds. Stretches without recognised words are reported from this length on; a breath is shorter.
WORDLESS_S = 1.5
# Mismatches reported for one piece; further ones are only counted.
MOST_MISMATCHES = 4
# Share of the transcript's words that do not fit, above which one mismatch is reported for the whole piece.
SPARE_WORDS = 0.5
# Name of a stretch in which phones are recognised but no words.
SOUNDS = "[phones]"

# Notes for the user.
MISFIT = "The transcript fits the sound badly; check that it belongs to this line."
WORDLESS = "No words are understood in the sound."
DOUBTFUL = "The words that are heard are not sure, so the mouth follows the sound alone; type what is said."
REPLACED = "The transcript does not match the sound, so what was heard was used; check that it belongs to this line."
UNUSED = "The transcript was not used; check the sound."


@dataclass(frozen=True)
class Alignment:
    """Phones and words of a waveform.

    heard: the recognised words, or the transcript where it was used. confidence: in these words and their times, 0 to
    1. notes: sentences for the user about what is uncertain.
    """

    track: PhoneTrack
    notes: tuple[str, ...] = ()
    heard: str = ""
    confidence: float = 0.0

    @property
    def told(self) -> dict[str, object]:
        """heard, confidence and notes as JSON values, for results and takes."""
        return {"heard": self.heard, "confidence": self.confidence, "notes": list(self.notes)}


@dataclass(frozen=True)
class Part:
    """The words found in one piece of the recording.

    words: their frames count from `offset`. offset: seconds in the recording at which the searched piece starts, its
    PAD included. end: seconds, the end of the piece. sure: the words are from the transcript, or were recognised with
    certainty. text: the recognised words as written text; None where the words are from the transcript. confidence: in
    [0, 1]. notes: sentences for the user. wordless: no words are recognised.
    """

    words: list[AlignedWord]
    offset: float
    end: float
    sure: bool
    text: str | None
    confidence: float
    notes: tuple[str, ...] = ()
    wordless: bool = False

    @property
    def size(self) -> int:
        """Number of phones, those outside words included, silences and noises not."""
        return sum(len(word.phones) for word in self.words if word.name[0] != "<")

    @property
    def spellings(self) -> str:
        """The spoken words, separated by spaces."""
        return " ".join(word.spelling for word in self.words if word.spoken)


def find_phones(
    waveform: Waveform,
    transcript: str | None = None,
    progress: Progress | None = None,
    decoders: Decoders | None = None,
) -> PhoneTrack:
    """`align_speech` without its notes."""
    return align_speech(waveform, transcript, progress, decoders).track


def given(track: PhoneTrack) -> Alignment:
    """The alignment of a phone track that the user supplied: its words, no notes, confidence 1."""
    return Alignment(track, heard=" ".join(word.label for word in track.words), confidence=1.0)


def align_speech(
    waveform: Waveform,
    transcript: str | None = None,
    progress: Progress | None = None,
    decoders: Decoders | None = None,
    name: str = "the sound",
) -> Alignment:
    """The phones (ARPAbet, silences included, tiling the whole duration) and words of English speech.

    With a transcript, its words are aligned. Without one, words are recognised first. Where no words are recognised
    (another language, singing), phones are recognised without words. Any waveform and any transcript give a result.
    progress: called with the share done (0 to 1) and a text; an exception that it raises ends the work. decoders: keep
    them between calls to save loading. name: how the notes name the waveform.
    """
    report = progress or (lambda _fraction, _text: None)
    decoders = decoders or Decoders()
    words = spoken_words(transcript or "")
    report(0.0, "Listening")
    if is_silent(waveform):
        return _nobody(PhoneTrack((Span(SILENCE, 0.0, waveform.duration),)), f"{name}: it is silent", words)
    if not words:
        parts = _hear_all(waveform, decoders, report)
    elif len(words) > limits.WORDS_PER_SECOND * (waveform.duration + 1):
        # Too many words for the duration: the transcript belongs to another line, and aligning it would take very long.
        parts = [replace(part, notes=(REPLACED, *part.notes)) for part in _hear_all(waveform, decoders, report)]
    elif waveform.duration <= ALIGNED_AT_ONCE:
        parts = [_align(cut_piece(waveform, 0.0, waveform.duration), words, decoders)]
    else:
        parts = _align_long(waveform, words, decoders, report)
    report(1.0, "Listening")
    track = tiled([(part.words, part.offset, part.end) for part in parts], waveform)
    if all(phone.label == SILENCE for phone in track.phones):
        return _nobody(track, name, words)
    size = sum(part.size for part in parts)
    doubtful = 2 * sum(part.size for part in parts if not part.sure) > size
    notes = [note for part in parts for note in part.notes]
    if doubtful and any(part.text for part in parts):
        notes.append(DOUBTFUL)
    if all(part.text is None for part in parts):
        heard = " ".join((transcript or "").split())
    else:
        heard = " ".join(filter(None, (part.spellings if part.text is None else part.text for part in parts)))
    return Alignment(
        replace(track, unreliable=doubtful),
        tuple(dict.fromkeys([*notes, *_not_understood(parts)])),
        heard,
        round(sum(part.size * part.confidence for part in parts) / max(size, 1), 3),
    )


def _nobody(track: PhoneTrack, name: str, words: Sequence[str]) -> Alignment:
    """The alignment of a waveform without speech."""
    return Alignment(track, (f"No speech is heard in {name}.", *((UNUSED,) if words else ())))


def _not_understood(parts: list[Part]) -> tuple[str, ...]:
    """A sentence for each stretch in which phones but no words are recognised."""
    stretches: list[list[float]] = []
    for part in parts:
        phones = [phone for word in part.words if word.name == SOUNDS for phone in word.phones if phone.name in PHONES]
        if phones and part.wordless:
            start, end = max(phones[0].start * FRAME + part.offset, 0.0), phones[-1].end * FRAME + part.offset
            if stretches and part.offset + PAD - stretches[-1][1] < 1.0:
                stretches[-1][1] = end
            else:
                stretches.append([start, end])
    return tuple(
        f"From {start:.1f} to {end:.1f} s no words are understood; the mouth follows the sounds alone."
        for start, end in stretches
        if end - start >= WORDLESS_S or len(parts) == 1
    )


def _hear_all(waveform: Waveform, decoders: Decoders, report: Progress) -> list[Part]:
    """Recognise each piece of the waveform."""
    parts = []
    for start, end in pieces(waveform, *PIECE):
        report(start / waveform.duration, "Listening")
        piece = cut_piece(waveform, start, end)
        parts.append(_hear(piece, decoders, recognise(piece.waveform)))
    return parts


def _align_long(waveform: Waveform, words: Sequence[str], decoders: Decoders, report: Progress) -> list[Part]:
    """Recognise each piece, divide the transcript among the pieces by the recognised words, then align each piece."""
    places = pieces(waveform, *PIECE)
    heard = []
    for start, end in places:
        report(0.7 * start / waveform.duration, "Listening")
        piece = cut_piece(waveform, start, end)
        heard.append(_search(piece, recognise(piece.waveform), decoders)[0])
    parts = []
    first = 0
    spread = spread_words(words, [each.words for each in heard], round(ALIGNED_AT_ONCE / PIECE[1]))
    for count, said in spread:
        start, end = places[first][0], places[first + count - 1][1]
        report(0.7 + 0.3 * start / waveform.duration, "Aligning")
        parts.append(_align(cut_piece(waveform, start, end), said, decoders, joined(heard[first : first + count])))
        first += count
    return parts


def _search(piece: Piece, recognised: Recognised, decoders: Decoders) -> tuple[Recognised, list[AlignedWord] | None]:
    """The recognised words of a piece, and where they lie in it; None where they cannot be aligned.

    The recogniser may write a repeated sentence once too often. Alignment then fails, and the piece is recognised again
    in smaller pieces.
    """
    if not recognised.words:
        return recognised, None
    found = decoders.align(piece.pcm, recognised.words)
    if found is not None:
        return recognised, found
    smaller = in_small_pieces(piece.waveform)
    return smaller, decoders.align(piece.pcm, smaller.words) if smaller.words else None


def _align(piece: Piece, words: Sequence[str], decoders: Decoders, recognised: Recognised | None = None) -> Part:
    """The given words aligned with a piece; where they do not fit, the recognised words."""
    recognised = recognised or recognise(piece.waveform)
    if not recognised.sure and not may_be_speech(piece.waveform):
        return _hear(piece, decoders, recognised)
    found = decoders.align(piece.pcm, words) if words else None
    fit = -np.inf if found is None else _fit(found)
    mismatches = _mismatches(piece, words, found, recognised, decoders)
    if found is not None and fit >= BAD_FIT:
        return _transcribed(found, piece, mismatches, ())
    heard = _hear(piece, decoders, recognised)
    if found is None or _fit(heard.words) > fit + (0 if heard.sure else BETTER):
        if not words:
            lacking = Mismatch((), recognised.words, piece.start, piece.end)
            return replace(heard, notes=(*((lacking.sentence,) if recognised.words else ()), *heard.notes))
        told = mismatches
        if found is None or sum(len(each.said) for each in mismatches) > SPARE_WORDS * len(words):
            told = (Mismatch(tuple(words), recognised.words, piece.start, piece.end),) if heard.size else ()
        return replace(heard, notes=(REPLACED, *_sentences(told), *heard.notes))
    return _transcribed(found, piece, mismatches, (MISFIT, *(() if heard.text else (WORDLESS,))), sure=False)


def _transcribed(
    found: list[AlignedWord],
    piece: Piece,
    mismatches: Sequence[Mismatch],
    notes: tuple[str, ...],
    sure: bool = True,
) -> Part:
    """A part with the transcript's words, as aligned in `found`."""
    spoken = sum(word.spoken for word in found)
    wrong = sum(max(len(each.said), len(each.heard)) for each in mismatches)
    lacking = sum(len(each.heard) for each in mismatches if not each.said)
    fitting = max(0.0, 1 - wrong / max(spoken + lacking, 1))
    confidence = fitting * float(np.interp(_fit(found), CONFIDENCE_FITS, (0.0, 1.0)))
    return Part(found, piece.offset, piece.end, sure, None, confidence, (*notes, *_sentences(mismatches)))


def _mismatches(
    piece: Piece,
    words: Sequence[str],
    found: list[AlignedWord] | None,
    recognised: Recognised,
    decoders: Decoders,
) -> tuple[Mismatch, ...]:
    """Where the transcript and the recognised words differ."""
    if found is None or not recognised.words:
        return ()
    stretches = unlike_words(words, recognised.words, decoders.pronunciation)
    heard = decoders.align(piece.pcm, recognised.words) if stretches else None
    if heard is None:
        return ()
    is_audible = audible_test(piece.waveform, PAD)
    return find_mismatches(stretches, found, heard, is_audible, recognised.sure, piece.offset)


def _sentences(mismatches: Sequence[Mismatch]) -> tuple[str, ...]:
    """Notes on the first MOST_MISMATCHES mismatches, and the number of the rest."""
    told = [each.sentence for each in mismatches[:MOST_MISMATCHES]]
    left = len(mismatches) - len(told)
    return (*told, *((f"The transcript differs from the sound in {left} more places.",) if left else ()))


def _hear(piece: Piece, decoders: Decoders, recognised: Recognised) -> Part:
    """Recognised words, else phones without words, else an empty part."""
    speech, found = may_be_speech(piece.waveform), None
    if speech:
        placed, found = _search(piece, recognised, decoders)
        recognised = recognised if found is None else placed
    elif recognised.words and recognised.sure:
        found = decoders.align(piece.pcm, recognised.words)
    if found is not None and _fit(found) >= WORDS_FIT:
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


def _fit(words: list[AlignedWord]) -> float:
    """Mean alignment score of a frame of speech: 0 is a perfect fit, below 0 is worse."""
    phones = [phone for word in words if word.spoken for phone in word.phones]
    frames = sum(phone.end - phone.start for phone in phones)
    return sum(phone.score for phone in phones) / frames if frames else -np.inf
