"""Pauses: between words lips stay parted for the next breath, and before they speak, people part them to breathe in.

In free speech a pause of up to a second is as open as the speech around it: the mouth closes in longer ones alone, and
opens again before the next sound. The speaker of the training clips says six words in a row and rests. Where the sound
stops altogether, lines that were recorded one by one are joined, and each ends with the mouth at rest
(docs/experiments.md has the figures).
"""

from dataclasses import dataclass

import numpy as np

from model_runtime.acoustics import ACOUSTIC_RATE
from model_runtime.easing import ease
from model_runtime.linguistics.phones import SILENCE, PhoneTrack, Span
from model_runtime.opening import part_lips

__all__ = ["Parting", "apply_pauses", "parting"]

# Lip gap before the first words of a line, IOD.
PARTED = 0.045
# The gap in a pause at its ends and in its middle, of what it mostly is in speech.
AT_ENDS, IN_MIDDLE = 1.0, 1.35
# Seconds before a sound at which the lips start to part and are parted, and in which they hand over to it.
STARTED, DONE, HANDED_OVER = 0.7, 0.45, 0.06
# Pauses up to this stay open throughout; the lips begin not to close this long before them, seconds.
HELD, EARLY = 1.0, 0.1
# The same where no room is heard in the pause: loudness of the acoustics, of which -1 is the noise of a room and -1.5
# (49 dB below the speech) the least.
HELD_WITHOUT_ROOM, NO_ROOM = 0.3, -1.45


@dataclass(frozen=True)
class Parting:
    """How far lips are parted in silences, (T,). first: before the first words of a line, in [0, 1] of PARTED. between:
    in pauses between words, of the usual gap in speech.
    """

    first: np.ndarray
    between: np.ndarray


def parting(phones: PhoneTrack, sound: np.ndarray, times: np.ndarray) -> Parting:
    """Above 0 while the lips are parted in a silence that a sound follows.

    sound: (A, F) acoustics, the last column loudness, 0 rows: unknown. times: (T,) s.
    """
    first, between = np.zeros(len(times)), np.zeros(len(times))
    for silence, following in zip(phones.phones[:-1], phones.phones[1:], strict=True):
        if silence.label != SILENCE:
            continue
        length, since, ahead = silence.end - silence.start, times - silence.start, following.start - times
        over = ease(ahead / HANDED_OVER)
        opening = np.minimum(ease((STARTED - ahead) / (STARTED - DONE)), over)
        breath = AT_ENDS + (IN_MIDDLE - AT_ENDS) * np.sin(np.pi * np.clip(since / length, 0, 1))
        joined = silence.start <= 0 or _without_room(sound, silence)
        if silence.start > 0 and length <= (HELD_WITHOUT_ROOM if joined else HELD):
            between = np.maximum(between, breath * np.minimum(ease((since + EARLY) / EARLY), over))
        elif joined:
            first = np.maximum(first, opening)
        else:
            between = np.maximum(between, breath * opening)
    return Parting(first, between)


def _without_room(sound: np.ndarray, silence: Span) -> bool:
    """Whether the sound stops in a silence, as no room does."""
    rows = sound[round(silence.start * ACOUSTIC_RATE) : round(silence.end * ACOUSTIC_RATE), -1]
    return len(rows) > 0 and float(np.median(rows)) < NO_ROOM


def apply_pauses(
    weights: np.ndarray,
    channels: tuple[str, ...],
    gap: np.ndarray,
    phones: PhoneTrack,
    sound: np.ndarray,
    fps: float,
) -> np.ndarray:
    """Weights (T, K) in [0, 1] whose lips are parted in pauses; gap: (K,) IOD that each channel opens them by. sound:
    see `parting`."""
    times, opened = np.arange(len(weights)) / fps, weights @ gap
    parted = parting(phones, sound, times)
    spoken = np.zeros(len(times), bool)
    for phone in phones.phones:
        spoken |= (phone.label != SILENCE) & (times >= phone.start) & (times < phone.end)
    usual = float(np.median(opened[spoken])) if spoken.any() else 0.0
    target = np.maximum(PARTED * parted.first, usual * parted.between)
    return part_lips(weights, channels, gap, target - opened)
