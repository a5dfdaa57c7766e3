"""Fuzz targets: the readers of both packages, each with a strategy for its input."""

import hashlib
import json
import shutil
import struct
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from .drawn import archives, damaged, json_files, lying, pickles, sounds, texts, worsened
from .good_files import (
    ASS,
    CSV,
    CTM,
    FACE_CAP,
    GENTLE,
    GRID,
    LAB,
    LONG_GRID,
    MARKS,
    MFA_CSV,
    NAMES,
    OBJ,
    PHONES,
    PLY_BINARY,
    PLY_TEXT,
    SRT,
    TOML,
    VTT,
    head_arrays,
    packed,
    space_arrays,
    take_arrays,
    zipped,
)

TREE = Path(__file__).parents[2]
STARTER = TREE / "model_runtime" / "weights" / "starter"


@dataclass(frozen=True)
class Target:
    """A reader under test. contents: strategy for its input. read: called with each drawn input."""

    contents: st.SearchStrategy[Any]
    read: Callable[[Any], object]


def targets(folder: Path) -> dict[str, Callable[[], Target]]:
    """Name -> function that makes the target when it is needed. Drawn files are written to `folder`."""

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
    life = {"fps": 30.0, "channels": np.array(["eyeBlinkLeft"]), "head": np.zeros((3, 3)), "eyes": np.zeros((3, 2, 2))}
    life |= {"chest": np.zeros(3), "weights": np.zeros((3, 1))}
    felt = {"fps": 30.0, "channels": np.array(["browInnerUp"]), "weights": np.zeros((3, 1))}
    strengths = {"strengths": np.zeros((3, 1)), "emotions": np.array(["happy"])}
    runtime, extension = "model_runtime", "kmtalk_blender.runtime"

    def subtitles(good: str) -> st.SearchStrategy[bytes]:
        return damaged(good.encode(), good.encode("utf-16")) | texts().map(lambda text: text.encode(errors="replace"))

    return {
        "sound": filed("sound.wav", sounds, f"{runtime}.speech.audio", "read_audio"),
        "take": filed("take.npz", lambda: archives(**take_arrays()), f"{runtime}.take", "read_take"),
        "keys": filed("keys.npz", lambda: archives(**keys), f"{runtime}.complete", "read_keys"),
        "head": filed("head.npz", lambda: archives(**head_arrays()), f"{runtime}.heads.head", "read_head"),
        "space": filed("space.npz", lambda: archives(**space_arrays()), f"{runtime}.heads.motion_space", "read_space"),
        "curves npz": filed("c.npz", lambda: archives(**curves), f"{runtime}.datasets.curves", "read_curves"),
        "curves csv": filed("c.csv", lambda: damaged(CSV.encode()), f"{runtime}.datasets.curves", "read_curves"),
        "curves json": filed("c.json", lambda: json_files(audio2face), f"{runtime}.datasets.curves", "read_curves"),
        "curves face cap": filed(
            "c.txt", lambda: damaged(FACE_CAP.encode()), f"{runtime}.datasets.curves", "read_curves"
        ),
        "mesh npz": filed("m.npz", lambda: archives(**mesh), f"{runtime}.heads.mesh_files", "read_mesh"),
        "mesh obj": filed("m.obj", lambda: damaged(OBJ.encode()), f"{runtime}.heads.mesh_files", "read_mesh"),
        "mesh ply": filed("m.ply", lambda: damaged(PLY_TEXT, PLY_BINARY), f"{runtime}.heads.mesh_files", "read_mesh"),
        "landmarks": filed(
            "l.json", lambda: json_files(json.loads(MARKS)), f"{runtime}.heads.mesh_files", "read_landmarks"
        ),
        "flame npz": filed("f.npz", lambda: archives(**flame), f"{runtime}.heads.flame", "read_flame"),
        "pickle": filed("f.pkl", pickles, f"{runtime}.files.safe_pickle", "read_pickle"),
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
        "aligner json": filed(
            "g.json", lambda: json_files(GENTLE), f"{runtime}.linguistics.aligner_files", "read_aligned"
        ),
        "aligner csv": filed(
            "g.csv", lambda: damaged(MFA_CSV.encode()), f"{runtime}.linguistics.aligner_files", "read_aligned"
        ),
        "labels": filed("g.lab", lambda: damaged(LAB.encode()), f"{runtime}.linguistics.aligner_files", "read_aligned"),
        "ctm": filed("g.ctm", lambda: damaged(CTM.encode()), f"{runtime}.linguistics.aligner_files", "read_aligned"),
        "configuration": filed(
            "c.toml",
            lambda: damaged(TOML.encode(), tokens=(b"a.", b"[[", b"= [", b"'''", b"{a=")),
            f"{runtime}.training.config_file",
            "read_config",
        ),
        "manifest": filed("l.jsonl", lambda: json_files(line), f"{runtime}.service.batch", "read_manifest"),
        "pronunciations": lambda: _pronunciations(folder),
        "transcript": _transcript,
        "transcript in a language": _words,
        "language": _language,
        "phones given": _phones_given,
        "request": _request,
        "model": lambda: _model(folder),
        "weights": lambda: _weights(folder),
        "network": lambda: _network(folder),
        "prepared data": lambda: _prepared(folder),
        "landmark tracks": lambda: _tracks(folder),
        "captures": lambda: _captures(folder),
        "array": lambda: _array(folder),
        "extension take": filed("et.npz", lambda: archives(**take_arrays()), f"{extension}.take_file", "read_take"),
        "extension head": filed("eh.npz", lambda: archives(**head_arrays()), f"{extension}.head_file", "read_head"),
        "extension space": filed("es.npz", lambda: archives(**space_arrays()), f"{extension}.space_file", "read_space"),
        "extension life": filed("el.npz", lambda: archives(**life), f"{extension}.life_file", "read_life"),
        "life of a take": filed("lt.npz", lambda: archives(**take_arrays()), "tests.fuzz.readers", "live"),
        "looked at": filed("at.npz", lambda: archives(target=np.zeros((3, 3))), "tests.fuzz.readers", "look"),
        "extension emotion": filed("ef.npz", lambda: archives(**felt), f"{extension}.emotion_file", "read_layer"),
        "emotion of a take": filed("et.npz", lambda: archives(**take_arrays()), "tests.fuzz.readers", "feel"),
        "strengths": filed("es.npz", lambda: archives(**strengths), "tests.fuzz.readers", "strong"),
        "extension csv": filed("e.csv", lambda: damaged(CSV.encode()), f"{extension}.take_tables", "read_live_link"),
        "extension json": filed("e.json", lambda: json_files(exported), f"{extension}.take_tables", "read_take_json"),
        "extension model": lambda: _extension_model(folder),
        "subtitles": filed("s.srt", lambda: subtitles(SRT), f"{runtime}.linguistics.subtitles", "read_cues"),
        "captions": filed("s.vtt", lambda: subtitles(VTT), f"{runtime}.linguistics.subtitles", "read_cues"),
        "styled subtitles": filed("s.ass", lambda: subtitles(ASS), f"{runtime}.linguistics.subtitles", "read_cues"),
    }


