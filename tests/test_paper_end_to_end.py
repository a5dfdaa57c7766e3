"""The paper's model from data to motion: prepare a synthetic VOCASET, train, evaluate and generate."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from model_runtime.cli import main
from model_runtime.datasets.store import open_dataset
from model_runtime.errors import InputError
from model_runtime.evaluation.paper_tables import PUBLISHED
from model_runtime.evaluation.vertex_evaluation import evaluate
from model_runtime.model.checkpoint import Model, load_model
from model_runtime.take import read_take
from model_runtime.training.config_file import ROWS, read_config
from tests.made_up_vocaset import LINE, made_up_vocaset, write_official

CONFIG = """
data = "data"
output = "runs"
name = "made-up"
licence = "made up, free for all"
basis = 4
{top}
[model]
width = 32
dropout = 0.0
[objective]
validated = 2
[loop]
epochs = {epochs}
learning_rate = 3e-3
save_every = 10
threads = 1
device = "cpu"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Folder of the prepared synthetic VOCASET."""
    folder = tmp_path_factory.mktemp("vocaset")
    write_official(made_up_vocaset(sentences=2, seconds=1.6), folder / "official")
    assert main(["prepare", "vocaset", str(folder / "official"), str(folder / "data")]) == 0
    return folder


@pytest.fixture(scope="module")
def trained(folder) -> Path:
    """Folder of a model trained on it."""
    (folder / "config.toml").write_text(CONFIG.format(epochs=4, top=""))
    assert main(["train", str(folder / "config.toml")]) == 0
    return folder / "runs" / "full" / "model"


def test_preparation_finds_phones(folder):
    clips = open_dataset(folder / "data").clips
    assert len(clips) == 24
    assert np.mean([len(clip.phones.phones) for clip in clips]) > 6


def test_the_trained_model_beats_a_still_face(folder, trained):
    dataset, model = open_dataset(folder / "data"), load_model(trained, "cpu")
    assert model.licence == "made up, free for all"
    assert model.space.explained > 0.999
    found = evaluate(model, dataset, "test")
    motion = [clip.motion().reshape(clip.frames, -1, 3)[:, dataset.face.lips] for clip in dataset.split("test")]
    still = np.mean([np.square(each).sum(axis=-1).max(axis=1).mean() for each in motion])
    assert found.per_sequence["lve"] < 0.8 * still
    assert found.estimated
    assert len(found.clips) == 4
    assert found.pooled["lve"] == pytest.approx(
        np.average([c.lve for c in found.clips], weights=[c.frames for c in found.clips])
    )


def test_the_table_stands_beside_the_papers(folder, trained, capsys):
    out = folder / "table.json"
    assert main(["evaluate", str(trained), str(folder / "data"), "--per-clip", "-o", str(out)]) == 0
    text = capsys.readouterr().out
    assert "| KMTalk (the paper) | 2.2639 |" in text
    assert "**made-up** on vocaset (4 clips), test" in text
    assert "our estimate" in text
    assert len({line.count("|") for line in text.splitlines() if line.startswith("|")}) == 1
    written = json.loads(out.read_text())
    assert set(written["published"]) == set(PUBLISHED["vocaset"])
    assert len(written["evaluations"][0]["clips"]) == 4


def test_the_card_says_what_it_is(trained):
    card = (trained / "CARD.md").read_text()
    assert "made up, free for all" in card
    assert "vocaset, 16 train" in card


def test_it_performs_a_line_it_never_heard(trained, tmp_path):
    take = tmp_path / "take.npz"
    assert main(["generate", str(LINE), "-o", str(take), "--model", str(trained), "--fps", "24"]) == 0
    performed = read_take(take)
    assert performed.channels == load_model(trained, "cpu").channels
    assert np.abs(np.diff(performed.weights, axis=0)).max() > 0.01


@pytest.mark.slow
def test_a_killed_training_goes_on_to_the_same_model(folder, trained):
    text = (folder / "config.toml").read_text().replace('"runs"', '"again"')
    (folder / "again.toml").write_text(text)
    command = [sys.executable, "-m", "model_runtime", "train", str(folder / "again.toml")]
    process = subprocess.Popen(command)
    log = folder / "again" / "full" / "joint" / "log.jsonl"
    while process.poll() is None and not (log.parent / "step-000000020").is_dir():
        pass
    process.kill()
    process.wait()
    assert main(["train", str(folder / "again.toml"), "--resume"]) == 0
    again = folder / "again" / "full" / "model"
    assert (again / "weights.safetensors").read_bytes() == (trained / "weights.safetensors").read_bytes()


@pytest.mark.slow
def test_rows_and_stages(folder):
    top = 'rows = ["full", "direct", "faceformer+"]\nstages = ["keys", "completion"]'
    text = CONFIG.format(epochs=1, top=top).replace('"runs"', '"rows"')
    (folder / "rows.toml").write_text(text)
    assert main(["train", str(folder / "rows.toml")]) == 0
    assert sorted(path.name for path in (folder / "rows").iterdir() if path.is_dir()) == [
        "direct",
        "faceformer+",
        "full",
    ]
    assert (folder / "rows" / "full" / "keys" / "log.jsonl").is_file()
    assert (folder / "rows" / "full" / "completion" / "log.jsonl").is_file()
    assert "key_motions" not in load_model(folder / "rows" / "direct" / "model", "cpu").networks
    out = folder / "rows.md"
    assert main(["evaluate", str(folder / "rows"), str(folder / "data"), "--ablations", "-o", str(out)]) == 0
    assert all(f"**made-up-{row}**" in out.read_text() for row in ("full", "direct", "faceformer+"))


def test_a_model_of_another_face_is_refused(folder):
    starter: Model = load_model("starter", "cpu")
    with pytest.raises(InputError, match="5023 vertices"):
        evaluate(starter, open_dataset(folder / "data"), "test")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("width = 32", "widht = 32", 'the nearest is "width"'),
        ("basis = 4", "bassis = 4", 'the nearest is "basis"'),
        ("epochs = 4", 'epochs = "four"', "epochs must be a whole number"),
        ("epochs = 4", "epochs = 0", "epochs is 0"),
        ("width = 32", "width = 33", "multiple"),
        ("basis = 4", 'basis = 4\nrows = ["half"]', "half"),
        ("basis = 4", 'basis = 4\nstages = ["warm-up"]', "warm-up"),
        ('data = "data"', "", 'lacks "data"'),
        ('data = "data"', 'data = "nowhere"', "no prepared data"),
        ("basis = 4", 'basis = 4\nencoder = "someone/unknown-encoder"', "allow the download"),
        ("[loop]", "[loop", "not TOML"),
        ("basis = 4", "basis = 900", "900"),
    ],
)
def test_bad_settings_are_one_sentence(folder, old, new, said, capsys):
    text = CONFIG.format(epochs=4, top="").replace('"runs"', '"bad"')
    assert old in text
    (folder / "bad.toml").write_text(text.replace(old, new))
    assert main(["train", str(folder / "bad.toml")]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert len(error.strip().splitlines()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="limits of the size of files are Unix's")
@pytest.mark.parametrize("command", ["prepare", "train"])
def test_a_full_disk_is_one_sentence_and_leaves_nothing_half(folder, command, tmp_path):
    arguments = {"prepare": ["vocaset", str(folder / "official"), str(tmp_path / "out")], "train": ["full.toml"]}
    (tmp_path / "full.toml").write_text(CONFIG.format(epochs=1, top="").replace('"data"', f'"{folder / "data"}"', 1))
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000)); "
        "from model_runtime.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    line = [sys.executable, "-c", limited, command, *arguments[command]]
    root = Path(__file__).parent.parent
    done = subprocess.run(
        line, cwd=tmp_path, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(root)}
    )
    assert done.returncode == 2
    assert "Cannot write" in done.stderr.strip().splitlines()[-1]
    assert not [
        path for path in tmp_path.rglob("*") if path.name.startswith((".step", ".model")) or "npy." in path.name
    ]


def test_an_empty_split_is_named(folder, trained, capsys):
    assert main(["evaluate", str(trained), str(folder / "data"), "--split", "holdout"]) == 2
    assert "no holdout clips" in capsys.readouterr().err


def test_every_row_of_the_ablation_is_a_possible_network(tmp_path):
    (tmp_path / "all.toml").write_text(f'data = "d"\noutput = "o"\nrows = {json.dumps(list(ROWS))}\n')
    config = read_config(tmp_path / "all.toml")
    made = {row: config.paper(row, ("a",), 25.0, {"model_type": "log-mel"}) for row in config.rows}
    assert made["direct"].keys == "none"
    assert made["uniform"].key_share == pytest.approx(1 / 3)
    assert not made["no-audio-guidance"].audio_guidance
