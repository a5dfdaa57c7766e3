"""Objective of KMTalk's network on prepared data: errors of motion, velocity and key motions."""

import dataclasses
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from model_runtime.datasets.store import Clip, Dataset
from model_runtime.errors import InputError
from model_runtime.heads.motion_space import MotionSpace
from model_runtime.linguistics.key_choice import choose_keys
from model_runtime.linguistics.phone_lists import cut
from model_runtime.networks.paper.network import KMTalkNetwork
from model_runtime.speech.audio import SAMPLE_RATE

__all__ = ["STAGES", "ObjectiveConfig", "PaperObjective", "Shot"]

STAGES = ("joint", "keys", "completion")


@dataclass(frozen=True)
class ObjectiveConfig:
    """Table [objective] of a training's TOML file.

    motion, velocity: weights of the mean squared errors over vertices (our choice: SelfTalk's 1000 and 1000).
    keys: weight of the error at the key frames (our choice).
    completion_keys: `predicted` or `true` key motions as input of the completion (our choice).
    crop: longest piece of a clip in a batch, s, 0 for whole clips.
    validated: number of validation clips, 0 for all.
    """

    motion: float = 1000.0
    velocity: float = 1000.0
    keys: float = 1000.0
    completion_keys: str = "predicted"
    crop: float = 0.0
    validated: int = 0

    def __post_init__(self) -> None:
        if self.completion_keys not in ("predicted", "true"):
            raise InputError(f"completion_keys is {self.completion_keys}; choose predicted or true.")
        if min(self.motion, self.velocity, self.keys, self.crop, self.validated) < 0:
            raise InputError("The weights of the losses, crop and validated must be 0 or more.")


@dataclass(frozen=True)
class Shot:
    """A clip, or a piece of one. samples: (N,), 16 kHz. motion: (T, K). key_frames: (M,) frame numbers."""

    name: str
    samples: Tensor
    motion: Tensor
    key_frames: Tensor


