"""How many threads torch takes for a network: sums are taken in another order by another number of them."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

__all__ = ["torch_threads"]


@contextmanager
def torch_threads(count: int | None) -> Iterator[None]:
    """Let torch take `count` threads, None: as many as it takes by itself; afterwards as many as before.

    So a network gives the same numbers whatever other network ran before it in this process.
    """
    before = torch.get_num_threads()
    # Also to the same number: setting it ends MKL's own choice of fewer, which must not depend on who ran before.
    torch.set_num_threads(before if count is None else count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
