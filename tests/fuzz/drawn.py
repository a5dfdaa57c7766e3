"""Hypothesis strategies for files and values: damaged valid files, valid values with an extreme part, random bytes."""

import contextlib
import io
import json
import pickle
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

from .good_files import packed, zipped

LARGEST_FILE = 4 << 20  # largest size of a drawn file, bytes
# Extreme or invalid values of a number, a text or a size.
NUMBERS = ("-1", "0", "1e400", "-1e400", "nan", "inf", "2147483648", "9223372036854775808", "1e-320", "9" * 400)
SIZES = tuple(
    struct.pack(code, value)
    for code, values in {"<I": (0, 1, 2**31 - 1, 2**32 - 1), "<Q": (2**40, 2**63 - 1), "<H": (0, 65535)}.items()
    for value in values
)
PIECES = (*SIZES, b"\0", b"\xff" * 8, b'"', b"[", b"{", b"(", b"<", b"\n", b" ", b"0", b"9", b".", b"\xf0\x9f", b"$1")
WORST: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from([None, True, -1, 0, 10**40, 1e308, -1e308, 2**63, "", "\0", "a" * 3000, "\ud800", "../../x"])
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)


def damaged(*seeds: bytes, tokens: tuple[bytes, ...] = ()) -> st.SearchStrategy[bytes]:
    """Valid files with pieces removed, repeated up to 200,000 times or replaced; or random bytes. seeds: valid files.
    tokens: further pieces to insert."""
    place = st.floats(0, 1, exclude_max=True)
    piece = st.sampled_from((*PIECES, *tokens, *(number.encode() for number in NUMBERS))) | st.binary(max_size=8)
    change = st.tuples(st.sampled_from("rict#"), place, place, piece, st.sampled_from([1, 2, 50, 5000, 200_000]))
    changed = st.tuples(st.sampled_from(seeds), st.lists(change, min_size=1, max_size=5)).map(
        lambda drawn: alter(*drawn)
    )
    return changed | st.binary(max_size=200) | st.text(max_size=60).map(lambda text: text.encode())


