"""The training loop, through its public function `train`."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from model_runtime.errors import InputError
from model_runtime.training.checkpoints import find_checkpoint, load_weights
from model_runtime.training.loop import train
from tests.tiny_training import CLIPS, CONFIG, TinyObjective

STEPS = 4 * 5  # optimizer steps: 4 epochs of 5 groups of two of nine clips


class Killed(BaseException):
    """Raised in the middle of a training, in place of a kill."""


class KilledObjective(TinyObjective):
    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at

    def loss(self, batch):
        if self.seen == self.at:
            raise Killed
        return super().loss(batch)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("training")
    train(TinyObjective(), CONFIG, folder, progress=False)
    return folder


def same_training(a: Path, b: Path) -> None:
    """Check that weights, their averages, optimizer state and log of two trainings are equal to the last bit."""
    first, second = find_checkpoint(a), find_checkpoint(b)
    assert first.name == second.name
    for file in ("weights.safetensors", "average.safetensors", "optimizer.safetensors", "state.json"):
        assert (first / file).read_bytes() == (second / file).read_bytes(), file
    assert (a / "log.jsonl").read_text() == (b / "log.jsonl").read_text()


def test_it_learns_and_logs_every_step(undisturbed):
    lines = [json.loads(line) for line in (undisturbed / "log.jsonl").open()]
    losses = [line["loss"] for line in lines if "loss" in line]
    errors = [line["error"] for line in lines if "error" in line]
    assert len(losses) == STEPS
    assert len(errors) == CONFIG.epochs
    assert np.mean(losses[-5:]) < 0.7 * np.mean(losses[:5])
    assert errors[-1] < errors[0]


def test_the_rate_rises_then_falls(undisturbed):
    lines = [json.loads(line) for line in (undisturbed / "log.jsonl").open()]
    rates = [line["learning_rate"] for line in lines if "learning_rate" in line]
    top = int(np.argmax(rates))
    assert top == round(CONFIG.warm_up * STEPS)
    assert rates[top] == pytest.approx(CONFIG.learning_rate)
    assert rates[-1] < 0.05 * CONFIG.learning_rate


def test_the_newest_checkpoints_stay(undisturbed):
    assert sorted(path.name for path in undisturbed.glob("*step-*")) == ["step-000000018", "step-000000020"]


def test_the_weights_of_a_checkpoint_are_their_average(undisturbed):
    module = TinyObjective().module
    load_weights(find_checkpoint(undisturbed), module)
    average = load_file(find_checkpoint(undisturbed) / "average.safetensors")
    weights = load_file(find_checkpoint(undisturbed) / "weights.safetensors")
    assert torch.equal(module[0].weight, average["0.weight"])
    assert not torch.equal(module[0].weight, weights["0.weight"])


@pytest.mark.parametrize("at", [1, 7, CLIPS, CLIPS + 2, 3 * CLIPS - 1])
def test_resuming_gives_the_same_result(undisturbed, tmp_path, at):
    with pytest.raises(Killed):
        train(KilledObjective(at), CONFIG, tmp_path, progress=False)
    train(TinyObjective(), CONFIG, tmp_path, resume=True, progress=False)
    same_training(undisturbed, tmp_path)


def test_a_finished_training_is_not_done_again(undisturbed):
    objective = TinyObjective()
    train(objective, CONFIG, undisturbed, resume=True, progress=False)
    assert objective.seen == 0


def test_nan_names_the_clip_and_keeps_the_checkpoints(tmp_path):
    with pytest.raises(InputError, match="clip4"):
        train(TinyObjective(broken="clip4"), CONFIG, tmp_path, progress=False)


@pytest.mark.parametrize(
    ("objective", "config", "resume", "said"),
    [
        (TinyObjective(), CONFIG, False, "already holds a training"),
        (TinyObjective(fingerprint="other"), CONFIG, True, "data or the network changed"),
        (TinyObjective(), dataclasses.replace(CONFIG, learning_rate=0.02), True, "learning_rate changed"),
    ],
)
def test_another_training_is_not_continued(undisturbed, objective, config, resume, said):
    with pytest.raises(InputError, match=said):
        train(objective, config, undisturbed, resume=resume, progress=False)


def test_damaged_checkpoints_are_refused(tmp_path):
    train(TinyObjective(), CONFIG, tmp_path, progress=False)
    weights = find_checkpoint(tmp_path) / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-9])
    with pytest.raises(InputError, match="cannot be read"):
        train(TinyObjective(), CONFIG, tmp_path, resume=True, progress=False)
    (find_checkpoint(tmp_path) / "state.json").write_text('{"format": 99}')
    with pytest.raises(InputError, match="another version"):
        train(TinyObjective(), CONFIG, tmp_path, resume=True, progress=False)


@pytest.mark.parametrize(
    ("field", "value"), [("schedule", "two-cycle"), ("epochs", 0), ("average", 1.0), ("learning_rate", -1.0)]
)
def test_impossible_settings_are_refused(field, value):
    with pytest.raises(InputError, match=field):
        dataclasses.replace(CONFIG, **{field: value})


def environment() -> dict[str, str]:
    root = Path(__file__).parent.parent
    return {**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}


@pytest.mark.slow
def test_sigkill_at_any_moment_loses_nothing(undisturbed, tmp_path):
    command = [sys.executable, "-m", "tests.tiny_training", str(tmp_path), "0.05"]
    rng = np.random.default_rng(0)
    for _ in range(3):
        process = subprocess.Popen(command, env=environment())
        while process.poll() is None and not (tmp_path / "log.jsonl").is_file():
            time.sleep(0.01)
        time.sleep(rng.uniform(0.0, 0.8))
        process.send_signal(signal.SIGKILL)
        process.wait()
    subprocess.run(command, env=environment(), check=True)
    same_training(undisturbed, tmp_path)


@pytest.mark.slow
def test_two_processes_give_the_losses_of_one(undisturbed, tmp_path):
    # On a CPU accelerate's launcher starts one process only; torch's launcher starts two.
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    command = [*launch, "-m", "tests.tiny_training", str(tmp_path), "0"]
    done = subprocess.run(command, env=environment(), check=True, capture_output=True, text=True)
    # Each process took one batch of each group of two; the odd clip went to the first process.
    assert sorted(map(int, done.stdout.split())) == [4 * (CLIPS // 2), 4 * (CLIPS // 2 + 1)]
    alone, together = (
        [json.loads(line) for line in (folder / "log.jsonl").open()] for folder in (undisturbed, tmp_path)
    )
    assert len(alone) == len(together)
    for one, two in zip(alone, together, strict=True):
        assert one == pytest.approx(two, rel=1e-4)