class PaperObjective:
    """An Objective of the loop with one clip a batch, as in the field; `accumulation` of the loop makes larger steps.

    stage: joint (all losses), keys (loss of the key motions alone), completion (key-motion decoder frozen).
    """

    def __init__(
        self,
        network: KMTalkNetwork,
        dataset: Dataset,
        space: MotionSpace,
        config: ObjectiveConfig,
        stage: str = "joint",
        seed: int = 0,
    ) -> None:
        if stage not in STAGES:
            raise InputError(f"There is no stage {stage}; choose {', '.join(STAGES)}.")
        if stage != "joint" and network.key_motion is None:
            raise InputError(f"The stage {stage} needs key motions; with keys = none train in the stage joint.")
        self.module: nn.Module = network
        self.network, self.dataset, self.space, self.config = network, dataset, space, config
        self.stage, self.seed = stage, seed
        self.clips_of_training = dataset.split("train")
        self.epoch_batches = len(self.clips_of_training)
        if stage == "completion" and network.key_motion is not None:
            network.key_motion.requires_grad_(False)
        # |weights @ factor|^2 is the mean squared displacement a vertex coordinate, so errors are those on vertices.
        gram = space.gram / space.neutral.size
        ridge = 1e-9 * np.trace(gram) / len(gram)
        self.factor = torch.from_numpy(np.linalg.cholesky(gram + ridge * np.eye(len(gram)))).float()
        self.motions: dict[str, Tensor] = {}
        about = [dataset.fingerprint, dataclasses.asdict(network.config), dataclasses.asdict(config), stage, seed]
        about.append(hashlib.sha256(space.shapes.tobytes()).hexdigest())
        self.fingerprint = hashlib.sha256(json.dumps(about).encode()).hexdigest()

    def batches(self, epoch: int) -> Iterator[Shot]:
        """Every train clip once, in random order and, for long clips, from a random start, seeded by the epoch."""
        rng = np.random.default_rng([self.seed, epoch])
        for index in rng.permutation(self.epoch_batches):
            yield self._shot(self.clips_of_training[index], rng)

    def loss(self, batch: Shot) -> Tensor:
        """Weighted sum of the errors, each a mean over vertex coordinates and frames."""
        device, config = self.factor.device, self.config
        here = next(self.network.parameters()).device
        if device != here:
            self.factor = self.factor.to(here)
        samples, truth, key_frames = (each.to(here) for each in (batch.samples, batch.motion, batch.key_frames))
        key_times = key_frames / self.network.config.fps
        features = self.network.encode(samples, len(truth))
        total = torch.zeros((), device=here)
        keys = None
        if self.network.key_motion is not None:
            keys = self.network.key_motions(features, key_times)
            if self.stage != "completion":
                total = total + config.keys * self._error(keys - truth[key_frames])
        if self.stage == "keys":
            return total
        if keys is not None and config.completion_keys == "true":
            keys = truth[key_frames]
        times = torch.arange(len(truth), device=here) / self.network.config.fps
        wrong = self.network.complete(features, keys, key_times, times, truth) - truth
        return total + config.motion * self._error(wrong) + config.velocity * self._error(wrong.diff(dim=0))

    def clips(self, batch: Shot) -> list[str]:
        """The clip's name."""
        return [batch.name]

    def validate(self, module: nn.Module) -> dict[str, float]:
        """lve (m^2) and mve (m) of evaluation.metrics, means over the validation clips; empty without such clips."""
        chosen = [clip for clip in self.dataset.clips if clip.split == "validation"]
        chosen = chosen[: self.config.validated] if self.config.validated else chosen
        rng = np.random.default_rng(self.seed)
        lips, lve, mve = self.dataset.face.lips, [], []
        for clip in chosen:
            shot = self._shot(clip, rng)
            here = next(module.parameters()).device
            key_times = shot.key_frames.to(here) / self.network.config.fps
            found = module(shot.samples.to(here), len(shot.motion), key_times).motion.cpu().numpy()
            error = np.linalg.norm(self.space.displacement(found - shot.motion.numpy()), axis=-1)
            lve.append(float(np.square(error[:, lips]).max(axis=1).mean()))
            mve.append(float(error.mean()))
        return {"lve": float(np.mean(lve)), "mve": float(np.mean(mve))} if lve else {}

    def _error(self, wrong: Tensor) -> Tensor:
        """Mean squared displacement a vertex coordinate of the motion error `wrong` (T, K), m^2."""
        return (wrong @ self.factor).square().sum(dim=-1).mean()

    def _motion(self, clip: Clip) -> Tensor:
        """(T, K) weights of the space, cached in memory."""
        if clip.name not in self.motions:
            recorded = np.asarray(clip.motion())
            if self.dataset.space is None:
                recorded = self.space.coefficients(recorded.reshape(len(recorded), -1, 3))
            self.motions[clip.name] = torch.from_numpy(np.array(recorded, np.float32))
        return self.motions[clip.name]

    def _shot(self, clip: Clip, rng: np.random.Generator) -> Shot:
        motion, samples, phones = self._motion(clip), clip.sound().samples, clip.phones
        fps = self.dataset.fps
        longest = round(self.config.crop * fps)
        if longest and len(motion) > longest:
            first = int(rng.integers(0, len(motion) - longest + 1))
            motion = motion[first : first + longest]
            samples = samples[round(first / fps * SAMPLE_RATE) : round((first + longest) / fps * SAMPLE_RATE)]
            phones = cut(phones, first / fps, (first + longest) / fps)
        config = self.network.config
        if config.keys == "none":
            keys = np.zeros(0, np.int64)
        else:
            seed = int(rng.integers(2**31))
            keys = choose_keys(config.keys, config.key_share, phones, fps, len(motion), seed)
        return Shot(clip.name, torch.from_numpy(samples), motion, torch.from_numpy(keys))
