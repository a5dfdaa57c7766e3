"""Pauses: between words the mouth neither rests nor closes, and what is heard of the breath tells how far it is open.

In free speech a pause of up to a second is as open as the speech around it: the mouth closes in longer ones alone, and
opens again before the next sound. The speaker of the training clips says six words in a row and rests. How far lips are
apart in a pause is heard: breath between open lips has more in the middle of the spectrum than through the nose, and
the noise of a room has none of either. Where the sound stops altogether, lines that were recorded one by one are
joined, and each ends with the mouth at rest (docs/experiments.md has the figures).
"""

import numpy as np

from model_runtime.linguistics.phones import SILENCE, PhoneTrack, Span
from model_runtime.postprocess.formant_opening import spectral_balance
from model_runtime.postprocess.lip_aperture import close_lips, part_lips
from model_runtime.postprocess.smoothstep import ease
from model_runtime.speech.log_mel import ACOUSTIC_RATE

__all__ = ["apply_pauses", "find_pauses", "without_room"]

# IOD that lips are further apart in a pause than the networks have them, and further for each unit of the spectral
# balance, averaged over so many seconds (standard deviation). The same for every line and whatever the motion, so that
# an edit of one key moves no pause elsewhere.
FURTHER, BREATH, SMOOTHED = 0.03, 0.06, 0.1
# Units of balance, either way, that hardly any breath exceeds; beyond them lips do not open or close further.
BRIGHTEST = 1.2
# Seconds before the sound at which lips start to part after a rest and are parted, and in which they hand over to it.
STARTED, DONE, HANDED_OVER = 0.7, 0.45, 0.06
# The longest pause in which the mouth does not come to rest, seconds; it begins this long before the silence.
LONGEST, EARLY = 1.2, 0.1
# The same where no room is heard in the pause: loudness of the acoustics, of which -1 is the noise of a room and -1.5
# (49 dB below the speech) the least.
LONGEST_WITHOUT_ROOM, NO_ROOM = 0.3, -1.45


def find_pauses(phones: PhoneTrack, sound: np.ndarray) -> frozenset[Span]:
    """The silences between sounds in which the mouth does not come to rest.

    sound: (A, F) acoustics, the last column loudness, 0 rows: unknown. None where the phones are doubtful: silences
    are what nobody understood there.
    """
    if phones.heard:
        return frozenset()
    return frozenset(
        silence
        for silence in phones.phones[:-1]
        if silence.label == SILENCE
        and silence.start > 0
        and silence.end - silence.start <= (LONGEST_WITHOUT_ROOM if without_room(sound, silence) else LONGEST)
    )


def apply_pauses(
    weights: np.ndarray,
    channels: tuple[str, ...],
    gap: np.ndarray,
    phones: PhoneTrack,
    pauses: frozenset[Span],
    sound: np.ndarray,
    fps: float,
) -> np.ndarray:
    """Weights (T, K) in [0, 1] whose lips part in pauses and after a rest; gap: (K,) IOD that each channel opens them
    by. pauses, sound: see `find_pauses`. Nothing changes where the phones are doubtful."""
    if phones.heard:
        return weights
    times = np.arange(len(weights)) / fps
    further = FURTHER + BREATH * _breath(sound, times)
    change = np.zeros(len(times))
    for silence, following in zip(phones.phones[:-1], phones.phones[1:], strict=True):
        if silence.label != SILENCE or silence.start <= 0:
            continue
        since, ahead = times - silence.start, following.start - times
        if silence in pauses:
            opening = ease((since + EARLY) / EARLY)
        elif not without_room(sound, silence):
            opening = ease((STARTED - ahead) / (STARTED - DONE))
        else:
            continue
        change += further * np.minimum(opening, ease(ahead / HANDED_OVER))
    return part_lips(close_lips(weights, channels, gap, -change), channels, gap, change)


def _breath(sound: np.ndarray, times: np.ndarray) -> np.ndarray:
    """(T,) spectral balance at the times, within +-BRIGHTEST; 0 where the sound is unknown."""
    if not len(sound):
        return np.zeros(len(times))
    balance = np.clip(spectral_balance(sound, SMOOTHED), -BRIGHTEST, BRIGHTEST)
    return np.interp(times, np.arange(len(sound)) / ACOUSTIC_RATE, balance)


def without_room(sound: np.ndarray, silence: Span) -> bool:
    """Whether the sound stops in a silence, as no room does. sound: see `find_pauses`."""
    rows = sound[round(silence.start * ACOUSTIC_RATE) : round(silence.end * ACOUSTIC_RATE)]
    return len(rows) > 0 and float(np.median(rows[:, -1])) < NO_ROOM
