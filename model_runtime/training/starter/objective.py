"""Objective of a starter network: key motions, and full motion from predicted and from given keys."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from model_runtime.networks.starter.network import StarterNetwork
from model_runtime.training.batches import Batch, make_batch
from model_runtime.training.example_augmentation import Augmentation
from model_runtime.training.examples import Example
from model_runtime.training.losses import Lips, LossConfig, motion_loss

__all__ = ["NamedBatch", "StarterConfig", "StarterObjective"]


@dataclass(frozen=True)
class StarterConfig:
    """Batch size and weights of the losses; motion from predicted keys has the weight 1.

    batch: examples a step.
    set_keys: weight of the motion completed from given keys.
    key_noise: largest standard deviation of Gaussian noise on the given keys.
    keys: weight of the key motions.
    auxiliary: weight of the auxiliary head's motion.
    loss: terms of each motion's loss.
    """

    batch: int = 16
    set_keys: float = 0.5
    key_noise: float = 0.06
    keys: float = 0.5
    auxiliary: float = 1.0
    loss: LossConfig = field(default_factory=LossConfig)


@dataclass(frozen=True)
class NamedBatch:
    """A batch and the names of its examples."""

    batch: Batch
    names: tuple[str, ...]


class StarterObjective:
    """An Objective of the loop. tests: name -> examples for validation, outside the training."""

    def __init__(
        self,
        module: StarterNetwork,
        examples: list[Example],
        tests: dict[str, list[Example]],
        lips: Lips,
        config: StarterConfig,
        augmentation: Augmentation,
        seed: int,
    ) -> None:
        self.module, self.examples, self.tests, self.lips = module, examples, tests, lips
        self.config, self.augmentation, self.seed = config, augmentation, seed
        self.epoch_batches = len(examples) // config.batch
        digest = hashlib.sha256(repr((module.config, config, augmentation, seed)).encode())
        for example in examples:
            digest.update(example.name.encode() + example.weights.tobytes())
        self.fingerprint = digest.hexdigest()

    def batches(self, epoch: int) -> Iterator[NamedBatch]:
        """Every example once, in random order and augmented, seeded by the epoch."""
        rng = np.random.default_rng([self.seed, epoch])
        order = rng.permutation(len(self.examples))
        for start in range(0, self.epoch_batches * self.config.batch, self.config.batch):
            chosen = [self.examples[index] for index in order[start : start + self.config.batch]]
            batch = make_batch(chosen, len(self.module.config.styles), rng, self.augmentation)
            yield NamedBatch(batch, tuple(example.name for example in chosen))

    def loss(self, named: NamedBatch) -> Tensor:
        """Losses of motion from predicted keys, motion from noisy recorded keys, auxiliary motion, key motions."""
        batch, config, lips = named.batch, self.config, self.lips
        features = self.module.encode(batch.voice)
        keys = self.module.key_motions(features, batch.key_times, batch.is_key)
        own = self.module.complete(features, keys, batch.key_times, batch.is_key, batch.times)
        auxiliary = self.module.auxiliary_motion(features, batch.times)
        noise = config.key_noise * torch.rand(len(keys), 1, 1) * torch.randn(keys.shape)
        given = batch.key_weights + noise
        completed = self.module.complete(features, given, batch.key_times, batch.is_key, batch.times)
        wrong = (keys - batch.key_weights) / config.loss.scale
        key_error = (wrong @ lips.points).square().mean(dim=-1) + config.loss.gap * (wrong @ lips.gap).square()
        weight = batch.key_confidence * batch.sample_weight[:, None]
        return (
            motion_loss(own, batch, lips, config.loss)
            + config.set_keys * motion_loss(completed, batch, lips, config.loss)
            + config.auxiliary * motion_loss(auxiliary, batch, lips, config.loss)
            + config.keys * (key_error * weight).sum() / weight.sum()
        )

    def clips(self, named: NamedBatch) -> Sequence[str]:
        """Names of the examples in a batch."""
        return named.names

    def validate(self, module: StarterNetwork) -> dict[str, float]:
        """For each test set: mean Pearson r and ratio of standard deviations of the lip gap, mean r of the width.

        Gap and width are those of the head's LipMeasures, linear in the weights.
        """
        figures = {}
        for name, examples in self.tests.items():
            batch = make_batch(examples, len(module.config.styles), None)
            features = module.encode(batch.voice)
            keys = module.key_motions(features, batch.key_times, batch.is_key)
            motion = module.complete(features, keys, batch.key_times, batch.is_key, batch.times).clamp(0, 1)
            for measure, row in (("gap", self.lips.gap), ("width", self.lips.width)):
                pairs = [
                    ((motion[i] @ row)[confidence > 0].numpy(), (batch.weights[i] @ row)[confidence > 0].numpy())
                    for i, confidence in enumerate(batch.frame_confidence)
                ]
                figures[f"{name}_{measure}"] = _correlation(pairs)
                if measure == "gap":
                    ratios = [made.std() / truth.std() for made, truth in pairs if truth.std() > 0]
                    figures[f"{name}_amplitude"] = float(np.mean(ratios))
        return figures


def _correlation(pairs: list[tuple[np.ndarray, np.ndarray]]) -> float:
    """Mean Pearson r over the pairs of curves of which neither is constant."""
    return float(np.mean([np.corrcoef(a, b)[0, 1] for a, b in pairs if a.std() > 0 and b.std() > 0]))
