"""Train KMTalk's network on prepared data, from a configuration to model folders."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from model_runtime.datasets.store import Dataset, open_dataset
from model_runtime.files.atomic import write_atomic
from model_runtime.files.paths import check_folder, make_folder
from model_runtime.heads.demo_head import demo_head
from model_runtime.heads.fitting import lip_measures
from model_runtime.heads.motion_space import MotionSpace, read_space, space_from_data, write_space
from model_runtime.model.description import Description, Style
from model_runtime.networks.folder import save_model
from model_runtime.networks.paper.network import KMTalkNetwork
from model_runtime.networks.paper.speech_encoder import load_encoder
from model_runtime.training.checkpoints import load_weights
from model_runtime.training.config_file import TrainConfig
from model_runtime.training.loop import train
from model_runtime.training.paper_objective import PaperObjective

__all__ = ["Trained", "train_paper"]


@dataclass(frozen=True)
class Trained:
    """A finished training.

    model: folder of the model.
    row: of the ablation.
    explained: share of the train motion's variance that the basis expresses, None for channels.
    validation: figures of the final weights.
    """

    model: Path
    row: str
    explained: float | None
    validation: dict[str, float]


def train_paper(config: TrainConfig, resume: bool, allow_download: bool, progress: bool) -> list[Trained]:
    """Train every row of the configuration; models go to <output>/<row>/model, runs to <output>/<row>/<stage>.

    Raises InputError for data that is missing or empty, for an encoder that is not on this machine, and for a training
    that already exists while `resume` is off.
    """
    check_folder(config.output)
    dataset = open_dataset(config.data)
    dataset.split("train")
    output = make_folder(config.output)
    space = _space(config, dataset, output)
    return [
        _train_row(config, row, dataset, space, output / row, resume, allow_download, progress) for row in config.rows
    ]


def _space(config: TrainConfig, dataset: Dataset, output: Path) -> MotionSpace:
    """The data's channels, or a basis of its train displacements, computed once for all rows."""
    if dataset.space is not None:
        return dataset.space
    path = output / f"space-{dataset.fingerprint[:16]}-{config.basis}.npz"
    if path.is_file():
        return read_space(path)

    def clips() -> Iterator[np.ndarray]:
        return (clip.motion() for clip in dataset.split("train"))

    face = dataset.face
    space = space_from_data(face.templates.mean(axis=0), clips, config.basis, face.lips, face.upper_face)
    write_space(space, path)
    return space


def _train_row(
    config: TrainConfig,
    row: str,
    dataset: Dataset,
    space: MotionSpace,
    folder: Path,
    resume: bool,
    allow_download: bool,
    progress: bool,
) -> Trained:
    torch.manual_seed(config.loop.seed)
    description, encoder = load_encoder(config.encoder, allow_download)
    network = KMTalkNetwork(config.paper(row, space.names, dataset.fps, description), encoder)
    stages = config.stages if network.key_motion is not None else ("joint",)
    validation: dict[str, float] = {}
    for stage in stages:
        objective = PaperObjective(network, dataset, space, config.objective, stage, config.loop.seed)
        checkpoint = train(objective, config.loop, folder / stage, resume, progress)
        load_weights(checkpoint, network)
        network.cpu().eval()
        with torch.inference_mode():
            validation = objective.validate(network)
    network.requires_grad_(True)
    head = demo_head()
    ours = dataset.space is not None and set(space.names) <= set(head.channels)
    gap = (
        lip_measures(head).gap[[head.channels.index(name) for name in space.names]]
        if ours
        else np.zeros(len(space.names))
    )
    name = config.name if config.rows == ("full",) else f"{config.name}-{row}"
    described = Description(
        id=name,
        config=network.config,
        styles={"neutral": Style(())},
        gap=tuple(float(each) for each in gap),
        licence=config.licence,
        architecture="paper",
        space=space,
    )
    save_model(network, described, folder / "model")
    card = _card(config, row, dataset, space, validation, name).encode()
    write_atomic(folder / "model" / "CARD.md", lambda stream: stream.write(card))
    return Trained(folder / "model", row, space.explained, validation)


def _card(
    config: TrainConfig, row: str, dataset: Dataset, space: MotionSpace, validation: dict[str, float], name: str
) -> str:
    """The model card, Markdown: licence, network, data, output, training, validation."""
    counts = {split: sum(clip.split == split for clip in dataset.clips) for split in ("train", "validation", "test")}
    explained = f", which express {space.explained:.2%} of the train motion" if space.explained is not None else ""
    figures = ", ".join(f"{key} {value:.4g}" for key, value in validation.items()) or "none"
    return "\n".join(
        [
            f"# {name}",
            "",
            f"- Licence: {config.licence}",
            f"- Network: the paper's configuration, row {row} of its ablation, encoder {Path(config.encoder).name}",
            f"- Data: {dataset.kind}, {counts['train']} train, {counts['validation']} validation, {counts['test']} test"
            f" clips of {len(dataset.face.subjects)} subjects, fingerprint {dataset.fingerprint[:16]}",
            f"- Output: {len(space.names)} numbers a frame{explained}, {dataset.fps:g} frames a second",
            f"- Training: stages {', '.join(config.stages)}, {config.loop.epochs} epochs, seed {config.loop.seed}",
            f"- Validation (metres, lve squared): {figures}",
            "",
        ]
    )
