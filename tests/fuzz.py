"""Every reader against files that nobody meant: a result or one sentence, in little time and memory.

    python -m tests.fuzz --minutes 60 [--target take] [--seed 1]

Each target has a process of its own. What a reader did otherwise (another exception, more than SLOW seconds, more than
LARGE bytes) is printed, and the file kept in out/fuzz. The exit code is 1 when there is any. Hypothesis draws the
files: good ones damaged, good ones with a few of their values changed for the worst, and anything at all.
"""

import argparse
import contextlib
import faulthandler
import hashlib
import io
import json
import logging
import pickle
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import traceback
import types
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

TREE = Path(__file__).parents[1]
STARTER = TREE / "model_runtime" / "weights" / "starter"
FOUND = TREE / "out" / "fuzz"
SLOW = 10.0  # seconds of one file
HANGS = 120.0  # seconds after which a process is ended
LARGE = 600 << 20  # bytes that a process may grow by
LARGEST_FILE = 4 << 20  # bytes of a file that is drawn
ROUND = 50  # files that are drawn between two looks at the clock

# The worst that a number, a text or a size can be.
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


@dataclass(frozen=True)
class Target:
    """contents: what is drawn. read: what is called with it."""

    contents: st.SearchStrategy[Any]
    read: Callable[[Any], object]


@dataclass
class Report:
    """executions: files read. findings: what a reader did besides reading and refusing -> how often."""

    executions: int = 0
    findings: dict[str, int] = field(default_factory=dict)


def damaged(*seeds: bytes, tokens: tuple[bytes, ...] = ()) -> st.SearchStrategy[bytes]:
    """Good files with pieces cut, doubled a thousand times, replaced or cut off; or anything."""
    place = st.floats(0, 1, exclude_max=True)
    piece = st.sampled_from((*PIECES, *tokens, *(number.encode() for number in NUMBERS))) | st.binary(max_size=8)
    change = st.tuples(st.sampled_from("rict#"), place, place, piece, st.sampled_from([1, 2, 50, 5000, 200_000]))
    changed = st.tuples(st.sampled_from(seeds), st.lists(change, min_size=1, max_size=5)).map(
        lambda drawn: alter(*drawn)
    )
    return changed | st.binary(max_size=200) | st.text(max_size=60).map(lambda text: text.encode())


def alter(content: bytes, changes: list[tuple]) -> bytes:
    """The content after the changes: replace, insert (many times), cut, repeat (t), or the number that comes next."""
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
    """The run of digits that comes next, replaced."""
    while start < len(content) and not content[start : start + 1].isdigit():
        start += 1
    end = start
    while end < len(content) and content[end : end + 1].isdigit():
        end += 1
    return content[:start] + piece + content[end:]


def worsened(value: Any) -> st.SearchStrategy[Any]:
    """A JSON value with one of its parts the worst that it can be."""

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
    """A JSON file with a part changed, or damaged."""
    return worsened(value).map(lambda changed: json.dumps(changed).encode()) | damaged(json.dumps(value).encode())


ARRAYS = st.sampled_from(["f2", "f4", "f8", "i4", "i8", "u8", "?", "U3", "S2", "c8", "M8[s]"]).flatmap(
    lambda kind: st.lists(st.integers(0, 4), max_size=4).map(lambda shape: np.zeros(shape, kind))
)
VALUES = st.sampled_from([-1, 0, 2**31 - 1, 2**62, 1e300, -1e300, np.nan, np.inf, 1e-300])


def archives(**arrays: Any) -> st.SearchStrategy[bytes]:
    """An .npz with arrays of another type, shape or value, with lying headers, or damaged."""
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


def packed(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, allow_pickle=True)
    return stream.getvalue()


def lying(pick: Callable) -> bytes:
    """The beginning of an array whose header says what is not there."""
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