def _transcript() -> Target:
    module = import_module("model_runtime.linguistics.text")
    return Target(texts(), module.spoken_words)


def _pronunciations(folder: Path) -> Target:
    """A list, and texts in which its words are looked for."""
    lists = import_module("model_runtime.linguistics.pronunciation_list")
    text = import_module("model_runtime.linguistics.text")
    words = import_module("model_runtime.linguistics.words_of_text")
    tokens = (b"\t", b"  ", b"#", b"[de]\n", b"/a/", b'"a"', b"'", b".")
    drawn = st.tuples(damaged(NAMES.encode(), tokens=tokens), texts(), st.sampled_from(("de", "fr-fr", "ja", "en-us")))

    def read(given: tuple[bytes, str, str]) -> object:
        path = folder / "names.txt"
        path.write_bytes(given[0])
        listed = lists.read_pronunciations(path)
        own = listed.of(given[2])
        content = given[1] + given[0].decode(errors="replace")
        return text.spoken_words(content, own) if own.english else words.words_of_text(content, given[2], own)

    return Target(drawn, read)


def _words() -> Target:
    """In languages of several scripts, and in one whose words have crashed the library."""
    module = import_module("model_runtime.linguistics.words_of_text")
    drawn = st.tuples(texts(), st.sampled_from(("de", "ru", "hi", "ja", "cmn", "ar", "th", "kok")))
    return Target(drawn, lambda pair: module.words_of_text(*pair))


