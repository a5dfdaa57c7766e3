"""Files that lie about their sizes, or are made to hang: one sentence or a result, in little time and memory.

Everything that could harm is read in a process of its own (limited.py); all files are made here.
"""

import io
import json
import pickle
import shutil
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile
from fuzz import GRID, LANDMARKS, MARKS, head_arrays, packed, space_arrays, take_arrays, zipped
from limited import limited
from recordings import LINE, TREE

from model_runtime.commands import complete, generate
from model_runtime.complete import read_keys
from model_runtime.datasets.curves import read_curves
from model_runtime.datasets.landmark_tracks import TrackEntry, read_track
from model_runtime.datasets.store import open_dataset
from model_runtime.errors import InputError
from model_runtime.heads.flame import read_flame
from model_runtime.heads.head import read_head
from model_runtime.heads.mesh_files import read_mesh
from model_runtime.linguistics.phone_lists import track_of
from model_runtime.linguistics.text import spoken_words
from model_runtime.motion_space import read_space
from model_runtime.npz import NUMBERS, Wanted, read_npz
from model_runtime.take import read_take
from model_runtime.warm import Warm

# MiB that reading a file of a few bytes may take, whatever it says.
GROWTH = 400
STARTER = TREE / "model_runtime" / "weights" / "starter"


def refused(call: str, *arguments: object, words: str = "") -> str:
    """The sentence with which a call in a process of its own refuses its file."""
    outcome = limited(call, *map(str, arguments))
    assert outcome.error in ("InputError", "UserError"), outcome
    assert outcome.message.isprintable()
    assert words in outcome.message
    assert outcome.grown < GROWTH
    return outcome.message


def wav(rate: int, samples: np.ndarray, channels: int = 1) -> bytes:
    """A .wav of float or int16 samples that says what it likes about its rate."""
    kind, width = (3, 4) if samples.dtype == np.float32 else (1, 2)
    step = channels * width
    head = struct.pack(
        "<4sI4s4sIHHIIHH", b"RIFF", 36 + samples.nbytes, b"WAVE", b"fmt ", 16, kind, channels, rate, 0, step, 0
    )
    head = head[:28] + struct.pack("<IHH", (rate * step) & 0xFFFFFFFF, step, 8 * width)
    return head + struct.pack("<4sI", b"data", samples.nbytes) + samples.tobytes()


NOISE = (3000 * np.sin(np.arange(4000) / 7)).astype(np.int16)


@pytest.mark.parametrize("rate", [1, 7, 3999, 768_001, 2**31 - 1])
def test_a_sound_of_an_impossible_rate(tmp_path, rate):
    (tmp_path / "a.wav").write_bytes(wav(rate, NOISE))
    refused("model_runtime.audio:read_audio", tmp_path / "a.wav", words="samples a second")


@pytest.mark.parametrize("sample", [3e38, 1e30, -1e7, np.inf, np.nan])
def test_a_sound_of_impossible_loudness(tmp_path, sample):
    (tmp_path / "a.wav").write_bytes(wav(16000, np.full(16000, sample, np.float32)))
    refused("model_runtime.audio:read_audio", tmp_path / "a.wav", words="full scale")


def test_a_sound_of_a_day_in_a_small_file(tmp_path):
    with soundfile.SoundFile(tmp_path / "day.flac", "w", 8000, 1) as sound:
        for _hour in range(24):
            sound.write(np.zeros(8000 * 3600, np.int16))
    assert (tmp_path / "day.flac").stat().st_size < 3 << 20
    refused("model_runtime.audio:read_audio", tmp_path / "day.flac", words="24.0 hours")


def test_a_sound_whose_header_promises_a_day(tmp_path):
    soundfile.write(tmp_path / "a.flac", NOISE, 16000)
    content = bytearray((tmp_path / "a.flac").read_bytes())
    # 36 bits of STREAMINFO count the samples.
    content[21] |= 0x0F
    content[22:26] = b"\xff" * 4
    (tmp_path / "a.flac").write_bytes(content)
    refused("model_runtime.audio:read_audio", tmp_path / "a.flac")


