"""Reading pickles as data: real pickles of numpy, scipy and Python 2 are read; harmful ones run no code."""

import collections
import io
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from model_runtime.errors import InputError
from model_runtime.files.pickle_process import Refusal, read_plain
from model_runtime.files.safe_pickle import as_array, read_pickle

# {"a": np.arange(3, dtype="float64"), "name": "caf\xe9"} as Python 2 and its numpy wrote it (protocol 2).
PYTHON2 = (
    b"\x80\x02}q\x00(U\x01aq\x01cnumpy.core.multiarray\n_reconstruct\nq\x02cnumpy\nndarray\nq\x03K\x00\x85q\x04U\x01bq"
    b"\x05\x87q\x06Rq\x07(K\x01K\x03\x85q\x08cnumpy\ndtype\nq\tU\x02f8q\nK\x00K\x01\x87q\x0bRq\x0c(K\x03U\x01<q\rNNNJ"
    b"\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tq\x0eb\x89U\x18\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xf0?"
    b"\x00\x00\x00\x00\x00\x00\x00@q\x0ftq\x10bU\x04nameq\x11U\x04caf\xe9q\x12u."
)


class Runs:
    """A class whose pickle runs a command when it is loaded."""

    def __init__(self, path) -> None:
        self.path = path

    def __reduce__(self):
        return (os.system, (f"touch {self.path}",))


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_plain_data_comes_through(tmp_path, protocol):
    data = {
        "array": np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4),
        "fortran": np.asfortranarray(np.arange(6).reshape(2, 3)),
        "scalar": np.float64(2.5),
        "big": np.arange(4, dtype=">i2"),
        "text": np.array(["lips", "nose"]),
        "flags": np.array([True, False]),
        "nested": [{"a": (1, 2.0, "x", b"y", None, True)}, collections.OrderedDict(k=1)],
        "set": {1, 2},
    }
    path = tmp_path / "data.pkl"
    path.write_bytes(pickle.dumps(data, protocol))
    found = read_pickle(path)
    assert np.array_equal(found["array"], data["array"])
    assert found["array"].dtype == np.float32
    assert np.array_equal(found["fortran"], data["fortran"])
    assert found["scalar"] == 2.5
    for name in ("big", "text", "flags"):
        assert np.array_equal(found[name], data[name])
    assert found["nested"] == data["nested"]
    assert found["set"] == {1, 2}


def test_python_2_comes_through(tmp_path):
    (tmp_path / "old.pkl").write_bytes(PYTHON2)
    found = read_pickle(tmp_path / "old.pkl")
    assert np.array_equal(found["a"], [0.0, 1.0, 2.0])
    assert found["name"] == "café"


def test_sparse_matrices_and_chumpy_arrays_become_arrays(tmp_path):
    dense = np.array([[0, 2.0, 0], [1.0, 0, 3.0]])
    for kind in (sparse.csc_matrix, sparse.csr_matrix, sparse.coo_matrix):
        path = tmp_path / f"{kind.__name__}.pkl"
        path.write_bytes(pickle.dumps({"regressor": kind(dense)}, 2))
        assert np.array_equal(as_array(read_pickle(path)["regressor"], "regressor"), dense)
    # A pickle of chumpy.ch.Ch with the attribute x, as Python 2 writes it; chumpy is not installed.
    values = pickle.dumps(np.arange(3.0), 2)[2:-1]
    old = b"\x80\x02ccopy_reg\n_reconstructor\ncchumpy.ch\nCh\nc__builtin__\nobject\nN\x87R}U\x01x" + values + b"sb."
    (tmp_path / "ch.pkl").write_bytes(old)
    assert np.array_equal(as_array(read_pickle(tmp_path / "ch.pkl"), "v_template"), [0, 1, 2])


def test_what_runs_is_refused_by_name(tmp_path):
    trace = tmp_path / "ran"
    path = tmp_path / "bad.pkl"
    path.write_bytes(pickle.dumps({"harmless": np.zeros(3), "bad": [Runs(trace)]}))
    with pytest.raises(InputError, match="system"):
        read_pickle(path)
    assert not trace.exists()


@pytest.mark.parametrize(
    "name",
    [b"builtins\neval", b"os\nsystem", b"numpy.testing\nassert_equal", b"scipy.sparse\nload_npz", b"builtins\ngetattr"],
)
def test_other_names_are_refused(tmp_path, name):
    (tmp_path / "bad.pkl").write_bytes(b"\x80\x02c" + name + b"\n.")
    with pytest.raises(InputError, match=name.split(b"\n")[1].decode()):
        read_pickle(tmp_path / "bad.pkl")


