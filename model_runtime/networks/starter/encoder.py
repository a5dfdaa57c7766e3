"""The starter's encoder: sound features and, in a phone-conditioned network, phones -> audio features, 50 a second."""

import torch
from torch import Tensor, nn

from model_runtime.linguistics.articulation import FEATURES, articulation
from model_runtime.linguistics.phones import PHONES
from model_runtime.model.config import ModelConfig
from model_runtime.speech.features import encoder_columns

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


class SoundStream(nn.Module):
    """Sound features (B, 2 S - 1 or 2 S, FEATURE_DIM) at 100 Hz -> (B, S, d); a learned vector without sound.

    encoders: names of the recognisers whose columns are read; the columns of the others are not.

    The attributes `hear` and `spread` (standard deviation of each column) are named as in the weights that ship.
    """

    columns: Tensor
    mean: Tensor
    spread: Tensor

    def __init__(self, width: int, encoders: tuple[str, ...]) -> None:
        super().__init__()
        columns = torch.from_numpy(encoder_columns(encoders))
        self.register_buffer("columns", columns, persistent=False)
        self.register_buffer("mean", torch.zeros(len(columns)))
        self.register_buffer("spread", torch.ones(len(columns)))
        self.hear = nn.Sequential(
            nn.Conv1d(len(columns), width, 5, padding=2),
            nn.GELU(),
            nn.Conv1d(width, width, 5, stride=2, padding=2),
        )
        self.no_sound = nn.Parameter(torch.zeros(width))

    def forward(self, sound: Tensor, steps: int, has_sound: Tensor) -> Tensor:
        standardised = (sound[..., self.columns] - self.mean) / self.spread
        encoded = self.hear(standardised.transpose(1, 2)).transpose(1, 2)[:, :steps]
        return torch.where(has_sound[:, None, None] > 0, encoded, self.no_sound)


class PhoneStream(nn.Module):
    """Phone labels (B, S) -> (B, S, d): a learned vector a phone plus a linear map of its articulatory features.

    No deeper: a network here, or neighbours and durations as input, memorised the words of a small corpus
    (docs/experiments.md).
    """

    articulation: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("articulation", torch.from_numpy(articulation()), persistent=False)
        self.features = nn.Linear(len(FEATURES), width)
        self.identity = nn.Embedding(len(PHONES), width)
        nn.init.normal_(self.identity.weight, std=0.1)

    def forward(self, labels: Tensor) -> Tensor:
        return self.features(self.articulation[labels]) + self.identity(labels)


class Trunk(nn.Module):
    """Convolutions over the sum of the streams (B, S, d) and a mix of style vectors, weights (B, n)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        dilations = [(1, 2, 4, 8)[layer % 4] for layer in range(config.encoder_depth)]
        self.style = nn.Embedding(len(config.styles), config.width)
        # A style without training data adds nothing.
        nn.init.zeros_(self.style.weight)
        self.blocks = nn.ModuleList(ConvBlock(config.width, dilation, config.dropout) for dilation in dilations)
        self.norm = nn.LayerNorm(config.width)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        x = x + (style @ self.style.weight)[:, None]
        for block in self.blocks:
            x = block(x)
        return self.norm(x)


class Encoder(nn.Module):
    """Sound stream plus, in a phone-conditioned network, phone stream; convolutions over their sum.

    A network is given the phones always or never. One network for both relied on the sound even where the phones were
    known; sound differs between speakers, phones do not (docs/experiments.md).
    """

    def __init__(self, config: ModelConfig, phone_conditioned: bool, encoders: tuple[str, ...]) -> None:
        super().__init__()
        self.sound = SoundStream(config.width, encoders)
        self.phones = PhoneStream(config.width) if phone_conditioned else None
        self.trunk = Trunk(config)

    def standardise(self, sound: Tensor) -> None:
        """Set mean and standard deviation of the feature columns to those of `sound` (N, FEATURE_DIM)."""
        features = sound[:, self.sound.columns]
        self.sound.mean.copy_(features.mean(dim=0))
        self.sound.spread.copy_(features.std(dim=0).clamp(min=1e-3))

    def forward(self, sound: Tensor, labels: Tensor, style: Tensor, has_sound: Tensor) -> Tensor:
        """Audio features (B, S, d).

        sound: (B, 2 S - 1 or 2 S, FEATURE_DIM) at 100 Hz.
        labels: (B, S) indices into PHONES.
        style: (B, n) weights of the style vectors.
        has_sound: (B,) 1 or 0.
        """
        x = self.sound(sound, labels.shape[1], has_sound)
        if self.phones is not None:
            x = x + self.phones(labels)
        return self.trunk(x, style)
