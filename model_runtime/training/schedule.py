"""The learning rate over a training."""

import math

__all__ = ["SCHEDULES", "rate_share"]

SCHEDULES = ("constant", "one-cycle")
# Where a cycle starts and where it ends, as shares of the highest rate.
FIRST, LAST = 1 / 25, 1e-4


def rate_share(schedule: str, done: float, warm_up: float) -> float:
    """Share in (0, 1] of the highest learning rate when `done` in [0, 1] of the training is over.

    Both schedules rise during the first `warm_up` share; one-cycle (Smith and Topin 2019) falls along a cosine from
    there to the end.
    """
    if done < warm_up:
        return FIRST + (1 - FIRST) * _ease(done / warm_up)
    if schedule == "constant":
        return 1.0
    return LAST + (1 - LAST) * (1 - _ease((done - warm_up) / max(1 - warm_up, 1e-9)))


def _ease(share: float) -> float:
    return (1 - math.cos(math.pi * min(share, 1.0))) / 2