def test_a_slowed_sound_may_not_last_longer_either(tmp_path):
    with soundfile.SoundFile(tmp_path / "a.flac", "w", 8000, 1) as sound:
        sound.write(np.zeros(8000 * 400, np.int16))
    refused_slow = limited("model_runtime.audio:read_audio", str(tmp_path / "a.flac"), 0.0, None, 0.01)
    assert "11.1 hours" in refused_slow.message


def test_a_sound_of_a_thousand_channels_is_read(tmp_path):
    (tmp_path / "a.wav").write_bytes(wav(16000, np.tile(NOISE[:2000, None], 1000), 1000))
    outcome = limited("model_runtime.audio:read_audio", str(tmp_path / "a.wav"))
    assert not outcome.error
    assert outcome.grown < GROWTH


def test_data_that_calls_itself_raw(tmp_path):
    (tmp_path / "a.raw").write_bytes(b"abc" * 1000)
    refused("model_runtime.audio:read_audio", tmp_path / "a.raw", words="not a sound file")


def keys_arrays() -> dict:
    return {"key_frames": np.array([0, 5]), "key_weights": np.zeros((2, 1)), "channels": np.array(["jawOpen"])}


def curves_arrays() -> dict:
    return {"weights": np.zeros((5, 1)), "channels": np.array(["jawOpen"]), "fps": np.array(30.0)}


def mesh_arrays() -> dict:
    loops, marks = np.array([0, 1, 2]), np.array(json.dumps(dict.fromkeys(LANDMARKS, 0)))
    return {"vertices": np.eye(3), "loops": loops, "sizes": np.array([3]), "landmarks": marks}


def flame_arrays() -> dict:
    return {"v_template": np.zeros((5023, 3), np.float32), "f": np.zeros((9, 3), np.int32)}


def track_arrays() -> dict:
    return {"xyz": np.zeros((6, 4, 3), np.int16), "fps": np.array(25.0)}


def face_arrays() -> dict:
    return {"templates": np.eye(3, dtype=np.float32)[None], "lips": np.array([0]), "upper_face": np.array([1])}


def read_points(path: Path) -> object:
    (path.parent.parent / "points.json").write_text('{"points": [13, 14, 61, 291]}')
    return read_track(TrackEntry("a", "s", "train", "", path.with_suffix(".flac"), path))


def read_prepared(path: Path) -> object:
    path.rename(path.with_name("face.npz"))
    index = {"format": 1, "kind": "x", "fps": 30, "channels": [], "subjects": ["s"], "estimated": False, "mouth": None}
    path.with_name("index.json").write_text(json.dumps({**index, "skipped": [], "clips": []}))
    return open_dataset(path.parent)


# Every reader of arrays, with a good file of its kind.
READERS = {
    "take": (read_take, take_arrays, "weights"),
    "keys": (read_keys, keys_arrays, "key_weights"),
    "head": (read_head, head_arrays, "deltas"),
    "space": (read_space, space_arrays, "shapes"),
    "curves": (read_curves, curves_arrays, "weights"),
    "mesh": (read_mesh, mesh_arrays, "vertices"),
    "flame": (read_flame, flame_arrays, "v_template"),
    "track": (read_points, track_arrays, "xyz"),
    "face": (read_prepared, face_arrays, "templates"),
}


def header(text: str, version: int = 1, size: int | None = None) -> bytes:
    """The beginning of an array, whatever its header says; then eight bytes of zeros."""
    size = len(text) + 1 if size is None else size
    length = struct.pack("<H", size & 0xFFFF) if version == 1 else struct.pack("<I", size)
    return b"\x93NUMPY" + bytes([version, 0]) + length + text.encode() + b"\n" + bytes(8)


def says(shape: str, kind: str = "'<f8'") -> bytes:
    return header(f"{{'descr': {kind}, 'fortran_order': False, 'shape': {shape}, }}")