def zipped(members: dict[str, bytes], method: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return stream.getvalue()


# Opcodes of pickle, each with arguments, that fit together often enough.
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


PHONES = {"phones": [["SIL", 0.0, 0.2], ["AA", 0.2, 0.6], ["SIL", 0.6, 1.0]], "words": [["ah", 0.2, 0.6]]}
GRID = (
    'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n1\n<exists>\n2\n"IntervalTier"\n"words"\n0\n1\n1\n0\n1\n'
    '"ah"\n"IntervalTier"\n"phones"\n0\n1\n2\n0\n0.4\n"SIL"\n0.4\n1\n"AA1"\n'
)
LONG_GRID = (
    'File type = "ooTextFile"\nObject class = "TextGrid"\n\nxmin = 0 \nxmax = 1 \ntiers? <exists> \nsize = 1 \n'
    'item []: \n    item [1]:\n        class = "IntervalTier" \n        name = "phones" \n        xmin = 0 \n'
    "        xmax = 1 \n"
    "        intervals: size = 1 \n        intervals [1]:\n            xmin = 0 \n            xmax = 1 \n"
    '            text = "AA" \n'
)
OBJ = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nv 2 0 0\nf 1 2 3 4\nf 2/1/1 5/1/1 3/1/1\n"
PLY = (
    "ply\nformat {} 1.0\nelement vertex 3\nproperty float x\nproperty float y\nproperty float z\nelement face 1\n"
    "property list uchar int vertex_indices\nend_header\n"
)
PLY_TEXT = (PLY.format("ascii") + "0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n").encode()
PLY_BINARY = (
    PLY.format("binary_little_endian").encode() + np.eye(3, dtype="<f4").tobytes() + struct.pack("<B3i", 3, 0, 1, 2)
)
CSV = "Timecode,BlendShapeCount,JawOpen,MouthClose\n00:00:00:00.0,2,0.1,0\n00:00:00:01.0,2,0.2,0\n00:00:00:02.0,2,0,1\n"
TOML = '# training\ndata = "x"\noutput = "y"\nrows = ["full"]\nbasis = 8\n[model]\nwidth = 64\n[loop]\nepochs = 3\n'
SRT = "1\n00:00:00,000 --> 00:00:01,500\n<i>Hello</i> there.\n\n2\n00:00:02,000 --> 00:00:03,000\nAgain.\n"
LANDMARKS = ("upper_lip_inner", "lower_lip_inner", "mouth_left", "mouth_right", "eye_left_inner", "eye_left_outer")
LANDMARKS = (*LANDMARKS, "eye_right_inner", "eye_right_outer", "chin", "nose_tip")
MARKS = json.dumps({name: index % 3 for index, name in enumerate(LANDMARKS)})
FACES = np.array([[0, 1, 2]], np.int32)
CHANNEL = np.array(["jawOpen", "mouthClose"])


def take_arrays() -> dict[str, Any]:
    return {
        "weights": np.zeros((31, 2), np.float32),
        "channels": CHANNEL,
        "fps": 30.0,
        "key_frames": np.array([0, 6, 30], np.int32),
        "key_weights": np.zeros((3, 2), np.float32),
        "phone_labels": np.array(["SIL", "AA", "SIL"]),
        "phone_start": np.array([0, 0.2, 0.6]),
        "phone_end": np.array([0.2, 0.6, 1.0]),
        "word_labels": np.array(["ah"]),
        "word_start": np.array([0.2]),
        "word_end": np.array([0.6]),
        "acoustics": np.zeros((4, 3), np.float16),
        "meta": np.array(json.dumps({"model": "starter", "settings": {"fps": 30.0}})),
    }


def head_arrays() -> dict[str, Any]:
    index = np.array([0], np.int32)
    return {
        "vertices": np.eye(3, dtype=np.float32),
        "faces": FACES,
        "channels": CHANNEL,
        "deltas": np.zeros((2, 3, 3), np.float32),
        "landmarks": np.array(MARKS),
        "lips": index,
        "upper_face": index,
        "materials": index,
        "material_names": np.array(["skin"]),
        "polygons": index,
        "resting": np.array('{"mouthClose": 0.5}'),
    }


def space_arrays() -> dict[str, Any]:
    index, face = np.array([0], np.int32), np.eye(3, dtype=np.float32)
    shapes = np.zeros((2, 3, 3), np.float32)
    return {
        **{"neutral": face, "names": CHANNEL, "shapes": shapes, "lips": index, "upper_face": index},
        **{"bounds": np.array([0.0, 1.0]), "explained": np.array(0.5)},
    }


def targets(folder: Path) -> dict[str, Callable[[], Target]]:
    """By name, each made when it is asked for. Files are written into `folder`."""

    def filed(
        name: str, contents: Callable[[], st.SearchStrategy[bytes]], module: str, reader: str
    ) -> Callable[[], Target]:
        def make() -> Target:
            read = getattr(import_module(module), reader)

            def from_file(content: bytes) -> object:
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
                return read(path)

            return Target(contents(), from_file)

        return make

    mesh = {"vertices": np.eye(3), "loops": np.array([0, 1, 2]), "sizes": np.array([3]), "landmarks": np.array(MARKS)}
    keys = {"key_frames": np.array([0, 5]), "key_weights": np.zeros((2, 1)), "channels": np.array(["jawOpen"])}
    curves = {"weights": np.zeros((5, 1)), "channels": np.array(["jawOpen"]), "fps": 30.0}
    flame = {"v_template": np.zeros((5023, 3), np.float32), "f": np.zeros((9, 3), np.int32)}
    audio2face = {"exportFps": 30, "facsNames": ["jawOpen"], "weightMat": [[0.1], [0.2], [0.3]]}
    exported = {"fps": 30, "channels": ["jawOpen"], "weights": [[0], [1], [0]], "key_frames": [0, 2], **PHONES}
    line = {"audio": "a.wav", "transcript": "hello", "fps": 25, "phones": PHONES["phones"]}
    runtime, extension = "model_runtime", "kmtalk_blender.runtime"
    return {
        "sound": filed("sound.wav", sounds, f"{runtime}.audio", "read_audio"),
        "take": filed("take.npz", lambda: archives(**take_arrays()), f"{runtime}.take", "read_take"),
        "keys": filed("keys.npz", lambda: archives(**keys), f"{runtime}.complete", "read_keys"),
        "head": filed("head.npz", lambda: archives(**head_arrays()), f"{runtime}.heads.head", "read_head"),
        "space": filed("space.npz", lambda: archives(**space_arrays()), f"{runtime}.motion_space", "read_space"),
        "curves npz": filed("c.npz", lambda: archives(**curves), f"{runtime}.datasets.curves", "read_curves"),
        "curves csv": filed("c.csv", lambda: damaged(CSV.encode()), f"{runtime}.datasets.curves", "read_curves"),
        "curves json": filed("c.json", lambda: json_files(audio2face), f"{runtime}.datasets.curves", "read_curves"),
        "mesh npz": filed("m.npz", lambda: archives(**mesh), f"{runtime}.heads.mesh_files", "read_mesh"),
        "mesh obj": filed("m.obj", lambda: damaged(OBJ.encode()), f"{runtime}.heads.mesh_files", "read_mesh"),
        "mesh ply": filed("m.ply", lambda: damaged(PLY_TEXT, PLY_BINARY), f"{runtime}.heads.mesh_files", "read_mesh"),
        "landmarks": filed(
            "l.json", lambda: json_files(json.loads(MARKS)), f"{runtime}.heads.mesh_files", "read_landmarks"
        ),
        "flame npz": filed("f.npz", lambda: archives(**flame), f"{runtime}.heads.flame", "read_flame"),
        "pickle": filed("f.pkl", pickles, f"{runtime}.safe_pickle", "read_pickle"),
        "pickle flame": filed("g.pkl", pickles, f"{runtime}.heads.flame", "read_flame"),
        "textgrid": filed(
            "t.TextGrid",
            lambda: damaged(GRID.encode(), LONG_GRID.encode(), GRID.encode("utf-16")),
            f"{runtime}.linguistics.textgrid",
            "read_textgrid",
        ),
        "phone lists": filed(
            "p.json", lambda: json_files(PHONES), f"{runtime}.linguistics.phone_lists", "read_phone_lists"
        ),
        "configuration": filed(
            "c.toml",
            lambda: damaged(TOML.encode(), tokens=(b"a.", b"[[", b"= [", b"'''", b"{a=")),
            f"{runtime}.training.config_file",
            "read_config",
        ),
        "manifest": filed("l.jsonl", lambda: json_files(line), f"{runtime}.batch", "read_manifest"),
        "transcript": _transcript,
        "phones given": _phones_given,
        "request": _request,
        "model": lambda: _model(folder),
        "weights": lambda: _weights(folder),
        "prepared data": lambda: _prepared(folder),
        "landmark tracks": lambda: _tracks(folder),
        "captures": lambda: _captures(folder),
        "array": lambda: _array(folder),
        "extension take": filed("et.npz", lambda: archives(**take_arrays()), f"{extension}.take_file", "read_take"),
        "extension head": filed("eh.npz", lambda: archives(**head_arrays()), f"{extension}.head_file", "read_head"),
        "extension space": filed("es.npz", lambda: archives(**space_arrays()), f"{extension}.space_file", "read_space"),
        "extension csv": filed("e.csv", lambda: damaged(CSV.encode()), f"{extension}.take_tables", "read_live_link"),
        "extension json": filed("e.json", lambda: json_files(exported), f"{extension}.take_tables", "read_take_json"),
        "extension model": lambda: _extension_model(folder),
        "subtitles": _subtitles,
    }


def _transcript() -> Target:
    module = import_module("model_runtime.linguistics.text")
    return Target(texts(), module.spoken_words)


def _subtitles() -> Target:
    module = import_module("kmtalk_blender.runtime.subtitles")
    drawn = texts() | damaged(SRT.encode()).map(lambda content: content.decode(errors="replace"))
    return Target(drawn, lambda text: module.spoken_cues(text, 0.0, None))


def _phones_given() -> Target:
    module = import_module("model_runtime.linguistics.phone_lists")
    return Target(worsened(PHONES["phones"]), lambda phones: module.track_of(phones, duration=1.0))


def _request() -> Target:
    """What the worker makes of parameters, up to the first file that is read."""
    requests = import_module("model_runtime.requests")
    generate, warm = import_module("model_runtime.commands.generate"), import_module("model_runtime.warm")
    params = {"audio": "/nowhere.wav", "output": "/tmp/kmtalk-fuzz.npz", "fps": 30, "jaw": 1, "seed": 0, "lead": 0.1}
    params |= {"transcript": "a", "phones": PHONES["phones"], "start": 0, "end": 2, "textgrid": None, "style": "clear"}

    def read(drawn: dict) -> object:
        request = requests.request_from(generate.Request, drawn)
        return generate.run(request, warm.Warm(), lambda *_: None)

    return Target(worsened(params).filter(lambda drawn: isinstance(drawn, dict)), read)


def _model(folder: Path) -> Target:
    load = import_module("model_runtime.model.checkpoint").load_model
    description = json.loads((STARTER / "model.json").read_text())
    shutil.copytree(STARTER, folder / "model", dirs_exist_ok=True)

    def read(content: bytes) -> object:
        (folder / "model" / "model.json").write_bytes(content)
        return load(folder / "model", "cpu")

    return Target(json_files(description), read)


def _weights(folder: Path) -> Target:
    """Damaged weights whose sum the description names, as a harmful model's would be."""
    load = import_module("model_runtime.model.checkpoint").load_model
    description = json.loads((STARTER / "model.json").read_text())
    whole = (STARTER / "weights.safetensors").read_bytes()
    size = struct.unpack("<Q", whole[:8])[0]
    (folder / "weights").mkdir()

    def read(content: bytes) -> object:
        weights = content + whole[8 + size :]
        (folder / "weights" / "weights.safetensors").write_bytes(weights)
        named = description | {"sha256": hashlib.sha256(weights).hexdigest()}
        (folder / "weights" / "model.json").write_text(json.dumps(named))
        return load(folder / "weights", "cpu")

    return Target(damaged(whole[: 8 + size], tokens=(b"F64", b"[0]", b"[]", b"-1", b"[9999999999]")), read)


def _prepared(folder: Path) -> Target:
    store = import_module("model_runtime.datasets.store")
    data = folder / "data"
    (data / "clips").mkdir(parents=True)
    np.savez(data / "face.npz", templates=np.eye(3, dtype=np.float32)[None], lips=[0], upper_face=[1])
    np.save(data / "clips" / "a.motion.npy", np.zeros((5, 9), np.float32))
    np.save(data / "clips" / "a.sound.npy", np.zeros(900, np.float32))
    index = {
        "format": 1,
        "kind": "x",
        "fps": 30,
        "channels": [],
        "subjects": ["s"],
        "estimated": False,
        "mouth": [0, 1],
    }
    index |= {"skipped": [["b", "no"]], "clips": ["a"]}
    about = {"subject": "s", "split": "train", "frames": 5, "samples": 900, "phones": [["SIL", 0, 0.05]], "digest": "d"}

    def read(drawn: tuple[bytes, bytes]) -> object:
        for path, content in zip((data / "index.json", data / "clips" / "a.json"), drawn, strict=True):
            path.write_bytes(content)
        return store.open_dataset(data)

    good = st.just(json.dumps(index).encode()), st.just(json.dumps(about).encode())
    return Target(st.tuples(json_files(index), good[1]) | st.tuples(good[0], json_files(about)), read)


def _tracks(folder: Path) -> Target:
    tracks = import_module("model_runtime.datasets.landmark_tracks")
    data = folder / "tracks"
    (data / "s1").mkdir(parents=True)
    table = b"clip\tspeaker\tsplit\ttext\ns1/a\ts1\ttrain\tbin blue\n"
    points = {"points": [13, 14, 61, 291]}

    def read(drawn: tuple[bytes, bytes, bytes]) -> object:
        for path, content in zip((data / "clips.tsv", data / "points.json", data / "s1" / "a.npz"), drawn, strict=True):
            path.write_bytes(content)
        return [tracks.read_track(entry) for entry in tracks.list_tracks(data)]

    xyz = {"xyz": np.zeros((6, 4, 3), np.int16), "fps": np.float32(25)}
    good = st.just(zipped({name: packed(np.asarray(array)) for name, array in xyz.items()}, 8))
    listed, named = st.just(table), st.just(json.dumps(points).encode())
    return Target(
        st.tuples(damaged(table), named, good)
        | st.tuples(listed, json_files(points), good)
        | st.tuples(listed, named, archives(**xyz)),
        read,
    )


def _captures(folder: Path) -> Target:
    """The motion of a capture at a frame rate: what its times ask for is made here."""
    curves = import_module("model_runtime.datasets.curves")

    def read(content: bytes) -> object:
        path = folder / "capture.csv"
        path.write_bytes(content)
        return curves.read_curves(path).at(240.0)

    return Target(damaged(CSV.encode(), CSV.replace("Timecode", "time").replace("00:00:00:", "").encode()), read)


def _array(folder: Path) -> Target:
    npz = import_module("model_runtime.npz")

    def read(content: bytes) -> object:
        path = folder / "array.npy"
        path.write_bytes(content)
        return npz.map_npy(path, "f")

    @st.composite
    def lies(pick: Callable) -> bytes:
        return lying(pick)

    return Target(damaged(packed(np.zeros((3, 4), np.float32))) | lies(), read)


def _extension_model(folder: Path) -> Target:
    module = import_module("kmtalk_blender.runtime.model_folder")
    data = folder / "their model"
    data.mkdir()
    weights = b"weights"
    (data / "weights.safetensors").write_bytes(weights)
    about = {
        "format": 1,
        "id": "m",
        "licence": "l",
        "sha256": hashlib.sha256(weights).hexdigest(),
        "space_sha256": None,
    }

    def read(content: bytes) -> object:
        (data / "model.json").write_bytes(content)
        shutil.rmtree(folder / "models", ignore_errors=True)
        return module.install_model(data, folder / "models")

    return Target(json_files(about), read)


def fuzz(name: str, seconds: float, number: int, folder: Path) -> Report:
    """Read what is drawn for a target until the time is over. number: the seed."""
    refused = _refusals()
    target, report = targets(folder)[name](), Report()
    ends, began = time.monotonic() + seconds, _memory()

    def once(content: Any) -> None:
        if time.monotonic() > ends:
            return
        faulthandler.dump_traceback_later(HANGS, exit=True)
        started, before = time.monotonic(), _memory()
        found = ""
        try:
            target.read(content)
        except refused as error:
            message = str(error)
            found = "" if message.isprintable() and 0 < len(message) < 2000 else f"no sentence: {message[:80]!r}"
        # Whatever it is: that is what is looked for.
        except BaseException as error:
            at = traceback.extract_tb(error.__traceback__)[-1]
            found = f"{type(error).__name__} in {Path(at.filename).name}:{at.lineno}"
        faulthandler.cancel_dump_traceback_later()
        if not found and time.monotonic() - started > SLOW:
            found = "slow"
        if not found and _memory() > max(before, began + LARGE):
            found = f"large: {(_memory() - began) >> 20} MiB"
        report.executions += 1
        if found:
            report.findings[found] = report.findings.get(found, 0) + 1
            _keep(name, found, content)

    while time.monotonic() < ends:
        number += 1
        drawn = given(target.contents)(once)
        limits = settings(
            max_examples=ROUND,
            database=None,
            deadline=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        seed(number)(limits(drawn))()
    return report


def _refusals() -> tuple[type[Exception], ...]:
    """How a reader may refuse. The extension's package is entered without its __init__, which needs Blender."""
    package = types.ModuleType("kmtalk_blender")
    package.__path__ = [str(TREE / "kmtalk_blender")]
    sys.modules.setdefault("kmtalk_blender", package)
    return import_module("model_runtime.errors").InputError, import_module("kmtalk_blender.errors").UserError


def _memory() -> int:
    """The most bytes that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _keep(name: str, found: str, content: Any) -> None:
    FOUND.mkdir(parents=True, exist_ok=True)
    data = content if isinstance(content, bytes) else repr(content).encode(errors="backslashreplace")
    digest = hashlib.sha256(name.encode() + found.encode()).hexdigest()[:12]
    (FOUND / f"{name.replace(' ', '-')}-{digest}").write_bytes(data)


def run_all(names: list[str], seconds: float, number: int) -> Iterator[tuple[str, Report]]:
    """Each target in a process of its own, for its share of the time."""
    for name in names:
        command = [sys.executable, "-m", "tests.fuzz", "--inside", name, "--seconds", str(seconds / len(names))]
        run = subprocess.run([*command, "--seed", str(number)], cwd=TREE, capture_output=True, text=True, check=False)
        last = run.stdout.strip().splitlines()[-1:]
        if run.returncode == 0 and last:
            yield name, Report(**json.loads(last[0]))
        else:
            yield name, Report(0, {f"the process ended with {run.returncode}: {run.stderr.strip()[-600:]}": 1})


def main(arguments: list[str]) -> int:
    """The exit code: 0, or 1 when a reader did what it should not."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=5.0, help="for all targets together")
    parser.add_argument("--target", action="append", default=[], help="only these")
    parser.add_argument("--seed", type=int, default=0, help="of the files that are drawn")
    parser.add_argument("--inside", default="", help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=float, default=0.0, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="kmtalk-fuzz-") as folder:
        if chosen.inside:
            logging.disable()
            report = fuzz(chosen.inside, chosen.seconds, chosen.seed * 1_000_000, Path(folder))
            print(json.dumps(vars(report)))
            return 0
        names = chosen.target or list(targets(Path(folder)))
    executions, bad = 0, 0
    for name, report in run_all(names, 60 * chosen.minutes, chosen.seed):
        executions, bad = executions + report.executions, bad + len(report.findings)
        print(f"{name:20} {report.executions:8} executions, {len(report.findings)} findings", flush=True)
        for found, count in report.findings.items():
            print(f"    {count} x {found}", flush=True)
    print(f"{'all':20} {executions:8} executions, {bad} findings")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
