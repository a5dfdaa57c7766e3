"""Divide a long transcript among the pieces of a long recording."""

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence

import numpy as np

__all__ = ["find_places", "in_phrases", "spread_words"]

# Share of the words of transcript and sound that are equal, in order, below which the transcript may belong to a part
# of the sound.
WHOLE = 0.5
# Equal words in a row that show that a phrase of the transcript is spoken there, and the steps from one to the next, in
# words: one may be misheard.
RUN = 3
NEAR = 2


def spread_words(
    words: Sequence[str],
    heard: Sequence[Sequence[str]],
    longest: int,
    found: list[tuple[int, int]] | None = None,
) -> list[tuple[int, list[str]]]:
    """Divide `words`, in order, among groups of neighbouring pieces by the words that were recognised in each piece.

    heard: the recognised words of each piece. longest: pieces of a group at most. found: see `find_places`, if that is
    known. Returns (number of pieces, their words) for consecutive groups that cover all pieces. A group ends where two
    neighbouring transcript words are recognised on the two sides of the cut, so that no word falls on the wrong side. A
    group of `longest` pieces ends there in any case; the words that were not recognised around the cut are then divided
    in proportion. Where the transcript belongs to a part of the sound, the pieces before and after get no words.
    """
    found = find_places(words, heard) if found is None else found
    piece_of = [piece for piece, part in enumerate(heard) for _ in part]
    start, stop = (-1, 0), (len(words), len(heard))
    phrases = in_phrases(found)
    if phrases and len(found) < WHOLE * max(len(words), len(piece_of)):
        found = phrases
        (first_word, first_said), (last_word, last_said) = found[0], found[-1]
        if first_word < WHOLE * first_said:
            start = (first_word - 1, piece_of[first_said])
        if len(words) - 1 - last_word < WHOLE * (len(piece_of) - 1 - last_said):
            stop = (last_word + 1, piece_of[last_said])
    places = [(word, piece_of[said]) for word, said in found]
    following_pieces = [piece for _, piece in places]
    groups: list[tuple[int, list[str]]] = []
    first = dealt = 0
    for piece in range(len(heard)):
        # Words and pieces both ascend: `before` is the last match up to the end of this piece, `after` the next one.
        following = bisect_right(following_pieces, piece)
        before = places[following - 1] if following else start
        after = places[following] if following < len(places) else stop
        if piece == len(heard) - 1 or (following == len(places) and stop[0] < len(words)):
            end = len(words)
        elif not following and start[0] >= 0:
            # All words before the first phrase come with it.
            end = 0
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


def in_phrases(found: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those of the places (see `find_places`) that stand RUN or more in a row, with at most NEAR - 1 words between two
    of them."""
    runs: list[list[tuple[int, int]]] = []
    for place in found:
        last = runs[-1][-1] if runs else (-NEAR - 1, -NEAR - 1)
        if place[0] - last[0] <= NEAR and place[1] - last[1] <= NEAR:
            runs[-1].append(place)
        else:
            runs.append([place])
    return [place for run in runs if len(run) >= RUN for place in run]


def find_places(words: Sequence[str], heard: Sequence[Sequence[str]]) -> list[tuple[int, int]]:
    """(index of a word, index among the recognised words of all pieces), both ascending: the longest common subsequence
    of words. heard: the recognised words of each piece."""
    said = [word for part in heard for word in part]
    numbers: dict[str, int] = {}
    spoken = np.array([numbers.setdefault(word, len(numbers)) for word in said], dtype=np.int64)
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
                places.append((row, column))
    return places[::-1]
