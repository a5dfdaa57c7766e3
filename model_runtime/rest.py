"""Rest: in long silences the mouth comes to its neutral pose and stays there, without jitter."""

import numpy as np

from model_runtime.easing import ease
from model_runtime.linguistics.phones import SILENCE, PhoneTrack

__all__ = ["apply_rest", "rest_envelope"]

# Lips settle within this after the last sound and start to move this long before the next one (anticipation reaches
# 0.3 s ahead in the recordings), seconds; going to rest and coming back takes FADE.
SETTLE, ANTICIPATE, FADE = 0.35, 0.35, 0.2


def rest_envelope(phones: PhoneTrack, times: np.ndarray) -> np.ndarray:
    """(T,) in [0, 1]: 1 deep inside silences that are long enough for rest, 0 in speech, smooth in between."""
    envelope = np.zeros(len(times))
    for phone in phones.phones:
        if phone.label != SILENCE:
            continue
        # Before the first sound and after the last there is no speech to settle from or to prepare.
        last = phone.end >= phones.duration
        # The end of a recording may be short; the lips are closed by then all the same.
        length = phone.end - phone.start
        settle, fade = (min(SETTLE, 0.4 * length), min(FADE, 0.4 * length)) if last else (SETTLE, FADE)
        start = phone.start + settle if phone.start > 0 else -np.inf
        end = np.inf if last else phone.end - ANTICIPATE
        inside = np.minimum(times - start, end - times)
        share = ease(inside / fade) if np.isfinite([start, end]).any() else np.ones(len(times))
        envelope = np.maximum(envelope, share)
    return envelope


def apply_rest(weights: np.ndarray, phones: PhoneTrack, fps: float) -> np.ndarray:
    """Weights (T, K) that fade to 0 where the mouth rests."""
    times = np.arange(len(weights)) / fps
    return weights * (1 - rest_envelope(phones, times))[:, None]
