"""Contacts: the lips meet at P B M, the lower lip meets the upper teeth at F V.

In recordings, every bilabial is closed by its onset (articulography: the lip distance falls to within 0-2.4 mm of its
minimum in the first 40 % of the phone). A network trained on means closes most of the way; this rule closes the rest.
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

# The lower lip lies under the upper teeth, and the upper lip shows them.
TUCKED = ("mouthRollLower", "mouthUpperUpLeft", "mouthUpperUpRight")


@dataclass(frozen=True)
class Contact:
    """labels: the phones of a contact. target: largest aperture in the contact, IOD. kept: channels that form it, which
    are not reduced to reach the target."""

    labels: tuple[str, ...]
    target: float
    kept: tuple[str, ...] = ()


def make_contacts(motion: Motion, context: Context) -> Motion:
    """Make every contact, at the frame at which the motion of the network is nearest to it: the network's timing is
    better than a phone boundary, which may be off. `close_lips` closes the lips to the target."""
    config = context.config.contacts
    for contact in (
        Contact(BILABIALS, config.bilabial_iod),
        Contact(LABIODENTALS, config.labiodental_iod, TUCKED),
    ):
        aperture = motion.aperture
        envelope = _envelope(aperture, contact, context, config)
        motion = close_lips(motion, np.clip(aperture - contact.target, 0, None) * envelope, contact.kept)
    return motion


def _envelope(aperture: np.ndarray, contact: Contact, context: Context, config: ContactConfig) -> np.ndarray:
    """(T,) in [0, 1]: 1 at the frames of a contact, eased to 0 before and after."""
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
        # Neighbouring contacts form one ("Kim, put"), and a contact holds through a long phone: the lips of a plosive
        # part at its burst, and a fricative needs them near throughout.
        rise = (times - (min(moments) - half - config.form_s)) / config.form_s
        fall = (max(*moments, end - config.release_s) + half + config.release_s - times) / config.release_s
        envelope = np.maximum(envelope, ease(np.minimum(rise, fall)))
    return envelope
