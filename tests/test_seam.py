"""Take files between runtime and extension: a take that one writes, the other reads and writes again without loss."""

import itertools
import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from model_runtime.linguistics.phones import PHONES, PhoneTrack, Span
from model_runtime.take import Take, read_take, write_take
from tests.extension import extension_module

LABELS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(-1e6, 1e6) | LABELS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(LABELS, inner, max_size=3),
    max_leaves=6,
)
UNKNOWN = st.dictionaries(
    st.sampled_from(["emotion", "file", "head_pose", "later version", "self"]),
    arrays.arrays(
        st.sampled_from([np.float32, np.float64, np.int64, np.bool_, np.uint8]),
        arrays.array_shapes(max_dims=3, max_side=4),
    ),
    max_size=3,
)


@st.composite
def takes(draw):
    """Takes as the runtime can make them, also with negative weights, and with values and arrays of a later version."""
    frames, names = draw(st.integers(2, 8)), draw(st.lists(LABELS, min_size=1, max_size=3, unique=True))
    weights = draw(arrays.arrays(np.float32, (frames, len(names)), elements=st.floats(-2, 2, width=32)))
    inner = draw(st.sets(st.integers(1, frames - 1), max_size=3))
    times = sorted(draw(st.lists(st.floats(0, 10), min_size=2, max_size=5, unique=True)))
    phones = tuple(Span(draw(st.sampled_from(sorted(PHONES))), a, b) for a, b in itertools.pairwise(times))
    words = tuple(Span(draw(LABELS), phone.start, phone.end) for phone in phones[::2])
    features = draw(arrays.arrays(np.float16, (draw(st.integers(0, 4)), 3), elements=st.floats(-4, 4, width=16)))
    meta = draw(st.dictionaries(LABELS.filter(lambda name: name != "settings"), VALUES, max_size=4))
    keys = np.array(sorted({0, frames - 1} | inner), np.int32)
    track = PhoneTrack(phones, words, draw(st.booleans()))
    return Take(weights, tuple(names), draw(st.floats(1, 120)), keys, track, features, meta, draw(UNKNOWN))


def stored(path):
    with np.load(path) as archive:
        return {name: archive[name] for name in archive.files}


@settings(max_examples=60, deadline=None)
@given(take=takes())
def test_every_array_and_field_survives_the_other_side(tmp_path_factory, take):
    take_file = extension_module("runtime.take_file")
    folder = tmp_path_factory.mktemp("seam")
    write_take(take, folder / "runtime.npz")
    take_file.write_take(take_file.read_take(folder / "runtime.npz"), folder / "extension.npz")
    write_take(read_take(folder / "extension.npz"), folder / "again.npz")
    first, second, third = (stored(folder / f"{name}.npz") for name in ("runtime", "extension", "again"))
    assert first.keys() == second.keys() == third.keys()
    for name, array in first.items():
        for other in (second[name], third[name]):
            assert other.dtype.kind == array.dtype.kind, name
            if name == "meta":
                assert json.loads(str(other)) == json.loads(str(array))
            else:
                np.testing.assert_array_equal(other, array, name)
    assert (folder / "again.npz").read_bytes() == (folder / "runtime.npz").read_bytes()
