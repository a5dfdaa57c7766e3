"""The network that hears sounds: features of the starter -> how likely each sound and each boundary is, a row.

Dilated convolutions over the states of a recogniser's encoder, which has heard thousands of voices.
"""

import torch
from torch import Tensor, nn

from model_runtime.linguistics.sounds import SOUNDS
from model_runtime.networks.starter.encoder import ConvBlock

__all__ = ["SoundNetwork"]

DILATIONS = (1, 2, 4, 8, 1)


class SoundNetwork(nn.Module):
    """columns: number of columns of the features that are given. width: of the network."""

    mean: Tensor
    spread: Tensor

    def __init__(self, columns: int, width: int = 96, dropout: float = 0.1) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(columns))
        self.register_buffer("spread", torch.ones(columns))
        self.begin = nn.Linear(columns, width)
        self.blocks = nn.Sequential(*(ConvBlock(width, dilation, dropout) for dilation in DILATIONS))
        self.end = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, len(SOUNDS) + 1))

    def standardise(self, features: Tensor) -> None:
        """Take mean and spread of the columns from features (N, columns)."""
        self.mean.copy_(features.mean(dim=0))
        self.spread.copy_(features.std(dim=0).clamp_min(1e-3))

    def forward(self, features: Tensor) -> Tensor:
        """(B, A, columns) -> (B, A, len(SOUNDS) + 1): natural log of the sounds' posteriors, then the log odds of a
        boundary at the row."""
        heard = self.end(self.blocks(self.begin((features - self.mean) / self.spread)))
        return torch.cat([heard[..., :-1].log_softmax(dim=-1), heard[..., -1:]], dim=-1)
