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

__all__ = ["apply_pauses", "pause_envelopes"]

# Lip gap before the first words, IOD, and in pauses: as a share of what it mostly is in speech.
PARTED, IN_PAUSES = 0.045, 1.2
# Seconds before a sound at which the lips start to part and are parted, and in which they hand over to it.
STARTED, DONE, HANDED_OVER = 0.7, 0.45, 0.06
# Pauses up to this stay open throughout; the lips begin not to close this long before them, seconds.
HELD, EARLY = 1.0, 0.1
# The same where no room is heard in the pause: loudness of the acoustics, of which -1 is the noise of the room.
HELD_WITHOUT_ROOM, NO_ROOM = 0.3, -1.3


@dataclass(frozen=True)
class PauseEnvelopes:
    """(T,) in [0, 1]: how far the lips are parted for the first words of a line, and in pauses between words."""

    first: np.ndarray
    between: np.ndarray


def pause_envelopes(phones: PhoneTrack, sound: np.ndarray, times: np.ndarray) -> PauseEnvelopes:
    """1 while the lips are parted in a silence that a sound follows; sound: (A, BANDS + 1) acoustics, 0 rows: unknown;
    times: (T,) s."""
    first, between = np.zeros(len(times)), np.zeros(len(times))
    for silence, following in zip(phones.phones[:-1], phones.phones[1:], strict=True):
        if silence.label != SILENCE:
            continue
        ahead = following.start - times
        over = ease(ahead / HANDED_OVER)
        parting = ease((STARTED - ahead) / (STARTED - DONE))
        joined = silence.start <= 0 or _without_room(sound, silence)
        if silence.start > 0 and silence.end - silence.start <= (HELD_WITHOUT_ROOM if joined else HELD):
            parting, joined = ease((times - silence.start + EARLY) / EARLY), False
        if joined:
            first = np.maximum(first, np.minimum(parting, over))
        else:
            between = np.maximum(between, np.minimum(parting, over))
    return PauseEnvelopes(first, between)


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
    see pause_envelopes."""
    times, opened = np.arange(len(weights)) / fps, weights @ gap
    envelopes = pause_envelopes(phones, sound, times)
    spoken = np.zeros(len(times), bool)
    for phone in phones.phones:
        spoken |= (phone.label != SILENCE) & (times >= phone.start) & (times < phone.end)
    usual = IN_PAUSES * float(np.median(opened[spoken])) if spoken.any() else 0.0
    target = np.maximum(PARTED * envelopes.first, usual * envelopes.between)
    return part_lips(weights, channels, gap, target - opened)
