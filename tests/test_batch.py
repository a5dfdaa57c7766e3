"""Batch: takes from a manifest, resumption after a kill, shards, and the counts of failures by reason."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from recordings import LINE, TEXT, TREE

from model_runtime.cli import main
from model_runtime.take import read_take

PHONES = [["SIL", 0.0, 0.1], ["M", 0.1, 0.2], ["AA", 0.2, 0.4], ["SIL", 0.4, 0.5]]


def manifest(folder: Path, rows: list) -> Path:
    path = folder / "lines.jsonl"
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return path


def hums(folder: Path, count: int) -> list[dict]:
    """Manifest lines of half a second each with given phones, so that a take needs little time."""
    rows = []
    for number in range(count):
        time_axis = np.arange(8000) / 16000
        soundfile.write(folder / f"hum {number}.wav", 0.3 * np.sin(2 * np.pi * (120 + number) * time_axis), 16000)
        rows.append({"audio": f"hum {number}.wav", "phones": PHONES})
    return rows


def run(*arguments, capsys) -> tuple[int, dict, str]:
    code = main(["batch", *(str(argument) for argument in arguments), "--json"])
    printed = capsys.readouterr()
    return code, json.loads(printed.out or "{}"), printed.err


def takes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in folder.glob("*.npz")}


def test_a_line_becomes_the_take_that_generate_makes(tmp_path, capsys):
    lines = manifest(tmp_path, [{"audio": str(LINE), "transcript": TEXT, "fps": 24, "seed": 3}])
    code, summary, _ = run(lines, "-o", tmp_path / "out", capsys=capsys)
    assert code == 0
    assert summary["made"] == 1
    assert (
        main(
            [
                "generate",
                str(LINE),
                "-o",
                str(tmp_path / "one.npz"),
                *("--transcript", TEXT, "--fps", "24", "--seed", "3"),
            ]
        )
        == 0
    )
    made = next((tmp_path / "out").glob("demo_line-*.npz"))
    assert made.read_bytes() == (tmp_path / "one.npz").read_bytes()
    outcome = json.loads((tmp_path / "out" / "takes-1-of-1.jsonl").read_text())
    assert outcome["output"] == made.name


def test_takes_are_kept_until_what_they_are_made_from_changes(tmp_path, capsys):
    rows = hums(tmp_path, 2)
    out = tmp_path / "out"
    run(manifest(tmp_path, [*rows, rows[0]]), "-o", out, capsys=capsys)
    first = takes(out)
    assert len(first) == 2
    code, summary, _ = run(manifest(tmp_path, [*rows, {**rows[0], "jaw": 1.5}]), "-o", out, capsys=capsys)
    assert (code, summary["made"], summary["kept"]) == (0, 1, 2)
    assert len(takes(out)) == 3
    assert takes(out).items() >= first.items()
    soundfile.write(tmp_path / "hum 1.wav", np.zeros(8000), 16000)
    _, summary, _ = run(manifest(tmp_path, rows), "-o", out, capsys=capsys)
    assert (summary["made"], summary["kept"]) == (1, 1)
    _, summary, _ = run(manifest(tmp_path, rows), "-o", out, "--again", capsys=capsys)
    assert summary["made"] == 2


def test_shards_share_the_lines_between_them(tmp_path, capsys):
    lines = manifest(tmp_path, hums(tmp_path, 5))
    out = tmp_path / "out"
    counts = [run(lines, "-o", out, "--shard", f"{i}/2", capsys=capsys)[1]["made"] for i in (1, 2)]
    assert counts == [3, 2]
    assert len(takes(out)) == 5
    numbers = [
        json.loads(row)["line"] for i in (1, 2) for row in (out / f"takes-{i}-of-2.jsonl").read_text().splitlines()
    ]
    assert numbers == [1, 3, 5, 2, 4]


def test_failures_are_told_by_reason_and_stop_nothing(tmp_path, capsys):
    (tmp_path / "text.wav").write_text("not a sound")
    rows = [{"audio": "none.wav"}, {"audio": "text.wav"}, *hums(tmp_path, 1), "", {"audio": "none.wav"}]
    code, summary, error = run(manifest(tmp_path, rows), "-o", tmp_path / "out", capsys=capsys)
    assert code == 2
    assert (summary["made"], summary["failed"]) == (1, 3)
    assert sum(summary["reasons"].values()) == 3
    assert "3 of 4 lines failed" in error
    outcomes = [json.loads(row) for row in (tmp_path / "out" / "takes-1-of-1.jsonl").read_text().splitlines()]
    assert [outcome["line"] for outcome in outcomes if outcome["error"]] == [1, 2, 5]


def test_notes_stand_with_their_line_and_are_counted(tmp_path, capsys):
    """Notes are counted for takes of an earlier run too."""
    soundfile.write(tmp_path / "door.wav", np.zeros(16000), 16000)
    rows = [{"audio": "door.wav"}, {"audio": str(LINE), "transcript": TEXT}, *hums(tmp_path, 1)]
    rows.append({"audio": str(LINE), "transcript": TEXT.replace("voice", "banana")})
    lines = manifest(tmp_path, rows)
    for again in ("made", "kept"):
        code, summary, _ = run(lines, "-o", tmp_path / "out", capsys=capsys)
        assert (code, summary[again], summary["noted"], summary["notes"]) == (0, 4, 2, 2)
        outcomes = [json.loads(row) for row in (tmp_path / "out" / "takes-1-of-1.jsonl").read_text().splitlines()]
        assert [len(outcome["notes"]) for outcome in outcomes] == [1, 0, 0, 1]
        assert outcomes[0]["notes"][0].startswith("No speech is heard in door.wav")
        assert outcomes[1]["heard"] == " ".join(TEXT.split())
        assert outcomes[3]["confidence"] < outcomes[1]["confidence"]
    assert main(["batch", str(lines), "-o", str(tmp_path / "out")]) == 0
    assert "2 with notes" in capsys.readouterr().out


def test_a_manifest_may_close_the_pauses(tmp_path, capsys):
    rows = [{"audio": str(LINE), "transcript": TEXT, "pauses": value} for value in (1.0, 0.0)]
    assert run(manifest(tmp_path, rows), "-o", tmp_path / "out", capsys=capsys)[1]["made"] == 2
    made = [read_take(path) for path in (tmp_path / "out").glob("*.npz")]
    assert sorted(take.meta["settings"]["pauses"] for take in made) == [0.0, 1.0]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("not json", "Line 2 of"),
        ("[1]", "no JSON object"),
        ('{"transcript": "hello"}', '"audio" is missing'),
        ('{"audio": "a.wav", "jaws": 2}', 'did you mean "jaw"'),
        ('{"audio": "a.wav", "output": "/etc/passwd"}', "leave out output"),
    ],
)
def test_a_bad_manifest_is_refused_before_any_work(tmp_path, capsys, row, reason):
    lines = manifest(tmp_path, [*hums(tmp_path, 1), row])
    code, _, error = run(lines, "-o", tmp_path / "out", capsys=capsys)
    assert code == 2
    assert reason in error
    assert not (tmp_path / "out").exists()


def test_names_cannot_leave_the_folder(tmp_path, capsys):
    source = tmp_path / "in"
    source.mkdir()
    rows = hums(source, 1)
    (source / "hum 0.wav").rename(source / "..\\..;evil $(x).wav")
    run(manifest(source, [{**rows[0], "audio": "..\\..;evil $(x).wav"}]), "-o", tmp_path / "out", capsys=capsys)
    assert [path.name[:9] for path in (tmp_path / "out").glob("*.npz")] == ["_evil_x_-"]


@pytest.mark.parametrize("shard", ["0/2", "3/2", "1", "a/b", "-1/2"])
def test_a_shard_that_is_none(tmp_path, capsys, shard):
    lines = manifest(tmp_path, hums(tmp_path, 1))
    code, _, error = run(lines, "-o", tmp_path / "out", f"--shard={shard}", capsys=capsys)
    assert code == 2
    assert shard in error


def test_takes_without_features_are_small_and_can_be_completed(tmp_path, capsys):
    rows = [{"audio": str(LINE), "transcript": TEXT}]
    lines, out = manifest(tmp_path, rows), tmp_path / "out"
    run(lines, "-o", out, capsys=capsys)
    whole = next(out.glob("*.npz"))
    code, summary, _ = run(lines, "-o", out, "--without-features", capsys=capsys)
    assert (code, summary["made"], summary["kept"]) == (0, 1, 0)
    bare = next(path for path in out.glob("*.npz") if path != whole)
    assert bare.stat().st_size < whole.stat().st_size / 10
    take, other = read_take(bare), read_take(whole)
    np.testing.assert_array_equal(take.weights, other.weights)
    assert (take.phones, take.meta) == (other.phones, other.meta)
    # features: false in the line itself names the same take, which is kept.
    assert run(manifest(tmp_path, [{**rows[0], "features": False}]), "-o", out, capsys=capsys)[1]["kept"] == 1
    poses = take.key_weights.copy()
    middle = len(poses) // 2
    poses[middle, take.channels.index("jawOpen")] += 0.3
    keys = tmp_path / "keys.npz"
    np.savez(keys, key_frames=take.key_frames, key_weights=poses, channels=np.array(take.channels))
    assert main(["complete", str(bare), "--keys", str(keys), "-o", str(tmp_path / "done.npz")]) == 0
    done = read_take(tmp_path / "done.npz")
    np.testing.assert_array_equal(done.weights[take.key_frames[middle]], np.clip(poses[middle], 0, 1))


def test_a_model_that_hears_all_says_that_it_needs_them(tmp_path, capsys):
    pytest.importorskip("torch", reason="the model is made with torch")
    from tests.tiny_paper_model import write_tiny_model

    write_tiny_model(tmp_path / "model")
    take, keys = tmp_path / "take.npz", tmp_path / "keys.npz"
    own = ["--model", str(tmp_path / "model")]
    assert main(["generate", str(LINE), "-o", str(take), "--end", "1", "--without-features", *own]) == 0
    made = read_take(take)
    np.savez(keys, key_frames=made.key_frames, key_weights=made.key_weights, channels=np.array(made.channels))
    assert main(["complete", str(take), "--keys", str(keys), "-o", str(tmp_path / "done.npz"), *own]) == 2
    assert "generate it again with them" in capsys.readouterr().err


def on_a_small_disk(folder: Path, size: int, *command: object) -> tuple[int, str]:
    """Run a command while `folder`/out is a file system of `size` bytes, then copy its files to `folder`/kept.

    Gives exit code and stderr. Skips the test where no such file system can be mounted.
    """
    out, kept = folder / "out", folder / "kept"
    out.mkdir()
    kept.mkdir()
    script = f'''mount -t tmpfs -o size={size} none "{out}" || exit 77
        "$@"
        code=$?
        cp -a "{out}/." "{kept}"
        exit $code'''
    unshare = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    done = subprocess.run(
        [*unshare, "sh", "-c", script, "sh", *map(str, command)], cwd=TREE, capture_output=True, text=True, check=False
    )
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("no disk can be made here")
    return done.returncode, done.stderr


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs a disk of its own, made as Linux makes them")
def test_a_full_disk_ends_the_batch_and_the_lists_tell_what_is_done(tmp_path, capsys):
    rows = [*hums(tmp_path, 12), {"audio": "none.wav"}]
    # The first line fails, so that the list of outcomes holds a failure too.
    lines = manifest(tmp_path, [rows[-1], *rows[:-1]])
    command = (sys.executable, "-m", "model_runtime", "batch", lines, "-o", tmp_path / "out")
    # 700,000 bytes hold the reserved space of both lists and some of the takes.
    code, error = on_a_small_disk(tmp_path, 700_000, *command)
    assert code == 2
    assert "is full" in error
    kept = tmp_path / "kept"
    outcomes = [json.loads(row) for row in (kept / "takes-1-of-1.jsonl").read_text().splitlines()]
    summary = json.loads((kept / "summary-1-of-1.json").read_text())
    done = [outcome["output"] for outcome in outcomes if outcome["output"]]
    assert 0 < len(done) < 12
    assert sorted(path.name for path in kept.glob("*.npz")) == sorted(done)
    for name in done:
        assert read_take(kept / name).fps == 30
    # The last outcome is the line for which the disk was full; no later line was tried.
    assert "disk is full" in outcomes[-1]["error"]
    assert len(outcomes) == len(done) + 2
    assert (summary["made"], summary["failed"], summary["left"]) == (len(done), 2, 13 - len(outcomes))
    assert not [path for path in kept.iterdir() if path.name.startswith(".")]
    # With free space the same command makes the missing takes.
    code, summary, _ = run(lines, "-o", kept, capsys=capsys)
    assert (summary["made"], summary["kept"], summary["left"]) == (12 - len(done), len(done), 0)


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs a disk of its own, made as Linux makes them")
def test_a_disk_without_room_for_the_lists_is_told_before_any_work(tmp_path):
    lines = manifest(tmp_path, hums(tmp_path, 2))
    command = (sys.executable, "-m", "model_runtime", "batch", lines, "-o", tmp_path / "out")
    code, error = on_a_small_disk(tmp_path, 16384, *command)
    assert code == 2
    assert "disk is full" in error
    assert list((tmp_path / "kept").iterdir()) == []


@pytest.mark.slow
def test_killed_at_any_moment_nothing_is_lost_or_done_twice(tmp_path, capsys):
    lines = manifest(tmp_path, hums(tmp_path, 60))
    out = tmp_path / "out"
    command = [sys.executable, "-m", "model_runtime", "batch", str(lines), "-o", str(out)]
    done: dict[str, int] = {}
    for wanted in (5, 25):
        process = subprocess.Popen(command, cwd=TREE, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        while len(takes(out)) < wanted and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert takes(out).items() >= done.items()
        done = takes(out)
    code, summary, _ = run(lines, "-o", out, capsys=capsys)
    assert code == 0
    assert summary["made"] + summary["kept"] == 60
    assert summary["kept"] == len(done)
    assert takes(out).items() >= done.items()
    assert len(takes(out)) == 60
    for path in out.glob("*.npz"):
        assert read_take(path).fps == 30
