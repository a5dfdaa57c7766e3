"""Writes a tiny model of the paper's kind with its own motion space: `python -m tests.tiny_paper_model FOLDER`."""

import sys
from pathlib import Path

import numpy as np
import torch

from model_runtime.heads.motion_space import MotionSpace
from model_runtime.model.description import Description, Style
from model_runtime.model.paper.config import PaperConfig
from model_runtime.networks.folder import save_model
from model_runtime.networks.paper.network import KMTalkNetwork

NAMES = ("motion001", "motion002", "motion003")
VERTICES = 60


def write_tiny_model(folder: Path) -> None:
    """Write a random network that moves a random face of 60 vertices, Y up, in metres."""
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    network = KMTalkNetwork(PaperConfig(channels=NAMES, fps=30.0, width=32))
    torch.nn.init.normal_(network.completion.out.weight, std=0.5)
    neutral = rng.normal(size=(VERTICES, 3)).astype(np.float32) * np.float32([0.07, 0.1, 0.08])
    shapes = rng.normal(size=(len(NAMES), VERTICES, 3)).astype(np.float32) * 0.01
    space = MotionSpace(neutral, NAMES, shapes, np.arange(9), np.arange(9, 20), (-1.0, 1.0), 0.9)
    described = Description(
        id="tiny",
        config=network.config,
        styles={"neutral": Style(())},
        gap=(0.0,) * len(NAMES),
        licence="made up",
        architecture="paper",
        space=space,
    )
    save_model(network, described, folder)


if __name__ == "__main__":
    write_tiny_model(Path(sys.argv[1]))
