"""Read one pickle of plain data from stdin and write its values as JSON and raw arrays. Runs as a separate process.

A pickle is a program: a few bytes can allocate all memory or run for ever. A separate process keeps any damage out of
the caller. The process limits its own memory and processor time where the system can, and the caller ends it after a
timeout.

stdin: the pickle. Arguments: memory limit in bytes, processor time limit in seconds, and the largest number of values,
of characters and of nested containers.
stdout: one line of JSON, then the bytes of the arrays. The JSON is {"refused": a sentence without its subject} or
{"values": [...], "arrays": [[dtype, shape, "C" or "F"], ...]}. Exit status 0; any other status: the pickle is damaged
or exceeded a limit.

The parts of a value stand before the value; the last value is the pickle's result. A value is one of:
["v", null | bool | number | text], ["i", whole number as text], ["f", float as text], ["c", real, imaginary as text],
["a" array | "n" numpy scalar | "b" bytes, index of an array], ["l" list | "t" tuple | "s" set | "z" frozen set,
indices of values], ["d", indices of keys and values in turn], ["o", class, indices of attribute names and values in
turn].
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
# Built-in classes that Python 2 pickles name as an object's base class; never instantiated.
BASES = ("object", "dict", "list", "tuple", "str", "unicode", "int", "long", "float")
SPARSE = ("csc_matrix", "csr_matrix", "coo_matrix")
SEQUENCES: dict[type, str] = {list: "l", tuple: "t", set: "s", frozenset: "z"}
SMALL = 1 << 53  # whole numbers of smaller magnitude are exact in every JSON reader


class Refusal(Exception):
    """The pickle holds something other than plain data. The text is a sentence without its subject, the file's name."""


class Opaque:
    """In place of an object of a known class that is never instantiated. kind: module and class name; state: attributes
    by name."""

    kind = ""

    def __new__(cls, *_arguments: Any) -> "Opaque":
        """Ignore the arguments for the real class."""
        made = super().__new__(cls)
        made.state = {}
        return made

    def __init__(self, *_arguments: Any) -> None:
        self.state: dict[str, Any]

    def __setstate__(self, state: Any) -> None:
        """Called by pickle with the attributes as a dict; some pickles give a tuple of two dicts."""
        for part in state if isinstance(state, tuple) else (state,):
            if isinstance(part, dict):
                self.state.update({key: value for key, value in part.items() if isinstance(key, str)})


class _Kind:
    """In place of a numpy dtype. A pickle can set flags of the real dtype so that numpy reads numbers as pointers."""

    def __init__(self, spec: Any, *_options: Any) -> None:
        if not isinstance(spec, str):
            raise Refusal("holds an array of a type without a name; use another file.")
        self.dtype = np.dtype(spec)
        if self.dtype.kind not in "biufcSU" or self.dtype.shape:
            raise Refusal(f"holds an array of {self.dtype}, which is no plain data; use another file.")

    def __setstate__(self, state: tuple) -> None:
        """Take only the byte order from numpy's state of a dtype."""
        self.dtype = self.dtype.newbyteorder(">" if state[1] == ">" else "<")


class _Array(np.ndarray):
    """An array whose elements come only from bytes in the pickle."""

    def __setstate__(self, state: tuple) -> None:
        """state: version, shape, dtype, whether the order is Fortran's, bytes."""
        _version, shape, kind, fortran, data = state
        filled = _from_buffer(data, kind, shape, "F" if fortran else "C")
        super().__setstate__((1, filled.shape, filled.dtype, bool(fortran), filled.tobytes("A")))


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """Give the object for a global name in the pickle; the only such lookup. Raises Refusal for unknown names."""
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
        """Refuse references to objects outside of the pickle; plain data has none."""
        raise Refusal("refers to something outside of itself; use another file.")


def read_plain(stream: BinaryIO) -> Any:
    """The value in the pickle: containers, numbers, text, bytes, numpy arrays and Opaque objects.

    Strings of Python 2 are decoded as Latin-1. Raises Refusal for anything but plain data, and any exception of pickle
    or numpy for a damaged file.
    """
    return _Reader(stream, encoding="latin1").load()


def write_plain(value: Any, stream: BinaryIO, values: int, letters: int, depth: int) -> None:
    """Write a value in the form that the module's docstring describes.

    Raises Refusal when it has more values, more characters of text (letters) or more nested containers (depth).
    """
    writer = _Writer(values, letters, depth)
    writer.add(value, 0)
    # An array that occurs twice is written twice, so that the size of the output bounds the memory of its reader.
    header = [[array.dtype.str, list(array.shape), _order(array)] for array in writer.arrays]
    stream.write(json.dumps({"values": writer.values, "arrays": header}, allow_nan=False).encode() + b"\n")
    for array in writer.arrays:
        stream.write(array.tobytes(_order(array)))


def _order(array: np.ndarray) -> Literal["C", "F"]:
    """The memory order of an array, kept because it changes the rounding of sums over the array."""
    return "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"


class _Writer:
    def __init__(self, most: int, letters: int, depth: int) -> None:
        self.values: list[list] = []
        self.arrays: list[np.ndarray] = []
        self._most, self._letters, self._depth = most, letters, depth

    def add(self, value: Any, depth: int) -> int:
        """Append a value after its parts and return its index. depth: number of containers around the value."""
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
    """The empty array that numpy's unpickling starts with; __setstate__ gives shape and elements.

    The shape that the pickle names here is ignored: it could allocate all memory.
    """
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
    """In place of copyreg._reconstructor, by which Python 2 pickles make objects of classes."""
    if not (isinstance(kind, type) and issubclass(kind, Opaque)):
        raise Refusal("makes an object of something that is no plain data; use another file.")
    return kind(state)


def _limit(memory: int, seconds: int) -> None:
    """Limit this process's address space (bytes) and processor time (seconds) where the system supports it."""
    try:
        import resource
    # Windows has no resource module.
    except ImportError:
        return
    for name, most in (("RLIMIT_AS", memory), ("RLIMIT_CPU", seconds), ("RLIMIT_CORE", 0)):
        kind = getattr(resource, name, None)
        if kind is not None:
            _soft, hard = resource.getrlimit(kind)
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            # Some systems define the limit and refuse to set it.
            with suppress(OSError, ValueError):
                resource.setrlimit(kind, (most, hard))


def main(arguments: list[str]) -> int:
    """Read the pickle from stdin, write its values to stdout, and return the exit status."""
    memory, seconds, values, letters, depth = (int(each) for each in arguments)
    _limit(memory, seconds)
    out = sys.stdout.buffer
    try:
        write_plain(read_plain(sys.stdin.buffer), out, values, letters, depth)
    except Refusal as error:
        out.write(json.dumps({"refused": str(error)}).encode() + b"\n")
    # A damaged pickle can make pickle and numpy raise any exception.
    except Exception as error:
        print(type(error).__name__, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
