"""KMTalk's network (Xu et al., ECCV 2024): speech encoder, key-motion decoder, completion; ablations and plug-ins."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from model_runtime.model.config import ModelConfig
from model_runtime.model.paper.config import PaperConfig
from model_runtime.networks.completion import KeyPlacement, interpolate_keys
from model_runtime.networks.key_motion import KeyMotionDecoder, sample_steps
from model_runtime.networks.paper.sequence import FaceFormerLike, sequence_decoder
from model_runtime.networks.paper.speech_encoder import build_encoder

__all__ = ["KMTalkNetwork", "Prediction"]

# Numbers a frame that the completion reads besides the K of the interpolated keys: two distances and the gate.
PLACES = 3


@dataclass(frozen=True)
class Prediction:
    """motion: (T, K) at the frames. keys: (N, K) at the key frames, None without keys."""

    motion: Tensor
    keys: Tensor | None


class KMTalkNetwork(nn.Module):
    """Motion of one clip at a time (the field's batch is 1), as weights of the motion space."""

    def __init__(self, config: PaperConfig, encoder: nn.Module | None = None) -> None:
        super().__init__()
        self.config = config
        self.encoder = build_encoder(config.encoder) if encoder is None else encoder
        self.reduce = nn.Linear(self.encoder.width, config.width)  # type: ignore[arg-type]
        count, has_keys = len(config.channels), config.keys != "none"
        self.key_motion: nn.Module | None = None
        if has_keys:
            sizes = ModelConfig(
                channels=config.channels,
                styles=("neutral",),
                width=config.width,
                key_depth=config.key_layers,
                heads=config.heads,
                reach=config.reach,
                dropout=config.dropout,
                scale=config.scale,
            )
            decoder = KeyMotionDecoder(sizes, config.fps)
            self.key_motion = decoder if config.key_decoder else nn.Linear(config.width, count)
        self.completion = sequence_decoder(config, count + PLACES if has_keys else 0)

    def encode(self, samples: Tensor, frames: int) -> Tensor:
        """(T, d) audio features at i / fps seconds of samples (N,), 16 kHz."""
        times = torch.arange(frames, device=samples.device) / self.config.fps
        return self.reduce(self.encoder(samples, times))

    def key_motions(self, features: Tensor, key_times: Tensor) -> Tensor:
        """(N, K) at key_times (N,) s."""
        if isinstance(self.key_motion, KeyMotionDecoder):
            is_key = torch.ones(1, len(key_times), dtype=torch.bool, device=features.device)
            return self.key_motion(features[None], key_times[None], is_key)[0]
        assert self.key_motion is not None
        at_keys = sample_steps(features[None], key_times[None], self.config.fps)[0]
        return self.config.scale * self.key_motion(at_keys)

    def complete(
        self, features: Tensor, keys: Tensor | None, key_times: Tensor, times: Tensor, truth: Tensor | None = None
    ) -> Tensor:
        """(M, K) motion at times (M,) s; equal to keys (N, K) at key_times (N,) s.

        truth: (T, K) motion at the frames, for autoregressive bases in training (teacher forcing, our choice).
        """
        frames = torch.arange(len(features), device=features.device) / self.config.fps
        if isinstance(self.completion, FaceFormerLike) and truth is None:
            grid = self._one_by_one(features, keys, key_times, frames)
        else:
            guide = None if keys is None else self._guide(keys, key_times, frames)
            if isinstance(self.completion, FaceFormerLike):
                assert truth is not None
                past = torch.cat([torch.zeros_like(truth[:1]), truth[:-1]]) / self.config.scale
                grid = self.config.scale * self.completion(features, guide, past)
            else:
                grid = self.config.scale * self.completion(features, guide)
        return self.finish(grid, keys, key_times, times)

    def finish(self, grid: Tensor, keys: Tensor | None, key_times: Tensor, times: Tensor) -> Tensor:
        """(M, K) motion at times (M,) s from the completion's output (T, K) at the frames, exact at the keys."""
        sampled = sample_steps(grid[None], times[None], self.config.fps)[0]
        return sampled if keys is None else self._through(keys, key_times, times, sampled)

    def step(self, features: Tensor, keys: Tensor | None, key_times: Tensor, times: Tensor, past: Tensor) -> Tensor:
        """(2, K): output of an autoregressive base at the last of the frames so far, and the motion there.

        features: (F, d) of the frames so far. times: (F,) s. past: (F, K) motion of the frame before each, over scale.
        """
        guide = None if keys is None else self._guide(keys, key_times, times)
        output = self.config.scale * self.completion(features, guide, past)[-1:]
        return torch.cat([output, output if keys is None else self._through(keys, key_times, times[-1:], output)])

    def forward(self, samples: Tensor, frames: int, key_times: Tensor, truth: Tensor | None = None) -> Prediction:
        """Motion at `frames` frames of samples (S,), 16 kHz, with key motions at key_times (N,) s."""
        features = self.encode(samples, frames)
        keys = None if self.key_motion is None else self.key_motions(features, key_times)
        times = torch.arange(frames, device=samples.device) / self.config.fps
        return Prediction(self.complete(features, keys, key_times, times, truth), keys)

    def _guide(self, keys: Tensor, key_times: Tensor, times: Tensor) -> Tensor:
        """(T, K + PLACES): interpolated keys, distances to both keys, key distance gate at each frame."""
        placement = _placement(times, key_times)
        interpolated = interpolate_keys(keys[None] / self.config.scale, placement)[0]
        gate = placement.key_distance_gate[0, :, None]
        if self.config.placement == "mask":
            interpolated = interpolated * (1 - gate)
        return torch.cat([interpolated, placement.distances[0], gate], dim=-1)

    def _through(self, keys: Tensor, key_times: Tensor, times: Tensor, sampled: Tensor) -> Tensor:
        """(M, K) motion that equals the keys at their times: `sampled` (M, K) through the key distance gate."""
        placement = _placement(times, key_times)
        interpolated, gate = interpolate_keys(keys[None], placement)[0], placement.key_distance_gate[0, :, None]
        if self.config.placement == "mask":
            interpolated = interpolated * (1 - gate)
        return interpolated + gate * sampled

    def _one_by_one(self, features: Tensor, keys: Tensor | None, key_times: Tensor, times: Tensor) -> Tensor:
        """(T, K) output of an autoregressive base, frame by frame from its own past output."""
        output = torch.zeros(len(features), len(self.config.channels), device=features.device)
        past = torch.zeros_like(output)
        for frame in range(len(features)):
            so_far = slice(0, frame + 1)
            output[frame], moved = self.step(features[so_far], keys, key_times, times[so_far], past[so_far])
            if frame + 1 < len(features):
                past[frame + 1] = moved / self.config.scale
        return output


def _placement(times: Tensor, key_times: Tensor) -> KeyPlacement:
    return KeyPlacement(times[None], key_times[None], torch.ones_like(key_times, dtype=torch.bool)[None])
