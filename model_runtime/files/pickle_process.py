"""Read one pickle of plain data and write what it holds in a form that cannot harm. Run as a program of its own.

A pickle is a program: a few bytes of it can ask for all of the memory or never end, and what it does to this reader is
gone when this process ends. So it has limits of memory and processor time where the system has them, and the caller
ends it after a while in any case.

stdin: the pickle. Arguments: bytes of memory, seconds of the processor, values, letters and depth of what it holds.
stdout: one line of JSON, {"refused": why, a sentence that lacks its subject}, or {"values": [...], "arrays": [[type,
shape, "C" or "F"], ...]}, then the arrays' bytes. Exit status 0; any other: it is damaged or asked for too much.

Values come in an order in which all parts of one come before it; the last is the whole:
["v", null | bool | number | text], ["i", whole number as text], ["f", float as text], ["c", real, imaginary as text],
["a" array | "n" number of numpy | "b" bytes, index of an array], ["l" list | "t" tuple | "s" set | "z" frozen set,
indices of values], ["d", indices of keys and values by turns], ["o", class, indices of attributes' names and values].
"""

import json
import math
import pickle
import sys
from collections import OrderedDict
from contextlib import suppress
from typing import Any, BinaryIO, Literal

import numpy as np

__all__ = ["Refusal", "read_plain", "write_plain"]

NUMPY = ("numpy", "numpy.core.multiarray", "numpy._core.multiarray", "numpy.core.numeric", "numpy._core.numeric")
BUILTIN = ("builtins", "__builtin__")
# Named as the base of an object of Python 2; never made.
BASES = ("object", "dict", "list", "tuple", "str", "unicode", "int", "long", "float")
SPARSE = ("csc_matrix", "csr_matrix", "coo_matrix")
SEQUENCES: dict[type, str] = {list: "l", tuple: "t", set: "s", frozenset: "z"}
SMALL = 1 << 53  # whole numbers that JSON readers keep exactly


class Refusal(Exception):
    """What is no plain data; a sentence that lacks its subject, the file."""


class Opaque:
    """Stands for an object of a class that is known but never made. kind: module and name; state: its attributes."""

    kind = ""

    def __new__(cls, *_arguments: Any) -> "Opaque":
        """Whatever the real class would have been given, it is not used."""
        made = super().__new__(cls)
        made.state = {}
        return made

    def __init__(self, *_arguments: Any) -> None:
        self.state: dict[str, Any]

    def __setstate__(self, state: Any) -> None:
        """Called by pickle with the attributes; old pickles give them as a pair."""
        for part in state if isinstance(state, tuple) else (state,):
            if isinstance(part, dict):
                self.state.update({key: value for key, value in part.items() if isinstance(key, str)})


class _Kind:
    """Stands for a numpy dtype. The real one's flags can be set by a file such that numpy takes numbers for
    pointers."""

    def __init__(self, spec: Any, *_options: Any) -> None:
        if not isinstance(spec, str):
            raise Refusal("holds an array of a type without a name; use another file.")
        self.dtype = np.dtype(spec)
        if self.dtype.kind not in "biufcSU" or self.dtype.shape:
            raise Refusal(f"holds an array of {self.dtype}, which is no plain data; use another file.")

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


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """The one place where a pickle turns names into things."""
        if module in NUMPY:
            known = {
                "_reconstruct": _empty_array,
                "ndarray": type("Opaque", (Opaque,), {"kind": "numpy.ndarray"}),
                "dtype": _Kind,
                "scalar": _scalar,
                "_frombuffer": _from_buffer,
            }
            if name in known:
                return known[name]
        if module in BUILTIN and name in ("set", "frozenset", "complex", "bytearray"):
            return {"set": _set, "frozenset": _frozen_set, "complex": _complex, "bytearray": _bytes}[name]
        if module in BUILTIN and name in BASES:
            return type("Opaque", (Opaque,), {"kind": f"builtins.{name}"})
        if (module, name) == ("collections", "OrderedDict"):
            return _ordered
        if (module, name) == ("_codecs", "encode"):
            return _latin1
        if (module, name) in (("copy_reg", "_reconstructor"), ("copyreg", "_reconstructor")):
            return _reconstruct
        if module.split(".")[0] == "chumpy" or (module.split(".")[:2] == ["scipy", "sparse"] and name in SPARSE):
            return type("Opaque", (Opaque,), {"kind": f"{module}.{name}"})
        raise Refusal(f"names {module}.{name}, which is no plain data; it may be harmful, use another file.")

    def persistent_load(self, pid: Any) -> Any:
        """References out of the file: there are none in data."""
        raise Refusal("refers to something outside of itself; use another file.")


def read_plain(stream: BinaryIO) -> Any:
    """What the pickle holds: containers, numbers, text, bytes, numpy arrays and Opaque objects.

    Strings of Python 2 are read as latin-1. Raises Refusal for what is no plain data, and whatever pickle and numpy
    raise for a damaged file.
    """
    return _Reader(stream, encoding="latin1").load()


def write_plain(value: Any, stream: BinaryIO, values: int, letters: int, depth: int) -> None:
    """Write a value as the module says. Raises Refusal when it has more values, letters or depth."""
    writer = _Writer(values, letters, depth)
    writer.add(value, 0)
    # An array that is named twice is written twice: what is written bounds what the reader of it can make.
    header = [[array.dtype.str, list(array.shape), _order(array)] for array in writer.arrays]
    stream.write(json.dumps({"values": writer.values, "arrays": header}, allow_nan=False).encode() + b"\n")
    for array in writer.arrays:
        stream.write(array.tobytes(_order(array)))