LIES = {
    "numbers that are not there": says("(1000000000000,)"),
    "more than can be counted": says("(99999999999999999999999999,)"),
    "a negative size": says("(-1,)"),
    "objects": packed(np.array([{}], dtype=object)),
    "records": packed(np.zeros(2, [("a", "f4")])),
    "dates": packed(np.zeros(2, "M8[s]")),
    "texts of a gigabyte": says("(1,)", "'<U300000000'"),
    "no array": b"hello",
    "nothing": b"",
    "a header that is no Python": header("{'descr': '<f8', 'fortran_order': False, 'shape': (1,"),
    "a header of an unclosed text": header("'''"),
    "a header nested too deep": header("(" * 4000),
    "a header with a wrong indent": header("  \n x\n\ty"),
    "a header of four gigabytes": header("x", version=2, size=2**32 - 1),
    "a version of its own": header("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", version=3),
}


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("name", READERS)
def test_arrays_that_lie_are_one_sentence_in_every_reader(tmp_path, name, lie):
    read, arrays, changed = READERS[name]
    members = {key: packed(np.asarray(array)) for key, array in arrays().items()}
    (tmp_path / "folder").mkdir()
    path = tmp_path / "folder" / "file.npz"
    path.write_bytes(zipped(members, zipfile.ZIP_DEFLATED))
    read(path)
    path.write_bytes(zipped({**members, changed: LIES[lie]}, zipfile.ZIP_DEFLATED))
    with pytest.raises(InputError) as error:
        read(path)
    assert str(error.value).isprintable()


BOMB = np.zeros(400_000_000, np.uint8)


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """400 MB of zeros as an array's file, in less than half a megabyte of a zip."""
    return packed(BOMB)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_nobody_wants_is_not_unpacked(tmp_path, bomb, method):
    members = {key: packed(np.asarray(array)) for key, array in take_arrays().items()}
    stream = io.BytesIO(zipped(members, zipfile.ZIP_DEFLATED))
    with zipfile.ZipFile(stream, "a", method) as archive:
        archive.writestr("extra.npy", bomb)
    (tmp_path / "take.npz").write_bytes(stream.getvalue())
    outcome = limited("model_runtime.take:read_take", str(tmp_path / "take.npz"))
    assert not outcome.error
    assert outcome.grown < 50


def test_what_is_wanted_may_not_unpack_without_measure(tmp_path):
    members = {key: packed(np.asarray(array)) for key, array in take_arrays().items()}
    members["acoustics"] = packed(np.zeros((200_000_000, 1), np.float16))
    (tmp_path / "take.npz").write_bytes(zipped(members, zipfile.ZIP_DEFLATED))
    assert (tmp_path / "take.npz").stat().st_size < 1 << 20
    refused("model_runtime.take:read_take", tmp_path / "take.npz", words="unpacks to far more")
    refused("kmtalk_blender.runtime.take_file:read_take", tmp_path / "take.npz", words="unpacks to far more")


def test_arrays_that_lie_on_each_other_count_once(tmp_path):
    """The members of a zip may share their bytes: many small ones that name one large piece of the file."""
    path = tmp_path / "a.npz"
    path.write_bytes(zipped({"big": packed(np.zeros(120 << 20, np.uint8))}, zipfile.ZIP_DEFLATED))
    with zipfile.ZipFile(path, "a") as archive:
        first = archive.getinfo("big.npy")
        for number in range(9):
            again = zipfile.ZipInfo(f"big{number}.npy")
            for name in ("compress_type", "CRC", "compress_size", "file_size", "header_offset"):
                setattr(again, name, getattr(first, name))
            archive.filelist.append(again)
            archive.NameToInfo[again.filename] = again
            archive._didModify = True
    with pytest.raises(InputError):
        read_npz(path, {f"big{number}": Wanted(NUMBERS) for number in range(9)})


