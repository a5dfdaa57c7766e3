"""Files that lie about their sizes or hang, in Blender's own thread: one sentence, and the scene as it was."""

import io
import json
import signal
import struct
import zipfile

import bpy
import numpy as np
import pytest
from stage import action_of, snapshot

pytestmark = pytest.mark.one_blender

# A guard, not a measure: what is meant takes a moment, what is not never ends.
SECONDS = 30


@pytest.fixture(autouse=True)
def guarded():
    """Ends what hangs, where the system can."""

    def late(*_):
        raise TimeoutError("it hangs")

    if hasattr(signal, "SIGALRM"):
        signal.signal(signal.SIGALRM, late)
        signal.alarm(SECONDS)
    yield
    if hasattr(signal, "SIGALRM"):
        signal.alarm(0)


def refused(call):
    """The one sentence of a call that changes nothing."""
    before = snapshot()
    with pytest.raises(RuntimeError) as error:
        call()
    sentence = str(error.value).strip()
    assert "Traceback" not in sentence
    assert sentence.startswith("Error: ")
    assert "\n" not in sentence
    assert len(sentence) < 900
    assert snapshot() == before
    return sentence


def arrays(**changed):
    good = {
        "weights": np.zeros((31, 1), np.float32),
        "channels": np.array(["jawOpen"]),
        "fps": np.array(30.0),
        "key_frames": np.array([0, 30]),
        "phone_labels": np.array(["SIL"]),
        "phone_start": np.array([0.0]),
        "phone_end": np.array([1.0]),
        "meta": np.array("{}"),
    }
    return {**good, **changed}


def header(text, version=1):
    size = struct.pack("<H" if version == 1 else "<I", len(text) + 1)
    return b"\x93NUMPY" + bytes([version, 0]) + size + text.encode() + b"\n" + bytes(8)


TAKES = {
    "not finite": arrays(weights=np.full((31, 1), np.nan, np.float32)),
    "beyond a float": arrays(weights=np.full((31, 1), 1e300)),
    "text as numbers": arrays(weights=np.full((31, 1), "a")),
    "records": arrays(weights=np.zeros(31, [("a", "f4")])),
    "a hundred thousand channels": arrays(
        weights=np.zeros((2, 100_000), np.float32), channels=np.array(["a"] * 100_000), key_frames=np.array([0, 1])
    ),
    "a frame in a billion years": arrays(fps=np.array(1e-300)),
    "an endless rate": arrays(fps=np.array(np.inf)),
    "two rates": arrays(fps=np.array([30.0, 30.0])),
    "keys that wrap around": arrays(key_frames=np.array([0, 2**32 + 30])),
    "meta that is deep": arrays(meta=np.array("[" * 100_000)),
    "meta of a million digits": arrays(meta=np.array("1" * 1_000_000)),
    "meta that is no number": arrays(meta=np.array('{"a": NaN}')),
    "phones without an end": arrays(phone_end=np.array([np.inf])),
    "phones that run backwards": arrays(
        phone_labels=np.array(["AA", "B"]), phone_start=np.array([0.5, 0.1]), phone_end=np.array([0.6, 0.2])
    ),
    "phones of other lengths": arrays(phone_end=np.zeros(7)),
}
HEADERS = {
    "numbers that are not there": header("{'descr': '<f4', 'fortran_order': False, 'shape': (10**12,), }"),
    "more than is there": header("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,), }"),
    "no Python": header("{'descr': '<f4', 'shape': ("),
    "an unclosed text": header("'''"),
    "nested too deep": header("(" * 4000),
    "objects": header("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"),
    "another version": header("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", version=3),
    "no array": b"hello",
}


def importing(path):
    return lambda: bpy.ops.kmtalk.import_take(filepath=str(path))


@pytest.mark.parametrize("name", TAKES)
def test_takes_whose_values_cannot_be(scene, head, tmp_path, name):
    np.savez(tmp_path / "take.npz", **TAKES[name])
    refused(importing(tmp_path / "take.npz"))


@pytest.mark.parametrize("name", HEADERS)
def test_takes_whose_arrays_lie(scene, head, tmp_path, name):
    np.savez(tmp_path / "good.npz", **arrays())
    with zipfile.ZipFile(tmp_path / "good.npz") as good, zipfile.ZipFile(tmp_path / "take.npz", "w") as bad:
        for info in good.infolist():
            bad.writestr(info.filename, HEADERS[name] if info.filename == "weights.npy" else good.read(info))
    refused(importing(tmp_path / "take.npz"))


