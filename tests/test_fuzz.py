"""Damaged and random files: every reader gives a result or raises InputError with one sentence, no other exception."""

import json
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recordings import LINE, TREE

from model_runtime.complete import read_keys
from model_runtime.datasets.curves import read_curves
from model_runtime.errors import InputError
from model_runtime.files.safe_pickle import read_pickle
from model_runtime.heads.demo_head import demo_head
from model_runtime.heads.head import read_head, write_head
from model_runtime.heads.motion_space import read_space
from model_runtime.linguistics.phone_lists import read_phone_lists
from model_runtime.linguistics.phones import PhoneTrack, Span
from model_runtime.linguistics.textgrid import read_textgrid, write_textgrid
from model_runtime.model.checkpoint import load_model
from model_runtime.service.batch import read_manifest
from model_runtime.speech.audio import read_audio
from model_runtime.take import Take, read_take, write_take
from model_runtime.training.config_file import read_config

FUZZ = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# Changes of a file: (position as a share of its length, new bytes, whether the file ends there).
CHANGES = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=8), st.booleans()),
    min_size=1,
    max_size=6,
)
TRACK = PhoneTrack((Span("SIL", 0.0, 0.2), Span("AA", 0.2, 0.6), Span("SIL", 0.6, 1.0)), (Span("ah", 0.2, 0.6),))


def survive(read: Callable, path: Path) -> None:
    """Read the file; fails on any exception but InputError with one sentence."""
    message = ""
    try:
        read(path)
    except InputError as error:
        message = str(error)
    assert "\n" not in message.strip()
    assert len(message) < 2000


def damaged(content: bytes, changes: list[tuple[float, bytes, bool]]) -> bytes:
    for share, replacement, ends in changes:
        place = int(share * len(content))
        content = content[:place] + replacement + (b"" if ends else content[place + len(replacement) :])
    return content


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    """Folder with one valid file of every kind that the runtime reads."""
    folder = tmp_path_factory.mktemp("good")
    take = Take(
        np.zeros((31, 2), np.float32), ("jawOpen", "mouthClose"), 30.0, np.array([0, 6, 30]), TRACK, np.zeros((4, 3))
    )
    write_take(take, folder / "take.npz")
    np.savez(folder / "keys.npz", key_frames=[0, 5], key_weights=np.zeros((2, 1)), channels=np.array(["jawOpen"]))
    np.savez(folder / "curves.npz", weights=np.zeros((5, 1)), channels=np.array(["jawOpen"]), fps=30.0)
    write_head(demo_head(), folder / "head.npz")
    write_textgrid(TRACK, folder / "track.TextGrid")
    (folder / "track.json").write_text(json.dumps({"phones": [["SIL", 0, 0.2], ["AA", 0.2, 1]], "words": []}))
    (folder / "curves.csv").write_text("Timecode,BlendShapeCount,jawOpen\n00:00:00:00.0,1,0.1\n00:00:00:01.0,1,0.2\n")
    (folder / "curves.json").write_text(
        json.dumps({"exportFps": 30, "facsNames": ["jawOpen"], "weightMat": [[0.1], [0.2]]})
    )
    (folder / "lines.jsonl").write_text('{"audio": "a.wav", "transcript": "hello", "fps": 25}\n')
    (folder / "config.toml").write_text('[data]\nfolder = "x"\n')
    (folder / "sound.flac").write_bytes(LINE.read_bytes()[:20000])
    sound = read_audio(LINE, 0, 0.5).samples

    soundfile.write(folder / "sound.wav", sound, 16000)
    soundfile.write(folder / "sound.ogg", sound, 16000)

    (folder / "model.pkl").write_bytes(pickle.dumps({"v_template": np.zeros((4, 3)), "f": np.zeros((2, 3), int)}, 2))
    return folder


READERS = {
    "take.npz": read_take,
    "keys.npz": read_keys,
    "curves.npz": read_curves,
    "curves.csv": read_curves,
    "curves.json": read_curves,
    "track.TextGrid": read_textgrid,
    "track.json": read_phone_lists,
    "lines.jsonl": read_manifest,
    "config.toml": read_config,
    "sound.flac": read_audio,
    "sound.wav": read_audio,
    "sound.ogg": read_audio,
    "model.pkl": read_pickle,
}


