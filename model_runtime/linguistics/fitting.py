"""The words of a transcript in one piece of a recording: what fits is spoken, the rest of the sound as it is heard."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from model_runtime.linguistics.audible import audible_test
from model_runtime.linguistics.decoders import AlignedWord, Decoders
from model_runtime.linguistics.loudness import may_be_speech
from model_runtime.linguistics.mismatch import Found, Mismatch, Stretch, find_mismatches, unlike_words
from model_runtime.linguistics.part import Part, fit_of, hear_part, place_recognised, total_score
from model_runtime.linguistics.phrases import BAD_FIT, LACKING_WORDS, alike_share, find_phrases, mixed_words
from model_runtime.linguistics.piece import PAD, Piece
from model_runtime.linguistics.pitched import AGREED, SPEEDS, find_speed, scaled_back
from model_runtime.linguistics.recognise import Recognised, recognise

__all__ = ["MISFIT", "fit_transcript"]

# Mean score of a frame by which unsure recognised words must fit better than the transcript to replace it.
BETTER_THROUGHOUT = 10.0
# Mean alignment scores of a frame between which the confidence in a transcript rises from 0 to 1. Of 76 recordings with
# their own transcript, half score above -18 and 95 % above -29. Half of the transcripts of other recordings score below
# -48.
CONFIDENCE_FITS = (-60.0, -20.0)
# Words that are recognised in a row where the transcript has none, from which on it is searched phrase by phrase.
LACKING_ALOUD = 4
# Mean alignment score of a frame of recognised words, from which on the voice has its usual pitch.
USUAL_VOICE = -25.0
# Share of the transcript's words that are recognised, below which the user is told where the recogniser is not sure.
UNCHECKED_BELOW = 0.3

# Notes for the user.
MISFIT = "The transcript fits the sound badly; check that it belongs to this line."
UNCHECKED = "The words of the transcript are not understood in the sound; check that it belongs to this line."
WORDLESS = "No words are understood in the sound."


def fit_transcript(
    piece: Piece,
    words: Sequence[str],
    decoders: Decoders,
    recognised: Recognised | None = None,
    speeds: Sequence[float] = SPEEDS,
) -> Part:
    """The words of a transcript aligned with a piece; where they do not fit, recognised words.

    recognised: of the piece, if that is known. speeds: at which it is tried where it may be a pitched voice.
    """
    recognised = recognised or recognise(piece.waveform, decoders.own)
    if not recognised.sure and not may_be_speech(piece.waveform):
        return replace(hear_part(piece, decoders, recognised), given=len(words))
    if not words:
        heard = hear_part(piece, decoders, recognised)
        lacking = (Mismatch((), recognised.words, piece.start, piece.end),) if recognised.words else ()
        return replace(heard, mismatches=lacking)
    found = decoders.align(piece.pcm, words)
    stretches = unlike_words(words, recognised.words, decoders.pronunciation)
    agreed = alike_share(words, recognised.words, stretches)
    notes: tuple[str, ...] = ()
    if fit_of(found) < BAD_FIT or (not recognised.sure and agreed < AGREED):
        usual = recognised.sure and _is_usual(piece, recognised, decoders)
        played = None if usual or not speeds else find_speed(piece, words, decoders, speeds)
        if played is not None:
            other = decoders.align(played.piece.pcm, words)
            stretches = unlike_words(words, played.recognised.words, decoders.pronunciation)
            part = _fitted(played.piece, words, other, decoders, played.recognised, stretches)
            return scaled_back(part, piece.start, piece.end, played.speed)
        if not recognised.sure and agreed < UNCHECKED_BELOW:
            notes = (UNCHECKED,)
    part = _fitted(piece, words, found, decoders, recognised, stretches)
    return part if part.notes or part.mismatches else replace(part, notes=notes)


def _is_usual(piece: Piece, recognised: Recognised, decoders: Decoders) -> bool:
    """Whether the recognised words fit as well as those of voices of usual pitch."""
    return fit_of(decoders.align(piece.pcm, recognised.words)) >= USUAL_VOICE


def _fitted(
    piece: Piece,
    words: Sequence[str],
    found: list[AlignedWord] | None,
    decoders: Decoders,
    recognised: Recognised,
    stretches: Sequence[Stretch],
) -> Part:
    """The part of a piece at its own speed. found: the words aligned with it. stretches: see `unlike_words`."""
    fit = fit_of(found)
    differences = _differences(piece, found, recognised, stretches, decoders)
    mismatches = tuple(each.mismatch for each in differences)
    fits = found is not None and fit >= BAD_FIT
    if (
        not fits
        or any(len(each.mismatch.heard) >= LACKING_WORDS for each in differences)
        or (recognised.sure and any(_lacking(each) >= LACKING_ALOUD for each in stretches))
    ):
        mixed = _in_phrases(piece, words, decoders, recognised)
        if mixed is not None and _is_better(mixed.words, found):
            return mixed if mixed.used else _heard_instead(piece, words, decoders, recognised)
    if found is not None and fits:
        return _transcribed(found, piece, mismatches, ())
    rest = hear_part(piece, decoders, recognised)
    if found is None or fit_of(rest.words) > fit + (0 if rest.sure else BETTER_THROUGHOUT):
        return _heard_instead(piece, words, decoders, recognised)
    return _transcribed(found, piece, mismatches, (MISFIT, *(() if rest.text else (WORDLESS,))), sure=False)


def _is_better(mixed: Sequence[AlignedWord], found: Sequence[AlignedWord] | None) -> bool:
    """Whether words fit a piece, and better than those of the transcript alone."""
    return fit_of(mixed) >= BAD_FIT and (found is None or total_score(mixed) > total_score(found))


def _lacking(stretch: Stretch) -> int:
    """How many more words are recognised in a stretch than the transcript has."""
    return stretch.heard_last - stretch.heard_first - (stretch.last - stretch.first)


def _heard_instead(piece: Piece, words: Sequence[str], decoders: Decoders, recognised: Recognised) -> Part:
    """The part with recognised words alone, where nothing of the transcript fits."""
    heard = hear_part(piece, decoders, recognised)
    whole = (Mismatch(tuple(words), recognised.words, piece.start, piece.end),) if heard.size else ()
    return replace(heard, mismatches=whole, given=len(words))


def _in_phrases(piece: Piece, words: Sequence[str], decoders: Decoders, recognised: Recognised) -> Part | None:
    """The part with the phrases of the transcript that fit, if any, and recognised words for the rest; None: these
    cannot be aligned or are not sure enough."""
    placed, heard = place_recognised(piece, recognised, decoders)
    if heard is None:
        return None
    phrases = find_phrases(piece, words, placed, heard, decoders)
    if not phrases.phrases and not placed.sure:
        return None
    return _mixed(piece, words, placed, phrases.replaced, phrases.mismatches, decoders)


def _transcribed(
    found: list[AlignedWord],
    piece: Piece,
    mismatches: tuple[Mismatch, ...],
    notes: tuple[str, ...],
    sure: bool = True,
) -> Part:
    """A part with the transcript's words, as aligned in `found`."""
    spoken = sum(word.spoken for word in found)
    wrong = sum(max(len(each.said), len(each.heard)) for each in mismatches)
    lacking = sum(len(each.heard) for each in mismatches if not each.said)
    fitting = max(0.0, 1 - wrong / max(spoken + lacking, 1))
    confidence = fitting * float(np.interp(fit_of(found), CONFIDENCE_FITS, (0.0, 1.0)))
    return Part(found, piece.offset, piece.end, sure, None, confidence, notes, mismatches, given=spoken, used=spoken)


