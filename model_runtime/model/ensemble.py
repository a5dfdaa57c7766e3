"""The starter's networks: some follow the phones with the sound beside them, the others have only the sound to go by.

Each learned for itself, from a beginning of its own. Where the recordings say little, each network guesses, and their
guesses differ: the mean of small ones follows a new voice more closely than a large one (docs/experiments.md).
"""

from torch import nn

from model_runtime.model.config import ModelConfig
from model_runtime.model.kmtalk import KMTalk

__all__ = ["Ensemble"]


class Ensemble(nn.Module):
    """`config.followers` and `config.listeners` networks of one configuration."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.followers = tuple(KMTalk(config, follows=True) for _ in range(config.followers))
        self.listeners = tuple(KMTalk(config, follows=False) for _ in range(config.listeners))
        self.networks = nn.ModuleList((*self.followers, *self.listeners))
