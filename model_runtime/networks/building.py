"""Bound the size of a network by its weights file: model.json alone may ask for any size."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor
from torch.overrides import TorchFunctionMode

from model_runtime.errors import InputError

__all__ = ["within_folder", "within_weights"]

# Allowance for tensors that are not in the weights file (buffers that are not saved, temporaries of initialisation).
SPARE_NUMBERS = 4_000_000
SPARE_TENSORS = 1_000
# Initialisation may allocate every weight this many times.
TIMES = 3
MAKERS = (torch.empty, torch.zeros, torch.ones, torch.full, torch.rand, torch.randn, torch.arange, torch.logspace)


@contextmanager
def within_weights(weights: dict[str, Tensor]) -> Iterator[None]:
    """Raises InputError inside as soon as more tensors or numbers are allocated than `weights` can fill."""
    with _Budget(sum(tensor.numel() for tensor in weights.values()), len(weights)):
        yield


@contextmanager
def within_folder(folder: Path) -> Iterator[None]:
    """As `within_weights`, by the .safetensors of a folder. Raises InputError also when there are none."""
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        raise InputError(f"{folder} holds no model.safetensors; choose another folder.")
    tensors = 0
    for file in files:
        with safe_open(file, "pt") as opened:
            tensors += len(opened.keys())
    # A stored number takes at least one byte.
    with _Budget(sum(file.stat().st_size for file in files), tensors):
        yield


class _Budget(TorchFunctionMode):
    def __init__(self, numbers: int, tensors: int) -> None:
        super().__init__()
        self._numbers = TIMES * numbers + SPARE_NUMBERS
        self._tensors = TIMES * tensors + SPARE_TENSORS

    def __torch_function__(self, func: Callable, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        if func in MAKERS:
            self._numbers -= _count(func, args, kwargs or {})
            self._tensors -= 1
            if self._numbers < 0 or self._tensors < 0:
                raise InputError("The model describes a larger network than its weights fill; export it again.")
        return func(*args, **(kwargs or {}))


def _count(maker: Callable, args: tuple, kwargs: dict) -> int:
    """Number of elements of the tensor that the call makes."""
    if maker in (torch.arange, torch.logspace):
        return math.ceil(max((abs(each) for each in args), default=0))
    size = kwargs.get("size", args[0] if args and isinstance(args[0], tuple | list | torch.Size) else args)
    return math.prod(size)
