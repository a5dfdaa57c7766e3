"""The starter's networks: followers, listeners and performers.

Followers are given the phones beside the sound. Listeners have only the sound to go by. Performers listen too, and
learned what artists made of another language besides: a listener that learned it takes free English for it, and moves
worse (docs/experiments.md).

Each learned for itself, from a beginning of its own. Where the recordings say little, each guesses, and their guesses
differ: the mean of small networks follows a new voice more closely than a large one. Listeners take turns with the
recognisers that they listen through; the others listen through all.
"""

from itertools import cycle

from torch import nn

from model_runtime.model.config import ModelConfig
from model_runtime.model.starter.network import KMTalk
from model_runtime.speech.features import ENCODERS

__all__ = ["Ensemble"]


class Ensemble(nn.Module):
    """As many networks of each kind as the configuration says."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.followers = tuple(KMTalk(config, follows=True) for _ in range(config.followers))
        ears = cycle(ENCODERS)
        self.listeners = tuple(KMTalk(config, follows=False, ears=(next(ears),)) for _ in range(config.listeners))
        self.performers = tuple(KMTalk(config, follows=False) for _ in range(config.performers))
        self.networks = nn.ModuleList((*self.followers, *self.listeners, *self.performers))
