"""Breath: in during the pause before a phrase, out while it is spoken."""

import numpy as np

from model_runtime.life.config import BreathConfig
from model_runtime.life.curves import add_step, grid
from model_runtime.life.delivery import Delivery
from model_runtime.life.events import Event

__all__ = ["breath"]


def breath(delivery: Delivery, config: BreathConfig) -> tuple[np.ndarray, list[Event]]:
    """(G,) 0 out to 1 full on the grid, and the breaths."""
    curve = np.zeros(len(grid(delivery.duration)))
    events = []
    before = 0.0
    for phrase in delivery.phrases:
        room = phrase.start - before
        if room >= config.least_pause_s:
            length = min(room, config.longest_in_s)
            depth = float(np.sqrt(min(1.0, (phrase.end - phrase.start) / config.full_phrase_s)))
            add_step(curve, phrase.start - length, length, depth)
            add_step(curve, phrase.start, max(phrase.end - phrase.start, 0.6), -depth)
            events.append(Event("breath", phrase.start - length, phrase.start))
        before = phrase.end
    return np.clip(curve, 0.0, 1.0), events
