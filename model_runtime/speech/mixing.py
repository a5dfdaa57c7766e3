"""Several channels -> one: their mean, or, where they cancel each other, the loudest."""

from collections.abc import Iterable, Iterator

import numpy as np

__all__ = ["mixed"]

# Power of the sum of the channels, over that of the loudest one, below which they cancel each other.
CANCELLED = 0.08
# Seconds over which that is decided: voices of a dialogue may be placed in different ways.
STRETCH_S = 0.5


def mixed(blocks: Iterable[np.ndarray], rate: int, alone: set[int]) -> Iterator[np.ndarray]:
    """Blocks (n,) float32 of blocks (n, channels) with `rate` frames a second.

    alone: the index of a channel that is used in place of the mean somewhere is added.
    """
    for block in blocks:
        mono = block.mean(axis=1)
        if block.shape[1] > 1:
            for low in range(0, len(block), stretch := max(round(STRETCH_S * rate), 1)):
                channels = block[low : low + stretch]
                if (loudest := _loudest_of_cancelling(channels, mono[low : low + stretch])) is not None:
                    mono[low : low + stretch] = channels[:, loudest]
                    alone.add(loudest)
        yield mono


def _loudest_of_cancelling(channels: np.ndarray, mono: np.ndarray) -> int | None:
    """The loudest channel, where the sum of the channels is next to silent beside it; else None. mono: their mean."""
    power = np.einsum("ij,ij->j", channels, channels, dtype=np.float64)
    total = np.einsum("i,i->", mono, mono, dtype=np.float64) * channels.shape[1] ** 2
    # False for what is no number, too: the reader refuses it.
    return int(power.argmax()) if total < CANCELLED * power.max() else None
