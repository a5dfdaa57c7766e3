"""No command uses the network or writes to any path but those that the user named.

Each command runs under strace in a separate process, with an empty home and without a network.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from recordings import DATA, LINE, TEXT, TREE, needs_data
from watched import Traces, watch

RUNTIME = (sys.executable, "-m", "model_runtime")
PHONES = [["SIL", 0.0, 0.1], ["M", 0.1, 0.2], ["AA", 0.2, 0.5], ["SIL", 0.5, 0.6]]
TRAINING = """
data = "data"
output = "runs"
name = "tiny"
licence = "made up"
basis = 2
[model]
width = 16
[loop]
epochs = 1
threads = 1
device = "cpu"
"""


@pytest.fixture
def out(tmp_path) -> Path:
    """The output folder that the user names."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def run(tmp_path: Path, *command: object, given: str = "", code: int = 0) -> Traces:
    """Run a command under strace and check its exit code, that it reached no network, and that it wrote only within
    tmp_path and left the user's folders empty. given: text for stdin."""
    traces = watch(command, tmp_path / "user", given, {"PYTHONPATH": str(TREE)})
    assert traces.code == code, traces.output
    assert traces.reached == ()
    assert traces.outside(tmp_path) == []
    assert traces.left == ()
    return traces


def hum(path: Path, seconds: float = 0.6) -> Path:
    soundfile.write(path, 0.3 * np.sin(2 * np.pi * 140 * np.arange(round(seconds * 16000)) / 16000), 16000)
    return path


def test_the_watcher_sees_what_is_written_and_who_is_asked(tmp_path):
    """Checks that strace's trace shows writes and network calls; the tests below depend on it."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    code = (
        "import os, socket, sys, pathlib\n"
        f"open({str(elsewhere / 'file')!r}, 'w').close()\n"
        f"os.mkdir({str(elsewhere / 'folder')!r})\n"
        f"os.chdir({str(elsewhere)!r}); os.rename('file', 'moved')\n"
        "pathlib.Path.home().joinpath('.secret').write_text('id')\n"
        "try: socket.getaddrinfo('example.invalid', 443)\n"
        "except OSError: pass\n"
    )
    traces = watch([sys.executable, "-c", code], tmp_path / "user")
    assert traces.code == 0, traces.output
    assert any("AF_INET" in line for line in traces.reached)
    assert [path.name for path in traces.left] == [".secret"]
    outside = traces.outside(tmp_path / "user" / "HOME")
    assert {str(elsewhere / name) for name in ("file", "folder")} <= set(outside)


def test_the_watcher_leaves_out_what_came_before_the_beginning(tmp_path):
    before, after, begin = (tmp_path / name for name in ("before", "after", "begin"))
    ask = "import socket; socket.socket(socket.AF_INET6).close()"
    mark = f"import os; os.mkdir({str(begin)!r})"
    asked_first = watch([sys.executable, "-c", f"{ask}; {mark}"], before, begin=begin)
    assert (asked_first.code, asked_first.reached) == (0, ())
    begin.rmdir()
    assert len(watch([sys.executable, "-c", f"{mark}; {ask}"], after, begin=begin).reached) == 1
    with pytest.raises(AssertionError, match="never made"):
        watch([sys.executable, "-c", ask], tmp_path / "never", begin=begin)


def test_generate_from_words_and_without(tmp_path, out):
    run(tmp_path, *RUNTIME, "generate", LINE, "-o", out / "given.npz", "--transcript", TEXT)
    shutil.rmtree(tmp_path / "user")
    run(tmp_path, *RUNTIME, "generate", LINE, "-o", out / "heard.npz")
    assert sorted(path.name for path in out.iterdir()) == ["given.npz", "heard.npz"]


def test_every_operation_of_the_worker(tmp_path, out):
    """The requests include some that are refused and one whose audio file is missing."""
    sound = str(hum(tmp_path / "hum.wav"))
    take, keys = str(out / "take.npz"), str(tmp_path / "keys.npz")
    np.savez(keys, key_frames=[3], key_weights=np.float32([[0.5]]), channels=["jawOpen"])
    asked = [
        ("info", {}),
        ("generate", {"audio": sound, "output": take, "fps": 30, "phones": PHONES}),
        ("complete", {"take": take, "keys": keys, "output": str(out / "again.npz")}),
        ("phones", {"audio": str(LINE), "output": str(out / "line.TextGrid")}),
        ("head", {"output": str(out / "head.npz")}),
        ("generate", {"audio": "none.wav", "output": take, "fps": 30}),
        ("phones", {"audio": str(tmp_path)}),
    ]
    lines = [json.dumps({"id": index, "op": op, "params": params}) for index, (op, params) in enumerate(asked)]
    traces = run(tmp_path, *RUNTIME, "worker", given="\n".join([*lines, "no JSON"]) + "\n")
    events = [json.loads(line) for line in traces.output.splitlines() if line.startswith("{")]
    assert [event["event"] for event in events if event["event"] in ("result", "error")].count("result") == 5
    assert len(list(out.iterdir())) == 4


def test_batch(tmp_path, out):
    hum(tmp_path / "hum.wav")
    lines = tmp_path / "lines.jsonl"
    lines.write_text(json.dumps({"audio": "hum.wav", "phones": PHONES}) + "\n" + json.dumps({"audio": "none.wav"}))
    run(tmp_path, *RUNTIME, "batch", lines, "-o", out / "takes", code=2)
    assert len(list((out / "takes").iterdir())) == 3


@needs_data
def test_adapt(tmp_path, out):
    run(tmp_path, *RUNTIME, "adapt", "starter", DATA / "people" / "obama", out / "face")
    assert (out / "face" / "model.json").is_file()


def test_head_and_info(tmp_path, out):
    run(tmp_path, *RUNTIME, "head", "-o", out / "head.npz")
    shutil.rmtree(tmp_path / "user")
    run(tmp_path, *RUNTIME, "info")


def test_a_speech_model_that_is_not_here_is_not_asked_for(tmp_path, out):
    """transformers sends its hub more requests than those for the model's files."""
    from tests.made_up_vocaset import made_up_vocaset, write_official

    write_official(made_up_vocaset(sentences=1, seconds=0.8), tmp_path / "official")
    official = tmp_path / "official"
    traces = run(
        tmp_path,
        *(*RUNTIME, "prepare", "vocaset", official, out / "data", "--speech-model", "someone/phonemes"),
        code=2,
    )
    assert "allow the download" in traces.output


