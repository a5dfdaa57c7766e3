"""The key-motion decoder (Xu et al., ECCV 2024, key-motion acquisition, step 2): features -> motion at key frames."""

import torch
from torch import Tensor, nn

from model_runtime.model.config import ModelConfig
from model_runtime.model.phone_steps import ROUNDING

__all__ = ["KeyMotionDecoder", "sample_steps"]


def sample_steps(features: Tensor, times: Tensor, rate: float) -> Tensor:
    """Features (B, S, d) read at times (B, N) seconds by linear interpolation: (B, N, d)."""
    place = (times * rate).clamp(0, features.shape[1] - 1)
    low = place.floor().long().clamp(max=max(features.shape[1] - 2, 0))
    high = (low + 1).clamp(max=features.shape[1] - 1)
    share = (place - low).unsqueeze(-1)

    def rows(index: Tensor) -> Tensor:
        return features.gather(1, index.unsqueeze(-1).expand(-1, -1, features.shape[-1]))

    return rows(low) * (1 - share) + rows(high) * share


class KeyLayer(nn.Module):
    """Self-attention of the keys, cross-attention to the features, feed-forward; attention falls with time distance."""

    slopes: Tensor

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        width = config.width
        self.heads = config.heads
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.self_in, self.self_out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.query, self.cross_in = nn.Linear(width, width), nn.Linear(width, 2 * width)
        self.cross_out = nn.Linear(width, width)
        self.forward_ = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))
        self.dropout = nn.Dropout(config.dropout)
        # Decrease of attention logits a second of distance, one slope a head (ALiBi, Press et al. 2022).
        self.register_buffer("slopes", torch.logspace(0.3, 1.5, config.heads), persistent=False)

    def _attend(self, query: Tensor, key: Tensor, value: Tensor, distance: Tensor, masked: Tensor) -> Tensor:
        def split(x: Tensor) -> Tensor:
            return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

        bias = -self.slopes[None, :, None, None] * distance[:, None]
        bias = bias.masked_fill(masked[:, None], -torch.inf)
        mixed = nn.functional.scaled_dot_product_attention(split(query), split(key), split(value), attn_mask=bias)
        return mixed.transpose(1, 2).flatten(2)

    def forward(self, x: Tensor, features: Tensor, to_keys: Tensor, to_steps: Tensor, masks: tuple) -> Tensor:
        query, key, value = self.self_in(self.norms[0](x)).chunk(3, dim=-1)
        x = x + self.dropout(self.self_out(self._attend(query, key, value, to_keys, masks[0])))
        key, value = self.cross_in(features).chunk(2, dim=-1)
        mixed = self._attend(self.query(self.norms[1](x)), key, value, to_steps, masks[1])
        x = x + self.dropout(self.cross_out(mixed))
        return x + self.dropout(self.forward_(self.norms[2](x)))


class KeyMotionDecoder(nn.Module):
    """One query a key frame, which starts as the audio feature at its time."""

    def __init__(self, config: ModelConfig, step_rate: float) -> None:
        super().__init__()
        self.attention_window_s, self.scale, self.step_rate = config.reach, config.scale, step_rate
        self.layers = nn.ModuleList(KeyLayer(config) for _ in range(config.key_depth))
        self.norm = nn.LayerNorm(config.width)
        self.out = nn.Linear(config.width, len(config.channels))

    def forward(self, features: Tensor, key_times: Tensor, is_key: Tensor) -> Tensor:
        """Key motions (B, N, K), not clipped to [0, 1], from features (B, S, d).

        key_times: (B, N) s. is_key: (B, N) bool, False is padding.
        """
        steps = torch.arange(features.shape[1], device=features.device) / self.step_rate
        to_steps = (key_times[:, :, None] - steps[None, None]).abs()
        to_keys = (key_times[:, :, None] - key_times[:, None]).abs()
        own = torch.eye(key_times.shape[1], dtype=torch.bool, device=features.device)
        # No row is masked whole: a key attends to itself and to the step nearest to it.
        window = self.attention_window_s + ROUNDING
        masks = ((~is_key[:, None] | (to_keys > window)) & ~own, to_steps > window)
        x = sample_steps(features, key_times, self.step_rate)
        for layer in self.layers:
            x = layer(x, features, to_keys, to_steps, masks)
        return self.scale * self.out(self.norm(x))
