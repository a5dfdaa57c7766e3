"""How a network is trained: every choice of the loop, by name."""

from dataclasses import dataclass

from model_runtime.errors import InputError
from model_runtime.training.schedule import SCHEDULES

__all__ = ["LoopConfig"]

DEVICES = ("auto", "cpu")
PRECISIONS = ("auto", "bfloat16", "float32")
# Changing these does not change what is learned.
FREE = ("device", "kept", "precision", "save_every", "threads", "validate_every")


@dataclass(frozen=True)
class LoopConfig:
    """epochs: passes over the data. learning_rate: the highest. warm_up: share of the training in which it rises.
    schedule: one-cycle or constant. weight_decay: of matrices only (0 makes AdamW the plain Adam). gradient_clip:
    largest norm of the gradient, 0 for any. accumulation: batches a step, shared out among the processes. average:
    decay of the moving average of the weights, 0 for none. save_every: steps between checkpoints. kept: checkpoints
    that stay. validate_every: epochs. seed: of every chance. precision: auto is bfloat16 on a GPU that has it. device:
    auto is a GPU where there is one. threads: of the CPU, 0 leaves them as they are.
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
        """The fields that decide what is learned: a training is only resumed with the same ones."""
        return {name: value for name, value in vars(self).items() if name not in FREE}
