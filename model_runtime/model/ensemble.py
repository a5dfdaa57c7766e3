"""Networks that learned the same examples from different beginnings; the motion of the starter is their mean.

Where the recordings say little, each network guesses, and their guesses differ: the mean of two follows a new voice
more closely than one of twice the size (docs/experiments.md).
"""

from torch import nn

from model_runtime.model.config import ModelConfig
from model_runtime.model.kmtalk import KMTalk

__all__ = ["Ensemble"]


class Ensemble(nn.Module):
    """`config.members` networks of one configuration."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.members = tuple(KMTalk(config) for _ in range(config.members))
        self.networks = nn.ModuleList(self.members)
