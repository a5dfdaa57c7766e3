"""Invalid paths and paths of no regular file: one sentence and exit code 2 before any work, in every command."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from fuzz.good_files import OBJ, take_arrays
from limited import commands
from recordings import LINE, TREE

from model_runtime.commands import complete, generate, head, phones
from model_runtime.errors import InputError
from model_runtime.files.paths import check_output
from model_runtime.service.model_cache import ModelCache


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Folder with a valid file of every kind, a folder, a pipe, and a link to itself."""
    folder = tmp_path_factory.mktemp("odd")
    np.savez(folder / "take.npz", **take_arrays())
    np.savez(folder / "keys.npz", key_frames=[0, 30], key_weights=np.zeros((2, 1)), channels=np.array(["jawOpen"]))
    (folder / "mesh.obj").write_text(OBJ)
    (folder / "capture.csv").write_text("time,jawOpen\n0,0\n0.5,1\n1,0\n")
    (folder / "file").write_text("x")
    (folder / "folder").mkdir()
    os.mkfifo(folder / "pipe")
    for name in ("pipe.obj", "pipe.ply", "pipe.npz", "pipe.pkl", "pipe.toml", "pipe.TextGrid", "pipe.json"):
        (folder / name).symlink_to(folder / "pipe")
    (folder / "circle").symlink_to(folder / "circle")
    return folder


def odd_paths(folder: Path, suffix: str) -> dict[str, str]:
    return {
        "a zero": f"a\0b{suffix}",
        "half a letter": f"a\ud800{suffix}",
        "a byte that is no text": f"a\udcff{suffix}",
        "three hundred letters": "a" * 300 + suffix,
        "six thousand letters": "a/" * 3000 + suffix,
        "a folder": str(folder / "folder"),
        "a pipe": str(folder / f"pipe{suffix}"),
        "a device": "/dev/zero",
        "nothing": "",
        "missing": str(folder / f"missing{suffix}"),
        "within a file": str(folder / "file" / f"a{suffix}"),
        "a circle": str(folder / "circle"),
        "control characters": f"a\x1b[31m\n{suffix}",
    }


def inputs(folder: Path) -> dict[str, tuple[list[str], str]]:
    """Every input path: its name -> (command line with PATH in the path's place, suffix that the file needs)."""
    out = str(folder / "out.npz")
    made = ["complete", str(folder / "take.npz"), "--keys", str(folder / "keys.npz"), "-o", out]
    return {
        "generate": (["generate", "PATH", "-o", out], ""),
        "generate textgrid": (["generate", str(LINE), "-o", out, "--textgrid", "PATH"], ".TextGrid"),
        "generate transcript": (["generate", str(LINE), "-o", out, "--transcript-file", "PATH"], ""),
        "generate model": (["generate", str(LINE), "-o", out, "--transcript", "hello", "--model", "PATH"], ""),
        "capture": (["capture", "PATH", "-o", out], ".csv"),
        "capture sound": (["capture", str(folder / "capture.csv"), "--audio", "PATH", "-o", out], ""),
        "adapt": (["adapt", "starter", "PATH", str(folder / "adapted")], ".csv"),
        "adapt model": (["adapt", "PATH", str(folder / "capture.csv"), str(folder / "adapted")], ""),
        "adapt sound": (
            ["adapt", "starter", str(folder / "capture.csv"), str(folder / "adapted"), "--audio", "PATH"],
            "",
        ),
        "phones": (["phones", "PATH", "-o", str(folder / "out.json")], ""),
        "complete": (["complete", "PATH", *made[2:]], ".npz"),
        "complete keys": ([*made[:3], "PATH", *made[4:]], ".npz"),
        "complete model": ([*made, "--model", "PATH"], ""),
        "head mesh": (["head", "-o", out, "--mesh", "PATH"], ".obj"),
        "head ply": (["head", "-o", out, "--mesh", "PATH"], ".ply"),
        "head npz": (["head", "-o", out, "--mesh", "PATH"], ".npz"),
        "head flame": (["head", "-o", out, "--flame", "PATH"], ".pkl"),
        "head landmarks": (["head", "-o", out, "--mesh", str(folder / "mesh.obj"), "--landmarks", "PATH"], ".json"),
        "express": (["express", "PATH", "--model", "PATH", "--head", "PATH", "-o", out], ".npz"),
        "batch": (["batch", "PATH", "-o", str(folder / "takes")], ""),
        "train": (["train", "PATH"], ".toml"),
        "evaluate": (["evaluate", "PATH", "PATH"], ""),
        "prepare captures": (["prepare", "captures", "PATH", str(folder / "data")], ""),
        "prepare vocaset": (["prepare", "vocaset", "PATH", str(folder / "data")], ""),
        "prepare biwi": (["prepare", "biwi", "PATH", str(folder / "data")], ""),
        "prepare landmarks": (["prepare", "landmarks", "PATH", str(folder / "data")], ""),
    }


