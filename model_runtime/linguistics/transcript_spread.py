"""Divide a long transcript among the pieces of a long recording."""

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence

import numpy as np

__all__ = ["spread_words"]


def spread_words(words: Sequence[str], heard: Sequence[Sequence[str]], longest: int) -> list[tuple[int, list[str]]]:
    """Divide `words`, in order, among groups of neighbouring pieces by the words that were recognised in each piece.

    heard: the recognised words of each piece. longest: pieces of a group at most. Returns (number of pieces, their
    words) for consecutive groups that cover all pieces. A group ends where two neighbouring transcript words are
    recognised on the two sides of the cut, so that no word falls on the wrong side. A group of `longest` pieces ends
    there in any case; the words that were not recognised around the cut are then divided in proportion.
    """
    places = _places(words, heard)
    pieces = [piece for _, piece in places]
    groups: list[tuple[int, list[str]]] = []
    first = dealt = 0
    for piece in range(len(heard)):
        # Words and pieces both ascend: `before` is the last match up to the end of this piece, `after` the next one.
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
    """(index of a word, piece in which it was recognised), both ascending: the longest common subsequence of words."""
    said = [(word, piece) for piece, part in enumerate(heard) for word in part]
    numbers: dict[str, int] = {}
    spoken = np.array([numbers.setdefault(word, len(numbers)) for word, _ in said], dtype=np.int64)
    kind = np.min_scalar_type(min(len(words), len(said)))
    # The table for an hour of speech (about 9000 words) has 80 million cells, for six hours 3 billion. To save memory,
    # only every `step`-th row is kept, and the rows between are computed again on the way back.
    step = math.isqrt(len(words)) + 1

    def rows(above: np.ndarray, first: int, last: int) -> Iterator[np.ndarray]:
        """The rows of the table for words[first:last], computed from `above`, the row before them."""
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
