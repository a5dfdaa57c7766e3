"""Rest: in long silences the mouth comes to its neutral pose and stays there, without jitter."""

import numpy as np
from scipy.ndimage import gaussian_filter1d, grey_opening

from model_runtime.linguistics.phones import SILENCE, PhoneTrack, Span
from model_runtime.postprocess.pauses import without_room
from model_runtime.postprocess.smoothstep import ease
from model_runtime.speech.features import HEARD
from model_runtime.speech.log_mel import ACOUSTIC_RATE

__all__ = ["apply_rest", "rest_envelope", "voiced"]

# Lips settle within this after the last sound and start to move this long before the next one (people part them half a
# second ahead, and the networks know it), seconds; going to rest and coming back takes FADE.
SETTLE, ANTICIPATE, FADE = 0.6, 0.6, 0.3
# The same where nothing at all is heard: lines that were recorded one by one, or a gate. No breath tells there whether
# lips are apart, and the networks guess.
SETTLE_CLEAN, ANTICIPATE_CLEAN = 0.0, 0.3
# The shortest times in which a mouth comes out of rest at the beginning of a recording and back to it at the end,
# seconds. Lips that open by .2 IOD in the first reach 2.5 IOD/s, as in lively speech (of recorded speeds 95 % lie below
# 1.9 to 2.8); the second is 7 or 8 frames at 30 a second. Where the silence is shorter, the recording begins or ends
# with the mouth a little open: within a frame or two it would jump.
SHORTEST_RISE, SHORTEST_FALL = 0.12, 0.25
# A voice is loud (the last column of what is heard: -1 is the noise of the room, 1 the average of the speech): from the
# first figure on a little, from the second on surely. It is averaged over so many seconds (standard deviation), and
# lasts: what is loud for less, the click at the end of a recording too, is no word.
LOUD, SMOOTHED, LASTS = (0.0, 0.5), 0.1, 0.2
# A tenth of a recording is quieter than this, if what is loud in it stands out of a quieter room.
NOISE = -0.9


def rest_envelope(phones: PhoneTrack, pauses: frozenset[Span], clean: frozenset[Span], times: np.ndarray) -> np.ndarray:
    """(T,) in [0, 1]: 1 deep inside silences that are long enough for rest and none of the `pauses`, 0 in speech,
    smooth in between. clean: silences in which nothing is heard; rest is nearer there."""
    envelope = np.zeros(len(times))
    for phone in phones.phones:
        if phone.label != SILENCE or phone in pauses:
            continue
        # Before the first sound and after the last there is no speech to settle from or to prepare.
        last = phone.end >= phones.duration
        settle, anticipate = (SETTLE_CLEAN, ANTICIPATE_CLEAN) if phone in clean else (SETTLE, ANTICIPATE)
        fade = FADE
        if last:
            # The end of a recording may be short; the lips are closed by then where there is time for it.
            length = phone.end - phone.start
            fade = float(np.clip(0.4 * length, SHORTEST_FALL, FADE))
            settle = min(settle, 0.4 * length, max(length - fade, 0.0))
        start = phone.start + settle if phone.start > 0 else -np.inf
        end = np.inf if last else phone.end - anticipate
        inside = np.minimum(times - start, end - times)
        share = ease(inside / fade) if np.isfinite([start, end]).any() else np.ones(len(times))
        envelope = np.maximum(envelope, share)
    return envelope


def apply_rest(
    weights: np.ndarray, phones: PhoneTrack, pauses: frozenset[Span], sound: np.ndarray, fps: float
) -> np.ndarray:
    """Weights (T, K) that fade to 0 where the mouth rests, and not where a voice is heard all the same: its words are
    missing from the transcript, or the recording ends within a word. A clean recording begins at rest.

    pauses: silences in which it does not. sound: (A, HEARD), see hearing; of another shape: unknown.
    """
    times = np.arange(len(weights)) / fps
    clean = frozenset(
        phone
        for phone in phones.phones
        if phone.label == SILENCE and _hears_loudness(sound) and without_room(sound, phone)
    )
    resting = rest_envelope(phones, pauses, clean, times) * (1 - voiced(sound, times))
    resting = np.maximum(resting, _beginning(phones, sound, times))
    return weights * (1 - resting)[:, None]


def _beginning(phones: PhoneTrack, sound: np.ndarray, times: np.ndarray) -> np.ndarray:
    """(T,) 1 at the beginning of a recording before whose first sound nothing is heard, fading out by that sound; less
    than 1 where the sound comes too soon for that.

    Where a room is heard, people are about to speak already, and their lips may be open.
    """
    first = phones.phones[0]
    if first.label != SILENCE or not _hears_loudness(sound) or not without_room(sound, first):
        return np.zeros(len(times))
    by = min(FADE, 0.8 * first.end)
    fade = max(by, SHORTEST_RISE)
    return 1 - ease((times + fade - by) / fade)


def _hears_loudness(sound: np.ndarray) -> bool:
    return len(sound) > 0 and sound.shape[1] == HEARD


def voiced(sound: np.ndarray, times: np.ndarray) -> np.ndarray:
    """(T,) in [0, 1] at `times`: how surely a voice is heard; 0 throughout where nothing stands out of the noise.

    sound: as in `apply_rest`.
    """
    if not _hears_loudness(sound) or np.percentile(sound[:, -1], 10) > NOISE:
        return np.zeros(len(times))
    smooth = gaussian_filter1d(sound[:, -1].astype(np.float64), SMOOTHED * ACOUSTIC_RATE, mode="nearest")
    lasting = grey_opening(smooth, round(LASTS * ACOUSTIC_RATE), mode="constant", cval=smooth.min())
    heard = np.interp(times, np.arange(len(sound)) / ACOUSTIC_RATE, lasting)
    little, surely = LOUD
    return ease((heard - little) / (surely - little))
