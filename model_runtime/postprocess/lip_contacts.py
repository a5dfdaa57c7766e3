"""Contacts: lips meet at P B M, the lower lip meets the upper teeth at F V.

Recordings show every bilabial closed by its onset (articulograph: the lip distance falls to within 0-2.4 mm of its
minimum in the first 40 % of the sound). A network trained on means closes most of the way; this closes the rest.
"""

from dataclasses import dataclass
from itertools import groupby

import numpy as np

from model_runtime.linguistics.phones import BILABIALS, LABIODENTALS, PhoneTrack
from model_runtime.postprocess.lip_aperture import close_lips
from model_runtime.postprocess.smoothstep import ease

__all__ = ["apply_contacts"]

# Seconds that a contact takes to form and to release: fast speech closes and opens lips in 60-90 ms.
FORM, RELEASE = 0.07, 0.07
# A contact lies within the sound, or this long before it or after it, seconds.
BEFORE, AFTER = 0.05, 0.015


@dataclass(frozen=True)
class Contact:
    """Sounds that need the lips within `target` of each other (IOD)."""

    labels: tuple[str, ...]
    target: float


CONTACTS = (Contact(BILABIALS, 0.0), Contact(LABIODENTALS, 0.035))


def apply_contacts(
    weights: np.ndarray, channels: tuple[str, ...], gap: np.ndarray, phones: PhoneTrack, fps: float
) -> np.ndarray:
    """Weights (T, K) in [0, 1] with every contact made.

    gap: (K,) IOD that each channel opens the inner lips by at weight 1 (negative: closes). The contact is made at the
    moment at which the network came nearest to it: it knows the moment better than a boundary that may be off. What
    opens the lips is taken back for that: mouthClose follows the jaw, lifted and lowered lips return.
    """
    times = np.arange(len(weights)) / fps
    for contact in CONTACTS:
        opened = weights @ gap
        envelope = _envelope(opened, contact, phones, times, fps)
        surplus = np.clip(opened - contact.target, 0, None) * envelope
        weights = close_lips(weights, channels, gap, surplus)
    return weights


def _envelope(opened: np.ndarray, contact: Contact, phones: PhoneTrack, times: np.ndarray, fps: float) -> np.ndarray:
    """(T,) in [0, 1]: 1 at the frames at which a contact is to be made, smooth on both sides."""
    envelope = np.zeros(len(times))
    half = 0.5 / fps
    for touching, group in groupby(phones.phones, lambda phone: phone.label in contact.labels):
        if not touching:
            continue
        moments, end = [], 0.0
        for phone in group:
            near = np.flatnonzero((times >= phone.start - max(BEFORE, half)) & (times <= phone.end + max(AFTER, half)))
            moments += [times[near[np.argmin(opened[near])]]] if len(near) else []
            end = phone.end
        if not moments:
            continue
        # Lips that are together for one sound stay so for the next ("Kim, put"), and for all of a long one: a stop's
        # lips part at its burst, and friction needs them near all along.
        rise = (times - (min(moments) - half - FORM)) / FORM
        fall = (max(*moments, end - RELEASE) + half + RELEASE - times) / RELEASE
        envelope = np.maximum(envelope, ease(np.minimum(rise, fall)))
    return envelope
