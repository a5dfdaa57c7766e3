"""Brows and lower lids: short raises and frowns on accents, a raise where a phrase asks."""

import numpy as np

from model_runtime.life.config import BrowConfig
from model_runtime.life.curves import add_bump, grid
from model_runtime.life.delivery import Delivery
from model_runtime.life.events import Event

__all__ = ["Brows", "brows"]

# (G,) curves of raises, frowns and squints, by name.
Brows = dict[str, np.ndarray]
# s before the end of an asking phrase at which the brows are up.
ASKING_S = 0.3


def brows(delivery: Delivery, config: BrowConfig, rng: np.random.Generator) -> tuple[Brows, list[Event]]:
    """Weights at strength 1 on the grid, and what happens when."""
    rows = len(grid(delivery.duration))
    curves = {name: np.zeros(rows) for name in ("raise", "frown", "squint")}
    events: list[Event] = []
    low, high = config.raise_weight
    moves = [(accent.start - config.lead_s, accent.strength, False) for accent in delivery.accents]
    moves += [(phrase.end - ASKING_S - config.rise_s, 1.0, True) for phrase in delivery.phrases if phrase.rises]
    last = -np.inf
    for start, strength, asks in sorted(moves):
        chance, kind, size = rng.random(), rng.random(), float(rng.uniform(0.8, 1.2))
        hold = float(rng.uniform(*config.hold_s))
        if start - last < config.apart_s or not (asks or chance < config.share):
            continue
        last, peak = start, start + config.rise_s
        end = peak + hold + config.fall_s
        if kind < config.frowns and not asks:
            add_bump(curves["frown"], peak, config.rise_s, config.fall_s, size * config.frown_weight, hold)
            add_bump(curves["squint"], peak, config.rise_s, config.fall_s, size * config.squint_weight, hold)
            events.append(Event("frown", start, end))
            continue
        height = size * (low + (high - low) * strength)
        add_bump(curves["raise"], peak, config.rise_s, config.fall_s, height, hold)
        events.append(Event("brow_raise", start, end))
    return curves, events
