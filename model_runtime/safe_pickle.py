"""Read pickles of plain data, also those of Python 2: numpy arrays and containers, and nothing that could run.

Data sets and FLAME models come as pickles. Unpickling calls whatever a file names, so this reader knows a short list of
names and refuses every other one. Sparse matrices and chumpy arrays become inert objects that only hold their state.
"""

import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from model_runtime.errors import InputError

__all__ = ["Inert", "as_array", "read_pickle"]

# Everything that a damaged file has been seen to raise inside pickle and numpy.
DAMAGE = (
    *(pickle.UnpicklingError, EOFError, ValueError, TypeError, IndexError, KeyError, AttributeError, ImportError),
    *(OverflowError, MemoryError, RecursionError, AssertionError, OSError, SystemError),
)
NUMPY = ("numpy", "numpy.core.multiarray", "numpy._core.multiarray", "numpy.core.numeric", "numpy._core.numeric")
PLAIN = {
    **{kind.__name__: kind for kind in (bytearray, complex, dict, float, frozenset, int, list, set, str, tuple)},
    **{"object": object, "unicode": str, "long": int},
}
SPARSE = ("csc_matrix", "csr_matrix", "coo_matrix")


class Inert:
    """Stands for an object of a class that is known but never made. kind: module and name; state: its attributes."""

    kind = ""

    def __new__(cls, *_arguments: Any) -> "Inert":
        """Whatever the real class would have been given, it is not used."""
        made = super().__new__(cls)
        made.state = {}
        return made

    def __init__(self, *_arguments: Any) -> None:
        self.state: dict[str, Any]

    def __setstate__(self, state: Any) -> None:
        """Called by pickle with the attributes; old pickles give them as a pair."""
        parts = state if isinstance(state, tuple) else (state,)
        for part in parts:
            if isinstance(part, dict):
                self.state.update({str(key): value for key, value in part.items()})


def read_pickle(path: Path | str) -> Any:
    """What the pickle holds: dicts, lists, tuples, numbers, text, bytes, numpy arrays and Inert objects.

    Strings of Python 2 are read as latin-1. Nothing in the file is run. Raises InputError when the file is missing,
    damaged, or names anything that is no plain data (the error says what).
    """
    path = Path(path)
    try:
        with path.open("rb") as stream:
            return _Reader(stream, encoding="latin1").load()
    except InputError as error:
        raise InputError(f"{path} {error}") from error
    except FileNotFoundError as error:
        raise InputError(f"There is no file {path}.") from error
    except DAMAGE as error:
        raise InputError(f"{path} is damaged or no pickle; download or export it again.") from error


def as_array(value: Any, name: str) -> np.ndarray:
    """A numeric array from an array, a sparse matrix or a chumpy array; `name` is for the error.

    Raises InputError for anything else.
    """
    if isinstance(value, Inert) and value.kind.startswith("chumpy") and "x" in value.state:
        value = value.state["x"]
    if isinstance(value, Inert) and value.kind.startswith("scipy"):
        value = _dense(value, name)
    if isinstance(value, np.ndarray | np.generic | int | float | list) and not isinstance(value, bool):
        try:
            array = np.asarray(value)
        except ValueError as error:
            raise InputError(f"{name} is no array of numbers; the file is of another kind.") from error
        if array.dtype.kind in "fiu":
            return array
    raise InputError(f"{name} is no array of numbers; the file is of another kind.")


def _dense(matrix: Inert, name: str) -> np.ndarray:
    kind, state = matrix.kind.rpartition(".")[2], matrix.state
    shape: Any = state.get("_shape", state.get("shape"))
    try:
        rows, columns = (int(size) for size in shape)
        if rows * columns > 2**31:
            raise ValueError("too large")
        if kind == "coo_matrix":
            places = state["coords"] if "coords" in state else (state["row"], state["col"])
            return sparse.coo_matrix((state["data"], places), (rows, columns)).toarray()
        made = {"csc_matrix": sparse.csc_matrix, "csr_matrix": sparse.csr_matrix}[kind]
        found = made((state["data"], state["indices"], state["indptr"]), (rows, columns))
        found.check_format(full_check=True)
        return found.toarray()
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise InputError(f"The sparse matrix {name} is damaged; download the file again.") from error


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """The one place where a pickle turns names into things."""
        if module in NUMPY:
            known = {
                "_reconstruct": _empty_array,
                "ndarray": type("Inert", (Inert,), {"kind": "numpy.ndarray"}),
                "dtype": _Kind,
                "scalar": _scalar,
                "_frombuffer": _from_buffer,
            }
            if name in known:
                return known[name]
        if module in ("builtins", "__builtin__") and name in PLAIN:
            return PLAIN[name]
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("_codecs", "encode"):
            return _latin1
        if (module, name) in (("copy_reg", "_reconstructor"), ("copyreg", "_reconstructor")):
            return _reconstruct
        if module.split(".")[0] == "chumpy" or (module.split(".")[:2] == ["scipy", "sparse"] and name in SPARSE):
            return type("Inert", (Inert,), {"kind": f"{module}.{name}"})
        raise InputError(f"names {module}.{name}, which is no plain data; it may be harmful, use another file.")

    def persistent_load(self, pid: Any) -> Any:
        """References out of the file: there are none in data."""
        raise InputError("refers to something outside of itself; use another file.")


class _Kind:
    """Stands for a numpy dtype. The real one's flags can be set by a file such that numpy takes numbers for
    pointers."""

    def __init__(self, spec: Any, *_options: Any) -> None:
        self.dtype = np.dtype(str(spec))
        if self.dtype.kind not in "biufcSU":
            raise InputError(f"holds an array of {self.dtype}, which is no plain data; use another file.")

    def __setstate__(self, state: tuple) -> None:
        """Of all that numpy keeps, only the order of the bytes is taken."""
        self.dtype = self.dtype.newbyteorder(">" if state[1] == ">" else "<")


class _Array(np.ndarray):
    """An array that is filled from a file's bytes, and from nothing else."""

    def __setstate__(self, state: tuple) -> None:
        """state: version, shape, kind, whether columns come first, bytes."""
        _version, shape, kind, fortran, data = state
        filled = _from_buffer(data, kind, shape, "F" if fortran else "C")
        super().__setstate__((1, filled.shape, filled.dtype, bool(fortran), filled.tobytes("A")))


def _empty_array(_kind: Any, _shape: Any, _code: Any) -> np.ndarray:
    """What numpy makes first; its shape and values follow. The file's own shape could ask for all of the memory."""
    return np.ndarray.__new__(_Array, (0,), np.int8)


def _from_buffer(data: Any, kind: _Kind, shape: tuple, order: Any) -> np.ndarray:
    raw = data.encode("latin1") if isinstance(data, str) else bytes(data)
    return np.frombuffer(raw, kind.dtype).reshape(shape, order="F" if order == "F" else "C").copy("K")


def _scalar(kind: _Kind, data: Any) -> Any:
    return _from_buffer(data, kind, (1,), "C")[0]


def _latin1(text: str, codec: str) -> bytes:
    if codec != "latin1":
        raise ValueError(f"codec {codec}")
    return text.encode("latin1")


def _reconstruct(kind: Any, _base: Any, state: Any) -> Any:
    """How Python 2 made objects of plain classes."""
    if not (isinstance(kind, type) and issubclass(kind, Inert)):
        raise InputError(f"makes an object of {kind!r}, which is no plain data; use another file.")
    return kind(state)
