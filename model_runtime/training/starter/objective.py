"""What the starter model learns: key motions and full motion, from its own keys and from keys that others set."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from model_runtime.model.starter.network import KMTalk
from model_runtime.training.batches import Batch, make_batch
from model_runtime.training.disturbance import Disturbance
from model_runtime.training.examples import Example
from model_runtime.training.losses import Lips, LossConfig, motion_loss

__all__ = ["NamedBatch", "StarterConfig", "StarterObjective"]


@dataclass(frozen=True)
class StarterConfig:
    """batch: examples a step. keys: importance of the key motions themselves. set_keys: importance of completing from
    keys that are given; key_noise: standard deviation of what is added to those. draft: importance of the motion that
    the features tell by themselves.
    """

    batch: int = 16
    set_keys: float = 0.5
    key_noise: float = 0.06
    keys: float = 0.5
    draft: float = 1.0
    loss: LossConfig = field(default_factory=LossConfig)


@dataclass(frozen=True)
class NamedBatch:
    """A batch and the names of its examples."""

    batch: Batch
    names: tuple[str, ...]


class StarterObjective:
    """See training.loop.Objective. tests: name -> examples that validation scores, never trained on."""

    def __init__(
        self,
        module: KMTalk,
        examples: list[Example],
        tests: dict[str, list[Example]],
        lips: Lips,
        config: StarterConfig,
        disturbance: Disturbance,
        seed: int,
    ) -> None:
        self.module, self.examples, self.tests, self.lips = module, examples, tests, lips
        self.config, self.disturbance, self.seed = config, disturbance, seed
        self.epoch_batches = len(examples) // config.batch
        digest = hashlib.sha256(repr((module.config, config, disturbance, seed)).encode())
        for example in examples:
            digest.update(example.name.encode() + example.weights.tobytes())
        self.fingerprint = digest.hexdigest()

    def batches(self, epoch: int) -> Iterator[NamedBatch]:
        """Every example once, in an order and with disturbances of the epoch's own."""
        chance = np.random.default_rng([self.seed, epoch])
        order = chance.permutation(len(self.examples))
        for start in range(0, self.epoch_batches * self.config.batch, self.config.batch):
            chosen = [self.examples[index] for index in order[start : start + self.config.batch]]
            batch = make_batch(chosen, len(self.module.config.styles), chance, self.disturbance)
            yield NamedBatch(batch, tuple(example.name for example in chosen))

    def loss(self, named: NamedBatch) -> Tensor:
        """Motion from the networks' own keys, motion from recorded keys made uncertain, the keys, and the draft."""
        batch, config, lips = named.batch, self.config, self.lips
        features = self.module.encode(batch.voice)
        keys = self.module.key_motions(features, batch.key_times, batch.is_key)
        own = self.module.complete(features, keys, batch.key_times, batch.is_key, batch.times)
        draft = self.module.draft(features, batch.times)
        doubt = config.key_noise * torch.rand(len(keys), 1, 1) * torch.randn(keys.shape)
        given = batch.key_weights + doubt
        completed = self.module.complete(features, given, batch.key_times, batch.is_key, batch.times)
        wrong = (keys - batch.key_weights) / config.loss.scale
        key_error = (wrong @ lips.points).square().mean(dim=-1) + config.loss.gap * (wrong @ lips.gap).square()
        weight = batch.key_known * batch.importance[:, None]
        return (
            motion_loss(own, batch, lips, config.loss)
            + config.set_keys * motion_loss(completed, batch, lips, config.loss)
            + config.draft * motion_loss(draft, batch, lips, config.loss)
            + config.keys * (key_error * weight).sum() / weight.sum()
        )

    def clips(self, named: NamedBatch) -> Sequence[str]:
        """Names of the examples in a batch."""
        return named.names

    def validate(self, module: KMTalk) -> dict[str, float]:
        """Mean correlation and amplitude of the lip gap (and correlation of the width) over each test set.

        The gap is the head's, linear in the weights.
        """
        figures = {}
        for name, examples in self.tests.items():
            batch = make_batch(examples, len(module.config.styles), None)
            features = module.encode(batch.voice)
            keys = module.key_motions(features, batch.key_times, batch.is_key)
            motion = module.complete(features, keys, batch.key_times, batch.is_key, batch.times).clamp(0, 1)
            for measure, row in (("gap", self.lips.gap), ("width", self.lips.width)):
                pairs = [
                    ((motion[i] @ row)[valid > 0].numpy(), (batch.weights[i] @ row)[valid > 0].numpy())
                    for i, valid in enumerate(batch.valid)
                ]
                figures[f"{name}_{measure}"] = _correlation(pairs)
                if measure == "gap":
                    ratios = [made.std() / seen.std() for made, seen in pairs if seen.std() > 0]
                    figures[f"{name}_amplitude"] = float(np.mean(ratios))
        return figures


def _correlation(pairs: list[tuple[np.ndarray, np.ndarray]]) -> float:
    """Mean over the clips that move at all."""
    return float(np.mean([np.corrcoef(a, b)[0, 1] for a, b in pairs if a.std() > 0 and b.std() > 0]))
