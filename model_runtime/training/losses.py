"""Losses: on the lips as people see them (head's surface), on the channels, and on contacts."""

from dataclasses import dataclass

import torch
from torch import Tensor

from model_runtime.heads.fitting import LipMeasures
from model_runtime.training.batches import Batch

__all__ = ["Lips", "LossConfig", "motion_loss"]


@dataclass(frozen=True)
class LossConfig:
    """Weights of the terms.

    scale: IOD of lip error that counts as one unit. gap, width, closed: against the lip points. channel_scale: weight
    that counts as one unit. agreement: of the concordance (Lin 1989), which asks for full amplitude where squared
    errors shrink it. closed_gap: IOD that a bilabial may leave open.
    """

    scale: float = 0.08
    gap: float = 2.0
    width: float = 1.0
    channels: float = 1.0
    channel_scale: float = 0.3
    velocity: float = 0.5
    agreement: float = 0.3
    closed: float = 0.5
    closed_gap: float = 0.005


@dataclass(frozen=True)
class Lips:
    """The measures of a head for the model's channels, as tensors: gap (K,), width (K,), points (K, 80)."""

    gap: Tensor
    width: Tensor
    points: Tensor

    @staticmethod
    def of(measures: LipMeasures, columns: list[int]) -> "Lips":
        """For the head's channels `columns`, in the model's order."""
        arrays = (measures.gap[columns], measures.width[columns], measures.points[columns])
        return Lips(*(torch.from_numpy(array).float() for array in arrays))


def motion_loss(predicted: Tensor, batch: Batch, lips: Lips, config: LossConfig) -> Tensor:
    """One number for motion (B, T, K) against the batch."""
    valid, error = batch.valid, predicted - batch.weights
    weight = valid * batch.importance[:, None]

    def mean(values: Tensor, weights: Tensor) -> Tensor:
        return (values * weights).sum() / weights.sum().clamp(min=1)

    def seen(change: Tensor) -> Tensor:
        """(B, T) squared error of the lips, in units of `scale`."""
        points = (change @ lips.points / config.scale).square().mean(dim=-1)
        gap = (change @ lips.gap / config.scale).square()
        width = (change @ lips.width / config.scale).square()
        return points + config.gap * gap + config.width * width

    total = mean(seen(error), weight)
    total = total + config.channels * mean((error / config.channel_scale).square().mean(dim=-1), weight)
    total = total + config.velocity * mean(seen(error.diff(dim=1)), weight[:, 1:] * valid[:, :-1])
    for measure, importance in ((lips.gap, 1.0), (lips.width, 0.5)):
        disagreement = 1 - _concordance(predicted @ measure, batch.weights @ measure, valid)
        total = total + config.agreement * importance * mean(disagreement, batch.importance)
    opened = (predicted @ lips.gap - config.closed_gap).clamp(min=0) / config.scale
    return total + config.closed * mean(opened.square(), weight * batch.closed)


def _concordance(a: Tensor, b: Tensor, valid: Tensor) -> Tensor:
    """(B,) concordance correlation over the valid frames."""
    count = valid.sum(dim=1).clamp(min=1)

    def mean(x: Tensor) -> Tensor:
        return (x * valid).sum(dim=1) / count

    mean_a, mean_b = mean(a), mean(b)
    a, b = a - mean_a[:, None], b - mean_b[:, None]
    spread = mean(a * a) + mean(b * b) + (mean_a - mean_b) ** 2
    return 2 * mean(a * b) / (spread + 1e-5)
