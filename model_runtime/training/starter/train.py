"""Train the starter model, from the corpora to the weights that ship.

    python -m model_runtime.training.starter.train ../shared/data runs/starter

Every stage writes its result into the run's folder and is skipped when that is there; trainings resume.
"""

from collections.abc import Callable
from pathlib import Path

import click
import numpy as np
import torch
from tqdm import tqdm

from model_runtime.heads.demo_head import demo_head
from model_runtime.heads.fitting import FitConfig, lip_measures
from model_runtime.model.config import ModelConfig
from model_runtime.model.description import Description, Style
from model_runtime.networks.folder import save_model
from model_runtime.networks.starter.ensemble import Ensemble
from model_runtime.networks.starter.network import StarterNetwork
from model_runtime.training.batches import make_batch
from model_runtime.training.checkpoints import find_checkpoint, load_weights
from model_runtime.training.example_augmentation import Augmentation
from model_runtime.training.examples import Example
from model_runtime.training.loop import train
from model_runtime.training.loop_config import LoopConfig
from model_runtime.training.losses import Lips
from model_runtime.training.starter.objective import StarterConfig, StarterObjective
from model_runtime.training.starter.performed import performed
from model_runtime.training.starter.recorded import Recording, model_columns, recorded
from model_runtime.training.starter.spoken import same_words
from model_runtime.training.starter.store import read_examples, write_examples
from model_runtime.training.starter.taught import other_words
from model_runtime.training.starter.teacher import PhonePriors, lip_range, pseudo_label

__all__ = ["main", "train_starter"]

# Highest learning rate.
RATE = 2.5e-3
# With more epochs the networks learn s1, whose clips are most: his r rises from .920 to .926, that of free speech falls
# from .73 to .66 (docs/lab/more_people.md). The teacher, which hears no voice, has TEACHER_EPOCHS.
EPOCHS = 3
TEACHER_EPOCHS = 8
# d of the networks: the mean of small ones follows unknown voices more closely than a large one (docs/experiments.md).
WIDTH = 64
# Networks of each kind (networks.starter.ensemble).
PHONE_CONDITIONED = 1
AUDIO_ONLY = 2
AUDIO_ONLY_PERFORMED = 1
# The teacher is queried without sound, so it is trained without: with sound it would rely on that.
TEACHER_AUGMENTATION = Augmentation(audio_dropout=1.0)
PHONE_CONDITIONED_AUGMENTATION = Augmentation()
AUDIO_ONLY_AUGMENTATION = Augmentation(audio_dropout=0.0)
# Style vectors: speech recorded by a camera, and performances animated by artists.
STYLES = ("speech", "performance")
# Each person of people/ counts as much as this many examples: with all of them a quarter of the recordings. Fewer clips
# are repeated, each time augmented anew, but not more often than MOST_REPEATS.
PERSON_EXAMPLES = 50
MOST_REPEATS = 10
# Development speakers whom the training does not meet: of grid/, of people/, and free speech.
UNSEEN_GRID = {"s5", "s20", "s22", "s32"}
UNSEEN_PEOPLE = {"s16", "s25", "s27", "s34"}
UNSEEN_FREE = {"webcam"}
# sample_weight of recorded motion warped to synthetic voices; recorded faces have 1.
SAME_WORDS = 0.5
# sample_weight of pseudo-labels.
OTHER_WORDS = 0.6
# sample_weight of artists' animation.
PERFORMED = 1.0
LICENCE = (
    "GPL-3.0-or-later; trained on GRID (CC BY 4.0), CREMA-D (ODbL 1.0), addresses of the White House (public domain) "
    "and FACEGOOD-Audio2Face (MIT): see CARD.md"
)
# Named styles: weights of the style vectors, gain of the jaw, gain of the lips. The gain of neutral makes up for the
# mean of networks, whose gap is smaller than that of each: people who were never met then have their 95th percentile.
NAMED = {
    "neutral": Style((1.0, 0.0), 1.12, 1.12),
    "clear": Style((1.0, 0.0), 1.5, 1.45),
    "mumbled": Style((1.0, 0.0), 0.75, 0.85),
    "broad": Style((0.5, 0.5), 1.6, 1.5),
}


