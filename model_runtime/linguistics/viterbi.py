"""The best path through the states of a text, given how well each sound fits each row of a recording (Viterbi 1967).

A text is a graph of states. Each state is a sound that lasts SHORTEST rows or longer and may follow some others.
"""

from dataclasses import dataclass

import numpy as np

__all__ = ["SHORTEST", "Graph", "Visit", "best_path"]

# Rows that a sound lasts at least; a pause, too.
SHORTEST = 2
IMPOSSIBLE = -1e30
# States that are searched before and after the best one; they bound the time and the memory for long texts.
REACH = 800
# Bit of a remembered step that says that the state was stayed in.
STAYED = 128


@dataclass(frozen=True)
class Graph:
    """sounds: (N,) index of the sound of each state. before: (N, K) the states that it may follow, N where there are
    fewer than K. costs: (N, K) what following each of them adds, 0 or less. begins, ends: (N,) whether a path may begin
    and end there. In a text, states stand in the order in which they are said."""

    sounds: np.ndarray
    before: np.ndarray
    costs: np.ndarray
    begins: np.ndarray
    ends: np.ndarray


@dataclass(frozen=True)
class Visit:
    """A state of a path, from row `first` up to, not including, row `after`."""

    state: int
    first: int
    after: int


def best_path(graph: Graph, fits: np.ndarray, entries: np.ndarray) -> list[Visit] | None:
    """The visits of the best path, which tile the rows; None where no path has so few rows.

    fits: (A, S) logarithm of how well each sound fits each row. entries: (A,) what beginning a state at a row adds.
    """
    count, choices = graph.before.shape
    rows = len(fits)
    width = min(2 * REACH + 1, count)
    assert choices < STAYED
    # The last place stands for "no state".
    first, last = np.full(count + 1, IMPOSSIBLE), np.full(count + 1, IMPOSSIBLE)
    remembered = np.zeros((rows, width), np.uint8)
    lows = np.zeros(rows, np.int64)
    low = 0
    for row in range(rows):
        if width < count:
            moved = int(np.clip(int(last[low : low + width].argmax()) + low - REACH, low, count - width))
            first[low:moved] = last[low:moved] = IMPOSSIBLE
            low = moved
        lows[row] = low
        here = slice(low, low + width)
        emitted = fits[row, graph.sounds[here]]
        if row == 0:
            entered = np.where(graph.begins[here], emitted, IMPOSSIBLE)
            picked = np.zeros(width, np.uint8)
        else:
            follow = last[graph.before[here]] + graph.costs[here]
            picked = follow.argmax(axis=1).astype(np.uint8)
            entered = follow[np.arange(width), picked] + entries[row] + emitted
        stay, arrive = last[here], first[here]
        remembered[row] = picked | np.where(stay >= arrive, STAYED, 0).astype(np.uint8)
        last[here] = np.maximum(stay, arrive) + emitted
        first[here] = entered
    final = np.where(graph.ends, last[:-1], IMPOSSIBLE)
    state = int(final.argmax())
    if final[state] <= IMPOSSIBLE / 2:
        return None
    path: list[Visit] = []
    row = rows
    while row > 0:
        after = row
        row -= 1
        while remembered[row, state - lows[row]] & STAYED:
            row -= 1
        # The row before is the state's first.
        row -= 1
        path.append(Visit(state, row, after))
        if row > 0:
            state = int(graph.before[state, remembered[row, state - lows[row]] % STAYED])
    return path[::-1]
