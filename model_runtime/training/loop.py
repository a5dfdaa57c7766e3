"""The one training loop: any network, any data, one process or many, and resumable at any moment."""

import copy
import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import torch
from accelerate import Accelerator, PartialState
from torch import Tensor, nn
from tqdm import tqdm

from model_runtime.errors import InputError
from model_runtime.libraries import keep_no_compiled_code
from model_runtime.model.torch_threads import torch_threads
from model_runtime.training.checkpoints import Progress, find_checkpoint, read_progress, restore, write_checkpoint
from model_runtime.training.log import Log
from model_runtime.training.loop_config import LoopConfig
from model_runtime.training.schedule import rate_share

__all__ = ["LoopConfig", "Objective", "end_processes", "train"]

B = TypeVar("B")


class Objective(Protocol[B]):
    """What is learned, and from what."""

    @property
    def module(self) -> nn.Module:
        """The network; its parameters that require gradients are trained."""

    @property
    def epoch_batches(self) -> int:
        """Batches an epoch, the same number in each."""

    @property
    def fingerprint(self) -> str:
        """A digest of data and settings; a training is only resumed with the same one."""

    def batches(self, epoch: int) -> Iterable[B]:
        """The batches of an epoch: the same ones whenever the same epoch is asked for."""

    def loss(self, batch: B, /) -> Tensor:
        """One number. The batch is on the CPU; the module is where its parameters are."""

    def clips(self, batch: B, /) -> Sequence[str]:
        """Names of the clips in a batch, for the error when its loss is no number."""

    def validate(self, module: Any, /) -> dict[str, float]:
        """Figures of the network (averaged weights where there are some) on data that is not trained on."""


def train(
    objective: Objective[B], config: LoopConfig, folder: Path | str, resume: bool = False, progress: bool = True
) -> Path:
    """Train objective.module; returns the last checkpoint's folder (checkpoints.load_weights reads it).

    Written into `folder`: log.jsonl, tensorboard/, step-*/. With `resume` a training that was killed at any moment goes
    on from its last checkpoint and ends with the same weights as an undisturbed one. Under `accelerate launch` or
    torchrun the batches of a step are shared out among the processes. Raises InputError when the folder holds a
    training and `resume` is off, when data or settings changed since, and when a loss is no number.
    """
    with torch_threads(config.threads or None):
        run = _Run(objective, config, Path(folder), resume)
        try:
            return run.to_the_end(progress)
        finally:
            run.close()


