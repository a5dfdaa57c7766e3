"""Settings of the training loop, the table [loop] of a training's TOML file."""

from dataclasses import dataclass

from model_runtime.errors import InputError
from model_runtime.training.schedule import SCHEDULES

__all__ = ["LoopConfig"]

DEVICES = ("auto", "cpu")
PRECISIONS = ("auto", "bfloat16", "float32")
# Settings that do not change the trained weights: a training may be resumed with other ones.
FREE = ("device", "kept", "precision", "save_every", "threads", "validate_every")


@dataclass(frozen=True)
class LoopConfig:
    """The settings.

    epochs: passes over the data.
    learning_rate: the highest one.
    warm_up: share of the training's steps in which the learning rate rises, [0, 1).
    schedule: one-cycle or constant.
    weight_decay: of matrices only; with 0, AdamW is Adam.
    gradient_clip: largest norm of the gradient, 0 for any.
    accumulation: batches a step, distributed over the processes.
    average: decay of the exponential moving average of the weights, [0, 1), 0 for none.
    save_every: steps between checkpoints.
    kept: number of checkpoints that are kept.
    validate_every: epochs.
    seed: of all random numbers.
    precision: auto is bfloat16 on a GPU that has it.
    device: auto is a GPU where there is one.
    threads: of the CPU, 0 leaves torch's number.
    """

    epochs: int = 100
    learning_rate: float = 1e-3
    warm_up: float = 0.1
    schedule: str = "one-cycle"
    weight_decay: float = 0.01
    gradient_clip: float = 1.0
    accumulation: int = 1
    average: float = 0.0
    save_every: int = 500
    kept: int = 2
    validate_every: int = 1
    seed: int = 0
    precision: str = "auto"
    device: str = "auto"
    threads: int = 0

    def __post_init__(self) -> None:
        for name, choices in (("schedule", SCHEDULES), ("precision", PRECISIONS), ("device", DEVICES)):
            if getattr(self, name) not in choices:
                raise InputError(f"{name} is {getattr(self, name)}; choose one of {', '.join(choices)}.")
        for name in ("epochs", "accumulation", "save_every", "kept", "validate_every"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} is {getattr(self, name)}; it must be 1 or more.")
        if not self.learning_rate > 0:
            raise InputError(f"learning_rate is {self.learning_rate}; it must be above 0.")
        for name in ("weight_decay", "gradient_clip", "seed", "threads"):
            if getattr(self, name) < 0:
                raise InputError(f"{name} is {getattr(self, name)}; it must be 0 or more.")
        for name in ("warm_up", "average"):
            if not 0 <= getattr(self, name) < 1:
                raise InputError(f"{name} is {getattr(self, name)}; it must lie in [0, 1).")

    def learned(self) -> dict[str, object]:
        """The settings that change the trained weights: a training is resumed only with the same ones."""
        return {name: value for name, value in vars(self).items() if name not in FREE}