@pytest.mark.parametrize("name", READERS)
@FUZZ
@given(changes=CHANGES)
def test_damaged_files(files, tmp_path, name, changes):
    path = tmp_path / name
    path.write_bytes(damaged((files / name).read_bytes(), changes))
    survive(READERS[name], path)


@pytest.mark.parametrize("name", [*READERS, "head.npz"])
@FUZZ
@given(content=st.binary(max_size=300) | st.text(max_size=100).map(lambda text: text.encode()))
def test_files_of_anything(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    survive(READERS.get(name, read_head), path)


ARRAYS = st.sampled_from(["f4", "f8", "i4", "u1", "?", "U3", "S2", "c8", "M8[s]"]).flatmap(
    lambda kind: st.lists(st.integers(0, 3), max_size=4).map(lambda shape: np.zeros(shape, kind))
)


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("take.npz", read_take),
        ("keys.npz", read_keys),
        ("curves.npz", read_curves),
        ("head.npz", read_head),
        ("space.npz", read_space),
    ],
)
@FUZZ
@given(data=st.data())
def test_arrays_of_any_type_and_shape(files, tmp_path, name, read, data):
    source = files / ("head.npz" if name == "space.npz" else name)
    with np.load(source) as archive:
        arrays = {key: archive[key] for key in archive.files}
    for key in data.draw(st.lists(st.sampled_from(sorted(arrays)), min_size=1, max_size=3)):
        arrays[key] = data.draw(ARRAYS)
    path = tmp_path / name
    np.savez(path, **arrays)
    survive(read, path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@FUZZ
@given(data=st.data())
def test_model_folders_of_others(tmp_path, data):
    folder = tmp_path / "model"
    starter = TREE / "model_runtime" / "weights" / "starter"
    if not folder.exists():
        shutil.copytree(starter, folder)
    description = json.loads((starter / "model.json").read_text())
    place = data.draw(st.sampled_from(sorted(description)))
    if isinstance(description[place], dict) and data.draw(st.booleans()):
        description[place][data.draw(st.sampled_from(sorted(description[place])))] = data.draw(JSON)
    else:
        description[place] = data.draw(JSON)
    (folder / "model.json").write_text(json.dumps(description))
    survive(load_model, folder)


@FUZZ
@given(
    st.lists(JSON.map(json.dumps) | st.text(max_size=30).filter(lambda text: "\n" not in text), min_size=1, max_size=20)
)
def test_manifests_of_any_lines(tmp_path, lines):
    path = tmp_path / "lines.jsonl"
    path.write_text("\n".join(lines))
    survive(read_manifest, path)


@settings(max_examples=3, deadline=None, derandomize=True)
@given(
    st.lists(
        st.binary(max_size=40).filter(lambda line: b"\n" not in line)
        | st.fixed_dictionaries(
            {
                "id": JSON,
                "op": st.sampled_from(["generate", "complete", "phones", "head", "cancel", "nothing"]),
                "params": JSON,
            }
        ).map(lambda message: json.dumps(message).encode()),
        min_size=30,
        max_size=60,
    )
)
def test_a_worker_answers_any_lines_and_lives(lines):
    request = json.dumps({"id": 123456789, "op": "phones", "params": {"audio": "nowhere.wav"}}).encode()
    result = subprocess.run(
        [sys.executable, "-m", "model_runtime", "worker"],
        input=b"\n".join([*lines, request]) + b"\n",
        capture_output=True,
        env=os.environ | {"PYTHONPATH": str(TREE)},
        check=False,
    )
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert events[0]["event"] == "hello"
    assert {"id": 123456789, "kind": "input"}.items() <= events[-1].items()
    assert result.returncode == 0


@pytest.mark.slow
def test_five_minutes_of_files_that_nobody_meant():
    """Five minutes of the targets of tests.fuzz, one for each reader of both packages; an hour is run by hand."""
    command = [sys.executable, "-m", "tests.fuzz", "--minutes", "5"]
    done = subprocess.run(command, cwd=TREE, capture_output=True, text=True, timeout=1800, check=False)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
