"""Contacts: lips meet at P B M, the lower lip meets the upper teeth at F V.

Recordings show every bilabial closed by its onset (articulograph: the lip distance falls to within 0-2.4 mm of its
minimum in the first 40 % of the sound). A network trained on means closes most of the way; this closes the rest.
"""

import numpy as np

from model_runtime.linguistics.phones import BILABIALS, LABIODENTALS, PhoneTrack

__all__ = ["apply_contacts", "contact_envelope"]

# Seconds that a contact takes to form and to release: fast speech closes and opens lips in 60-90 ms.
FORM, RELEASE = 0.08, 0.09
# The part of the sound that the contact lasts.
HOLD = 0.45
# Lip gap (IOD) left at a contact of the lips, and of lower lip and teeth.
CLOSED, TOUCHING = 0.0, 0.05


def contact_envelope(phones: PhoneTrack, labels: tuple[str, ...], times: np.ndarray, fps: float) -> np.ndarray:
    """(T,) in [0, 1]: 1 while one of `labels` holds its contact, smooth on both sides.

    The frame nearest to each onset is always held, however short the sound and however slow the frame rate.
    """
    envelope = np.zeros(len(times))
    half = 0.5 / fps
    for phone in phones.phones:
        if phone.label not in labels:
            continue
        start = phone.start - half
        end = max(phone.start + HOLD * (phone.end - phone.start), phone.start + half)
        rise = np.clip((times - (start - FORM)) / FORM, 0, 1)
        fall = np.clip(((end + RELEASE) - times) / RELEASE, 0, 1)
        shape = np.minimum(rise, fall)
        envelope = np.maximum(envelope, shape * shape * (3 - 2 * shape))
    return envelope


def apply_contacts(
    weights: np.ndarray, channels: tuple[str, ...], gap: np.ndarray, phones: PhoneTrack, fps: float
) -> np.ndarray:
    """Weights (T, K) in [0, 1] with contacts made.

    gap: (K,) IOD that each channel opens the inner lips by at weight 1 (negative: closes). What opens the lips is taken
    back as far as the contact asks: mouthClose follows the jaw, lifted and lowered lips return.
    """
    times = np.arange(len(weights)) / fps
    weights = weights.copy()
    for labels, target in ((BILABIALS, CLOSED), (LABIODENTALS, TOUCHING)):
        envelope = contact_envelope(phones, labels, times, fps)
        opened = weights @ gap
        surplus = np.clip(opened - target, 0, None) * envelope
        share = np.divide(surplus, opened, out=np.zeros_like(opened), where=opened > 1e-6)
        weights = _take_back(weights, channels, gap, share)
    return weights


def _take_back(weights: np.ndarray, channels: tuple[str, ...], gap: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Remove the `share` (T,) of the opening: the lips' part directly, the jaw's part by mouthClose."""
    close, jaw = channels.index("mouthClose"), channels.index("jawOpen")
    opening = [k for k in range(len(channels)) if gap[k] > 1e-3 and k != jaw]
    result = weights.copy()
    result[:, opening] *= (1 - share)[:, None]
    removed = (weights - result)[:, opening] @ gap[opening]
    left = np.clip(share * np.clip(weights @ gap, 0, None) - removed, 0, None)
    result[:, close] = np.minimum(result[:, close] + left / -gap[close], result[:, jaw])
    return result