def test_a_list_of_contents_that_fills_the_memory(tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(60_000):
            archive.writestr(f"{number}.npy", b"")
    (tmp_path / "take.npz").write_bytes(stream.getvalue())
    refused("model_runtime.take:read_take", tmp_path / "take.npz")


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300])
@pytest.mark.parametrize("name", ["take", "keys", "head", "space", "curves", "mesh", "flame", "face"])
def test_numbers_that_are_none_are_refused_in_every_reader(tmp_path, name, value):
    read, arrays, changed = READERS[name]
    given = {key: np.asarray(array) for key, array in arrays().items()}
    given[changed] = np.full(given[changed].shape, value)
    (tmp_path / "folder").mkdir()
    np.savez(tmp_path / "folder" / "file.npz", **given)
    with np.errstate(all="raise"), pytest.raises(InputError):
        read(tmp_path / "folder" / "file.npz")


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
    """What a pickle does to the reader ends with it: the same process then reads a good one."""
    from model_runtime.safe_pickle import read_pickle

    (tmp_path / "good.pkl").write_bytes(pickle.dumps({"a": np.arange(3.0), "b": {1}}, 2))
    for name, content in PICKLES.items():
        if "changed" in name:
            (tmp_path / "bad.pkl").write_bytes(content)
            with pytest.raises(InputError):
                read_pickle(tmp_path / "bad.pkl")
    found = read_pickle(tmp_path / "good.pkl")
    assert np.array_equal(found["a"], [0, 1, 2])
    assert found["b"] == {1}


PLY = "ply\nformat {} 1.0\n{}end_header\n"
XYZ = "element vertex {}\nproperty float x\nproperty float y\nproperty float z\n"
FACE = "element face {}\nproperty list uchar int vertex_indices\n"
MESHES = {
    "two billion vertices.ply": PLY.format("ascii", XYZ.format(2 * 10**9) + FACE.format(1)).encode() + b"0 0 0\n",
    "a million vertices.ply": PLY.format("ascii", XYZ.format(10**6) + FACE.format(1)).encode() + b"0 0 0\n",
    "minus one.ply": PLY.format("ascii", XYZ.format(-1) + FACE.format(1)).encode(),
    "four billion faces.ply": PLY.format("binary_little_endian", FACE.format(4 * 10**9) + XYZ.format(1)).encode()
    + bytes(999),
    "two million faces.ply": PLY.format("binary_little_endian", FACE.format(2 * 10**6) + XYZ.format(1)).encode()
    + bytes(999),
    "four billion others.ply": PLY.format(
        "ascii", "element x 4000000000\nproperty float a\n" + XYZ.format(3) + FACE.format(1)
    ).encode(),
    "no format.ply": PLY.format("ascii", XYZ.format(3) + FACE.format(1)).replace("format", "forget").encode(),
    "another format.ply": PLY.format("xml", XYZ.format(3) + FACE.format(1)).encode(),
    "no end.ply": b"ply\nformat ascii 1.0\n" + b"comment\n" * 100_000,
    "no faces.ply": PLY.format("ascii", XYZ.format(1)).encode() + b"0 0 0\n",
    "a line without an end.ply": b"ply\n" + b"a" * 10_000_000,
    "a huge index.obj": b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 " + b"9" * 40 + b"\n",
    "an index of 32 bits more.obj": b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 4294967299\n",
    "an index of 5000 digits.obj": b"v 0 0 0\nf 1 2 " + b"9" * 5000 + b"\n",
    "endless.obj": b"v 0 0 1e400\nv 1 0 0\nv 0 1 0\nf 1 2 3\n",
    "far away.obj": b"v 0 0 1e300\nv 1 0 0\nv 0 1 0\nf 1 2 3\n",
    "one long line.obj": b"v 0 0 0\nf" + b" 1" * 5_000_000,
    "a few million vertices.obj": b"v 0 0 0\n" * 3_000_000 + b"f 1 2 3\n",
    "before the first.obj": b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 -9\n",
}


@pytest.mark.parametrize("name", MESHES)
def test_meshes_that_lie_about_their_counts(tmp_path, name):
    (tmp_path / name).write_bytes(MESHES[name])
    refused("model_runtime.heads.mesh_files:read_mesh", tmp_path / name)


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("sizes", np.array([2**62, 2**62, 2**62, 2**62, 3])),
        ("sizes", np.array([-1, 4])),
        ("sizes", np.array([[3]])),
        ("sizes", np.array([3], np.uint64) + np.uint64(2**63)),
        ("loops", np.array([0.0, 1.0, 2.0])),
        ("loops", np.array([0, 1, 2**32 + 2])),
        ("loops", np.array([0, 1, -1])),
        ("own", np.array(-1)),
        ("own", np.array(2**62)),
        ("own", np.array([1, 2])),
        ("landmarks", np.array("[" * 100_000)),
        ("landmarks", np.array('{"chin": 1e400}')),
        ("landmarks", np.array('{"chin": ' + "9" * 30 + "}")),
        ("landmarks", np.array('{"chin": 0.5}')),
        ("landmarks", np.array("3")),
    ],
)
def test_meshes_from_blender_that_do_not_fit(tmp_path, name, array):
    np.savez(tmp_path / "mesh.npz", **{**mesh_arrays(), name: array})
    with pytest.raises(InputError):
        read_mesh(tmp_path / "mesh.npz")


