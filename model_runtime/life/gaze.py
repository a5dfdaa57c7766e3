"""Gaze: it holds on what is looked at, with small saccades; it leaves as a phrase begins, and is back at its end."""

from dataclasses import dataclass

import numpy as np

from model_runtime.life.config import GazeConfig
from model_runtime.life.curves import add_step, grid
from model_runtime.life.delivery import Delivery
from model_runtime.life.events import Event

__all__ = ["Fixation", "fixations_of", "gaze_curves", "saccade_seconds"]

# A look back comes this long before the end of its phrase, s.
BACK_BEFORE_S = 0.15
# Degrees from which a change of gaze is an event of its own, that a blink may go with.
LARGE_DEG = 3.0


@dataclass(frozen=True)
class Fixation:
    """The eyes rest from `start` (s) on. turn, up: degrees from the target. away: not on the target."""

    start: float
    turn: float
    up: float
    away: bool


def fixations_of(
    delivery: Delivery, config: GazeConfig, rng: np.random.Generator, strength: float
) -> tuple[Fixation, ...]:
    """The fixations of a line, the first at 0. strength: of looks away, in number and size."""
    found = [Fixation(0.0, 0.0, 0.0, False)]
    for start, end in _looks_away(delivery, config, rng, strength):
        turn, up = _aside(config, rng)
        found += [Fixation(start, strength * turn, strength * up, True), Fixation(end, 0.0, 0.0, False)]
    return tuple(_with_small_ones(found, delivery.duration, config, rng, strength))


def gaze_curves(
    fixations: tuple[Fixation, ...], duration: float, config: GazeConfig
) -> tuple[np.ndarray, np.ndarray, list[Event]]:
    """(G, 2) degrees turn and up from the target; (G, 2) the same of the head, which follows looks away in part and
    slowly; and what happens when."""
    rows = len(grid(duration))
    eyes, head, events = np.zeros((rows, 2)), np.zeros((rows, 2)), []
    before = fixations[0]
    for now in fixations[1:]:
        change = np.array([now.turn - before.turn, now.up - before.up])
        length = saccade_seconds(float(np.hypot(*change)), config)
        add_step(eyes, now.start, length, change)
        if now.away or before.away:
            add_step(head, now.start, config.head_s, config.head_share * change)
        if float(np.hypot(*change)) >= LARGE_DEG:
            label = "look_away" if now.away else "look_back" if before.away else "look"
            events.append(Event(label, now.start, now.start + length))
        before = now
    return eyes, head, events


def saccade_seconds(size: float, config: GazeConfig) -> float:
    """Duration of a saccade of a size in degrees."""
    return config.saccade_s + config.saccade_s_a_deg * size


def _looks_away(
    delivery: Delivery, config: GazeConfig, rng: np.random.Generator, strength: float
) -> list[tuple[float, float]]:
    """Starts and ends (s): at the start of phrases, and in long phrases after a time on the target."""
    spans: list[tuple[float, float]] = []
    for phrase in delivery.phrases:
        now, latest = phrase.start + float(rng.uniform(-0.3, 0.15)), phrase.end - BACK_BEFORE_S
        if rng.random() > config.away_at_start * min(strength, 1.5):
            now += config.hold_s * float(rng.gamma(3.0, 1 / 3.0)) / max(strength, 0.1)
        while now < latest - config.away_least_s:
            away = config.away_least_s + float(rng.exponential(config.away_s - config.away_least_s))
            end = min(now + away, latest)
            if strength > 0 and now > 0.1 and (not spans or now > spans[-1][1] + config.away_least_s):
                spans.append((now, end))
            now = end + config.hold_s * float(rng.gamma(3.0, 1 / 3.0)) / max(strength, 0.1)
    return spans


def _aside(config: GazeConfig, rng: np.random.Generator) -> tuple[float, float]:
    """Turn and up (degrees) of a look away: mostly sideways, more often down than up."""
    low, high = config.away_bounds_deg
    size = float(np.clip(low + rng.exponential(config.away_deg - low), low, high))
    side, vertical = rng.choice([-1.0, 1.0]), float(rng.choice([-0.9, -0.45, 0.0, 0.5], p=[0.3, 0.3, 0.2, 0.2]))
    vertical *= config.vertical_share
    return side * size * float(np.sqrt(1 - vertical**2)), size * vertical


def _with_small_ones(
    large: list[Fixation], duration: float, config: GazeConfig, rng: np.random.Generator, strength: float
) -> list[Fixation]:
    """With small saccades between the large ones: from eye to eye and to the mouth of who is looked at."""
    found = []
    ends = [fixation.start for fixation in large[1:]] + [duration]
    for fixation, end in zip(large, ends, strict=True):
        found.append(fixation)
        now = fixation.start + float(rng.uniform(*config.small_s))
        while strength > 0 and now < end - 0.15:
            turn, up = strength * config.small_deg * rng.standard_normal(2).clip(-2, 2) * (1.0, 0.7)
            found.append(Fixation(now, fixation.turn + float(turn), fixation.up + float(up), fixation.away))
            now += float(rng.uniform(*config.small_s))
    return found
