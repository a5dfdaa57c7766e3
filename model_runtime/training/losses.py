"""Losses of the starter: distances of lip points on the head, channel weights, velocity, amplitude, lip contacts."""

from dataclasses import dataclass

import torch
from torch import Tensor

from model_runtime.heads.fitting import LipMeasures
from model_runtime.training.batches import Batch

__all__ = ["Lips", "LossConfig", "motion_loss"]


# frame_confidence from which on a frame counts in the range of a clip.
CERTAIN = 0.5


@dataclass(frozen=True)
class LossConfig:
    """Weights and units of the terms.

    scale: lip error of one unit, IOD.
    gap: weight of the inner-lip distance; the 40 lip points have 1.
    width: weight of the distance of the mouth corners.
    channels: weight of the channel weights' error.
    channel_scale: error of a channel weight of one unit.
    velocity: weight of the errors of frame-to-frame changes.
    concordance_weight: weight of 1 - concordance correlation (Lin 1989), which penalises a too small amplitude, where
        squared errors favour it.
    range_weight: weight of the difference between the sorted gaps of a clip and those recorded, in units of `scale`
        squared (one-dimensional Wasserstein distance): it keeps wide openings wide, where errors of the moment favour
        the mean.
    closed: weight of the gap in bilabials.
    closed_gap: gap in bilabials without penalty, IOD.
    """

    scale: float = 0.08
    gap: float = 2.0
    width: float = 1.0
    channels: float = 1.0
    channel_scale: float = 0.3
    velocity: float = 0.5
    concordance_weight: float = 0.5
    range_weight: float = 0.5
    closed: float = 0.5
    closed_gap: float = 0.005


@dataclass(frozen=True)
class Lips:
    """LipMeasures of a head for the model's K channels, as tensors, IOD: gap (K,), width (K,), points (K, 80)."""

    gap: Tensor
    width: Tensor
    points: Tensor

    @staticmethod
    def of(measures: LipMeasures, columns: list[int]) -> "Lips":
        """Of the head's channels `columns`, in the model's order."""
        arrays = (measures.gap[columns], measures.width[columns], measures.points[columns])
        return Lips(*(torch.from_numpy(array).float() for array in arrays))


def motion_loss(predicted: Tensor, batch: Batch, lips: Lips, config: LossConfig) -> Tensor:
    """The loss of motion (B, T, K), a scalar: mean over frames, weighted by frame_confidence and sample_weight."""
    confidence, error = batch.frame_confidence, predicted - batch.weights
    weight = confidence * batch.sample_weight[:, None]

    def mean(values: Tensor, weights: Tensor) -> Tensor:
        return (values * weights).sum() / weights.sum().clamp(min=1)

    def lip_error(change: Tensor) -> Tensor:
        """(B, T) squared error of the lips, in units of `scale`."""
        points = (change @ lips.points / config.scale).square().mean(dim=-1)
        gap = (change @ lips.gap / config.scale).square()
        width = (change @ lips.width / config.scale).square()
        return points + config.gap * gap + config.width * width

    total = mean(lip_error(error), weight)
    total = total + config.channels * mean((error / config.channel_scale).square().mean(dim=-1), weight)
    total = total + config.velocity * mean(lip_error(error.diff(dim=1)), weight[:, 1:] * confidence[:, :-1])
    for measure, share in ((lips.gap, 1.0), (lips.width, 0.5)):
        discordance = 1 - _concordance(predicted @ measure, batch.weights @ measure, confidence)
        total = total + config.concordance_weight * share * mean(discordance, batch.sample_weight)
    total = total + config.range_weight * mean(_range_error(error @ lips.gap, batch, lips, config), batch.sample_weight)
    opened = (predicted @ lips.gap - config.closed_gap).clamp(min=0) / config.scale
    return total + config.closed * mean(opened.square(), weight * batch.closed)


def _range_error(gap_error: Tensor, batch: Batch, lips: Lips, config: LossConfig) -> Tensor:
    """(B,) mean squared difference of the sorted gaps; frames of little confidence count as met."""
    recorded = batch.weights @ lips.gap
    made = recorded + torch.where(batch.frame_confidence >= CERTAIN, gap_error, 0.0)
    return ((made.sort(dim=1).values - recorded.sort(dim=1).values) / config.scale).square().mean(dim=1)


def _concordance(a: Tensor, b: Tensor, confidence: Tensor) -> Tensor:
    """(B,) concordance correlation coefficient (Lin 1989) of curves (B, T), weighted by confidence (B, T)."""
    count = confidence.sum(dim=1).clamp(min=1)

    def mean(x: Tensor) -> Tensor:
        return (x * confidence).sum(dim=1) / count

    mean_a, mean_b = mean(a), mean(b)
    a, b = a - mean_a[:, None], b - mean_b[:, None]
    denominator = mean(a * a) + mean(b * b) + (mean_a - mean_b) ** 2
    return 2 * mean(a * b) / (denominator + 1e-5)
