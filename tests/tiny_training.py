"""A tiny training for the tests of the training loop; run as a script, one process of a training."""

import sys
import time
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from model_runtime.training.loop import LoopConfig, end_processes, train

CONFIG = LoopConfig(epochs=4, learning_rate=0.01, accumulation=2, average=0.9, save_every=3, device="cpu", threads=1)
CLIPS = 9


@dataclass(frozen=True)
class Clip:
    name: str
    heard: Tensor
    motion: Tensor


class TinyObjective:
    """Objective: learn a linear map with a network that has dropout, one clip in each batch."""

    epoch_batches = CLIPS

    def __init__(self, broken: str = "", pause: float = 0.0, fingerprint: str = "tiny") -> None:
        torch.manual_seed(1)
        self.module = nn.Sequential(nn.Linear(3, 8), nn.LayerNorm(8), nn.Dropout(0.3), nn.Linear(8, 2))
        self.fingerprint = fingerprint
        self.broken, self.pause = broken, pause
        self.seen = 0

    def batches(self, epoch: int):
        rng = torch.Generator().manual_seed(epoch)
        for index in torch.randperm(CLIPS, generator=rng).tolist():
            heard = torch.randn(20, 3, generator=torch.Generator().manual_seed(index))
            motion = heard[:, :2] * 0.5
            name = f"clip{index}"
            yield Clip(name, heard, motion * float("nan") if name == self.broken else motion)

    def loss(self, batch: Clip) -> Tensor:
        self.seen += 1
        time.sleep(self.pause)
        return (self.module(batch.heard) - batch.motion).square().mean()

    def clips(self, batch: Clip) -> list[str]:
        return [batch.name]

    def validate(self, module: nn.Module) -> dict[str, float]:
        heard = torch.ones(1, 3)
        return {"error": float((module(heard) - heard[:, :2] * 0.5).square().mean())}


if __name__ == "__main__":
    objective = TinyObjective(pause=float(sys.argv[2]))
    train(objective, CONFIG, sys.argv[1], resume=True, progress=False)
    end_processes()
    # One write call, because two processes write to the same pipe.
    sys.stdout.write(f"{objective.seen}\n")
