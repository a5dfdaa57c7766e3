"""Pickles that allocate all memory, never end or change their reader: one sentence, and the next pickle is read."""

import pickle
import struct

import numpy as np
import pytest
from limited import refused

from model_runtime.errors import InputError

SHARED = b"q\x00" + b"0h\x00h\x00\x86q\x00" * 60 + b"0"
GLOBALS = {"ch": b"cchumpy.ch\nCh\n", "reconstruct": b"ccopy_reg\n_reconstructor\n", "str": b"c__builtin__\nstr\n"}
PICKLES = {
    "a bytearray of 8 GB": b"\x80\x05\x96" + struct.pack("<Q", 8 * 10**9) + b".",
    "bytes of 8 GB": b"\x80\x04\x8e" + struct.pack("<Q", 8 * 10**9) + b".",
    "text of 4 GB": b"\x80\x04\x8d" + struct.pack("<Q", 4 * 10**9) + b".",
    "a number of 2 GB": b"\x80\x02\x8b" + struct.pack("<i", 2**31 - 1) + b".",
    "a bytearray made": b"\x80\x02cbuiltins\nbytearray\n\x8a\x05\0\0\0\0\x02\x85R.",
    "a text made of numbers": b"\x80\x02cbuiltins\nstr\n\x8a\x05\0\0\0\0\x02\x85R.",
    "a list doubled": b"\x80\x02]q\x00(K\x01K\x01e0" + b"]q\x01(h\x00h\x00e0h\x01q\x000" * 50 + b"}X\x01\0\0\0ah\x00s.",
    "a tuple doubled as a key": b"\x80\x02}K\x00K\x00\x86" + SHARED + b"h\x00K\x01s.",
    "a tuple doubled in a set": b"\x80\x04\x8f(K\x00K\x00\x86" + SHARED + b"h\x00\x90.",
    "a tuple doubled in a frozen set": b"\x80\x04(K\x00K\x00\x86" + SHARED + b"h\x00\x91.",
    "a tuple doubled as an attribute": b"\x80\x02" + GLOBALS["ch"] + b")R}K\x00K\x00\x86" + SHARED + b"h\x00K\x01sb.",
    "a tuple doubled in a message": b"\x80\x02"
    + GLOBALS["reconstruct"]
    + b"K\x00K\x00\x86"
    + SHARED
    + b"h\x00NN\x87R.",
    "a tuple nested deep": b"\x80\x02N" + b"\x85" * 200_000 + b"q\x00}h\x00K\x01s.",
    "a list in itself": b"\x80\x02]q\x00h\x00a.",
    "a reader's function changed": b"\x80\x02ccollections\nOrderedDict\nN}X\x05\0\0\0itemsK\x01s\x86b.",
    "a class changed": b"\x80\x02cnumpy\ndtype\nN}X\x08\0\0\0__init__K\x01s\x86b.",
    "an array of 4 GB from nothing": b"\x80\x02cnumpy.core.numeric\n_frombuffer\n(\x8a\x05\0\xca\x9a;\0cnumpy\ndtype\n"
    b"X\x02\0\0\0u1\x85R(\x8a\x05\0\xca\x9a;\0tX\x01\0\0\0CtR.",
    "a reference out of the file": b"\x80\x02X\x01\0\0\0aQ.",
    "an endless memo": b"\x80\x02" + b"(" * 3_000_000 + b".",
}


@pytest.mark.parametrize("name", PICKLES)
def test_pickles_that_ask_for_everything(tmp_path, name):
    (tmp_path / "flame.pkl").write_bytes(PICKLES[name])
    refused("model_runtime.heads.flame:read_flame", tmp_path / "flame.pkl")


def test_a_sparse_matrix_of_16_gigabytes(tmp_path):
    places = np.zeros(1, np.int32)
    state = {"_shape": (46000, 46000), "data": np.ones(1), "row": places, "col": places}
    matrix = pickle.dumps(state, 2)[2:-1]
    content = b"\x80\x02}(X\n\0\0\0v_templatecscipy.sparse.coo\ncoo_matrix\n)R" + matrix + b"bX\x01\0\0\0fK\x01u."
    (tmp_path / "flame.pkl").write_bytes(content)
    refused("model_runtime.heads.flame:read_flame", tmp_path / "flame.pkl", words="sparse matrix")


def test_a_pickle_changes_nothing_for_the_next(tmp_path):
    """A harmful pickle changes only its own child process: the same caller then reads a good pickle."""
    from model_runtime.files.safe_pickle import read_pickle

    (tmp_path / "good.pkl").write_bytes(pickle.dumps({"a": np.arange(3.0), "b": {1}}, 2))
    for name, content in PICKLES.items():
        if "changed" in name:
            (tmp_path / "bad.pkl").write_bytes(content)
            with pytest.raises(InputError):
                read_pickle(tmp_path / "bad.pkl")
    found = read_pickle(tmp_path / "good.pkl")
    assert np.array_equal(found["a"], [0, 1, 2])
    assert found["b"] == {1}