def _order(array: np.ndarray) -> Literal["C", "F"]:
    """How an array lies in memory: sums over it come out the same only in the same order."""
    return "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"


class _Writer:
    def __init__(self, most: int, letters: int, depth: int) -> None:
        self.values: list[list] = []
        self.arrays: list[np.ndarray] = []
        self._most, self._letters, self._depth = most, letters, depth

    def add(self, value: Any, depth: int) -> int:
        """Append a value after its parts; its index."""
        if depth > self._depth:
            raise Refusal(f"is nested deeper than {self._depth} containers; it is damaged or harmful.")
        record = self._record(value, depth)
        if len(self.values) >= self._most:
            raise Refusal(f"holds more than {self._most} values; it is damaged or harmful.")
        self.values.append(record)
        return len(self.values) - 1

    def _record(self, value: Any, depth: int) -> list:
        if value is None or isinstance(value, bool):
            return ["v", value]
        if isinstance(value, str):
            return ["v", self._text(value)]
        if isinstance(value, int):
            return ["v", value] if abs(value) < SMALL else ["i", self._text(hex(value))]
        if isinstance(value, float) and not isinstance(value, np.generic):
            return ["v", value] if math.isfinite(value) else ["f", repr(value)]
        if isinstance(value, complex) and not isinstance(value, np.generic):
            return ["c", repr(value.real), repr(value.imag)]
        if isinstance(value, np.ndarray | np.generic | bytes | bytearray):
            return self._of_array(value)
        if isinstance(value, dict):
            return ["d", self._parts(value, depth)]
        if isinstance(value, Opaque):
            return ["o", value.kind, self._parts(value.state, depth)]
        if type(value) in SEQUENCES:
            return [SEQUENCES[type(value)], [self.add(each, depth + 1) for each in value]]
        raise Refusal(f"holds a {type(value).__name__}, which is no plain data; use another file.")

    def _text(self, text: str) -> str:
        self._letters -= len(text)
        if self._letters < 0:
            raise Refusal("holds more text than a file of its kind; it is damaged or harmful.")
        return text

    def _of_array(self, value: Any) -> list:
        plain = np.frombuffer(value, np.uint8) if isinstance(value, bytes | bytearray) else np.asarray(value)
        if plain.dtype.kind not in "biufcSU":
            raise Refusal(f"holds an array of {plain.dtype}, which is no plain data; use another file.")
        self.arrays.append(plain)
        letter = "b" if isinstance(value, bytes | bytearray) else "n" if isinstance(value, np.generic) else "a"
        return [letter, len(self.arrays) - 1]

    def _parts(self, items: dict, depth: int) -> list[int]:
        return [self.add(each, depth + 1) for item in items.items() for each in item]


def _empty_array(_kind: Any, _shape: Any, _code: Any) -> np.ndarray:
    """What numpy makes first; its shape and values follow. The file's own shape could ask for all of the memory."""
    return np.ndarray.__new__(_Array, (0,), np.int8)


def _from_buffer(data: Any, kind: _Kind, shape: tuple, order: Any) -> np.ndarray:
    raw = data.encode("latin1") if isinstance(data, str) else memoryview(data)
    return np.frombuffer(raw, kind.dtype).reshape(shape, order="F" if order == "F" else "C").copy("K")


def _scalar(kind: _Kind, data: Any) -> Any:
    return _from_buffer(data, kind, (1,), "C")[0]


def _latin1(text: str, codec: str) -> bytes:
    if codec != "latin1":
        raise ValueError(f"codec {codec}")
    return text.encode("latin1")


def _set(items: Any = ()) -> set:
    return set(_listed(items))


def _frozen_set(items: Any = ()) -> frozenset:
    return frozenset(_listed(items))


def _listed(items: Any) -> list | tuple:
    if not isinstance(items, list | tuple):
        raise ValueError("a set of something else")
    return items


def _complex(real: Any, imaginary: Any) -> complex:
    return complex(float(real), float(imaginary))


def _bytes(data: Any = b"", codec: str = "latin1") -> bytes:
    return _latin1(data, codec.replace("-", "")) if isinstance(data, str) else bytes(memoryview(data))


def _ordered(items: Any = ()) -> OrderedDict:
    return OrderedDict(_listed(items))


def _reconstruct(kind: Any, _base: Any, state: Any) -> Any:
    """How Python 2 made objects of plain classes."""
    if not (isinstance(kind, type) and issubclass(kind, Opaque)):
        raise Refusal("makes an object of something that is no plain data; use another file.")
    return kind(state)


def _limit(memory: int, seconds: int) -> None:
    """Keep this process small and short where the system can."""
    try:
        import resource
    # Windows has none.
    except ImportError:
        return
    for name, most in (("RLIMIT_AS", memory), ("RLIMIT_CPU", seconds), ("RLIMIT_CORE", 0)):
        kind = getattr(resource, name, None)
        if kind is not None:
            _soft, hard = resource.getrlimit(kind)
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            # Some systems know the limit and do not take it.
            with suppress(OSError, ValueError):
                resource.setrlimit(kind, (most, hard))


def main(arguments: list[str]) -> int:
    """The exit status."""
    memory, seconds, values, letters, depth = (int(each) for each in arguments)
    _limit(memory, seconds)
    out = sys.stdout.buffer
    try:
        write_plain(read_plain(sys.stdin.buffer), out, values, letters, depth)
    except Refusal as error:
        out.write(json.dumps({"refused": str(error)}).encode() + b"\n")
    # Whatever a damaged file makes pickle or numpy raise: it is damaged.
    except Exception as error:
        print(type(error).__name__, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
