"""Blinks and small brow raises that go with speech; random, and repeatable by a seed.

Blinks: 15-20 a minute, more at pauses and phrase ends. Brow raises: on accented vowels. Rates and shapes are our
choice, within the range of the literature (spontaneous blinks close in about 80 ms and open in about 200 ms).
"""

import numpy as np

from model_runtime.channels import BROWS, LIDS
from model_runtime.linguistics.phones import SILENCE, VOWELS, PhoneTrack
from model_runtime.postprocess.smoothstep import ease
from model_runtime.settings import Settings
from model_runtime.speech.log_mel import ACOUSTIC_RATE

__all__ = ["blink_times", "upper_face"]

# A blink, in seconds: the lids close, stay shut and open.
CLOSING_S = 0.08
SHUT_S = 0.04
OPENING_S = 0.18
# Seconds from the start of one blink to the next: at least, and on average.
LEAST_INTERVAL_S = 1.4
MEAN_INTERVAL_S = 3.5
# Seconds. A pause that starts within this time after the planned time of a blink, or half of it before, may move the
# blink to its start.
PAUSE_DRAWS_S = 0.9
# A brow raise: seconds in which the brow rises and falls, and the weight of the highest raise.
RAISE_S = 0.16
FALL_S = 0.35
HIGHEST_BROW = 0.28


def upper_face(phones: PhoneTrack, loudness: np.ndarray, frames: int, settings: Settings) -> np.ndarray:
    """(T, len(LIDS) + len(BROWS)) float32 weights, columns in the order of LIDS, then BROWS.

    loudness: (A,) at 100 Hz, 0 rows if unknown. Equal phones, loudness and seed give the same motion at any frame rate.
    Switching blinks or brows off does not change the other.
    """
    times = np.arange(frames) / settings.fps
    weights = np.zeros((frames, len(LIDS) + len(BROWS)), np.float32)
    if settings.blinks:
        for start in blink_times(phones, settings.seed):
            weights[:, : len(LIDS)] = np.maximum(weights[:, : len(LIDS)], _blink(times - start)[:, None])
    if settings.brows:
        names = (*LIDS, *BROWS)
        for start, height in _accents(phones, loudness, settings.seed):
            rise = (times - start + RAISE_S) / RAISE_S
            fall = (start + FALL_S - times) / FALL_S
            bump = height * np.minimum(ease(rise), ease(fall))
            for name, share in (("browInnerUp", 1.0), ("browOuterUpLeft", 0.6), ("browOuterUpRight", 0.6)):
                column = names.index(name)
                weights[:, column] = np.maximum(weights[:, column], share * bump)
    return weights


def blink_times(phones: PhoneTrack, seed: int) -> list[float]:
    """Seconds at which blinks start, ascending; 15-20 a minute on average."""
    rng = np.random.default_rng([seed, 1])
    pauses = [phone.start for phone in phones.phones if phone.label == SILENCE and phone.start > 0]
    starts: list[float] = []
    now = float(rng.uniform(0.3, MEAN_INTERVAL_S))
    while now < phones.duration - CLOSING_S:
        near = [pause for pause in pauses if now - PAUSE_DRAWS_S / 2 <= pause <= now + PAUSE_DRAWS_S]
        earliest = starts[-1] + LEAST_INTERVAL_S if starts else 0.0
        if near and rng.random() < 0.8:
            now = max(near[0] + float(rng.uniform(0, 0.08)), earliest)
        starts.append(now)
        now += LEAST_INTERVAL_S + float(rng.exponential(MEAN_INTERVAL_S - LEAST_INTERVAL_S))
    return [start for start in starts if start < phones.duration - CLOSING_S]


def _blink(since: np.ndarray) -> np.ndarray:
    """(T,) weight of the lids in a blink. since: (T,) seconds since its start."""
    down = ease(since / CLOSING_S)
    up = ease((since - CLOSING_S - SHUT_S) / OPENING_S)
    return down - up


def _accents(phones: PhoneTrack, loudness: np.ndarray, seed: int) -> list[tuple[float, float]]:
    """(time in s, height in weight) of brow raises: on the vowels that stand out most in loudness and length."""
    rng = np.random.default_rng([seed, 2])
    vowels = [phone for phone in phones.phones if phone.label in VOWELS]
    if not vowels or not len(loudness):
        return []
    loudness = loudness.astype(np.float64)
    strength = []
    for vowel in vowels:
        rows = slice(int(vowel.start * ACOUSTIC_RATE), max(int(vowel.end * ACOUSTIC_RATE), 1) + 1)
        part = loudness[rows]
        strength.append((part.mean() if len(part) else -3.0) + 4 * min(vowel.end - vowel.start, 0.25))
    threshold = np.quantile(strength, 0.75)
    found, last = [], -np.inf
    for vowel, stands_out in zip(vowels, strength, strict=True):
        height = float(rng.uniform(0.35, 1.0)) * HIGHEST_BROW
        if stands_out >= threshold and vowel.start - last > 0.9 and rng.random() < 0.6:
            found.append((vowel.start + 0.03, height))
            last = vowel.start
    return found