def outputs(folder: Path) -> dict[str, tuple[list[str], str]]:
    """Every output path, in the form of `inputs`. The input files are missing too, but the message must name the
    output, which is checked first."""
    return {
        "generate": (["generate", "none.wav", "-o", "PATH"], ".npz"),
        "capture": (["capture", "none.csv", "-o", "PATH"], ".npz"),
        "phones": (["phones", "none.wav", "-o", "PATH"], ".json"),
        "complete": (["complete", "none.npz", "--keys", "none.npz", "-o", "PATH"], ".npz"),
        "head": (["head", "-o", "PATH", "--mesh", "none.obj"], ".npz"),
        "express": (["express", "none.npz", "--model", "none", "--head", "none.npz", "-o", "PATH"], ".npz"),
        "evaluate": (["evaluate", "starter", "none", "-o", "PATH"], ".json"),
        "evaluate pictures": (["evaluate", "starter", "none", "--pictures", "PATH"], ""),
        "adapt": (["adapt", "starter", "none", "PATH"], ""),
        "prepare captures": (["prepare", "captures", "none", "PATH"], ""),
        "prepare landmarks": (["prepare", "landmarks", "none", "PATH"], ""),
    }


def test_a_device_is_no_output():
    with pytest.raises(InputError, match="device"):
        check_output("/dev/null")


def told(results: list[tuple[int, str, str]], lines: list[tuple]) -> None:
    """Check that each result is exit code 2 with one printable sentence on stderr and nothing on stdout."""
    for (code, out, err), line in zip(results, lines, strict=True):
        assert code == 2, (line, err)
        assert out == "", line
        sentences = err.splitlines()
        assert len(sentences) == 1, (line, err)
        assert sentences[0].startswith("Error: "), line
        assert sentences[0].isprintable(), line
        assert len(sentences[0]) < 700, line


def test_every_way_in_tells_of_every_odd_path(folder):
    named = [
        (way, odd, [path if word == "PATH" else word for word in words])
        for way, (words, suffix) in inputs(folder).items()
        for odd, path in odd_paths(folder, suffix).items()
        # These readers check the suffix first and name it in their message.
        if not (odd in ("a folder", "a device", "nothing", "a circle") and suffix in (".obj", ".ply", ".npz", ".pkl"))
    ]
    told(commands([words for *_, words in named]), named)
    assert not (folder / "out.npz").exists()


def test_every_way_out_is_looked_at_first(folder):
    # Left out: paths where a file can be made, and the machine's own device, which a faulty command would replace.
    makeable = ("missing", "control characters", "a device")
    odd = {name: path for name, path in odd_paths(folder, "SUFFIX").items() if name not in makeable}
    named = []
    for way, (words, suffix) in outputs(folder).items():
        for name, path in odd.items():
            if name == "a folder" and not suffix:
                continue
            named.append((way, name, [path.replace("SUFFIX", suffix) if word == "PATH" else word for word in words]))
    results = commands([words for *_, words in named])
    told(results, named)
    for (_code, _out, err), line in zip(results, named, strict=True):
        assert "none." not in err, line


@pytest.mark.parametrize("bad", ["missing/out.npz", "folder", "pipe"])
def test_nothing_is_begun_with_an_output_that_cannot_be(folder, bad):
    def working(*_: object) -> None:
        raise AssertionError("work has begun")

    path = str(folder / bad)
    requests = [
        (generate, generate.Request(audio=str(LINE), output=path, fps=30.0)),
        (complete, complete.Request(take=str(folder / "take.npz"), keys=str(folder / "keys.npz"), output=path)),
        (head, head.Request(output=path)),
        (phones, phones.Request(audio=str(LINE), output=str(folder / "missing" / "out.json"))),
    ]
    for operation, request in requests:
        with pytest.raises(InputError):
            operation.run(request, ModelCache(), working)


def test_what_is_wrong_with_the_words_is_told_before_the_sound_is_read(folder):
    request = {"audio": "none.wav", "output": str(folder / "out.npz"), "fps": 30.0}
    wrong = {
        "transcript": "a" * 1_000_001,
        "textgrid": str(folder / "none.TextGrid"),
        "phones": [["AA", 0, 10**400]],
        "jaw": 9.0,
        "speed": 0.0,
    }
    for name, value in wrong.items():
        with pytest.raises(InputError) as error:
            generate.run(generate.Request(**{**request, name: value}), ModelCache(), lambda *_: None)
        assert "none.wav" not in str(error.value) or name == "speed"