def alter(content: bytes, changes: list[tuple]) -> bytes:
    """The content after the changes (kind, start, end, piece, times); start and end are shares of the length.

    kind: r replaces bytes by the piece, i inserts the piece `times` times, c cuts, t repeats the bytes, # replaces the
    next number by the piece.
    """
    for kind, first, second, piece, times in changes:
        start, end = sorted((int(first * len(content)), int(second * len(content))))
        times = min(times, max(1, LARGEST_FILE // max(len(piece), 1)))
        if kind == "r":
            content = content[:start] + piece + content[start + len(piece) :]
        elif kind == "i":
            content = content[:start] + piece * times + content[start:]
        elif kind == "c":
            content = content[:start] + content[end:]
        elif kind == "t":
            part = content[start : min(end, start + 200)]
            content = content[:start] + part * min(times, max(1, LARGEST_FILE // max(len(part), 1))) + content[end:]
        else:
            content = with_number(content, start, piece)
    return content[:LARGEST_FILE]


def with_number(content: bytes, start: int, piece: bytes) -> bytes:
    """The content with the first run of digits from `start` on replaced by the piece."""
    while start < len(content) and not content[start : start + 1].isdigit():
        start += 1
    end = start
    while end < len(content) and content[end : end + 1].isdigit():
        end += 1
    return content[:start] + piece + content[end:]


def worsened(value: Any) -> st.SearchStrategy[Any]:
    """A JSON value with one of its parts replaced by an extreme value."""

    @st.composite
    def draw(pick: Callable) -> Any:
        changed = json.loads(json.dumps(value))
        here = changed
        for _ in range(4):
            if not isinstance(here, dict | list) or not here:
                break
            key = pick(st.sampled_from(sorted(here) if isinstance(here, dict) else range(len(here))))
            deeper = here[key]
            if not isinstance(deeper, dict | list) or pick(st.booleans()):
                if isinstance(here, dict) and pick(st.integers(0, 4)) == 0:
                    del here[key]
                else:
                    here[key] = pick(WORST)
                break
            here = deeper
        return changed

    return draw()


def json_files(value: Any) -> st.SearchStrategy[bytes]:
    """A JSON file of `value` with one part replaced by an extreme value, or with damaged bytes."""
    return worsened(value).map(lambda changed: json.dumps(changed).encode()) | damaged(json.dumps(value).encode())


ARRAYS = st.sampled_from(["f2", "f4", "f8", "i4", "i8", "u8", "?", "U3", "S2", "c8", "M8[s]"]).flatmap(
    lambda kind: st.lists(st.integers(0, 4), max_size=4).map(lambda shape: np.zeros(shape, kind))
)
VALUES = st.sampled_from([-1, 0, 2**31 - 1, 2**62, 1e300, -1e300, np.nan, np.inf, 1e-300])


def archives(**arrays: Any) -> st.SearchStrategy[bytes]:
    """An .npz file with arrays of another type, shape or value, with false headers, or with damaged bytes."""
    good = {name: np.asarray(array) for name, array in arrays.items()}

    @st.composite
    def draw(pick: Callable) -> bytes:
        members = {name: packed(array) for name, array in good.items()}
        for _ in range(pick(st.integers(1, 3))):
            name = pick(st.sampled_from(sorted(members)))
            way = pick(st.sampled_from(["array", "value", "header", "bytes", "gone", "bomb"]))
            if way == "array":
                members[name] = packed(pick(ARRAYS))
            elif way == "value" and good[name].dtype.kind in "fiu" and good[name].size:
                changed = good[name].astype(np.float64 if good[name].dtype.kind == "f" else np.int64)
                with np.errstate(all="ignore"), contextlib.suppress(OverflowError, ValueError):
                    changed.flat[pick(st.integers(0, changed.size - 1))] = pick(VALUES)
                members[name] = packed(changed)
            elif way == "header":
                members[name] = lying(pick)
            elif way == "bytes":
                members[name] = pick(damaged(members[name]))
            elif way == "bomb":
                members[name] = packed(np.zeros(pick(st.sampled_from([10**6, 2 * 10**7])), np.uint8))
            else:
                members.pop(name)
                break
        return zipped(members, pick(st.sampled_from([0, 8, 8, 8, 12, 14])))

    return draw() | damaged(zipped({name: packed(array) for name, array in good.items()}, 8))


def lying(pick: Callable) -> bytes:
    """An .npy file of 16 zero bytes with a false or invalid header. pick: draws from a strategy."""
    shape = pick(
        st.sampled_from(["(10**12,)", "(1000000000000,)", "(-1,)", "()", "(0, 99999999999)", "((((((", "(1,)" * 9])
    )
    kind = pick(st.sampled_from(["'<f8'", "'|O'", "[('a', '<f8')]", "'<U999999999'", "'V9'", "nothing", "'<f8"]))
    text = f"{{'descr': {kind}, 'fortran_order': False, 'shape': {shape}, }}"
    text = pick(st.sampled_from([text, "(" * 5000, "{" * 900, text[:-3], "\n  \n x", "1e999", text + " " * 20000]))
    version = pick(st.sampled_from([1, 2, 3]))
    size = pick(st.sampled_from([len(text) + 1, 2**31, 65535, 0]))
    head = struct.pack("<H", min(size, 65535)) if version == 1 else struct.pack("<I", size)
    return b"\x93NUMPY" + bytes([version, 0]) + head + text.encode() + b"\n" + b"\0" * 16


# Pickle opcodes with their arguments; random sequences of them are often valid pickles.
OPCODES = (
    *(b"(", b")", b"]", b"}", b"N", b"0", b"1", b"2", b"t", b"l", b"d", b"a", b"e", b"s", b"u", b"b", b"R", b"\x81"),
    *(b"\x85", b"\x86", b"\x87", b"\x88", b"\x8f", b"\x90", b"\x91", b"\x94", b"K\x05", b"q\x00", b"h\x00", b"q\x01"),
    *(b"h\x01", b"I7\n", b"F1e999\n", b"U\x01a", b"X\x05\0\0\0items", b"C\x08\0\0\0\0\0\0\0\0", b"J\xff\xff\xff\x7f"),
    *(b"\x8a\x05\0\0\0\0\x7f", b"B\xff\xff\xff\x7f", b"\x96\0\0\0\0\2\0\0\0", b"\x8e\0\0\0\0\2\0\0\0", b"Pid\n", b"Q"),
    *(b"c__builtin__\nset\n", b"cbuiltins\nbytearray\n", b"c__builtin__\nobject\n", b"ccollections\nOrderedDict\n"),
    *(
        b"cnumpy\ndtype\n",
        b"cnumpy\nndarray\n",
        b"cnumpy.core.multiarray\n_reconstruct\n",
        b"ccopy_reg\n_reconstructor\n",
    ),
    *(
        b"cnumpy.core.multiarray\nscalar\n",
        b"cnumpy.core.numeric\n_frombuffer\n",
        b"cchumpy.ch\nCh\n",
        b"cos\nsystem\n",
    ),
    *(
        b"cscipy.sparse.csc\ncsc_matrix\n",
        b"c_codecs\nencode\n",
        b"h\x00h\x00\x86q\x00" * 30,
        b"]q\x00h\x00h\x00\x86" * 30,
    ),
)


def pickles() -> st.SearchStrategy[bytes]:
    value = {"v_template": np.zeros((4, 3)), "f": np.zeros((2, 3), int), "text": "a", "more": [1, (2.0, b"x"), {3}]}
    soup = st.lists(st.sampled_from(OPCODES), max_size=40).map(lambda parts: b"\x80\x02" + b"".join(parts) + b".")
    return soup | damaged(*(pickle.dumps(value, protocol) for protocol in (0, 2, 4, 5)), tokens=OPCODES)


def texts() -> st.SearchStrategy[str]:
    parts = (
        "[",
        "]",
        "(",
        "<",
        "{",
        "1",
        "1,",
        "$",
        "$1",
        ".",
        "a.",
        "no.",
        " ",
        "\n",
        "'",
        "1st",
        "12:30",
        "\u0315\u0300",
    )
    parts = (*parts, "\ufdfa", "&", "%", "a", "Mr.", "1999", "0.", "\ud800", "\0", "-->", "00:00:01,000", '"', "٣")
    piece = st.tuples(st.sampled_from(parts), st.sampled_from([1, 1, 2, 30, 20_000, 300_000]))
    repeated = st.lists(piece, max_size=6).map(lambda drawn: "".join(part * times for part, times in drawn)[:900_000])
    return repeated | st.text(max_size=300)


def sounds() -> st.SearchStrategy[bytes]:
    import soundfile

    tone = (0.3 * np.sin(np.arange(4000) / 9)).astype(np.float32)
    files = []
    for form, subtype in (
        ("WAV", "PCM_16"),
        ("WAV", "FLOAT"),
        ("WAV", "IMA_ADPCM"),
        ("FLAC", "PCM_16"),
        ("AIFF", "PCM_16"),
    ):
        stream = io.BytesIO()
        soundfile.write(stream, tone, 16000, subtype, format=form)
        files.append(stream.getvalue())
    stream = io.BytesIO()
    soundfile.write(stream, tone, 16000, "VORBIS", format="OGG")
    return damaged(*files, stream.getvalue(), tokens=(struct.pack("<f", 3e38), struct.pack("<f", np.nan)))
