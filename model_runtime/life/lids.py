"""Blinks: at a human rate, drawn to pauses, ends of phrases and changes of gaze."""

import numpy as np

from model_runtime.life.config import LidConfig
from model_runtime.life.curves import step
from model_runtime.life.delivery import Delivery
from model_runtime.life.events import Event

__all__ = ["blink_starts", "lids"]

# A gaze shift that a blink goes with begins this long after the blink, s.
SHIFT_AFTER_S = 0.03
# s before the end of a line in which no blink starts: it would be cut. The last one opens faster where it has to.
LATEST_S = 0.32
# Share of blinks that a word's end draws when there is nothing better near.
AT_WORDS = 0.7


def blink_starts(
    delivery: Delivery, shifts: tuple[float, ...], config: LidConfig, rng: np.random.Generator, strength: float
) -> list[float]:
    """Seconds at which blinks start, ascending. shifts: times of gaze shifts."""
    if strength <= 0:
        return []
    mean = 60 / (config.rate * strength)
    pauses = [phrase.end for phrase in delivery.phrases]
    starts: list[float] = []
    last = delivery.duration - LATEST_S
    # The first one may come at once: a line rarely begins just after a blink.
    planned = float(rng.uniform(0.15, 0.65 * mean))
    while planned < last:
        offset = float(rng.uniform(*config.in_pause_s))
        drawn = _nearest(planned, config.drawn_s, [pause + offset for pause in pauses])
        if drawn is None:
            drawn = _nearest(planned, config.drawn_s / 2, [shift - SHIFT_AFTER_S for shift in shifts])
        if drawn is None and rng.random() < AT_WORDS:
            drawn = _nearest(planned, config.drawn_s / 3, list(delivery.word_ends))
        earliest = starts[-1] + config.apart_s if starts else 0.0
        start = max(planned if drawn is None or drawn >= last else drawn, earliest, 0.0)
        if start < last:
            starts.append(start)
        # The next one counts from the plan, so that drawing blinks to pauses does not change their number.
        planned += config.apart_s + float(rng.gamma(config.regularity, (mean - config.apart_s) / config.regularity))
    return starts


def lids(times: np.ndarray, starts: list[float], config: LidConfig) -> tuple[np.ndarray, list[Event]]:
    """(T,) weight of the lids at the times (s), and the blinks. At the last time the eyes are open."""
    weight = np.zeros(len(times))
    events = []
    for start in starts:
        opens = start + config.closing_s + config.shut_s
        end = min(opens + config.opening_s, float(times[-1]))
        rows = slice(*np.searchsorted(times, (start, end)))
        opened = (times[rows] - opens) / max(end - opens, 1e-6)
        weight[rows] = np.maximum(weight[rows], _blink((times[rows] - start) / config.closing_s, opened))
        events.append(Event("blink", start, end))
    return weight, events


def _blink(closed: np.ndarray, opened: np.ndarray) -> np.ndarray:
    """Weight of the lids at shares of the times in which they close and open. They open fast, then slowly."""
    return step(closed) - (0.5 * step(1.6 * opened) + 0.5 * step(opened))


def _nearest(time: float, reach: float, candidates: list[float]) -> float | None:
    near = [candidate for candidate in candidates if abs(candidate - time) <= reach]
    return min(near, key=lambda candidate: abs(candidate - time), default=None)