def test_a_bomb_is_left_alone_or_refused(scene, head, tmp_path):
    np.savez(tmp_path / "take.npz", **arrays())
    zeros = np.zeros(300_000_000, np.uint8)
    with (
        zipfile.ZipFile(tmp_path / "take.npz", "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("extra.npy", "w") as member,
    ):
        np.lib.format.write_array(member, zeros)
    bpy.ops.kmtalk.import_take(filepath=str(tmp_path / "take.npz"))
    assert action_of(head) is not None
    np.savez_compressed(tmp_path / "bomb.npz", **arrays(acoustics=zeros.view(np.float16)[:, None]))
    assert "unpacks" in refused(importing(tmp_path / "bomb.npz"))


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"weights":' * 50_000,
        "1" * 1_000_000,
        json.dumps({"fps": 10**400, "channels": ["jawOpen"], "weights": [[0], [1]]}),
        '{"fps": 1e400, "channels": ["jawOpen"], "weights": [[0], [1]]}',
        '{"fps": 30, "channels": ["jawOpen"], "weights": [[0], [1e400]]}',
        '{"fps": 30, "channels": ["jawOpen"], "weights": [[0], [1e300]]}',
        '{"fps": 0.01, "channels": ["jawOpen"], "weights": ' + json.dumps([[0]] * 9999) + "}",
        '{"fps": 30, "channels": ["jawOpen"], "weights": [[0], [1]], "key_frames": [99999999999999999999]}',
        '{"fps": 30, "channels": ["jawOpen"], "weights": [[0], [1]], "phones": [["AA", 1e400, 2]]}',
        json.dumps({"fps": 30, "channels": ["jawOpen"], "weights": [[0], [1]], "phones": [["AA", 0, 10**400]]}),
    ],
)
def test_json_that_is_deep_or_endless(scene, head, tmp_path, text):
    (tmp_path / "take.json").write_text(text)
    refused(importing(tmp_path / "take.json"))


@pytest.mark.parametrize(
    "table",
    [
        "Timecode,BlendShapeCount,JawOpen\n00:00:01:inf,1,0.1\n00:00:01:01.0,1,0.2\n",
        "Timecode,BlendShapeCount,JawOpen\n00:00:01:00,1,1e400\n00:00:01:01.0,1,0.2\n",
        "Timecode,BlendShapeCount" + ",A" * 1_000_000,
        "Timecode,BlendShapeCount,JawOpen\n" + "0," * 5_000_000,
        "\0" * 1000,
    ],
)
def test_tables_that_are_none(scene, head, tmp_path, table):
    (tmp_path / "take.csv").write_text(table)
    refused(importing(tmp_path / "take.csv"))


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"kmtalk_mapping": 1, "mode": "DIRECT", "rows": [{"channel": "jawOpen", "shape": "jawOpen", "gain": 1e400}]}',
        '{"kmtalk_mapping": 1, "mode": "DIRECT", "rows": [{"channel": "jawOpen", "shape": "jawOpen", "gain": NaN}]}',
        '{"kmtalk_mapping": 1, "mode": ["DIRECT"], "rows": []}',
        '{"kmtalk_mapping": 1, "mode": "DIRECT", "rows": [' + "[]," * 400_000 + "0]}",
        " " * 2_000_000,
    ],
)
def test_mappings_that_are_none(scene, head, tmp_path, text):
    (tmp_path / "mapping.json").write_text(text)
    refused(lambda: bpy.ops.kmtalk.load_mapping(filepath=str(tmp_path / "mapping.json")))


LONG = {
    "digits": "1" * 60_000,
    "times": "0:00:00,0" * 60_000,
    "tags": "<" * 500_000,
    "lines": "\n" * 1_000_000,
    "spaces and lines": " \n" * 500_000,
    "arrows": "00:00:00,000 --> " * 50_000,
    "a number of 5000 digits": "9" * 5000 + ":00:00,000 --> 00:00:01,000\nhello",
}


@pytest.mark.parametrize("name", LONG)
@pytest.mark.parametrize("suffix", [".srt", ".txt"])
def test_words_beside_a_sound_may_be_anything(scene, tmp_path, name, suffix):
    from bl_ext.user_default.kmtalk.scene.sound.strips import AudioClip
    from bl_ext.user_default.kmtalk.scene.sound.transcripts import find_transcript

    (tmp_path / f"line{suffix}").write_text(LONG[name])
    found = find_transcript(AudioClip("line", tmp_path / "line.wav", 0.0, None, 1, 30.0), "", None)
    assert suffix == ".txt" or (found.text, found.file) == ("", tmp_path / "line.srt"), "the runtime reads subtitles"


@pytest.mark.parametrize("kind", ["too large", "no text", "a pipe"])
def test_words_beside_a_sound_that_are_none(scene, tmp_path, kind):
    from bl_ext.user_default.kmtalk.errors import UserError
    from bl_ext.user_default.kmtalk.scene.sound.strips import AudioClip
    from bl_ext.user_default.kmtalk.scene.sound.transcripts import find_transcript

    path, heard = tmp_path / "line.txt", AudioClip("line", tmp_path / "line.wav", 0.0, None, 1, 30.0)
    if kind == "a pipe":
        import os

        os.mkfifo(path)
        assert find_transcript(heard, "", None).origin == "none"
        return
    path.write_bytes(b"a" * 5_000_000 if kind == "too large" else b"\xff\xfe\x00")
    if kind == "no text":
        # The runtime knows the encodings of older programs, so that it is asked.
        from bl_ext.user_default.kmtalk import session

        assert find_transcript(heard, "", None).file == path
        with pytest.raises(UserError, match=r"line\.txt is no text"):
            session.worker().call("subtitles", {"file": str(path)})
        return
    with pytest.raises(UserError, match=r"line\.txt"):
        find_transcript(heard, "", None)


