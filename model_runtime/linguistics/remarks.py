"""Remarks: words in round brackets, *directions* and the like, which are spoken only if the sound says so."""

from collections.abc import Sequence

from model_runtime.linguistics.decoders import Decoders
from model_runtime.linguistics.mismatch import unlike_words
from model_runtime.linguistics.part import fit_of
from model_runtime.linguistics.phrases import BAD_FIT
from model_runtime.linguistics.piece import Piece
from model_runtime.linguistics.recognise import Recognised
from model_runtime.linguistics.text import Script
from model_runtime.linguistics.transcript_spread import find_places

__all__ = ["long_words_with_remarks", "words_with_remarks"]

# Share of a remark's words that must be recognised at its place.
HEARD = 0.5


def words_with_remarks(script: Script, piece: Piece, recognised: Recognised, decoders: Decoders) -> tuple[str, ...]:
    """The words of a script that are spoken in a piece.

    A remark is spoken if its words sound like recognised ones at its place, or, where the recogniser is unsure, if the
    words with it fit the sound better than those without.
    """
    if not script.maybe:
        return script.words
    stretches = unlike_words(script.words, recognised.words, decoders.pronunciation)
    unlike = {word for each in stretches for word in range(each.first, each.last)}
    said = {
        index
        for index, (first, last) in enumerate(script.maybe)
        if sum(word not in unlike for word in range(first, last)) >= HEARD * (last - first)
    }
    if not recognised.sure and not said:
        for index in range(len(script.maybe)):
            said = _better(script, said, said | {index}, piece, decoders)
    return script.spoken(said)


def long_words_with_remarks(script: Script, heard: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The words of a script that are spoken in a long recording. heard: the recognised words of each piece."""
    if not script.maybe:
        return script.words
    found = {word for word, _ in find_places(script.words, heard)}
    said = {
        index
        for index, (first, last) in enumerate(script.maybe)
        if sum(word in found for word in range(first, last)) >= HEARD * (last - first)
    }
    return script.spoken(said)


def _better(script: Script, without: set[int], within: set[int], piece: Piece, decoders: Decoders) -> set[int]:
    """The one of two sets of remarks with which the words fit the piece better: more of them only with a good fit."""
    fits = [fit_of(decoders.align(piece.pcm, script.spoken(said))) for said in (without, within)]
    return within if fits[1] > max(fits[0], BAD_FIT) else without
