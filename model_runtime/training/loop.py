"""The training loop: any network and data, in one process or several, resumable from its last checkpoint."""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import torch
from accelerate import Accelerator, PartialState
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from tqdm import tqdm

from model_runtime.errors import InputError
from model_runtime.libraries import keep_no_compiled_code
from model_runtime.networks.torch_threads import torch_threads
from model_runtime.training.checkpoints import Progress, find_checkpoint, read_progress, restore, write_checkpoint
from model_runtime.training.log import Log
from model_runtime.training.loop_config import LoopConfig
from model_runtime.training.schedule import learning_rates

__all__ = ["LoopConfig", "Objective", "end_processes", "train"]

B = TypeVar("B")


class Objective(Protocol[B]):
    """The network, the data and the loss of a training."""

    @property
    def module(self) -> nn.Module:
        """The network; its parameters that require gradients are trained."""

    @property
    def epoch_batches(self) -> int:
        """Batches an epoch, the same number in each."""

    @property
    def fingerprint(self) -> str:
        """Digest of data and settings; a training is resumed only with the same one."""

    def batches(self, epoch: int) -> Iterable[B]:
        """The batches of an epoch, the same at every call."""

    def loss(self, batch: B, /) -> Tensor:
        """The loss, a scalar. The batch is on the CPU, the module on the device of its parameters."""

    def clips(self, batch: B, /) -> Sequence[str]:
        """Names of the clips in a batch, for the message when its loss is not finite."""

    def validate(self, module: Any, /) -> dict[str, float]:
        """Figures of the network, with averaged weights where they are kept, on data outside the training."""


def train(
    objective: Objective[B], config: LoopConfig, folder: Path | str, resume: bool = False, progress: bool = True
) -> Path:
    """Train objective.module; returns the last checkpoint's folder (checkpoints.load_weights reads it).

    Written into `folder`: log.jsonl, tensorboard/, step-*/. With `resume` a training that was killed goes on from its
    last checkpoint and ends with the same weights as one that was not killed. Under `accelerate launch` or torchrun the
    batches of a step are distributed over the processes. Raises InputError when the folder holds a training and
    `resume` is off, when data or settings changed since, and when a loss is not finite.
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
        self.average = _average(self.module, config.average) if config.average else None
        self.optimizer = _optimizer(self.module, config)
        self.step, self.epoch, self.batch = 0, 0, 0
        if checkpoint is not None:
            restore(checkpoint, self.module, self._averaged(), self.optimizer)
            done = read_progress(checkpoint)
            self.step, self.epoch, self.batch = done.step, done.epoch, done.batch
        if self.average is not None:
            self.average.n_averaged.fill_(self.step)
        self.total = math.ceil(objective.epoch_batches / config.accumulation) * config.epochs
        self.rates = learning_rates(
            self.optimizer,
            config.schedule,
            config.learning_rate,
            config.warm_up,
            self.total,
            self.step,
        )
        self.log = Log(folder, self.step) if self.accelerator.is_main_process else None

    def to_the_end(self, progress: bool) -> Path:
        show = progress and self.accelerator.is_main_process
        with tqdm(total=self.total, initial=self.step, unit="step", disable=not show) as bar:
            while self.epoch < self.config.epochs:
                for group in _groups(self.objective.batches(self.epoch), self.batch, self.config.accumulation):
                    loss = self._learn(group)
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

    def _learn(self, group: list[B]) -> float:
        """One step of the optimizer over a group of batches. Returns the mean loss."""
        rate = self.optimizer.param_groups[0]["lr"]
        self.module.train()
        self.optimizer.zero_grad(set_to_none=True)
        total = torch.zeros((), device=self.accelerator.device)
        rank, count = self.accelerator.process_index, self.accelerator.num_processes
        for index in range(rank, len(group), count):
            # Seeded by step and batch: dropout depends neither on what ran before nor on the number of processes.
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
        self.rates.step()
        if self.average is not None:
            self.average.update_parameters(self.module)
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

    def _averaged(self) -> nn.Module | None:
        """The network with averaged weights, None without an average."""
        return None if self.average is None else self.average.module

    def _validate(self) -> None:
        if self.log is None:
            return
        averaged = self._averaged()
        module = self.module if averaged is None else averaged
        module.eval()
        with torch.inference_mode():
            figures = self.objective.validate(module)
        self.log.write(self.step, epoch=self.epoch, **figures)

    def _save(self) -> None:
        if self.log is not None:
            self.log.flush()
            done = Progress(self.step, self.epoch, self.batch, self.config.learned(), self.objective.fingerprint)
            write_checkpoint(self.folder, done, self.module, self._averaged(), self.optimizer, self.config.kept)
        self.accelerator.wait_for_everyone()


def _groups(batches: Iterable[B], skipped: int, size: int) -> Iterator[list[B]]:
    """The batches after the first `skipped`, in lists of `size`; the last may be shorter."""
    left = islice(batches, skipped, None)
    while group := list(islice(left, size)):
        yield group


def _average(module: nn.Module, decay: float) -> AveragedModel:
    """The exponential moving average of the weights, with the decay (n + 1) / (n + 10) after n steps, at most `decay`.

    So the weights of the first steps soon leave the average.
    """

    def update(averaged: Any, current: Any, count: Any) -> None:
        get_ema_multi_avg_fn(min(decay, (int(count) + 1) / (int(count) + 10)))(averaged, current, count)

    return AveragedModel(module, multi_avg_fn=update).requires_grad_(False).eval()


def _optimizer(module: nn.Module, config: LoopConfig) -> torch.optim.AdamW:
    trained = [parameter for parameter in module.parameters() if parameter.requires_grad]
    groups = [
        {"params": [p for p in trained if p.ndim > 1], "weight_decay": config.weight_decay},
        {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0},
    ]
    keep_no_compiled_code()
    return torch.optim.AdamW([group for group in groups if group["params"]], lr=config.learning_rate)


def _checkpoint(folder: Path, objective: Objective[B], config: LoopConfig, resume: bool) -> Path | None:
    """The checkpoint to resume from, None for a new training; makes the folder. Raises InputError as `train`."""
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
    """Leave the process group of a distributed training: called once, at the end of the program."""
    PartialState().destroy_process_group()