DEEP = "[" * 100_000
TEXTS = {
    "deep": DEEP,
    "deep objects": '{"a":' * 50_000,
    "a million digits": "1" * 1_000_000,
    "not a number": '{"phones": [["AA", NaN, 1]]}',
    "many values": "[" + "0," * 5_000_000 + "0]",
    "many lists": "[" + "[]," * 5_000_000 + "0]",
    "an unclosed text": '"' + '\\"' * 500_000,
}
JSON_READERS = (
    "model_runtime.linguistics.phone_lists:read_phone_lists",
    "model_runtime.heads.mesh_files:read_landmarks",
    "kmtalk_blender.runtime.take_tables:read_take_json",
)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("call", JSON_READERS)
def test_json_that_is_deep_or_endless(tmp_path, call, text):
    (tmp_path / "a.json").write_text(TEXTS[text])
    refused(call, tmp_path / "a.json")


@pytest.mark.parametrize("name", ["fps", "time"])
def test_curves_whose_clock_runs_for_ever(tmp_path, name):
    rows = {"fps": "Timecode,BlendShapeCount,jawOpen\n{},1,0.1\n{},1,0.2\n", "time": "time,jawOpen\n{},0.1\n{},0.2\n"}
    times = {"fps": ("00:00:00:00", "9999:00:00:00"), "time": ("0", "1e300")}
    (tmp_path / "a.csv").write_text(rows[name].format(*times[name]))
    refused("model_runtime.datasets.curves:read_curves", tmp_path / "a.csv")


@pytest.mark.parametrize(
    "table",
    [
        b"Timecode,BlendShapeCount,JawOpen\n00:00:01:inf,1,0.1\n00:00:01:01.0,1,0.2\n",
        b"Timecode,BlendShapeCount,JawOpen\n00:00:01:" + b"9" * 5000 + b",1,0.1\n00:00:01:01.0,1,0.2\n",
        b"Timecode,BlendShapeCount,JawOpen\n00:00:00:01,1,1e400\n00:00:01:01.0,1,nan\n",
        b"Timecode,BlendShapeCount" + b",a" * 5_000_000,
        b'Timecode,BlendShapeCount,"' + b"a\n" * 1_000_000,
        b"Timecode,BlendShapeCount,JawOpen\n" + b"0," * 9_000_000,
        b"\0" * 100_000,
        b"",
    ],
)
@pytest.mark.parametrize(
    "call", ["model_runtime.datasets.curves:read_curves", "kmtalk_blender.runtime.take_tables:read_live_link"]
)
def test_tables_that_are_none(tmp_path, call, table):
    (tmp_path / "a.csv").write_bytes(table)
    if "kmtalk_blender" in call and b"inf" in table:
        pytest.skip("the extension takes the rate from the highest frame that is one")
    refused(call, tmp_path / "a.csv")


def tier(name: str, entries: list) -> str:
    return f'"IntervalTier"\n"{name}"\n0\n1\n{len(entries)}\n' + "".join(f'{a}\n{b}\n"{c}"\n' for a, b, c in entries)


