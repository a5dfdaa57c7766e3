"""Which words of a long transcript are said in which piece of a long recording."""

from collections.abc import Sequence
from difflib import SequenceMatcher

__all__ = ["spread_words"]


def spread_words(words: Sequence[str], heard: Sequence[Sequence[str]]) -> list[list[str]]:
    """Deal `words` out to the pieces, in order, by the words that were `heard` in each piece.

    Words that were heard go where they were heard, those between them in proportion; where nothing was heard, all are
    spread evenly. Gives one list of words a piece.
    """
    said = [(word, piece) for piece, part in enumerate(heard) for word in part]
    if not said:
        return [
            list(words[len(words) * piece // len(heard) : len(words) * (piece + 1) // len(heard)])
            for piece in range(len(heard))
        ]
    dealt: list[list[str]] = [[] for _ in heard]
    for _, first, last, heard_first, heard_last in SequenceMatcher(None, words, [w for w, _ in said]).get_opcodes():
        for index in range(first, last):
            share = (index - first) / (last - first)
            place = min(heard_first + int(share * (heard_last - heard_first)), len(said) - 1)
            dealt[said[place][1]].append(words[index])
    return dealt
