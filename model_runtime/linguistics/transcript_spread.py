"""Which words of a long transcript are said in which part of a long recording."""

from collections.abc import Sequence

import numpy as np

__all__ = ["spread_words"]


def spread_words(words: Sequence[str], heard: Sequence[Sequence[str]], longest: int) -> list[tuple[int, list[str]]]:
    """Deal `words` out, in order, to neighbouring pieces by the words that were `heard` in each piece.

    Gives (number of pieces, their words) for groups of pieces that follow each other and cover all. A group ends where
    the words on both sides were heard in their pieces and nothing lies between, so that no word is dealt to the wrong
    side; after `longest` pieces at the latest, and then the words in doubt are shared in proportion.
    """
    places = _places(words, heard)
    groups: list[tuple[int, list[str]]] = []
    first = dealt = 0
    for piece in range(len(heard)):
        before = max(((w, p) for w, p in places if p <= piece), default=(-1, 0))
        after = min(((w, p) for w, p in places if p > piece), default=(len(words), len(heard)))
        if piece == len(heard) - 1:
            end = len(words)
        elif after[0] == before[0] + 1 and places:
            end = after[0]
        elif piece - first + 1 >= longest:
            share = (piece + 1 - before[1]) / (after[1] + 1 - before[1])
            end = before[0] + 1 + round(share * (after[0] - before[0] - 1))
        else:
            continue
        groups.append((piece - first + 1, list(words[dealt:end])))
        first, dealt = piece + 1, end
    return groups


def _places(words: Sequence[str], heard: Sequence[Sequence[str]]) -> list[tuple[int, int]]:
    """(index of a word, piece in which it was heard), both ascending: the longest common sequence of words."""
    said = [(word, piece) for piece, part in enumerate(heard) for word in part]
    spoken = np.array([word for word, _ in said], dtype=np.str_)
    # An hour of speech is some 9000 words: 160 MB at two bytes a cell.
    common = np.zeros((len(words) + 1, len(said) + 1), np.min_scalar_type(min(len(words), len(said))))
    for row, word in enumerate(words):
        best = np.maximum(common[row, 1:], common[row, :-1] + (spoken == word))
        common[row + 1, 1:] = np.maximum.accumulate(best)
    places = []
    row, column = len(words), len(said)
    while row and column:
        if common[row, column] == common[row - 1, column]:
            row -= 1
        elif common[row, column] == common[row, column - 1]:
            column -= 1
        else:
            row, column = row - 1, column - 1
            places.append((row, said[column][1]))
    return places[::-1]