def test_a_worker_and_a_batch_say_what_the_command_line_says(folder, tmp_path):
    paths = odd_paths(folder, "")
    requests = [
        {"id": number, "op": op, "params": params}
        for number, (op, params) in enumerate(
            (op, params)
            for path in paths.values()
            for op, params in (
                ("generate", {"audio": path, "output": str(tmp_path / "a.npz"), "fps": 30}),
                ("generate", {"audio": str(LINE), "output": path, "fps": 30}),
                (
                    "generate",
                    {"audio": str(LINE), "output": str(tmp_path / "a.npz"), "fps": 30, "textgrid": path or "-"},
                ),
                ("phones", {"audio": path}),
                ("complete", {"take": path, "keys": path, "output": str(tmp_path / "b.npz")}),
                ("head", {"output": str(tmp_path / "c.npz"), "mesh": path + ".obj"}),
            )
            # A missing output, or one with control characters in its name, can be made; a device could be destroyed.
            if not (
                op == "generate"
                and params["output"] == path
                and path in (paths["missing"], paths["control characters"], paths["a device"])
            )
        )
    ]
    run = subprocess.run(
        [sys.executable, "-m", "model_runtime", "worker"],
        input="".join(json.dumps(request) + "\n" for request in requests).encode(),
        capture_output=True,
        env=os.environ | {"PYTHONPATH": str(TREE)},
        timeout=300,
        check=True,
    )
    events = [json.loads(line) for line in run.stdout.splitlines()]
    ends = {event["id"]: event for event in events[1:] if event["event"] != "progress"}
    assert set(ends) == {request["id"] for request in requests}
    for request in requests:
        end = ends[request["id"]]
        assert (end["event"], end.get("kind")) == ("error", "input"), (request, end)
        assert end["message"].isprintable()
    manifest = tmp_path / "lines.jsonl"
    usable = [path for path in paths.values() if "\0" not in path and path.isascii()]
    manifest.write_text("".join(json.dumps({"audio": path}) + "\n" for path in usable if path))
    code, _out, err = commands([["batch", str(manifest), "-o", str(tmp_path / "takes")]])[0]
    assert code == 2
    assert "KMTalk failed" not in err
    outcomes = [json.loads(line) for line in (tmp_path / "takes" / "takes-1-of-1.jsonl").read_text().splitlines()]
    assert len(outcomes) == len([path for path in usable if path])
    assert all(outcome["error"] and "KMTalk failed" not in outcome["error"] for outcome in outcomes)
    for bad in ("a\0b", "a\ud800"):
        manifest.write_text(json.dumps({"audio": bad}) + "\n")
        told(commands([["batch", str(manifest), "-o", str(tmp_path / "takes")]]), [bad])


def without_rights() -> tuple[str, ...]:
    """Command prefix that makes file permissions apply to root too; empty for other users."""
    if os.geteuid():
        return ()
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("root reads everything, and setpriv is not here")
    return (setpriv, "--bounding-set=-dac_override,-dac_read_search")


def test_what_may_not_be_read_or_written(folder, tmp_path):
    prefix = without_rights()
    for name in ("a.wav", "a.npz", "a.obj", "a.pkl", "a.TextGrid", "a.json", "a.txt", "a.toml"):
        (tmp_path / name).write_bytes(b"x")
        (tmp_path / name).chmod(0)
    (tmp_path / "closed").mkdir(mode=0o555)
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / "a.wav").write_bytes(b"x")
    (tmp_path / "hidden").chmod(0)
    out = str(tmp_path / "out.npz")
    lines = [
        ["generate", str(tmp_path / "a.wav"), "-o", out],
        ["generate", str(tmp_path / "hidden" / "a.wav"), "-o", out],
        ["generate", str(LINE), "-o", out, "--textgrid", str(tmp_path / "a.TextGrid")],
        ["generate", str(LINE), "-o", out, "--transcript-file", str(tmp_path / "a.txt")],
        ["complete", str(tmp_path / "a.npz"), "--keys", str(tmp_path / "a.npz"), "-o", out],
        ["head", "--mesh", str(tmp_path / "a.obj"), "-o", out],
        ["head", "--flame", str(tmp_path / "a.pkl"), "-o", out],
        ["head", "--mesh", str(folder / "mesh.obj"), "--landmarks", str(tmp_path / "a.json"), "-o", out],
        ["train", str(tmp_path / "a.toml")],
        ["batch", str(tmp_path / "a.txt"), "-o", str(tmp_path / "takes")],
        ["generate", str(LINE), "-o", str(tmp_path / "closed" / "out.npz")],
        ["generate", str(LINE), "-o", str(tmp_path / "hidden" / "out.npz")],
        ["prepare", "captures", str(tmp_path / "closed"), str(tmp_path / "closed" / "data")],
        ["batch", str(folder / "file"), "-o", str(tmp_path / "closed" / "takes")],
    ]
    results = commands(lines, prefix)
    told(results, lines)
    for (_code, _out, err), line in list(zip(results, lines, strict=True))[:10]:
        assert "Permission denied" in err, line
    (tmp_path / "hidden").chmod(0o755)
