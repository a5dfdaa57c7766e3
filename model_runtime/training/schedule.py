"""The learning rate over a training: one-cycle (Smith and Topin 2019), or constant after the same warm-up."""

from functools import partial

from torch.optim import Optimizer
from torch.optim.lr_scheduler import OneCycleLR

__all__ = ["SCHEDULES", "learning_rates"]

# Highest learning rate over the first one.
WARM_UP_FACTOR = 25.0
# Schedule -> first learning rate over the last one.
SCHEDULES = {"constant": 1 / WARM_UP_FACTOR, "one-cycle": 400.0}


def learning_rates(
    optimizer: Optimizer, schedule: str, highest: float, warm_up: float, steps: int, done: int
) -> OneCycleLR:
    """Set the optimizer's learning rate for step `done` of `steps`; each call of .step() sets that of the next one.

    The rate rises along a cosine to `highest` during the first `warm_up` share of the steps, then falls along a cosine
    to 1e-4 of it (one-cycle) or stays (constant). It depends on `done` alone, not on where a training was resumed.
    """
    make = partial(
        OneCycleLR,
        optimizer,
        highest,
        # One more than there are, so that the highest rate comes at step warm_up * steps.
        total_steps=steps + 1,
        pct_start=(warm_up * steps + 1) / (steps + 1) if warm_up else 0.0,
        cycle_momentum=False,
        div_factor=WARM_UP_FACTOR,
        final_div_factor=SCHEDULES[schedule],
    )
    first = make()
    # A scheduler that starts later reads the rates of its ends from the optimizer, where the first one noted them.
    return make(last_epoch=done - 1) if done else first
