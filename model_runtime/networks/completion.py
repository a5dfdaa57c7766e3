"""The completion network (Xu et al., ECCV 2024, cross-modal motion completion): key motions + features -> motion."""

import torch
from torch import Tensor, nn

from model_runtime.model.config import ModelConfig
from model_runtime.networks.key_motion import sample_steps
from model_runtime.networks.starter.encoder import ConvBlock

__all__ = ["Completion", "KeyPlacement", "interpolate_keys"]

# Width of the gate on the network's correction, s: 0 at a key, 1 - 1/e at this distance from the nearest one. So the
# motion passes exactly through the keys and stays smooth at them.
KEY_GATE_WIDTH_S = 0.03
# Distances to keys are clipped to this before the network reads them, s.
MAX_KEY_DISTANCE_S = 0.5


class KeyPlacement:
    """The place of M times among N keys, computed once for all channels.

    times: (B, M) s. key_times: (B, N) s, ascending. is_key: (B, N) bool, False where a batch is padded.

    low, high: (B, M) indices of the key at or before each time and of the key after it.
    share: (B, M) smoothstep, 0 at the key `low` to 1 at the key `high`.
    key_distance_gate: (B, M) weight of the network's correction, 0 at a key to 1 far from all keys.
    distances: (B, M, 2) to both keys, in MAX_KEY_DISTANCE_S, at most 1.
    """

    def __init__(self, times: Tensor, key_times: Tensor, is_key: Tensor) -> None:
        counts = is_key.sum(dim=1, keepdim=True)
        padded = key_times.masked_fill(~is_key, torch.inf)
        # As torch.searchsorted from the right, which has no counterpart in ONNX.
        after = (padded[:, None] <= times[:, :, None] + 1e-6).sum(dim=-1)
        self.low = (after - 1).clamp(min=0)
        self.high = torch.minimum(after, counts - 1)
        start, end = key_times.gather(1, self.low), key_times.gather(1, self.high)
        since, until = (times - start).clamp(min=0), (end - times).clamp(min=0)
        linear = since / (end - start).clamp(min=1e-6)
        # Smoothstep: velocity 0 at the keys, which lie at turning points of the mouth.
        self.share = (linear * linear * (3 - 2 * linear)).clamp(0, 1)
        nearest = torch.where(self.high > self.low, torch.minimum(since, until), since + until)
        self.key_distance_gate = 1 - torch.exp(-((nearest / KEY_GATE_WIDTH_S) ** 2))
        self.distances = torch.stack([since, until], dim=-1).clamp(max=MAX_KEY_DISTANCE_S) / MAX_KEY_DISTANCE_S


def interpolate_keys(keys: Tensor, placement: KeyPlacement) -> Tensor:
    """Key motions (B, N, K) interpolated to the placement's times: (B, M, K)."""

    def rows(index: Tensor) -> Tensor:
        return keys.gather(1, index.unsqueeze(-1).expand(-1, -1, keys.shape[-1]))

    share = placement.share.unsqueeze(-1)
    return rows(placement.low) * (1 - share) + rows(placement.high) * share


class Completion(nn.Module):
    """Adds a correction from the audio features to the interpolated keys, through the key distance gate."""

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
            [
                features,
                interpolate_keys(keys / self.scale, placement),
                placement.distances,
                placement.key_distance_gate.unsqueeze(-1),
            ],
            dim=-1,
        )
        x = self.enter(placed)
        for block in self.blocks:
            x = block(x)
        correction = sample_steps(self.scale * self.out(self.norm(x)), times, self.step_rate)
        placement = KeyPlacement(times, key_times, is_key)
        return interpolate_keys(keys, placement) + placement.key_distance_gate.unsqueeze(-1) * correction
