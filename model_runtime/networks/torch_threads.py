"""Number of torch threads during inference: another number adds in another order and gives other rounding."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

__all__ = ["torch_threads"]


@contextmanager
def torch_threads(count: int | None) -> Iterator[None]:
    """Set `count` torch threads, None: torch's own number; the number before is set again at the end.

    So a network gives the same numbers whatever other network ran before it in this process.
    """
    before = torch.get_num_threads()
    # Even to the same number: setting it ends MKL's own choice of fewer threads, which depends on what ran before.
    torch.set_num_threads(before if count is None else count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
