"""Data files: takes are made only with the files whose SHA-256 KMTalk knows."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from conversation import Talk
from recordings import LINE, TREE

from model_runtime.files.data_files import ALIGNER, DATA_FILES, SOUNDS, SPEECH, DataFiles, checked_folder

PHONES = [["SIL", 0.0, 0.1], ["M", 0.1, 0.2], ["AA", 0.2, 0.4], ["SIL", 0.4, 0.5]]
# One file of each package is tested in the quick run, the other files with the slow tests.
QUICK = ("moonshine_encoder.onnx", "cmudict-en-us.dict")
EVERY_FILE = [
    pytest.param(files, name, id=name, marks=() if name.endswith(QUICK) else pytest.mark.slow)
    for files in DATA_FILES
    for name in files.digests
]


def run(folder: Path, *arguments: object) -> subprocess.CompletedProcess:
    """Run the command line with packages in `folder` in front of the installed ones."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), str(TREE)])}
    command = [sys.executable, "-m", "model_runtime", *map(str, arguments)]
    return subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )


def changed(folder: Path, files: DataFiles, name: str, content: bytes | None) -> Path:
    """Copy a package by links to `folder`, with `content` in place of the file `name`; None removes the file."""
    installed, copy = checked_folder(files), folder / files.package
    path = copy / name
    path.parent.mkdir(parents=True)
    inner = path.parent
    while inner != copy.parent:
        for each in (installed / inner.relative_to(copy)).iterdir():
            if not (inner / each.name).exists() and each.name != "__pycache__":
                (inner / each.name).symlink_to(each)
        inner = inner.parent
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    return folder


def negated(path: Path) -> bytes:
    """A file's content with the highest bit of 4096 bytes in its middle inverted: the signs of a layer's numbers."""
    data = np.frombuffer(path.read_bytes(), np.uint8).copy()
    middle = data[len(data) // 2 :][:4096]
    middle ^= 0x80
    return data.tobytes()


def test_a_runtime_without_the_recognisers_files_is_told(tmp_path):
    folder = changed(tmp_path / "site", SPEECH, "weights/speech/whisper_encoder.onnx", None)
    result = run(folder, "generate", LINE, "-o", tmp_path / "a.npz")
    assert result.returncode == 2
    assert "has no recogniser; install the extension again" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "a.npz").exists()


@pytest.mark.parametrize(("files", "name"), EVERY_FILE)
def test_no_take_is_made_of_another_file(files, name, tmp_path):
    """A changed file of the same size would load without an error and give another take."""
    folder = changed(tmp_path / "site", files, name, negated(checked_folder(files) / name))
    # English is placed by the aligner, other languages by the network of sounds.
    language = ("--language", "de") if files is SOUNDS else ()
    result = run(folder, "generate", LINE, "-o", tmp_path / "a.npz", *language)
    assert result.returncode == 2
    assert name.rpartition("/")[2] in result.stderr
    assert f"damaged or of another version; {files.fix}" in result.stderr
    assert not (tmp_path / "a.npz").exists()


def test_a_missing_file_of_the_aligner_is_told(tmp_path):
    folder = changed(tmp_path / "site", ALIGNER, "model/en-us/cmudict-en-us.dict", None)
    result = run(folder, "phones", LINE, "-o", tmp_path / "a.json")
    assert result.returncode == 2
    assert "has no model of the aligner; install the runtime again" in result.stderr


def test_line_ends_of_another_system_are_no_damage(tmp_path):
    name = "model/en-us/cmudict-en-us.dict"
    content = (checked_folder(ALIGNER) / name).read_bytes()
    folder = changed(tmp_path / "site", ALIGNER, name, content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    assert run(folder, "info").returncode == 0


def test_a_batch_keeps_no_take_where_the_files_are_others(tmp_path):
    soundfile.write(tmp_path / "hum.wav", 0.3 * np.sin(2 * np.pi * 140 * np.arange(8000) / 16000), 16000)
    lines = tmp_path / "lines.jsonl"
    lines.write_text(json.dumps({"audio": "hum.wav", "phones": PHONES}) + "\n")
    assert run(tmp_path, "batch", lines, "-o", tmp_path / "out").returncode == 0
    before = {path: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    name = "weights/speech/moonshine_encoder.onnx"
    folder = changed(tmp_path / "site", SPEECH, name, negated(checked_folder(SPEECH) / name))
    result = run(folder, "batch", lines, "-o", tmp_path / "out")
    assert result.returncode == 2
    assert "install the extension again" in result.stderr
    assert "kept" not in result.stdout
    assert {path: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_a_batch_makes_takes_anew_for_a_model_that_describes_itself_otherwise(tmp_path):
    """The model's folder and weights stay the same; only model.json changes."""
    from tests.tiny_paper_model import write_tiny_model

    soundfile.write(tmp_path / "hum.wav", 0.3 * np.sin(2 * np.pi * 140 * np.arange(8000) / 16000), 16000)
    write_tiny_model(tmp_path / "model")
    lines = tmp_path / "lines.jsonl"
    lines.write_text(json.dumps({"audio": "hum.wav", "phones": PHONES, "model": str(tmp_path / "model")}) + "\n")
    for made in (1, 0):
        result = run(tmp_path, "batch", lines, "-o", tmp_path / "out", "--json")
        assert json.loads(result.stdout)["made"] == made, result.stderr
    path = tmp_path / "model" / "model.json"
    about = json.loads(path.read_text())
    about["styles"]["neutral"]["jaw"] = 0.5
    path.write_text(json.dumps(about))
    result = run(tmp_path, "batch", lines, "-o", tmp_path / "out", "--json")
    assert json.loads(result.stdout)["made"] == 1, result.stderr


def test_a_warm_worker_sees_that_a_model_was_exchanged(tmp_path):
    """The new model.json may have the same modification time to the second."""
    from tests.tiny_paper_model import write_tiny_model

    write_tiny_model(tmp_path / "model")
    path = tmp_path / "model" / "complete.onnx"
    talk = Talk()
    params = {"audio": str(LINE), "output": str(tmp_path / "a.npz"), "fps": 30, "end": 1.0}
    try:
        assert talk.call("generate", **params, model=str(tmp_path / "model"))["event"] == "result"
        path.write_bytes(negated(path))
        assert "damaged" in talk.refused("generate", **params, model=str(tmp_path / "model"))
    finally:
        talk.process.kill()
        talk.process.wait()