def train_starter(data: Path, folder: Path, epochs: int, threads: int, seed: int) -> Path:
    """Train on the corpora in `data` (grid/, people/, facegood/); returns the model's folder within `folder`.

    epochs: of each network.
    """
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
        followers=PHONE_CONDITIONED,
        listeners=AUDIO_ONLY,
        performers=AUDIO_ONLY_PERFORMED,
    )

    def kept(name: str, make: Callable[[], list[Example]]) -> list[Example]:
        path = folder / f"{name}.npz"
        if not path.is_file():
            write_examples(make(), path)
        return read_examples(path)

    performances = data / "facegood"
    recordings: list[Recording] = []

    def record(corpus: str, split: str, speakers: set[str] | None = None) -> list[Example]:
        return [each.example for each in recorded(data / corpus, split, speakers, head, fit, report)]

    def train_recordings() -> list[Recording]:
        if not recordings:
            recordings.extend(recorded(data / "grid", "train", None, head, fit, report))
        return recordings

    real = kept("recorded", lambda: [each.example for each in train_recordings()])
    again = kept("same_words", lambda: same_words(train_recordings(), SAME_WORDS, seed, report))
    real += _repeated(kept("people", lambda: record("people", "train")))
    tests = {
        "s1": kept("test_s1", lambda: record("grid", "dev", {"s1"})),
        "unseen": kept(
            "test_unseen", lambda: record("grid", "dev", UNSEEN_GRID) + record("people", "dev", UNSEEN_PEOPLE)
        ),
        "free": kept("test_free", lambda: record("people", "dev", UNSEEN_FREE)),
        "performed": kept("test_performed", lambda: performed(performances, "dev", channels, 1, 1.0)),
    }

    def fit_network(
        network: StarterNetwork,
        name: str,
        number: int,
        examples: list[Example],
        augmentation: Augmentation,
        epochs: int,
    ) -> None:
        network.encoder.standardise(make_batch(real, len(STYLES), None).voice.sound.flatten(0, 1))
        # Artists' takes validate only the networks trained on them.
        fit_tests = {
            key: tests[key] for key in tests if name == "audio_only_performed" or tests[key][0].phones is not None
        }
        objective = StarterObjective(network, examples, fit_tests, lips, StarterConfig(), augmentation, seed + number)
        loop = LoopConfig(
            epochs=epochs,
            learning_rate=RATE,
            weight_decay=0.02,
            gradient_clip=2.0,
            average=0.99,
            validate_every=1,
            save_every=200,
            seed=seed + number,
            threads=threads,
        )
        where = folder / f"{name}-{number + 1}"
        load_weights(train(objective, loop, where, resume=find_checkpoint(where) is not None), network)

    # Seeded before each initialisation, so that it does not depend on what ran before in this process.
    torch.manual_seed(seed)
    teacher = StarterNetwork(config, phone_conditioned=True)
    fit_network(teacher, "teacher", 0, real + again, TEACHER_AUGMENTATION, TEACHER_EPOCHS)
    spoken = kept("other_words", lambda: other_words(len(channels), OTHER_WORDS, seed, report))
    gap = lip_measures(head).gap[columns]
    ranges = [lip_range(own, gap) for own in _by_person(real).values()]
    labelled = pseudo_label(teacher, spoken, PhonePriors(range_iod=float(np.mean(ranges))), gap)
    shown = kept("performed", lambda: performed(performances, "train", channels, 1, PERFORMED))
    torch.manual_seed(seed)
    networks = Ensemble(config)
    for kind, group, examples, augmentation in (
        ("phone_conditioned", networks.phone_conditioned, real + labelled, PHONE_CONDITIONED_AUGMENTATION),
        ("audio_only", networks.audio_only, real + labelled, AUDIO_ONLY_AUGMENTATION),
        ("audio_only_performed", networks.audio_only_performed, real + labelled + shown, AUDIO_ONLY_AUGMENTATION),
    ):
        for number, network in enumerate(group):
            fit_network(network, kind, number, examples, augmentation, epochs)
    out = folder / "model"
    described = Description(
        id="starter", config=config, styles=NAMED, gap=tuple(float(value) for value in gap), licence=LICENCE
    )
    save_model(networks, described, out)
    return out


def _by_person(examples: list[Example]) -> dict[str, list[Example]]:
    """The examples of each person; names are person/clip."""
    people: dict[str, list[Example]] = {}
    for example in examples:
        people.setdefault(example.name.partition("/")[0], []).append(example)
    return people


def _repeated(examples: list[Example]) -> list[Example]:
    """The examples, those of each person as often as PERSON_EXAMPLES and MOST_REPEATS say."""
    return [
        example
        for own in _by_person(examples).values()
        for example in own * min(max(round(PERSON_EXAMPLES / len(own)), 1), MOST_REPEATS)
    ]


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--epochs", default=EPOCHS, show_default=True, help="Of each network; the teacher has its own.")
@click.option("--threads", default=2, show_default=True)
@click.option("--seed", default=0, show_default=True)
def main(data: Path, folder: Path, epochs: int, threads: int, seed: int) -> None:
    """Train the starter model on DATA (grid/, people/ and facegood/) into FOLDER."""
    click.echo(train_starter(data, folder, epochs, threads, seed))


if __name__ == "__main__":
    main()