@pytest.mark.slow
def test_prepare_train_and_evaluate(tmp_path, out):
    from tests.made_up_vocaset import made_up_vocaset, write_official

    write_official(made_up_vocaset(sentences=1, seconds=0.8), tmp_path / "official")
    (out / "train.toml").write_text(TRAINING)
    model = out / "runs" / "full" / "model"
    for command in (
        ("prepare", "vocaset", tmp_path / "official", out / "data"),
        ("train", out / "train.toml"),
        ("evaluate", model, out / "data", "-o", out / "table.md"),
        ("generate", hum(tmp_path / "hum.wav"), "-o", out / "take.npz", "--model", model),
    ):
        run(tmp_path, *RUNTIME, *command)
        shutil.rmtree(tmp_path / "user")
    assert (out / "take.npz").is_file()


@pytest.mark.slow
@needs_data
def test_pictures_of_an_evaluation(tmp_path, out):
    source, few = DATA / "grid", tmp_path / "few"
    (few / "s1").mkdir(parents=True)
    rows = (source / "clips.tsv").read_text().splitlines()
    chosen = next(row for row in rows if row.startswith("s1/") and "\tdev\t" in row)
    (few / "clips.tsv").write_text(f"{rows[0]}\n{chosen}\n")
    for name in ("points.json", "words.json"):
        shutil.copy(source / name, few)
    for path in source.glob(chosen.split("\t")[0] + ".*"):
        shutil.copy(path, few / "s1")
    run(tmp_path, *RUNTIME, "evaluate", "starter", few, "--split", "dev", "--pictures", out / "pictures")
    assert len(list((out / "pictures").iterdir())) == 1


@pytest.mark.slow
def test_the_demo(tmp_path, out):
    run(tmp_path, sys.executable, "-m", "demo", out)
    assert (out / "demo.mp4").is_file()


@pytest.mark.slow
def test_the_tests_themselves(tmp_path, out):
    """Runs the tests of the parts that could use the network."""
    names = [TREE / "tests" / f"test_{name}.py" for name in ("ctc", "whisper", "training_loop", "cli")]
    run(
        tmp_path,
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-m",
        "not slow",
        "-p",
        "no:cacheprovider",
        "--basetemp",
        out,
        *names,
    )


def test_telemetry_is_off_before_onnxruntime_is_imported():
    """Importing model_runtime alone sets ORT_DISABLE_TELEMETRY; onnxruntime is not imported by it."""
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    code = "import os, sys, model_runtime; print(os.environ['ORT_DISABLE_TELEMETRY'], 'onnxruntime' in sys.modules)"
    command = [sys.executable, "-c", code]
    printed = subprocess.run(command, cwd=TREE, env=environment, capture_output=True, text=True, check=True).stdout
    assert printed == "1 False\n"