def test_a_long_take_with_many_words_is_listed(scene, head, tmp_path):
    """Each phone is given its word: not by looking through all of them each time."""
    count = 60_000
    starts = np.arange(count) / 10
    np.savez(
        tmp_path / "long.npz",
        **arrays(
            weights=np.zeros((count * 3 + 1, 1), np.float32),
            key_frames=np.array([0, count * 3]),
            phone_labels=np.array(["AA"] * count),
            phone_start=starts,
            phone_end=starts + 0.1,
            word_labels=np.array([f"w{number}" for number in range(count)]),
            word_start=starts,
            word_end=starts + 0.1,
        ),
    )
    bpy.ops.kmtalk.import_take(filepath=str(tmp_path / "long.npz"))
    phones = action_of(head).kmtalk.phones
    assert len(phones) == count
    assert [phones[index].word for index in (0, 777, count - 1)] == ["w0", "w777", f"w{count - 1}"]


def test_words_are_those_that_lie_around_a_phone(scene, head, tmp_path):
    np.savez(
        tmp_path / "take.npz",
        **arrays(
            phone_labels=np.array(["SIL", "AA", "B", "SIL", "M"]),
            phone_start=np.array([0.0, 0.1, 0.3, 0.5, 0.8]),
            phone_end=np.array([0.1, 0.3, 0.5, 0.8, 1.0]),
            word_labels=np.array(["ab", "m"]),
            word_start=np.array([0.1, 0.8]),
            word_end=np.array([0.5, 1.0]),
        ),
    )
    bpy.ops.kmtalk.import_take(filepath=str(tmp_path / "take.npz"))
    assert [phone.word for phone in action_of(head).kmtalk.phones] == ["", "ab", "ab", "", "m"]


def test_a_take_that_somebody_damaged_in_the_file(scene, head, tmp_path):
    """What a .blend holds may be anybody's: the action keeps its keys, completion tells."""
    np.savez(tmp_path / "take.npz", **arrays())
    bpy.ops.kmtalk.import_take(filepath=str(tmp_path / "take.npz"))
    action = action_of(head)
    stored = next(iter(action["kmtalk_takes"])).to_dict()
    stream = io.BytesIO()
    np.savez_compressed(
        stream,
        motion=np.zeros((31, 1), np.float32),
        keyed=[0, 30],
        dropped=np.zeros(0, int),
        shapes=["jawOpen"],
        counts=[-5],
        co=np.zeros((9, 2), np.float32),
    )
    info = json.loads(stored["info"])
    damages = [
        {"written": stream.getvalue()},
        {"written": b"hello"},
        {"take": b"hello"},
        {"info": "[" * 100_000},
        {"info": "3"},
        {"info": json.dumps({**info, "start": "a"})},
        {"info": json.dumps({**info, "start": 1e300})},
        {"info": json.dumps({**info, "mode": "ALL"})},
        {"info": json.dumps({**info, "tolerance": "a"})},
    ]
    for damage in damages:
        action["kmtalk_takes"] = [{**stored, **damage}]
        sentence = refused(lambda: bpy.ops.kmtalk.export_take(filepath=str(tmp_path / "out.npz")))
        assert "damaged" in sentence or "no KMTalk take" in sentence, damage
    assert not (tmp_path / "out.npz").exists()


def test_a_model_folder_that_lies(scene, head, tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    for text in ("[" * 100_000, "3", "{}", '{"format": 1, "id": "a", "licence": "b", "sha256": 5}', " " * 2_000_000):
        (folder / "model.json").write_text(text)
        refused(lambda: bpy.ops.kmtalk.install_model(filepath=str(folder)))
    (folder / "space.npz").write_bytes(b"PK")
    bpy.context.view_layer.objects.active = head
    head.select_set(True)
    refused(lambda: bpy.ops.kmtalk.add_basis(filepath=str(folder / "space.npz")))


def test_the_command_says_where_it_cannot_save_before_it_speaks(scene, head, tmp_path, capsys):
    from bl_ext.user_default.kmtalk.cli import run

    before = snapshot()
    code = run(["generate", "--audio", str(tmp_path / "none.wav"), "-o", str(tmp_path / "missing" / "a.blend")])
    assert code == 2
    assert "missing" in capsys.readouterr().err
    assert snapshot() == before
