"""Read pickles of plain data (numpy arrays and containers, also from Python 2) without running code from the file.

Data sets and FLAME models come as pickles. Unpickling calls any function that the file names, so the reader accepts a
short list of names and refuses all others. It runs in a separate process (pickle_process) with limits of memory and
time, because a few bytes can allocate all memory or run for ever.
"""

import json
import math
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from scipy import sparse

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.files.input_files import open_file

__all__ = ["OpaqueObject", "as_array", "read_pickle"]

# One thread for the linear algebra libraries of numpy in that process: stacks of threads count as address space.
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@dataclass(frozen=True)
class OpaqueObject:
    """In place of an object of a known class that is never instantiated. kind: module and class name; state: attributes
    by name."""

    kind: str
    state: dict[str, Any] = field(default_factory=dict, hash=False)


def read_pickle(path: Path | str) -> Any:
    """The value in the pickle: dicts, lists, tuples, sets, numbers, text, bytes, numpy arrays and OpaqueObjects.

    Strings of Python 2 are decoded as Latin-1. No code from the file runs. Raises InputError when the file is missing
    or damaged, names a class or function that is not plain data (the message gives its name), or exceeds the limits of
    memory and time for its size.
    """
    with open_file(path, limits.PICKLE_BYTES) as stream:
        run = _run(path, stream)
    if run.returncode:
        raise InputError(f"{path} is damaged or no pickle, or asks for too much; download or export it again.")
    end = run.stdout.index(b"\n")
    found = json.loads(run.stdout[:end])
    if "refused" in found:
        raise InputError(f"{path} {found['refused']}")
    return _value(found["values"], _arrays(found["arrays"], run.stdout, end + 1))


def _run(path: Path | str, stream: BinaryIO) -> subprocess.CompletedProcess[bytes]:
    """Read the file in pickle_process, with limits that grow with its size. Raises InputError after the timeout."""
    size = os.fstat(stream.fileno()).st_size
    seconds = math.ceil(limits.PICKLE_SECONDS + size / limits.PICKLE_BYTES_PER_SECOND)
    memory = limits.PICKLE_MEMORY + limits.PICKLE_MEMORY_RATIO * size
    ceilings = (memory, seconds, limits.PICKLE_VALUES, limits.PICKLE_LETTERS, limits.PICKLE_DEPTH)
    program = str(Path(__file__).with_name("pickle_process.py"))
    try:
        return subprocess.run(
            [sys.executable, "-P", program, *map(str, ceilings)],
            stdin=stream,
            capture_output=True,
            check=False,
            timeout=seconds,
            env=os.environ | ENVIRONMENT,
            # Opens no console window on Windows; 0 on other systems.
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except subprocess.TimeoutExpired as error:
        raise InputError(f"{path} takes longer to read than a file of its size can; use another file.") from error
    except OSError as error:
        raise InputError(f"Cannot start {sys.executable} to read {path}: {error.strerror or error}.") from error


def _arrays(described: list, data: bytes, start: int) -> list[np.ndarray]:
    """Read-only arrays, stored one after the other in `data` from byte `start`. described: [dtype, shape, order]."""
    arrays = []
    for name, shape, order in described:
        kind, count = np.dtype(name), math.prod(shape)
        flat = np.frombuffer(data, kind, count, start) if count * kind.itemsize else np.zeros(count, kind)
        arrays.append(flat.reshape(shape, order=order))
        start += count * kind.itemsize
    return arrays


def _value(records: list, arrays: list[np.ndarray]) -> Any:
    """The pickle's result: the last of the values whose records pickle_process wrote."""
    made: list[Any] = []

    def dictionary(places: list[int]) -> dict:
        return {made[key]: made[value] for key, value in zip(places[::2], places[1::2], strict=True)}

    makers: dict[str, Callable[..., Any]] = {
        "v": lambda plain: plain,
        "i": lambda text: int(text, 16),
        "f": float,
        "c": lambda real, imaginary: complex(float(real), float(imaginary)),
        "a": lambda place: arrays[place],
        "n": lambda place: arrays[place][()],
        "b": lambda place: arrays[place].tobytes(),
        "l": lambda places: [made[place] for place in places],
        "t": lambda places: tuple(made[place] for place in places),
        "s": lambda places: {made[place] for place in places},
        "z": lambda places: frozenset(made[place] for place in places),
        "d": dictionary,
        "o": lambda kind, places: OpaqueObject(kind, dictionary(places)),
    }
    for letter, *parts in records:
        made.append(makers[letter](*parts))
    return made[-1]


def as_array(value: Any, name: str) -> np.ndarray:
    """A numeric array from a number, a list, an array, a sparse matrix or a chumpy array. name: for messages.

    Raises InputError for anything else.
    """
    if isinstance(value, OpaqueObject) and value.kind.startswith("chumpy") and "x" in value.state:
        value = value.state["x"]
    if isinstance(value, OpaqueObject) and value.kind.startswith("scipy"):
        value = _dense(value, name)
    if isinstance(value, np.ndarray | np.generic | int | float | list) and not isinstance(value, bool):
        try:
            array = np.asarray(value)
        except (ValueError, OverflowError) as error:
            raise InputError(f"{name} is no array of numbers; the file is of another kind.") from error
        if array.dtype.kind in "fiu":
            return array
    raise InputError(f"{name} is no array of numbers; the file is of another kind.")


def _dense(matrix: OpaqueObject, name: str) -> np.ndarray:
    kind, state = matrix.kind.rpartition(".")[2], matrix.state
    try:
        rows, columns = (int(size) for size in state.get("_shape", state.get("shape")))  # type: ignore[union-attr]
        if not 0 <= rows * columns <= limits.DENSE_VALUES or rows < 0:
            raise ValueError("too large")
        data = _flat(state["data"], "fiu")
        if kind == "coo_matrix":
            places = state["coords"] if "coords" in state else (state["row"], state["col"])
            row, column = (_flat(place, "iu") for place in places)
            return sparse.coo_matrix((data, (row, column)), (rows, columns)).toarray()
        made = {"csc_matrix": sparse.csc_matrix, "csr_matrix": sparse.csr_matrix}[kind]
        found = made((data, _flat(state["indices"], "iu"), _flat(state["indptr"], "iu")), (rows, columns))
        found.check_format(full_check=True)
        return found.toarray()
    except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
        raise InputError(f"The sparse matrix {name} is damaged; download the file again.") from error


def _flat(value: Any, kinds: str) -> np.ndarray:
    """`value`, if it is a one-dimensional array whose dtype.kind is in `kinds`. Raises ValueError otherwise."""
    if not isinstance(value, np.ndarray) or value.ndim != 1 or value.dtype.kind not in kinds:
        raise ValueError("no list of numbers")
    return value
