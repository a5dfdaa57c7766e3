"""Arrays with false headers are refused in one sentence by every reader of .npz files; unwanted arrays stay packed."""

import io
import json
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from fuzz.good_files import MARKS, head_arrays, mesh_arrays, packed, space_arrays, take_arrays, zipped
from limited import limited, refused

from model_runtime.complete import read_keys
from model_runtime.datasets.curves import read_curves
from model_runtime.datasets.landmark_tracks import TrackEntry, list_tracks, read_track
from model_runtime.datasets.store import open_dataset
from model_runtime.errors import InputError
from model_runtime.files.npz import NUMBERS, Wanted, read_npz
from model_runtime.heads.flame import read_flame
from model_runtime.heads.head import read_head
from model_runtime.heads.mesh_files import read_mesh
from model_runtime.heads.motion_space import read_space
from model_runtime.take import read_take


def keys_arrays() -> dict:
    return {"key_frames": np.array([0, 5]), "key_weights": np.zeros((2, 1)), "channels": np.array(["jawOpen"])}


def curves_arrays() -> dict:
    return {"weights": np.zeros((5, 1)), "channels": np.array(["jawOpen"]), "fps": np.array(30.0)}


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


# Every reader of array files, with the arrays of a valid file.
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
    """An .npy file with `text` as its header, true or not, and eight zero bytes as its elements. size: the header's
    stated length in bytes."""
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
    """An .npy file with 400 MB of zeros, which a zip compresses to less than half a megabyte."""
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
    """Nine members of a zip may name the same compressed bytes, so that a small file unpacks to a large size."""
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


def test_a_landmark_folder_without_its_points(tmp_path):
    (tmp_path / "s1").mkdir()
    np.savez(tmp_path / "s1" / "a.npz", **track_arrays())
    entry = TrackEntry("s1/a", "s1", "train", "", tmp_path / "a.flac", tmp_path / "s1" / "a.npz")
    with pytest.raises(InputError, match=r"points\.json"):
        read_track(entry)
    for content in ("{}", "[]", '{"points": 3}', '{"points": [13]}', "[" * 100_000):
        (tmp_path / "points.json").write_text(content)
        with pytest.raises(InputError, match=r"points\.json"):
            read_track(entry)


def test_marks_are_whole_numbers(tmp_path):
    np.savez(tmp_path / "head.npz", **{**head_arrays(), "landmarks": np.array(MARKS.replace("0", "1e400", 1))})
    with pytest.raises(InputError):
        read_head(tmp_path / "head.npz")


@pytest.mark.parametrize("name", [name for name, (_, arrays, _) in READERS.items() if "channels" in arrays()])
def test_texts_that_hold_no_characters_are_refused_in_every_reader(tmp_path, name):
    """numpy stores texts as numbers, of which Python cannot make a character of each."""
    read, arrays, _ = READERS[name]
    given = {key: np.asarray(array) for key, array in arrays().items()}
    codes = np.full((given["channels"].size, 7), 0x00DBD8FF, np.uint32)
    given["channels"] = codes.view("<U7").reshape(given["channels"].shape)
    path = tmp_path / "file.npz"
    path.write_bytes(zipped({key: packed(array) for key, array in given.items()}, zipfile.ZIP_DEFLATED))
    with pytest.raises(InputError, match=r"is not a readable \.npz file"):
        read(path)


def test_a_table_that_names_a_clip_twice(tmp_path):
    """Thousands of lines for one clip would be read thousands of times."""
    (tmp_path / "clips.tsv").write_text("clip\tspeaker\tsplit\ttext\n" + "s1/a\ts1\ttrain\tbin blue\n" * 2)
    with pytest.raises(InputError, match='names the clip "s1/a" twice; leave one of the lines out'):
        list_tracks(tmp_path)