HEAD = GRID[: GRID.index("2\n")]
GRIDS = {
    "half a million tiers": HEAD + "500000\n" + tier("phones", [(0, 1, "AA")]) * 100_000,
    "more than there is": HEAD + '1\n"IntervalTier"\n"phones"\n0\n1\n999999999\n0\n0.2\n"AA"\n',
    "to the end of time": HEAD + '1\n"IntervalTier"\n"phones"\n0\n1e999\n1\n0\n1e999\n"AA"\n',
    "not a time": HEAD + '1\n"IntervalTier"\n"phones"\n0\nnan\n1\n0\nnan\n"AA"\n',
    "endless tiers": HEAD + "1e999\n",
    "quotes": HEAD + "1\n" + '"' * 3_000_001,
    "texts in a text": HEAD.replace("0\n1\n", "") + 'item [1]:\n intervals [1]:\n text = "' * 200_000,
    "a million phones": HEAD + "1\n" + tier("phones", [(n / 1e6, (n + 1) / 1e6, "AA") for n in range(1_100_000)]),
    "a label without an end": HEAD + "1\n" + tier("phones", [(0, 1, "<" + "a>" * 1_000_000 + "x")]),
    "too many in a second": HEAD + "1\n" + tier("phones", [(n / 9999, (n + 1) / 9999, "AA") for n in range(9999)]),
}


@pytest.mark.parametrize("name", GRIDS)
def test_textgrids_that_hang(tmp_path, name):
    (tmp_path / "a.TextGrid").write_text(GRIDS[name])
    refused("model_runtime.linguistics.textgrid:read_textgrid", tmp_path / "a.TextGrid")


@pytest.mark.parametrize("count", [3000, 20_000])
def test_configurations_nested_deep(tmp_path, count):
    for name, text in {
        "lists": "name = " + "[" * count,
        "keys": "a." * count + "b = 1",
        "tables": "[a" + ".a" * count + "]",
    }.items():
        (tmp_path / f"{name}.toml").write_text(f'{text}\ndata = "d"\noutput = "o"\n')
        refused("model_runtime.training.config_file:read_config", tmp_path / f"{name}.toml")


@pytest.mark.parametrize("value", ["inf", "nan", "1e400", "99999999999999999999", "-1", "true"])
@pytest.mark.parametrize("name", ["learning_rate", "weight_decay", "seed", "threads", "epochs"])
def test_settings_that_are_no_numbers(tmp_path, name, value):
    from model_runtime.training.config_file import read_config

    (tmp_path / "a.toml").write_text(f'data = "d"\noutput = "o"\n[loop]\n{name} = {value}\n')
    with pytest.raises(InputError, match=name):
        read_config(tmp_path / "a.toml")


LONG = {
    "digits": "1" * 1_000_000,
    "digits with commas": "1," * 400_000,
    "brackets": "[" * 900_000,
    "every bracket": "[(<{" * 200_000,
    "money": "$" + "1" * 900_000,
    "little money": "$1 " * 300_000,
    "full stops": "a." * 400_000,
    "full stops and an end": "a.a" * 300_000 + "!",
    "answers": "no. " * 200_000,
    "marks on a letter": "a" + "\u0315\u0300" * 400_000,
    "years": "1999 " * 150_000,
    "ordinals": "1st" * 250_000,
    "long letters": "\ufdfa" * 900_000,
    "spaces": " " * 900_000,
    "halves of letters": "\ud800" * 100_000,
}


@pytest.mark.parametrize("name", LONG)
def test_transcripts_that_hang(name):
    outcome = limited("model_runtime.linguistics.text:spoken_words", LONG[name])
    assert not outcome.error
    assert outcome.grown < GROWTH


@pytest.mark.parametrize("name", LONG)
def test_subtitles_that_hang(name):
    for text in (
        LONG[name],
        f"00:00:00,000 --> 00:00:01,000\n{LONG[name]}",
        LONG[name].replace("$", ":"),
        "<" * 900_000,
    ):
        outcome = limited("kmtalk_blender.runtime.subtitles:spoken_cues", text, 0.0, None)
        assert not outcome.error
        assert outcome.grown < GROWTH


def test_directions_end_at_the_first_bracket_that_closes_them():
    assert spoken_words("one [two [three] four] five") == ("one", "four", "five")
    assert spoken_words("one (two] three") == ("one", "two", "three")
    assert spoken_words("a (b) [c] {d} <e> f") == ("a", "f")
    assert spoken_words("Is it No. 5? No. It cost $1 and $1.02.")[:4] == ("is", "it", "number", "five")