def _mixed(
    piece: Piece,
    words: Sequence[str],
    recognised: Recognised,
    replaced: Sequence[Stretch],
    mismatches: tuple[Mismatch, ...],
    decoders: Decoders,
) -> Part | None:
    """A part with the transcript's words, and the recognised ones in the replaced stretches; None: they cannot be
    aligned."""
    mixed, own = mixed_words(words, recognised.words, replaced)
    found = decoders.align(piece.pcm, mixed)
    if found is None:
        return None
    used = sum(own)
    if used == len(mixed) and not replaced:
        return _transcribed(found, piece, mismatches, ())
    fitting = used / (len(mixed) + len(words) - used)
    confidence = fitting * float(np.interp(fit_of(found), CONFIDENCE_FITS, (0.0, 1.0)))
    sure = recognised.sure or 2 * used > len(mixed)
    part = Part(found, piece.offset, piece.end, sure, None, confidence, (), mismatches, given=len(words), used=used)
    return replace(part, text=part.spellings)


def _differences(
    piece: Piece,
    found: list[AlignedWord] | None,
    recognised: Recognised,
    stretches: Sequence[Stretch],
    decoders: Decoders,
) -> tuple[Found, ...]:
    """Where the transcript and the recognised words differ."""
    if found is None or not recognised.words or not stretches:
        return ()
    heard = decoders.align(piece.pcm, recognised.words)
    if heard is None:
        return ()
    is_audible = audible_test(piece.waveform, PAD)
    return find_mismatches(stretches, found, heard, is_audible, recognised.sure, piece.offset)
