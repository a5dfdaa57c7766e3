"""The head: a slow sway, a new posture for a phrase, nods on accents and at the ends of phrases, the melody's tilt."""

import numpy as np

from model_runtime.life.angles import NOD, TILT
from model_runtime.life.config import HeadConfig
from model_runtime.life.curves import RATE, add_bump, add_step, drift, grid, step
from model_runtime.life.delivery import Delivery
from model_runtime.life.events import Event

__all__ = ["envelope", "sway_and_nods"]

# The order of columns in the configuration is nod, turn, tilt; in curves it is nod, tilt, turn.
COLUMNS = [0, 2, 1]
# Speech counts for the sway within this time around it, s.
FADE_S = 0.4


def sway_and_nods(delivery: Delivery, config: HeadConfig, rng: np.random.Generator) -> tuple[np.ndarray, list[Event]]:
    """(G, 3) degrees nod, tilt, turn on the grid, at strength 1, and what happens when."""
    rows = len(grid(delivery.duration))
    speaking = _faded(delivery.speaking)
    share = config.silent_share + (1 - config.silent_share) * speaking
    curve = drift(rng, rows, config.sway_s, 3) * np.array(config.sway_deg)[COLUMNS] * share[:, None]
    events = _postures(curve, delivery, config, rng)
    nod, tilt = np.zeros(rows), np.zeros(rows)
    nods = _nods(nod, delivery, config, rng)
    events += nods + _ends(nod, tilt, delivery, nods, config, rng)
    nod -= np.clip(config.pitch_deg * delivery.melody, -config.pitch_most_deg, config.pitch_most_deg) * speaking
    curve[:, NOD] += nod
    curve[:, TILT] += tilt
    return curve, events


def envelope(times: np.ndarray, duration: float, start: float, end: float) -> np.ndarray:
    """(T,) 0 at both ends of a take, 1 between: it begins within `start` and ends within `end` seconds."""
    short = min(1.0, duration / max(start + end, 1e-6))
    return step(times / (start * short)) * step((duration - times) / (end * short))


def _postures(curve: np.ndarray, delivery: Delivery, config: HeadConfig, rng: np.random.Generator) -> list[Event]:
    events, now = [], np.zeros(3)
    for phrase in delivery.phrases:
        if rng.random() > config.posture_share:
            continue
        aim = rng.standard_normal(3).clip(-1.8, 1.8) * np.array(config.posture_deg)[COLUMNS]
        length, start = float(rng.uniform(*config.posture_s)), phrase.start + float(rng.uniform(-0.3, 0.1))
        add_step(curve, start, length, aim - now)
        now = aim
        events.append(Event("posture", start, start + length))
    return events


def _nods(nod: np.ndarray, delivery: Delivery, config: HeadConfig, rng: np.random.Generator) -> list[Event]:
    events: list[Event] = []
    rise, fall = config.nod_s
    chances = rng.uniform(size=(len(delivery.accents), 3)) @ np.diag([1.0, 0.45, 0.4]) + [0.0, 0.75, 0.85]
    drawn = sorted(zip(delivery.accents, chances.tolist(), strict=True), key=lambda pair: -pair[0].strength)
    lowest: list[float] = []
    # The strongest first: a nod on a weaker word does not take the place of its own.
    for accent, (chance, size, pace) in drawn:
        low = (accent.start + accent.end) / 2
        near = any(abs(low - other) < config.nod_apart_s for other in lowest)
        if near or chance > config.nod_share + 0.3 * accent.strength:
            continue
        depth = (config.nod_deg[0] + (config.nod_deg[1] - config.nod_deg[0]) * accent.strength) * size
        # The chin lifts a little before it falls.
        add_bump(nod, low - rise * pace, 0.2, rise * pace, -0.25 * depth)
        add_bump(nod, low, rise * pace, fall * pace, depth)
        events.append(Event("nod", low - rise * pace, low + fall * pace))
        lowest.append(low)
    return events


def _ends(
    nod: np.ndarray,
    tilt: np.ndarray,
    delivery: Delivery,
    nods: list[Event],
    config: HeadConfig,
    rng: np.random.Generator,
) -> list[Event]:
    events = []
    rise, fall = config.final_s
    for phrase in delivery.phrases:
        chance, size, side = rng.random(), rng.uniform(0.7, 1.25), rng.choice([-1.0, 1.0])
        if chance > config.final_share or phrase.end - phrase.start < 2 * rise:
            continue
        # A nod on the last word is the nod at the end.
        if not phrase.rises and any(event.start < phrase.end < event.end for event in nods):
            continue
        height = config.final_deg * size
        if phrase.rises:
            add_bump(nod, phrase.end - 0.05, rise, fall, -height)
            add_bump(tilt, phrase.end, rise, 1.5 * fall, side * height)
        else:
            add_bump(nod, phrase.end - 0.1, rise, fall, height)
        events.append(Event("nod", phrase.end - rise, phrase.end + fall))
    return events


def _faded(speaking: np.ndarray) -> np.ndarray:
    width = round(FADE_S * RATE)
    window = np.hanning(2 * width + 1)
    return np.convolve(speaking, window / window.sum(), mode="full")[width:-width]