def described(folder: Path, **config: object) -> Path:
    """The starter, with another configuration."""
    shutil.copytree(STARTER, folder / "model")
    description = json.loads((STARTER / "model.json").read_text())
    description["config"] |= config
    (folder / "model" / "model.json").write_text(json.dumps(description))
    return folder / "model"


@pytest.mark.parametrize(
    "config",
    [
        {"width": 16_384},
        {"width": 10**9},
        {"width": -64},
        {"width": 64.5},
        {"encoder_depth": 256},
        {"encoder_depth": 10**9},
        {"followers": 64},
        {"performers": 10**7},
        {"heads": 0},
        {"channels": []},
        {"channels": "jawOpen"},
        {"channels": ["jawOpen"] * 22},
        {"scale": 1e400},
        {"dropout": 2},
    ],
)
def test_models_that_describe_more_than_their_weights(tmp_path, config):
    refused("model_runtime.model.checkpoint:load_model", described(tmp_path, **config), "cpu")


@pytest.mark.parametrize(
    "encoder",
    [
        {"model_type": "wav2vec2", "hidden_size": 100_000, "num_hidden_layers": 1000},
        {"model_type": "wav2vec2", "num_hidden_layers": 10**9},
        {"model_type": "hubert", "conv_dim": [10**6] * 7},
        {"model_type": "wavlm", "vocab_size": "many"},
    ],
)
def test_models_of_the_paper_that_describe_more_than_their_weights(tmp_path, encoder):
    folder = described(tmp_path)
    description = json.loads((folder / "model.json").read_text())
    config = {"channels": ["a"], "fps": 30, "encoder": encoder}
    (folder / "model.json").write_text(
        json.dumps({**description, "architecture": "paper", "hearing": "", "config": config})
    )
    outcome = limited("model_runtime.model.checkpoint:load_model", str(folder), "cpu")
    assert outcome.error == "InputError"
    assert outcome.grown < 700, "transformers alone takes 300"


@pytest.mark.parametrize("device", ["cpu:xyz", "cpu:1", "cpu:-1", "cuda:99", "", "cpu" * 99, "cuda:" + "9" * 99])
def test_a_device_that_is_none_is_not_the_models_fault(device):
    from model_runtime.model.checkpoint import load_model

    with pytest.raises(InputError, match="There is no device"):
        load_model("starter", device)


def test_weights_that_are_no_numbers(tmp_path):
    import hashlib

    folder = described(tmp_path)
    weights = bytearray((STARTER / "weights.safetensors").read_bytes())
    weights[-4:] = struct.pack("<f", np.nan)
    (folder / "weights.safetensors").write_bytes(weights)
    description = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps({**description, "sha256": hashlib.sha256(weights).hexdigest()}))
    refused("model_runtime.model.checkpoint:load_model", folder, "cpu")


@pytest.mark.parametrize("size", [0, 2**40, 2**63, 2**64 - 1])
def test_weights_whose_header_lies(tmp_path, size):
    import hashlib

    folder = described(tmp_path)
    weights = struct.pack("<Q", size) + (STARTER / "weights.safetensors").read_bytes()[8:]
    (folder / "weights.safetensors").write_bytes(weights)
    description = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps({**description, "sha256": hashlib.sha256(weights).hexdigest()}))
    refused("model_runtime.model.checkpoint:load_model", folder, "cpu")


def test_a_landmark_folder_without_its_points(tmp_path):
    (tmp_path / "s1").mkdir()
    np.savez(tmp_path / "s1" / "a.npz", **track_arrays())
    entry = TrackEntry("s1/a", "s1", "train", "", tmp_path / "a.flac", tmp_path / "s1" / "a.npz")
    with pytest.raises(InputError, match=r"points\.json"):
        read_track(entry)
    for content in ("{}", "[]", '{"points": 3}', '{"points": [13]}', DEEP):
        (tmp_path / "points.json").write_text(content)
        with pytest.raises(InputError, match=r"points\.json"):
            read_track(entry)


