"""Train the starter model: from the corpora to the weights that ship, in one command.

    python -m model_runtime.training.starter.train ../shared/data runs/starter

Every stage leaves its result in the run's folder and is not done twice; a training that was killed goes on.
"""

from collections.abc import Callable
from pathlib import Path

import click
import torch
from tqdm import tqdm

from model_runtime.heads.demo_head import demo_head
from model_runtime.heads.fitting import FitConfig, lip_measures
from model_runtime.model.checkpoint import Model, Style, save_model
from model_runtime.model.config import ModelConfig
from model_runtime.model.starter.ensemble import Ensemble
from model_runtime.model.starter.network import KMTalk
from model_runtime.training.batches import make_batch
from model_runtime.training.checkpoints import find_checkpoint, load_weights
from model_runtime.training.disturbance import Disturbance
from model_runtime.training.examples import Example
from model_runtime.training.loop import train
from model_runtime.training.loop_config import LoopConfig
from model_runtime.training.losses import Lips
from model_runtime.training.starter.objective import StarterConfig, StarterObjective
from model_runtime.training.starter.performed import performed
from model_runtime.training.starter.recorded import Recording, model_columns, recorded
from model_runtime.training.starter.spoken import other_words, same_words
from model_runtime.training.starter.store import read_examples, write_examples
from model_runtime.training.starter.teacher import Facts, teach

__all__ = ["main", "train_starter"]

# Highest learning rate.
RATE = 2.5e-3
# Small networks, averaged, hear new voices better than a large one.
WIDTH, FOLLOWERS, LISTENERS, PERFORMERS = 64, 1, 2, 1
# The teacher is asked through phones alone, so it learns from those: beside a sound it would lean on that.
TEACHING, LEARNING, LISTENING = Disturbance(deaf=1.0), Disturbance(), Disturbance(deaf=0.0)
# Style vectors: how people speak to a camera, and how artists animate a performance.
STYLES = ("speech", "performance")
# Importance of what was not recorded from a face, against 1 for what was.
SAME_WORDS, OTHER_WORDS, PERFORMED = 0.5, 0.4, 1.0
LICENCE = "GPL-3.0-or-later; trained on GRID (CC BY 4.0) and FACEGOOD-Audio2Face (MIT): see CARD.md"
# Named styles: weights of the style vectors, gain of the jaw, gain of the lips. The speaker of the training clips opens
# less than most (95th percentile of the gap .20 IOD, eight others .24), and a mean of networks less than each; neutral
# makes up for some of it.
NAMED = {
    "neutral": Style((1.0, 0.0), 1.06, 1.06),
    "clear": Style((1.0, 0.0), 1.45, 1.4),
    "mumbled": Style((1.0, 0.0), 0.75, 0.85),
    "broad": Style((0.5, 0.5), 1.6, 1.5),
}


def train_starter(data: Path, folder: Path, epochs: int, threads: int, seed: int) -> Path:
    """Train on the corpora in `data` (grid/, facegood/); returns the model's folder within `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    head, fit, report = demo_head(), FitConfig(), tqdm.write
    columns = model_columns(head, fit)
    channels = tuple(head.channels[column] for column in columns)
    lips = Lips.of(lip_measures(head), columns)
    config = ModelConfig(
        channels=channels,
        styles=STYLES,
        width=WIDTH,
        key_depth=1,
        followers=FOLLOWERS,
        listeners=LISTENERS,
        performers=PERFORMERS,
    )

    def kept(name: str, make: Callable[[], list[Example]]) -> list[Example]:
        path = folder / f"{name}.npz"
        if not path.is_file():
            write_examples(make(), path)
        return read_examples(path)

    grid, performances = data / "grid", data / "facegood"
    recordings: list[Recording] = []

    def record(split: str, speakers: set[str] | None) -> list[Recording]:
        return recorded(grid, split, speakers, head, fit, report)

    def train_recordings() -> list[Recording]:
        if not recordings:
            recordings.extend(record("train", None))
        return recordings

    real = kept("recorded", lambda: [each.example for each in train_recordings()])
    again = kept("same_words", lambda: same_words(train_recordings(), SAME_WORDS, seed, report))
    others = {"s2", "s20", "s22", "s23", "s3", "s32", "s4", "s5"}
    tests = {
        "s1": kept("test_s1", lambda: [each.example for each in record("dev", {"s1"})]),
        "others": kept("test_others", lambda: [each.example for each in record("dev", others)]),
        "performed": kept("test_performed", lambda: performed(performances, "dev", channels, 1, 1.0)),
    }

    def fit_network(network: KMTalk, name: str, number: int, examples: list[Example], hearing: Disturbance) -> None:
        network.encoder.standardise(make_batch(real, len(STYLES), None).voice.sound.flatten(0, 1))
        # The takes of artists test those alone that learned from them.
        fit_tests = {key: tests[key] for key in tests if name == "performer" or tests[key][0].phones is not None}
        objective = StarterObjective(network, examples, fit_tests, lips, StarterConfig(), hearing, seed + number)
        loop = LoopConfig(
            epochs=epochs,
            learning_rate=RATE,
            weight_decay=0.02,
            gradient_clip=2.0,
            average=0.99,
            validate_every=2,
            save_every=200,
            seed=seed + number,
            threads=threads,
        )
        where = folder / f"{name}-{number + 1}"
        load_weights(train(objective, loop, where, resume=find_checkpoint(where) is not None), network)

    # Seeded before either is made: the random weights at the start do not depend on what ran before in this process.
    torch.manual_seed(seed)
    teacher = KMTalk(config, follows=True)
    fit_network(teacher, "teacher", 0, real + again, TEACHING)
    spoken = kept("other_words", lambda: other_words(len(channels), OTHER_WORDS, seed, report))
    taught = teach(teacher, spoken, Facts())
    shown = kept("performed", lambda: performed(performances, "train", channels, 1, PERFORMED))
    torch.manual_seed(seed)
    networks = Ensemble(config)
    for kind, group, examples, hearing in (
        ("follower", networks.followers, real + taught, LEARNING),
        ("listener", networks.listeners, real + taught, LISTENING),
        ("performer", networks.performers, real + taught + shown, LISTENING),
    ):
        for number, network in enumerate(group):
            fit_network(network, kind, number, examples, hearing)
    out = folder / "model"
    gap = tuple(float(value) for value in lip_measures(head).gap[columns])
    save_model(Model(networks, "starter", "", NAMED, gap, LICENCE), out)
    return out


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--epochs", default=8, show_default=True)
@click.option("--threads", default=2, show_default=True)
@click.option("--seed", default=0, show_default=True)
def main(data: Path, folder: Path, epochs: int, threads: int, seed: int) -> None:
    """Train the starter model on DATA (grid/ and facegood/) into FOLDER."""
    click.echo(train_starter(data, folder, epochs, threads, seed))


if __name__ == "__main__":
    main()
