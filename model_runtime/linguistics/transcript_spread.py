"""Which words of a long transcript are said in which part of a long recording."""

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence

import numpy as np

__all__ = ["spread_words"]


def spread_words(words: Sequence[str], heard: Sequence[Sequence[str]], longest: int) -> list[tuple[int, list[str]]]:
    """Deal `words` out, in order, to neighbouring pieces by the words that were `heard` in each piece.

    Gives (number of pieces, their words) for groups of pieces that follow each other and cover all. A group ends where
    the words on both sides were heard in their pieces and nothing lies between, so that no word is dealt to the wrong
    side; after `longest` pieces at the latest, and then the words in doubt are shared in proportion.
    """
    places = _places(words, heard)
    pieces = [piece for _, piece in places]
    groups: list[tuple[int, list[str]]] = []
    first = dealt = 0
    for piece in range(len(heard)):
        # Both ascend along the places, so what comes last before a piece's end has most of both.
        following = bisect_right(pieces, piece)
        before = places[following - 1] if following else (-1, 0)
        after = places[following] if following < len(places) else (len(words), len(heard))
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
    numbers: dict[str, int] = {}
    spoken = np.array([numbers.setdefault(word, len(numbers)) for word, _ in said], dtype=np.int64)
    kind = np.min_scalar_type(min(len(words), len(said)))
    # The table of an hour of speech, some 9000 words, has 80 million cells, that of six hours 3 billion. So only every
    # so many rows of it are kept, and those between are worked out again on the way back.
    step = math.isqrt(len(words)) + 1

    def rows(above: np.ndarray, first: int, last: int) -> Iterator[np.ndarray]:
        """The rows after those words, `above` being the one before them."""
        for word in words[first:last]:
            below = np.zeros_like(above)
            below[1:] = np.maximum.accumulate(np.maximum(above[1:], above[:-1] + (spoken == numbers.get(word, -1))))
            yield below
            above = below

    kept = [np.zeros(len(said) + 1, kind)]
    for number, below in enumerate(rows(kept[0], 0, len(words)), 1):
        if number % step == 0:
            kept.append(below)
    places = []
    row, column = len(words), len(said)
    for first in reversed(range(0, len(words), step)):
        above = kept[first // step]
        common = [above, *rows(above, first, min(first + step, len(words)))]
        while row > first and column:
            here = common[row - first]
            if here[column] == common[row - first - 1][column]:
                row -= 1
            elif here[column] == here[column - 1]:
                column -= 1
            else:
                row, column = row - 1, column - 1
                places.append((row, said[column][1]))
    return places[::-1]
