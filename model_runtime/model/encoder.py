"""The starter's encoder: log-mel acoustics and phones in, audio features out, 50 a second."""

import torch
from torch import Tensor, nn

from model_runtime.acoustics import BANDS
from model_runtime.linguistics.articulation import FEATURES, articulation
from model_runtime.linguistics.phones import PHONES
from model_runtime.model.config import ModelConfig
from model_runtime.model.inputs import NEIGHBOURS, TIMINGS

__all__ = ["ConvBlock", "Encoder"]


class ConvBlock(nn.Module):
    """Residual dilated convolution over time, (B, S, d) -> (B, S, d)."""

    def __init__(self, width: int, dilation: int, dropout: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.mix = nn.Conv1d(width, 2 * width, 5, padding=2 * dilation, dilation=dilation)
        self.out = nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        mixed = self.mix(self.norm(x).transpose(1, 2)).transpose(1, 2)
        return x + self.out(self.dropout(nn.functional.glu(mixed, dim=-1)))


class Encoder(nn.Module):
    """Two streams, added: either may be missing (a learned vector stands in), so that wrong phones do not break it."""

    articulation: Tensor

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        width = config.width
        self.hear = nn.Sequential(
            nn.Conv1d(BANDS + 1, width, 5, padding=2),
            nn.GELU(),
            nn.Conv1d(width, width, 5, stride=2, padding=2),
        )
        self.register_buffer("articulation", torch.from_numpy(articulation()), persistent=False)
        self.phone = nn.Linear(len(FEATURES), width // 2)
        self.identity = nn.Embedding(len(PHONES), width // 2)
        nn.init.normal_(self.identity.weight, std=0.02)
        self.read = nn.Sequential(
            nn.Linear(len(NEIGHBOURS) * (width // 2) + TIMINGS, width), nn.GELU(), nn.Linear(width, width)
        )
        self.no_sound = nn.Parameter(torch.zeros(width))
        self.no_phones = nn.Parameter(torch.zeros(width))
        self.doubt = nn.Parameter(torch.zeros(width))
        self.style = nn.Embedding(len(config.styles), width)
        dilations = [(1, 2, 4, 8)[layer % 4] for layer in range(config.encoder_depth)]
        self.blocks = nn.ModuleList(ConvBlock(width, dilation, config.dropout) for dilation in dilations)
        self.norm = nn.LayerNorm(width)

    def forward(
        self, sound: Tensor, labels: Tensor, timing: Tensor, style: Tensor, has_sound: Tensor, has_phones: Tensor
    ) -> Tensor:
        """Audio features (B, S, d).

        sound: (B, 2 S - 1 or 2 S, BANDS + 1) acoustics at 100 Hz. labels: (B, S, 5). timing: (B, S, 6). style: (B, n)
        weights of the style vectors. has_sound: (B,) 1 or 0. has_phones: (B,) see kmtalk.Voice.
        """
        heard = self.hear(sound.transpose(1, 2)).transpose(1, 2)[:, : labels.shape[1]]
        embedded = self.phone(self.articulation[labels]) + self.identity(labels)
        spoken = self.read(torch.cat([embedded.flatten(2), timing], dim=-1))
        heard = torch.where(has_sound[:, None, None] > 0, heard, self.no_sound)
        heard_only = (has_phones > 0) & (has_phones < 1)
        spoken = spoken + heard_only[:, None, None] * self.doubt
        spoken = torch.where(has_phones[:, None, None] > 0, spoken, self.no_phones)
        x = heard + spoken + (style @ self.style.weight)[:, None]
        for block in self.blocks:
            x = block(x)
        return self.norm(x)
