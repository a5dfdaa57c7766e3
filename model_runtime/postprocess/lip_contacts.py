"""Contacts: lips meet at P B M, the lower lip meets the upper teeth at F V.

Recordings show every bilabial closed by its onset (articulograph: the lip distance falls to within 0-2.4 mm of its
minimum in the first 40 % of the sound). A network trained on means closes most of the way; this closes the rest.
"""

from dataclasses import dataclass
from itertools import groupby

import numpy as np

from model_runtime.linguistics.phones import BILABIALS, LABIODENTALS
from model_runtime.postprocess.config import ContactConfig
from model_runtime.postprocess.context import Context
from model_runtime.postprocess.lip_aperture import close_lips
from model_runtime.postprocess.motion import Motion
from model_runtime.postprocess.smoothstep import ease

__all__ = ["make_contacts"]


@dataclass(frozen=True)
class Contact:
    """Sounds that need the lips within `target` of each other (IOD)."""

    labels: tuple[str, ...]
    target: float


def make_contacts(motion: Motion, context: Context) -> Motion:
    """Every contact is made, at the moment at which the network came nearest to it: it knows the moment better than a
    boundary that may be off. What opens the lips is taken back for that: mouthClose follows the jaw, lifted and lowered
    lips return."""
    config = context.config.contacts
    for contact in (Contact(BILABIALS, config.bilabial_iod), Contact(LABIODENTALS, config.labiodental_iod)):
        aperture = motion.aperture
        envelope = _envelope(aperture, contact, context, config)
        motion = close_lips(motion, np.clip(aperture - contact.target, 0, None) * envelope)
    return motion


def _envelope(aperture: np.ndarray, contact: Contact, context: Context, config: ContactConfig) -> np.ndarray:
    """(T,) in [0, 1]: 1 at the frames at which a contact is to be made, smooth on both sides."""
    times = context.times
    envelope = np.zeros(len(times))
    half = 0.5 / context.fps
    for touching, group in groupby(context.phones.phones, lambda phone: phone.label in contact.labels):
        if not touching:
            continue
        moments, end = [], 0.0
        for phone in group:
            near = np.flatnonzero(
                (times >= phone.start - max(config.before_s, half)) & (times <= phone.end + max(config.after_s, half))
            )
            moments += [times[near[np.argmin(aperture[near])]]] if len(near) else []
            end = phone.end
        if not moments:
            continue
        # Lips that are together for one sound stay so for the next ("Kim, put"), and for all of a long one: a stop's
        # lips part at its burst, and friction needs them near all along.
        rise = (times - (min(moments) - half - config.form_s)) / config.form_s
        fall = (max(*moments, end - config.release_s) + half + config.release_s - times) / config.release_s
        envelope = np.maximum(envelope, ease(np.minimum(rise, fall)))
    return envelope
