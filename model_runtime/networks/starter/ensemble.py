"""The starter's networks, of three kinds.

Phone-conditioned networks read the phones and the sound. Audio-only networks read the sound. Audio-only performed
networks read the sound too, and were trained on artists' animation of another language besides: an audio-only network
trained on that moves worse in English (docs/experiments.md).

Each network was trained from its own random weights. Where the recordings determine little, their errors differ, and
the mean of small networks follows an unknown voice more closely than one large network. Audio-only networks take turns
with the recognisers whose features they read; the other kinds read the features of all.
"""

from itertools import cycle

from torch import nn

from model_runtime.model.config import ModelConfig
from model_runtime.networks.starter.network import StarterNetwork
from model_runtime.speech.features import ENCODERS

__all__ = ["Ensemble"]


class Ensemble(nn.Module):
    """As many networks of each kind as the configuration says; in the weights they are numbered in this order."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.phone_conditioned = tuple(StarterNetwork(config, phone_conditioned=True) for _ in range(config.followers))
        encoders = cycle(ENCODERS)
        self.audio_only = tuple(
            StarterNetwork(config, phone_conditioned=False, encoders=(next(encoders),)) for _ in range(config.listeners)
        )
        self.audio_only_performed = tuple(
            StarterNetwork(config, phone_conditioned=False) for _ in range(config.performers)
        )
        self.networks = nn.ModuleList((*self.phone_conditioned, *self.audio_only, *self.audio_only_performed))