# Callables that run code when they are called with a text, or give access to such callables.
RUNNERS = (
    *(
        "os.system",
        "posix.system",
        "nt.system",
        "os.popen",
        "os.execv",
        "os.remove",
        "os.mkdir",
        "os.open",
    ),
    *("subprocess.Popen", "subprocess.call", "subprocess.run", "subprocess.check_output", "pty.spawn", "shutil.rmtree"),
    *("builtins.eval", "builtins.exec", "builtins.compile", "builtins.open", "builtins.__import__", "builtins.getattr"),
    *("__builtin__.apply", "__builtin__.execfile", "builtins.map", "builtins.type", "operator.attrgetter"),
    *("operator.methodcaller", "functools.partial", "functools.reduce", "importlib.import_module", "runpy.run_path"),
    *(
        "types.FunctionType",
        "types.CodeType",
        "code.interact",
        "codecs.open",
        "_codecs.lookup",
        "copyreg.add_extension",
    ),
    *("pickle.loads", "marshal.loads", "ctypes.CDLL", "numpy.load", "numpy.fromfile", "numpy.core.multiarray.fromfile"),
    *("numpy.dtype.__init__.__globals__", "scipy.sparse.load_npz", "collections.namedtuple", "webbrowser.open"),
)
# Pickle opcodes that look up a name and call the result with a text.
WAYS = {
    "GLOBAL and REDUCE": lambda module, name: b"\x80\x02c%s\n%s\n{text}\x85R." % (module, name),
    "STACK_GLOBAL and NEWOBJ": lambda module, name: (
        b"\x80\x04\x8c%c%s\x8c%c%s\x93{text}\x85\x81." % (len(module), module, len(name), name)
    ),
    "INST": lambda module, name: b"({text}i%s\n%s\n." % (module, name),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("runner", RUNNERS)
def test_138_ways_to_run_something_run_nothing(tmp_path, runner, way):
    module, name = runner.split(".", 1) if "numpy.dtype" in runner else runner.rsplit(".", 1)
    command = f"touch {tmp_path}/ran".encode()
    text = b"X" + len(command).to_bytes(4, "little") + command
    content = WAYS[way](module.encode(), name.encode()).replace(b"{text}", text)
    with pytest.raises(Refusal, match=name.split(".")[-1]):
        read_plain(io.BytesIO(content))
    assert not (tmp_path / "ran").exists()


def test_numbers_are_never_taken_for_pointers(tmp_path):
    """A pickle sets the flags of numpy's dtype; 63 would make numpy read 8 bytes of data as a pointer to an object."""
    whole = pickle.dumps(np.arange(3.0), 2)
    flags = b"K\x00t"  # the last number of the dtype's state
    assert whole.count(flags) == 1
    (tmp_path / "flags.pkl").write_bytes(whole.replace(flags, b"K\x3ft"))
    found = read_pickle(tmp_path / "flags.pkl")
    assert found.dtype.flags == np.dtype("f8").flags
    assert np.array_equal(found, [0, 1, 2])


def test_arrays_of_objects_are_refused(tmp_path):
    (tmp_path / "objects.pkl").write_bytes(pickle.dumps(np.array([{}, []], dtype=object), 2))
    with pytest.raises(InputError, match="array of object"):
        read_pickle(tmp_path / "objects.pkl")


def test_it_cannot_ask_for_all_of_the_memory(tmp_path):
    huge = b"\x80\x02cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n\x8a\x06\0\0\0\0\0\x01\x85U\x01b\x87R."
    (tmp_path / "huge.pkl").write_bytes(huge)
    assert read_pickle(tmp_path / "huge.pkl").size == 0


@pytest.mark.parametrize("content", [b"", b"no pickle", b"\x80\x05", PYTHON2[:-30]])
def test_damage_is_one_sentence(tmp_path, content):
    (tmp_path / "damaged.pkl").write_bytes(content)
    with pytest.raises(InputError, match="damaged"):
        read_pickle(tmp_path / "damaged.pkl")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_noise_never_raises_anything_else(data):
    whole = pickle.dumps({"a": np.arange(9.0), "b": sparse.csc_matrix(np.eye(3)), "c": ["x", b"y", 2**70]}, 2)
    content = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path = f"/tmp/kmtalk-noise-{os.getpid()}.pkl"
    with open(path, "wb") as stream:  # noqa: PTH123
        stream.write(content)
    try:
        read_pickle(path)
    except InputError:
        pass
    finally:
        os.unlink(path)  # noqa: PTH108


def test_values_of_another_kind_are_refused():
    for value in ("text", {"a": 1}, None, True, [[1], [2, 3]]):
        with pytest.raises(InputError, match="v_template"):
            as_array(value, "v_template")


def test_nothing_is_imported_for_a_pickle(tmp_path):
    (tmp_path / "bad.pkl").write_bytes(b"\x80\x02cantigravity\nfly\n.")
    code = (
        "import sys; from model_runtime.files.safe_pickle import read_pickle\n"
        f"try: read_pickle({str(tmp_path / 'bad.pkl')!r})\nexcept ValueError: print('antigravity' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"
