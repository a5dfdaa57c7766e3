"""The states of a text (its words with their pronunciations), and of free speech, for `viterbi.best_path`."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model_runtime.linguistics.sounds import PAUSE, SOUNDS
from model_runtime.linguistics.viterbi import Graph

__all__ = ["BETWEEN_WORDS", "TextGraph", "free_graph", "text_graph"]

# The word of the states between words: a pause, or speech that is not in the text.
BETWEEN_WORDS = -1


@dataclass(frozen=True)
class TextGraph:
    """The graph of a text. words: (N,) index of each state's word, or BETWEEN_WORDS."""

    graph: Graph
    words: np.ndarray


def text_graph(
    words: Sequence[Sequence[tuple[str, ...]]], between: int, skip_cost: float, whole: bool = True
) -> TextGraph:
    """The graph of words, each the sounds of its pronunciations (at least one, none empty).

    between: column of the fits for the states between words, which are optional. skip_cost: what leaving a word out
    costs (0 or more): from one state between words to the next. whole: the text ends with the recording; else it may go
    on after it, and a path may end after any word.
    """
    sounds: list[int] = []
    owners: list[int] = []
    before: list[list[tuple[int, float]]] = []
    begins: list[bool] = []

    def add(sound: int, owner: int, after: Sequence[tuple[int, float]], begin: bool) -> int:
        sounds.append(sound)
        owners.append(owner)
        before.append(list(after))
        begins.append(begin)
        return len(sounds) - 1

    word_ends: list[int] = []
    all_ends: list[int] = []
    gap = add(between, BETWEEN_WORDS, (), True)
    for index, ways in enumerate(words):
        starts = [(end, 0.0) for end in (*word_ends, gap)]
        word_ends = []
        for way in ways:
            last = add(SOUNDS.index(way[0]), index, starts, index == 0)
            for sound in way[1:]:
                last = add(SOUNDS.index(sound), index, [(last, 0.0)], False)
            word_ends.append(last)
        all_ends += word_ends
        gap = add(between, BETWEEN_WORDS, [*((end, 0.0) for end in word_ends), (gap, -skip_cost)], False)
    count, width = len(sounds), max(1, *(len(each) for each in before))
    table, costs = np.full((count, width), count), np.zeros((count, width))
    for state, each in enumerate(before):
        for place, (other, cost) in enumerate(each):
            table[state, place], costs[state, place] = other, cost
    ends = np.isin(np.arange(count), [*word_ends, gap])
    if not whole:
        ends |= np.isin(np.arange(count), all_ends) | (np.array(owners) == BETWEEN_WORDS)
    return TextGraph(Graph(np.array(sounds), table, costs, np.array(begins), ends), np.array(owners))


def free_graph(follow: np.ndarray) -> Graph:
    """The graph of any speech. follow: (S, S) natural log of how often sound j follows sound i, at [i, j]."""
    count = len(SOUNDS)
    assert SOUNDS[0] == PAUSE
    everywhere = np.tile(np.arange(count), (count, 1))
    return Graph(np.arange(count), everywhere, follow.T, np.ones(count, bool), np.ones(count, bool))
