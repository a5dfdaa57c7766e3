"""The completion network (paper, CMC): key motions placed in time + audio features -> full motion."""

import torch
from torch import Tensor, nn

from model_runtime.model.config import ModelConfig
from model_runtime.model.key_motion import sample_steps
from model_runtime.model.starter.encoder import ConvBlock

__all__ = ["Completion", "KeyPlacement", "place_keys"]

# How fast the network's say grows with the distance to the nearest key, seconds: at a key it has none, so the motion
# passes exactly through the keys and stays smooth there.
RELEASE = 0.03
# Distances to keys are told to the network up to here, seconds.
HORIZON = 0.5


class KeyPlacement:
    """Where times lie among keys, computed once and used for every channel.

    low, high: (B, M) indices of the key at or before and of the one after. share: (B, M) in [0, 1] between them, eased.
    freedom: (B, M) 0 at a key, towards 1 away from it. distances: (B, M, 2) to both keys, in [0, 1].
    """

    def __init__(self, times: Tensor, key_times: Tensor, is_key: Tensor) -> None:
        counts = is_key.sum(dim=1, keepdim=True)
        padded = key_times.masked_fill(~is_key, torch.inf)
        after = torch.searchsorted(padded.contiguous(), times.contiguous() + 1e-6, right=True)
        self.low = (after - 1).clamp(min=0)
        self.high = torch.minimum(after, counts - 1)
        start, end = key_times.gather(1, self.low), key_times.gather(1, self.high)
        since, until = (times - start).clamp(min=0), (end - times).clamp(min=0)
        linear = since / (end - start).clamp(min=1e-6)
        # Smoothstep: the plain interpolation rests at its keys, as mouths do at the turning points that keys are.
        self.share = (linear * linear * (3 - 2 * linear)).clamp(0, 1)
        nearest = torch.where(self.high > self.low, torch.minimum(since, until), since + until)
        self.freedom = 1 - torch.exp(-((nearest / RELEASE) ** 2))
        self.distances = torch.stack([since, until], dim=-1).clamp(max=HORIZON) / HORIZON


def place_keys(keys: Tensor, placement: KeyPlacement) -> Tensor:
    """Key motions (B, N, K) interpolated to the placement's times: (B, M, K)."""

    def rows(index: Tensor) -> Tensor:
        return keys.gather(1, index.unsqueeze(-1).expand(-1, -1, keys.shape[-1]))

    share = placement.share.unsqueeze(-1)
    return rows(placement.low) * (1 - share) + rows(placement.high) * share


class Completion(nn.Module):
    """Adds to the interpolated keys what the voice says happens between them."""

    def __init__(self, config: ModelConfig, step_rate: float) -> None:
        super().__init__()
        channels, width = len(config.channels), config.width
        self.scale, self.step_rate = config.scale, step_rate
        self.enter = nn.Linear(width + channels + 3, width)
        dilations = [(1, 2, 4, 8)[layer % 4] for layer in range(config.completion_depth)]
        self.blocks = nn.ModuleList(ConvBlock(width, dilation, config.dropout) for dilation in dilations)
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, channels)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, features: Tensor, keys: Tensor, key_times: Tensor, is_key: Tensor, times: Tensor) -> Tensor:
        """Full motion (B, M, K) at times (B, M) s; equal to the key motions (B, N, K) at the key times (B, N) s."""
        steps = torch.arange(features.shape[1], device=features.device) / self.step_rate
        placement = KeyPlacement(steps.expand(len(features), -1), key_times, is_key)
        placed = torch.cat(
            [features, place_keys(keys / self.scale, placement), placement.distances, placement.freedom.unsqueeze(-1)],
            dim=-1,
        )
        x = self.enter(placed)
        for block in self.blocks:
            x = block(x)
        correction = sample_steps(self.scale * self.out(self.norm(x)), times, self.step_rate)
        placement = KeyPlacement(times, key_times, is_key)
        return place_keys(keys, placement) + placement.freedom.unsqueeze(-1) * correction
