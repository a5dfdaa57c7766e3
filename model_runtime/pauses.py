"""Pauses: between words lips stay parted for the next breath, and before they speak, people part them to breathe in.

In free speech a pause of up to a second is as open as the speech around it: the mouth closes in longer ones alone, and
opens again before the next sound. The speaker of the training clips says six words in a row and rests. Where the sound
stops altogether, lines that were recorded one by one are joined, and each ends with the mouth at rest
(docs/experiments.md has the figures).
"""

import numpy as np

from model_runtime.acoustics import ACOUSTIC_RATE
from model_runtime.easing import ease
from model_runtime.linguistics.phones import SILENCE, PhoneTrack, Span
from model_runtime.opening import part_lips

__all__ = ["apply_pauses", "parting"]

# Lip gap before the first words of a line, IOD.
PARTED = 0.045
# Lip gap in a pause, at its ends and in its middle, IOD: what it mostly is in speech, and 1.35 times that. The same for
# every line, so that an edit of one key moves no pause elsewhere.
AT_ENDS, IN_MIDDLE = 0.12, 0.16
# Seconds before a sound at which the lips start to part and are parted, and in which they hand over to it.
STARTED, DONE, HANDED_OVER = 0.7, 0.45, 0.06
# Pauses up to this stay open throughout; the lips begin not to close this long before them, seconds.
HELD, EARLY = 1.0, 0.1
# The same where no room is heard in the pause: loudness of the acoustics, of which -1 is the noise of a room and -1.5
# (49 dB below the speech) the least.
HELD_WITHOUT_ROOM, NO_ROOM = 0.3, -1.45


def parting(phones: PhoneTrack, sound: np.ndarray, times: np.ndarray) -> np.ndarray:
    """(T,) IOD that lips are parted by, at the least, in silences that a sound follows; 0 elsewhere.

    sound: (A, F) acoustics, the last column loudness, 0 rows: unknown. times: (T,) s.
    """
    parted = np.zeros(len(times))
    for silence, following in zip(phones.phones[:-1], phones.phones[1:], strict=True):
        if silence.label != SILENCE:
            continue
        length, since, ahead = silence.end - silence.start, times - silence.start, following.start - times
        joined = silence.start <= 0 or _without_room(sound, silence)
        held = silence.start > 0 and length <= (HELD_WITHOUT_ROOM if joined else HELD)
        opening = ease((since + EARLY) / EARLY if held else (STARTED - ahead) / (STARTED - DONE))
        breath = AT_ENDS + (IN_MIDDLE - AT_ENDS) * np.sin(np.pi * np.clip(since / length, 0, 1))
        level = PARTED if joined and not held else breath
        parted = np.maximum(parted, level * np.minimum(opening, ease(ahead / HANDED_OVER)))
    return parted


def _without_room(sound: np.ndarray, silence: Span) -> bool:
    """Whether the sound stops in a silence, as no room does."""
    rows = sound[round(silence.start * ACOUSTIC_RATE) : round(silence.end * ACOUSTIC_RATE)]
    return len(rows) > 0 and float(np.median(rows[:, -1])) < NO_ROOM


def apply_pauses(
    weights: np.ndarray,
    channels: tuple[str, ...],
    gap: np.ndarray,
    phones: PhoneTrack,
    sound: np.ndarray,
    fps: float,
) -> np.ndarray:
    """Weights (T, K) in [0, 1] whose lips are parted in pauses; gap: (K,) IOD that each channel opens them by. sound:
    see `parting`. Where the phones are doubtful, silences are what nobody understood, and nothing changes."""
    if phones.heard:
        return weights
    parted = parting(phones, sound, np.arange(len(weights)) / fps)
    return part_lips(weights, channels, gap, parted - weights @ gap)
