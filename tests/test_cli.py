"""The command line as people and scripts use it: output files, one line for an error, exit codes, JSON."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from recordings import LINE, TEXT, TREE

from model_runtime.cli import main
from model_runtime.heads.head import read_head
from model_runtime.linguistics.phone_lists import read_phone_lists
from model_runtime.linguistics.textgrid import read_textgrid
from model_runtime.take import read_take


@pytest.fixture(scope="module")
def take(tmp_path_factory):
    """Path of a take of the bundled line."""
    path = tmp_path_factory.mktemp("take") / "take.npz"
    assert main(["generate", str(LINE), "-o", str(path), "--transcript", TEXT]) == 0
    return path


def run(capsys, *arguments):
    code = main([str(argument) for argument in arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def refused(capsys, *arguments):
    """The one line on stderr of a command that refuses its input with exit code 2."""
    code, out, err = run(capsys, *arguments)
    assert code == 2
    assert out == ""
    lines = [line for line in err.splitlines() if line.startswith("Error: ")]
    assert len(lines) == 1
    assert "Traceback" not in err
    return lines[0]


def test_generate_writes_a_take(take):
    made = read_take(take)
    assert made.fps == 30.0
    assert len(made.weights) == round(made.meta["duration"] * 30) + 1
    assert made.key_frames[0] == 0
    assert made.phones.duration == pytest.approx(made.meta["duration"])
    assert [word.label for word in made.phones.words][:2] == ["hello", "my"]


def test_the_same_command_gives_the_same_bytes(take, tmp_path):
    again = tmp_path / "again.npz"
    assert main(["generate", str(LINE), "-o", str(again), "--transcript", TEXT]) == 0
    assert again.read_bytes() == take.read_bytes()


def test_generate_tells_machines_in_json(capsys, tmp_path):
    text = tmp_path / "line.txt"
    text.write_text("\ufeff" + TEXT, encoding="utf-8")
    output = tmp_path / "take.npz"
    code, out, _ = run(capsys, "generate", LINE, "-o", output, "--transcript-file", text, "--fps", "24", "--json")
    result = json.loads(out)
    assert code == 0
    assert result["output"] == str(output)
    assert result["frames"] == len(read_take(output).weights) == round(result["duration"] * 24) + 1
    assert set(result["seconds"]) == {"audio", "model", "phones", "hearing", "motion", "write"}


def test_generate_tells_people_what_was_heard_and_what_is_doubtful(capsys, tmp_path):
    output = tmp_path / "take.npz"
    _, out, _ = run(capsys, "generate", LINE, "-o", output, "--transcript", TEXT.replace("voice", "banana"))
    assert "banana" in out
    assert '"voice" is heard' in out
    _, out, _ = run(capsys, "phones", LINE, "-o", tmp_path / "line.json")
    assert "any voice" in out


def test_words_of_a_textgrid_are_what_is_heard(capsys, tmp_path):
    grid, output = tmp_path / "line.TextGrid", tmp_path / "take.npz"
    run(capsys, "phones", LINE, "--transcript", TEXT, "-o", grid)
    _, out, _ = run(capsys, "generate", LINE, "-o", output, "--textgrid", grid, "--json")
    result = json.loads(out)
    assert result["heard"].startswith("hello my name is kim")
    assert (result["confidence"], result["notes"]) == (1.0, [])


def test_pauses_are_closed_on_request(capsys, take, tmp_path):
    output = tmp_path / "closed.npz"
    assert run(capsys, "generate", LINE, "-o", output, "--transcript", TEXT, "--pauses", "0")[0] == 0
    closed, heard = read_take(output), read_take(take)
    assert closed.meta["settings"]["pauses"] == 0.0
    jaw = closed.channels.index("jawOpen")
    assert closed.weights[:, jaw].sum() < heard.weights[:, jaw].sum()
    assert "pauses is 2" in refused(capsys, "generate", LINE, "-o", output, "--pauses", "2")


def test_generate_from_a_textgrid_and_of_a_part(capsys, take, tmp_path):
    grid, output = tmp_path / "line.TextGrid", tmp_path / "part.npz"
    assert run(capsys, "phones", LINE, "--transcript", TEXT, "-o", grid)[0] == 0
    assert run(capsys, "generate", LINE, "-o", output, "--textgrid", grid)[0] == 0
    whole = read_take(output).phones
    assert [span.label for span in whole.phones] == [span.label for span in read_take(take).phones.phones]
    options = ("--start", 1.0, "--end", 3.0, "--speed", 2.0)
    assert run(capsys, "generate", LINE, "-o", output, "--textgrid", grid, *options)[0] == 0
    part = read_take(output)
    assert len(part.weights) == 31
    said = [word.label for word in whole.words if word.end > 1.0 and word.start < 3.0]
    assert [word.label for word in part.phones.words] == said


def test_phones_in_both_formats(capsys, tmp_path):
    grid, lists = tmp_path / "a.TextGrid", tmp_path / "a.json"
    assert run(capsys, "phones", LINE, "--transcript", TEXT, "-o", grid)[0] == 0
    code, out, _ = run(capsys, "phones", LINE, "--transcript", TEXT, "-o", lists, "--json")
    assert code == 0
    track = read_phone_lists(lists)
    assert [[p.label, p.start, p.end] for p in track.phones] == json.loads(out)["phones"]
    assert [p.label for p in read_textgrid(grid).phones] == [p.label for p in track.phones]


def test_a_doubtful_transcript_is_told(capsys, tmp_path):
    wrong = "Penguins rarely juggle eleven purple xylophones in Uzbekistan, do they?"
    _, out, _ = run(capsys, "phones", LINE, "--transcript", wrong, "-o", tmp_path / "a.json")
    assert "check that it belongs to this line" in out


def test_complete_keeps_the_given_keys(capsys, take, tmp_path):
    made = read_take(take)
    keys, output = tmp_path / "keys.npz", tmp_path / "done.npz"
    weights = made.key_weights.copy()
    jaw = made.channels.index("jawOpen")
    # A key motion at least four frames after the one before: the frame before it is computed by completion.
    edited = int(np.flatnonzero(np.diff(made.key_frames[:-1]) >= 4)[1]) + 1
    weights[edited, jaw] = 0.9
    np.savez(keys, key_frames=made.key_frames, key_weights=weights, channels=np.array(made.channels))
    code, out, _ = run(capsys, "complete", take, "--keys", keys, "-o", output, "--json")
    assert code == 0
    assert json.loads(out)["frames"] == len(made.weights)
    done = read_take(output)
    frame = made.key_frames[edited]
    assert done.weights[frame, jaw] == pytest.approx(0.9, abs=1e-5)
    assert done.weights[frame - 1, jaw] > made.weights[frame - 1, jaw]


def test_head_and_info(capsys, tmp_path):
    code, out, _ = run(capsys, "head", "-o", tmp_path / "head.npz", "--json")
    assert code == 0
    head = read_head(tmp_path / "head.npz")
    assert json.loads(out)["vertices"] == len(head.vertices)
    assert json.loads(out)["channels"] == list(head.channels)
    code, out, _ = run(capsys, "info", "--json")
    assert code == 0
    info = json.loads(out)
    assert info["models"] == ["starter"]
    assert info["styles"]
    assert info["onnxruntime"] == "1.23.2"


def test_bad_input_is_one_clear_line(capsys, take, tmp_path):
    out = tmp_path / "out.npz"
    text = tmp_path / "text.wav"
    text.write_text("no sound")
    assert "no file" in refused(capsys, "generate", tmp_path / "none.wav", "-o", out)
    assert "not a sound file" in refused(capsys, "generate", text, "-o", out)
    assert "folder" in refused(capsys, "generate", LINE, "-o", tmp_path / "missing" / "a.npz")
    assert "folder" in refused(capsys, "generate", LINE, "-o", tmp_path)
    assert "fps" in refused(capsys, "generate", LINE, "-o", out, "--fps", "0")
    assert "style" in refused(capsys, "generate", LINE, "-o", out, "--style", "shouted")
    assert "model" in refused(capsys, "generate", LINE, "-o", out, "--model", tmp_path)
    assert "TextGrid" in refused(capsys, "generate", LINE, "-o", out, "--textgrid", text)
    assert "transcript" in refused(capsys, "generate", LINE, "-o", out, "--transcript", "a", "--transcript-file", text)
    assert "Cannot read" in refused(capsys, "generate", LINE, "-o", out, "--transcript-file", tmp_path / "no.txt")
    text.write_bytes(b"\xff\xfe\x00\xd8")
    assert "UTF-8" in refused(capsys, "generate", LINE, "-o", out, "--transcript-file", text)
    assert ".TextGrid or .json" in refused(capsys, "phones", LINE, "-o", tmp_path / "a.txt")
    assert "no file" in refused(capsys, "complete", tmp_path / "none.npz", "--keys", take, "-o", out)
    assert "--nonsense" in refused(capsys, "generate", LINE, "-o", out, "--nonsense")
    assert "nonsense" in refused(capsys, "nonsense")
    assert not out.exists()


def test_a_textgrid_of_another_sound_is_refused(capsys, tmp_path):
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "0", "60", "<exists>", "1"]
    lines += ['"IntervalTier"', '"phones"', "0", "60", "1", "0", "60", '"AA"']
    (tmp_path / "long.TextGrid").write_text("\n".join(lines) + "\n")
    line = refused(capsys, "generate", LINE, "-o", tmp_path / "a.npz", "--textgrid", tmp_path / "long.TextGrid")
    assert "another sound" in line


def test_the_process_itself(tmp_path):
    def kmtalk(*arguments):
        command = [sys.executable, "-m", "model_runtime", *map(str, arguments)]
        environment = {**os.environ, "PYTHONPATH": str(TREE)}
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)

    done = kmtalk("phones", LINE, "-o", "a.json", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["phones"]
    failed = kmtalk("phones", "none.wav", "-o", "a.json")
    assert failed.returncode == 2
    assert failed.stdout == ""
    assert failed.stderr.strip() == "Error: There is no file none.wav; choose a sound file that exists."
    assert "generate" in kmtalk("--help").stdout
