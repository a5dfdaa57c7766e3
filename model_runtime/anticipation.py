"""Anticipation: before they speak, people part their lips to breathe in.

On the development clips the lips of the eight unseen speakers are .10-.13 IOD apart from half a second before the first
sound on; the speaker of the training clips starts later and opens less. What is added here lies between
(docs/experiments.md has the figures).
"""

import numpy as np

from model_runtime.easing import ease
from model_runtime.linguistics.phones import SILENCE, PhoneTrack

__all__ = ["apply_anticipation", "parting_envelope"]

# Lip gap before speech, IOD.
PARTED = 0.045
# Seconds before the first sound at which the lips start to part and are parted, and in which they hand over to it.
STARTED, DONE, HANDED_OVER = 0.7, 0.45, 0.12
# Lips settle this long after the sound before; pauses shorter than this leave no time to breathe, seconds.
SETTLED, SHORTEST = 0.15, 0.4


def parting_envelope(phones: PhoneTrack, times: np.ndarray) -> np.ndarray:
    """(T,) in [0, 1]: 1 while the lips are parted in a silence that a sound follows."""
    envelope = np.zeros(len(times))
    for silence, sound in zip(phones.phones[:-1], phones.phones[1:], strict=True):
        length = silence.end - silence.start - (SETTLED if silence.start > 0 else 0.0)
        if silence.label != SILENCE or length < SHORTEST:
            continue
        started = min(STARTED, length) if silence.start > 0 else STARTED
        done = started * DONE / STARTED
        ahead = sound.start - times
        envelope = np.maximum(envelope, ease((started - ahead) / (started - done)) * ease(ahead / HANDED_OVER))
    return envelope


def apply_anticipation(
    weights: np.ndarray, channels: tuple[str, ...], gap: np.ndarray, phones: PhoneTrack, fps: float
) -> np.ndarray:
    """Weights (T, K) in [0, 1] whose lips are parted before speech; gap: (K,) IOD that each channel opens them by."""
    envelope = parting_envelope(phones, np.arange(len(weights)) / fps)
    close, jaw = channels.index("mouthClose"), channels.index("jawOpen")
    missing = np.clip(PARTED * envelope - weights @ gap, 0, None)
    result = weights.copy()
    released = np.minimum(result[:, close], missing / -gap[close])
    result[:, close] -= released
    result[:, jaw] += (missing + released * gap[close]) / gap[jaw]
    return np.clip(result, 0, 1)