def _language() -> Target:
    module = import_module("model_runtime.linguistics.language_choice")
    return Target(texts(), lambda text: module.find_language(text, lambda word: len(word) < 4))


def _phones_given() -> Target:
    module = import_module("model_runtime.linguistics.phone_lists")
    return Target(worsened(PHONES["phones"]), lambda phones: module.track_of(phones, duration=1.0))


def _request() -> Target:
    """The worker's parameters of generate, checked up to the audio file, which is missing."""
    requests = import_module("model_runtime.service.parameters")
    generate, warm = (
        import_module("model_runtime.commands.generate"),
        import_module("model_runtime.service.model_cache"),
    )
    params = {"audio": "/nowhere.wav", "output": "/tmp/kmtalk-fuzz.npz", "fps": 30, "jaw": 1, "seed": 0, "lead": 0.1}
    params |= {"transcript": "a", "phones": PHONES["phones"], "start": 0, "end": 2, "textgrid": None, "style": "clear"}

    def read(drawn: dict) -> object:
        request = requests.request_from(generate.Request, drawn)
        return generate.run(request, warm.ModelCache(), lambda *_: None)

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
    """Damaged weights with a matching SHA-256 in model.json, as in a harmful model."""
    load = import_module("model_runtime.networks.folder").load_network
    description = json.loads((STARTER / "model.json").read_text())
    whole = (STARTER / "weights.safetensors").read_bytes()
    size = struct.unpack("<Q", whole[:8])[0]
    (folder / "weights").mkdir()

    def read(content: bytes) -> object:
        weights = content + whole[8 + size :]
        (folder / "weights" / "weights.safetensors").write_bytes(weights)
        named = description | {"sha256": hashlib.sha256(weights).hexdigest()}
        (folder / "weights" / "model.json").write_text(json.dumps(named))
        return load(folder / "weights")

    return Target(damaged(whole[: 8 + size], tokens=(b"F64", b"[0]", b"[]", b"-1", b"[9999999999]")), read)


def _network(folder: Path) -> Target:
    """A damaged network with a matching SHA-256 in model.json."""
    load = import_module("model_runtime.model.checkpoint").load_model
    description = json.loads((STARTER / "model.json").read_text())
    whole = (STARTER / "complete.0.onnx").read_bytes()
    copy = shutil.copytree(STARTER, folder / "network")

    def read(content: bytes) -> object:
        (copy / "complete.0.onnx").write_bytes(content)
        networks = description["networks"] | {"complete.0": hashlib.sha256(content).hexdigest()}
        (copy / "model.json").write_text(json.dumps(description | {"networks": networks}))
        return load(copy, "cpu")

    return Target(damaged(whole, tokens=(b"Loop", b"If", b"\x70\x01", b"com.microsoft")), read)


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
    """A capture's curves resampled to 240 frames a second; false times could ask for a huge array."""
    curves = import_module("model_runtime.datasets.curves")

    def read(content: bytes) -> object:
        path = folder / "capture.csv"
        path.write_bytes(content)
        return curves.read_curves(path).at(240.0)

    return Target(damaged(CSV.encode(), CSV.replace("Timecode", "time").replace("00:00:00:", "").encode()), read)


def _array(folder: Path) -> Target:
    npz = import_module("model_runtime.files.npz")

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
    network = b"network"
    (data / "encode.onnx").write_bytes(network)
    about = {
        "format": 1,
        "id": "m",
        "licence": "l",
        "networks": {"encode": hashlib.sha256(network).hexdigest()},
        "space_sha256": None,
    }

    def read(content: bytes) -> object:
        (data / "model.json").write_bytes(content)
        shutil.rmtree(folder / "models", ignore_errors=True)
        return module.install_model(data, folder / "models")

    return Target(json_files(about), read)