def test_marks_are_whole_numbers(tmp_path):
    np.savez(tmp_path / "head.npz", **{**head_arrays(), "landmarks": np.array(MARKS.replace("0", "1e400", 1))})
    with pytest.raises(InputError):
        read_head(tmp_path / "head.npz")


@pytest.fixture(scope="module")
def spoken(tmp_path_factory) -> dict:
    """The arrays of a take with its phones, made from them in a moment."""
    path = tmp_path_factory.mktemp("spoken") / "take.npz"
    phones = [["SIL", 0, 0.3], ["M", 0.3, 0.6], ["AA", 0.6, 1.0]]
    request = generate.Request(audio=str(LINE), output=str(path), fps=30.0, end=1.0, phones=phones)
    generate.run(request, Warm(), lambda *_: None)
    with np.load(path) as archive:
        return {name: archive[name] for name in archive.files}


def meta_of(arrays: dict, **changed: object) -> np.ndarray:
    return np.array(json.dumps({**json.loads(str(arrays["meta"])), **changed}))


# What a take of somebody else's may hold; completion makes finite motion of it, or says what is wrong.
OTHERS = {
    "nothing heard": lambda take: {"acoustics": np.zeros((0, 0), np.float16)},
    "too few columns": lambda take: {"acoustics": np.zeros((100, 3), np.float16)},
    "no columns": lambda take: {"acoustics": np.zeros((100, 0), np.float16)},
    "other columns of another version": lambda take: {
        "acoustics": np.zeros((100, 3), np.float16),
        "meta": meta_of(take, hearing="another"),
    },
    "as loud as it gets": lambda take: {"acoustics": np.full(take["acoustics"].shape, 6e4, np.float16)},
    "counted in words": lambda take: {"meta": meta_of(take, completed="twice")},
    "settings of another kind": lambda take: {"meta": meta_of(take, settings=[1])},
    "a style that is a list": lambda take: {"meta": meta_of(take, settings={"style": ["clear"]})},
    "blinks that are a number": lambda take: {"meta": meta_of(take, settings={"blinks": 5})},
    "phones of no length": lambda take: dict(
        zip(("phone_labels", "phone_start", "phone_end"), (np.array(["AA"]), np.zeros(1), np.zeros(1)), strict=True)
    ),
    "no phones": lambda take: dict(
        zip(("phone_labels", "phone_start", "phone_end"), (np.zeros(0, "U1"), np.zeros(0), np.zeros(0)), strict=True)
    ),
    "phones of another alphabet": lambda take: {"phone_labels": np.array(["a", "b", "c"])},
}


@pytest.mark.parametrize("name", OTHERS)
def test_takes_of_others_are_completed_or_refused(tmp_path, spoken, name):
    keys = {"key_frames": np.array([0, 20]), "key_weights": np.full((2, 1), 0.5), "channels": np.array(["jawOpen"])}
    np.savez(tmp_path / "take.npz", **{**spoken, **OTHERS[name](spoken)})
    np.savez(tmp_path / "keys.npz", **keys)
    take, keys, output = (str(tmp_path / name) for name in ("take.npz", "keys.npz", "done.npz"))
    try:
        complete.run(complete.Request(take=take, keys=keys, output=output), Warm(), lambda *_: None)
    except InputError:
        assert not (tmp_path / "done.npz").exists()
        return
    assert np.isfinite(read_take(output).weights).all()


@pytest.mark.parametrize("lead", [0.5, -0.5])
def test_a_lead_longer_than_the_sound(tmp_path, lead):
    request = generate.Request(
        audio=str(LINE),
        output=str(tmp_path / "a.npz"),
        fps=30.0,
        end=0.3,
        lead=lead,
        phones=[["M", 0, 0.1], ["AA", 0.1, 0.3]],
    )
    generate.run(request, Warm(), lambda *_: None)
    assert np.isfinite(read_take(tmp_path / "a.npz").weights).all()


@pytest.mark.parametrize("phones", [[["AA", 0, 0]], [["AA", 0, 0], ["B", 0, 0]], [["SIL", 0, 0.0]]])
def test_phones_that_last_no_time(phones):
    with pytest.raises(InputError, match="last no time"):
        track_of(phones)