class _Run(Generic[B]):
    """One training in one process."""

    def __init__(self, objective: Objective[B], config: LoopConfig, folder: Path, resume: bool) -> None:
        self.objective, self.config, self.folder = objective, config, folder
        self.accelerator = Accelerator(cpu=config.device == "cpu")
        if config.accumulation % self.accelerator.num_processes:
            count = self.accelerator.num_processes
            raise InputError(
                f"accumulation is {config.accumulation}; with {count} processes make it a multiple of that."
            )
        if objective.epoch_batches < 1:
            raise InputError("There is nothing to train on; add clips to the train split.")
        checkpoint = _checkpoint(folder, objective, config, resume)
        self.module = objective.module.to(self.accelerator.device)
        self.average = copy.deepcopy(self.module).requires_grad_(False).eval() if config.average else None
        self.optimizer = _optimizer(self.module, config)
        self.step, self.epoch, self.batch = 0, 0, 0
        if checkpoint is not None:
            restore(checkpoint, self.module, self.average, self.optimizer)
            done = read_progress(checkpoint)
            self.step, self.epoch, self.batch = done.step, done.epoch, done.batch
        self.log = Log(folder, self.step) if self.accelerator.is_main_process else None

    def to_the_end(self, progress: bool) -> Path:
        steps = math.ceil(self.objective.epoch_batches / self.config.accumulation)
        total = steps * self.config.epochs
        show = progress and self.accelerator.is_main_process
        with tqdm(total=total, initial=self.step, unit="step", disable=not show) as bar:
            while self.epoch < self.config.epochs:
                for group in _groups(self.objective.batches(self.epoch), self.batch, self.config.accumulation):
                    loss = self._learn(group, self.step / total)
                    self.step, self.batch = self.step + 1, self.batch + len(group)
                    bar.update()
                    bar.set_postfix(loss=f"{loss:.4g}", refresh=False)
                    if self.batch < self.objective.epoch_batches and self.step % self.config.save_every == 0:
                        self._save()
                self.epoch, self.batch = self.epoch + 1, 0
                last = self.epoch == self.config.epochs
                if last or self.epoch % self.config.validate_every == 0:
                    self._validate()
                if last or self.step % self.config.save_every == 0:
                    self._save()
        found = find_checkpoint(self.folder)
        assert found is not None
        return found

    def close(self) -> None:
        if self.log is not None:
            self.log.close()

    def _learn(self, group: list[B], done: float) -> float:
        """One step of the optimizer over a group of batches. Returns the mean loss."""
        rate = self.config.learning_rate * rate_share(self.config.schedule, done, self.config.warm_up)
        for parameters in self.optimizer.param_groups:
            parameters["lr"] = rate
        self.module.train()
        self.optimizer.zero_grad(set_to_none=True)
        total = torch.zeros((), device=self.accelerator.device)
        rank, count = self.accelerator.process_index, self.accelerator.num_processes
        for index in range(rank, len(group), count):
            # Chances (dropout) depend on the batch's place alone: not on what ran before, nor on the processes.
            torch.manual_seed((self.config.seed * 1_000_003 + self.step) * 1_009 + index)
            with self._autocast():
                loss = self.objective.loss(group[index]) / len(group)
            self._check(loss.detach(), group[index : index + 1])
            loss.backward()
            total += loss.detach()
        self._share_gradients()
        total = self.accelerator.reduce(total, "sum")
        trained = [parameter for parameter in self.module.parameters() if parameter.grad is not None]
        norm = nn.utils.clip_grad_norm_(trained, self.config.gradient_clip or torch.inf)
        self._check(norm, group)
        self.optimizer.step()
        self._average()
        if self.log is not None:
            self.log.write(self.step + 1, loss=float(total), learning_rate=rate, gradient=float(norm))
        return float(total)

    def _autocast(self) -> torch.autocast:
        device = self.accelerator.device.type
        able = device == "cuda" and torch.cuda.is_bf16_supported()
        wanted = self.config.precision == "bfloat16" or (self.config.precision == "auto" and able)
        return torch.autocast(device, torch.bfloat16, enabled=wanted and device == "cuda")

    def _check(self, value: Tensor, batches: list[B]) -> None:
        if not torch.isfinite(value):
            names = ", ".join(name for batch in batches for name in self.objective.clips(batch))
            raise InputError(f"The loss is not a number at step {self.step + 1}; look at the clips {names}.")

    def _share_gradients(self) -> None:
        """Sum the gradients over the processes, all in one message."""
        if self.accelerator.num_processes == 1:
            return
        trained = [parameter for parameter in self.module.parameters() if parameter.requires_grad]
        gradients = [torch.zeros_like(p) if p.grad is None else p.grad for p in trained]
        summed = self.accelerator.reduce(torch.cat([gradient.flatten() for gradient in gradients]), "sum")
        pieces = summed.split([parameter.numel() for parameter in trained])
        for parameter, piece in zip(trained, pieces, strict=True):
            parameter.grad = piece.view_as(parameter)

    @torch.no_grad()
    def _average(self) -> None:
        """Move the averaged weights; early on the average is short, so that the first steps are soon forgotten."""
        if self.average is None:
            return
        decay = min(self.config.average, (self.step + 1) / (self.step + 10))
        for kept, new in zip(self.average.parameters(), self.module.parameters(), strict=True):
            kept.lerp_(new, 1 - decay)
        for copied, buffer in zip(self.average.buffers(), self.module.buffers(), strict=True):
            copied.copy_(buffer)

    def _validate(self) -> None:
        if self.log is None:
            return
        module = self.module if self.average is None else self.average
        module.eval()
        with torch.inference_mode():
            figures = self.objective.validate(module)
        self.log.write(self.step, epoch=self.epoch, **figures)

    def _save(self) -> None:
        if self.log is not None:
            self.log.flush()
            done = Progress(self.step, self.epoch, self.batch, self.config.learned(), self.objective.fingerprint)
            write_checkpoint(self.folder, done, self.module, self.average, self.optimizer, self.config.kept)
        self.accelerator.wait_for_everyone()


def _groups(batches: Iterable[B], skipped: int, size: int) -> Iterator[list[B]]:
    """The batches after the first `skipped`, in lists of `size`; the last may be shorter."""
    left = islice(batches, skipped, None)
    while group := list(islice(left, size)):
        yield group


def _optimizer(module: nn.Module, config: LoopConfig) -> torch.optim.AdamW:
    trained = [parameter for parameter in module.parameters() if parameter.requires_grad]
    groups = [
        {"params": [p for p in trained if p.ndim > 1], "weight_decay": config.weight_decay},
        {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0},
    ]
    keep_no_compiled_code()
    return torch.optim.AdamW([group for group in groups if group["params"]], lr=config.learning_rate)


def _checkpoint(folder: Path, objective: Objective[B], config: LoopConfig, resume: bool) -> Path | None:
    """The checkpoint to go on from; makes the folder. Raises InputError when it is not that of this training."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"Cannot write {folder}: {error.strerror or error}; choose another folder.") from error
    found = find_checkpoint(folder)
    if found is None:
        return None
    if not resume:
        raise InputError(f"{folder} already holds a training; resume it, or choose another folder.")
    done = read_progress(found)
    if done.fingerprint != objective.fingerprint:
        raise InputError(
            f"The data or the network changed since the training in {folder} began; train in a new folder."
        )
    changed = [name for name, value in config.learned().items() if done.learned.get(name) != value]
    if changed:
        raise InputError(f"{changed[0]} changed since the training in {folder} began; set it back or use a new folder.")
    return found


def end_processes() -> None:
    """At a program's end, after its last training: processes that shared one part, and none dies of another's going."""
    PartialState().destroy_process_group()
