"""Sequence decoders: audio features and interpolated key motions -> one row of motion a frame.

KMTalk's completion network, and the decoders of the two bases that key motions are added to. All take one clip, without
a batch.
"""

import math
from typing import Protocol

import torch
from torch import Tensor, nn

from model_runtime.model.paper.config import PaperConfig

__all__ = ["CrossModal", "FaceFormerLike", "SelfTalkLike", "SequenceDecoder", "sequence_decoder"]


class SequenceDecoder(Protocol):
    """features (T, d) and guide (T, G), KMTalkNetwork's key input, None without keys -> (T, K)."""

    autoregressive: bool

    def __call__(self, features: Tensor, guide: Tensor | None) -> Tensor: ...


def sequence_decoder(config: PaperConfig, guide: int) -> nn.Module:
    """The decoder that the configuration names. guide: G, key input numbers a frame, 0 without keys."""
    return {"cross-modal": CrossModal, "selftalk": SelfTalkLike, "faceformer": FaceFormerLike}[config.base](
        config, guide
    )


class CrossModal(nn.Module):
    """Cross-modal motion completion: queries from the interpolated keys attend to each other and to the audio features.

    Attention falls with distance in time (ALiBi, Press et al. 2022; our choice), so no positional encoding is needed.
    """

    autoregressive = False
    slopes: Tensor

    def __init__(self, config: PaperConfig, guide: int) -> None:
        super().__init__()
        self.fps, self.audio = config.fps, config.audio_guidance
        self.enter = nn.Linear(guide + config.width, config.width)
        self.layers = _layers(config)
        self.out = _zero_linear(config)
        self.register_buffer("slopes", torch.logspace(0.3, 1.5, config.heads), persistent=False)

    def forward(self, features: Tensor, guide: Tensor | None) -> Tensor:
        memory = features if self.audio else torch.zeros_like(features)
        seconds = torch.arange(len(features), device=features.device) / self.fps
        bias = -self.slopes[:, None, None] * (seconds[:, None] - seconds[None]).abs()
        x = self.enter(memory if guide is None else torch.cat([guide, memory], dim=-1))
        for layer in self.layers:
            x = layer(x, memory, tgt_mask=bias, memory_mask=bias)
        return self.out(x)


class SelfTalkLike(nn.Module):
    """SelfTalk's decoder (Peng et al. 2023): one Transformer decoder layer whose queries and memory are the audio."""

    autoregressive = False

    def __init__(self, config: PaperConfig, guide: int) -> None:
        super().__init__()
        self.audio = config.audio_guidance
        self.guide = nn.Linear(guide, config.width) if guide else None
        self.layers = _layers(config)
        self.out = _zero_linear(config)

    def forward(self, features: Tensor, guide: Tensor | None) -> Tensor:
        memory = features if self.audio else torch.zeros_like(features)
        x = memory if self.guide is None or guide is None else memory + self.guide(guide)
        for layer in self.layers:
            x = layer(x, x)
        return self.out(x)


class FaceFormerLike(nn.Module):
    """FaceFormer's decoder (Fan et al. 2022): autoregressive, with periodic positional encoding and a causal bias that
    falls period by period; each frame attends to the audio feature of the same frame only."""

    autoregressive = True
    slopes: Tensor
    positions: Tensor

    def __init__(self, config: PaperConfig, guide: int) -> None:
        super().__init__()
        self.period, self.audio = config.period, config.audio_guidance
        self.enter = nn.Linear(len(config.channels), config.width)
        self.guide = nn.Linear(guide, config.width) if guide else None
        self.layers = _layers(config)
        self.out = _zero_linear(config)
        slopes = torch.tensor([2 ** (-8 * (head + 1) / config.heads) for head in range(config.heads)])
        self.register_buffer("slopes", slopes, persistent=False)
        self.register_buffer("positions", _positions(config.period, config.width), persistent=False)

    def forward(self, features: Tensor, guide: Tensor | None, past: Tensor | None = None) -> Tensor:
        """past: (T, K) motion of the frame before each frame, over scale; the first row is 0."""
        count = len(features)
        past = features.new_zeros(count, self.enter.in_features) if past is None else past
        memory = features if self.audio else torch.zeros_like(features)
        frames = torch.arange(count, device=features.device)
        x = self.enter(past) + self.positions[frames % self.period]
        if self.guide is not None and guide is not None:
            x = x + self.guide(guide)
        back = frames[:, None] - frames[None]
        bias = -self.slopes[:, None, None] * torch.div(back, self.period, rounding_mode="floor")
        bias = bias.masked_fill(back < 0, -torch.inf)
        own = torch.zeros(count, count, device=features.device).masked_fill(back != 0, -torch.inf)
        for layer in self.layers:
            x = layer(x, memory, tgt_mask=bias, memory_mask=own)
        return self.out(x)


def _layers(config: PaperConfig) -> nn.ModuleList:
    return nn.ModuleList(
        nn.TransformerDecoderLayer(
            config.width, config.heads, config.feed_forward * config.width, config.dropout, batch_first=True
        )
        for _ in range(config.completion_layers)
    )


def _zero_linear(config: PaperConfig) -> nn.Linear:
    """The last layer, with weights 0: training starts at the neutral face (as SelfTalk does)."""
    out = nn.Linear(config.width, len(config.channels))
    nn.init.zeros_(out.weight)
    nn.init.zeros_(out.bias)
    return out


def _positions(period: int, width: int) -> Tensor:
    """(period, width) sines and cosines (Vaswani et al. 2017, section 3.5)."""
    rates = torch.exp(torch.arange(0, width, 2) * (-math.log(10000.0) / width))
    angles = torch.arange(period)[:, None] * rates
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)
