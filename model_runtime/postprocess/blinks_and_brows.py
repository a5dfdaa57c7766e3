"""The upper face: blinks and small brow raises that go with speech, by chance but repeatable.

Blinks: 15-20 a minute, more at pauses and phrase ends; brow raises on accents. Rates and shapes are our choice within
what the literature reports (spontaneous blinks close in about 80 ms and open in about 200 ms).
"""

import numpy as np

from model_runtime.channels import BROWS, LIDS
from model_runtime.linguistics.phones import SILENCE, VOWELS, PhoneTrack
from model_runtime.postprocess.smoothstep import ease
from model_runtime.settings import Settings
from model_runtime.speech.log_mel import ACOUSTIC_RATE

__all__ = ["blink_times", "upper_face"]

CLOSING, SHUT, OPENING = 0.08, 0.04, 0.18
# Seconds between blinks: at least, and on average.
SOONEST, MEAN = 1.4, 3.5
# A pause this near ahead draws the next blink to its beginning.
DRAWN = 0.9
RAISE, FALL = 0.16, 0.35
HIGHEST_BROW = 0.28


def upper_face(phones: PhoneTrack, sound: np.ndarray, frames: int, settings: Settings) -> np.ndarray:
    """(T, len(LIDS) + len(BROWS)) float32 weights, columns in the order of LIDS, then BROWS.

    sound: (A, F) acoustics, the last column loudness. The same phones, sound and seed give the same motion at any frame
    rate; taking blinks or brows away does not change the other.
    """
    times = np.arange(frames) / settings.fps
    weights = np.zeros((frames, len(LIDS) + len(BROWS)), np.float32)
    if settings.blinks:
        for start in blink_times(phones, settings.seed):
            weights[:, : len(LIDS)] = np.maximum(weights[:, : len(LIDS)], _blink(times - start)[:, None])
    if settings.brows:
        names = (*LIDS, *BROWS)
        for start, height in _accents(phones, sound, settings.seed):
            rise = (times - start + RAISE) / RAISE
            fall = (start + FALL - times) / FALL
            bump = height * np.minimum(ease(rise), ease(fall))
            for name, share in (("browInnerUp", 1.0), ("browOuterUpLeft", 0.6), ("browOuterUpRight", 0.6)):
                column = names.index(name)
                weights[:, column] = np.maximum(weights[:, column], share * bump)
    return weights


def blink_times(phones: PhoneTrack, seed: int) -> list[float]:
    """Seconds at which blinks begin, ascending, 15-20 a minute on average."""
    chance = np.random.default_rng([seed, 1])
    pauses = [phone.start for phone in phones.phones if phone.label == SILENCE and phone.start > 0]
    starts: list[float] = []
    now = float(chance.uniform(0.3, MEAN))
    while now < phones.duration - CLOSING:
        near = [pause for pause in pauses if now - DRAWN / 2 <= pause <= now + DRAWN]
        earliest = starts[-1] + SOONEST if starts else 0.0
        if near and chance.random() < 0.8:
            now = max(near[0] + float(chance.uniform(0, 0.08)), earliest)
        starts.append(now)
        now += SOONEST + float(chance.exponential(MEAN - SOONEST))
    return [start for start in starts if start < phones.duration - CLOSING]


def _blink(since: np.ndarray) -> np.ndarray:
    down = ease(since / CLOSING)
    up = ease((since - CLOSING - SHUT) / OPENING)
    return down - up


def _accents(phones: PhoneTrack, sound: np.ndarray, seed: int) -> list[tuple[float, float]]:
    """Time (s) and height of brow raises: on the vowels that stand out most in loudness and length."""
    chance = np.random.default_rng([seed, 2])
    vowels = [phone for phone in phones.phones if phone.label in VOWELS]
    if not vowels or not len(sound):
        return []
    loudness = sound[:, -1].astype(np.float64)
    strength = []
    for vowel in vowels:
        rows = slice(int(vowel.start * ACOUSTIC_RATE), max(int(vowel.end * ACOUSTIC_RATE), 1) + 1)
        part = loudness[rows]
        strength.append((part.mean() if len(part) else -3.0) + 4 * min(vowel.end - vowel.start, 0.25))
    threshold = np.quantile(strength, 0.75)
    found, last = [], -np.inf
    for vowel, stands_out in zip(vowels, strength, strict=True):
        height = float(chance.uniform(0.35, 1.0)) * HIGHEST_BROW
        if stands_out >= threshold and vowel.start - last > 0.9 and chance.random() < 0.6:
            found.append((vowel.start + 0.03, height))
            last = vowel.start
    return found
