"""The tongue, from articulation: at L N T D its tip touches the ridge behind the upper teeth, at TH and DH it lies
between the teeth. Recordings of faces show little of it."""

import numpy as np

from model_runtime.linguistics.phones import PhoneTrack, Span
from model_runtime.postprocess.config import TongueConfig
from model_runtime.postprocess.motion import Motion
from model_runtime.postprocess.rounding_and_tuck import phone_envelope

__all__ = ["TONGUE", "tongue"]

# The channels, in the order of columns.
TONGUE = ("tongueOut", "tongueUp")
# Phone -> how far it shows the tongue between the teeth; 1 is the most.
DENTAL = {"TH": 1.0, "DH": 0.85}
# Phone -> how near the tip comes to the ridge; 1 touches it.
ALVEOLAR = {
    **{"L": 1.0, "N": 1.0, "T": 1.0, "D": 1.0, "CH": 0.95, "JH": 0.95, "S": 0.85, "Z": 0.85},
    **{"SH": 0.7, "ZH": 0.7, "R": 0.55, "ER": 0.4},
}
# The same for sounds of other languages, in IPA, at which the tip stays lower than at the nearest English phone: there
# the back of the tongue touches the palate.
SOUNDS = {"ɲ": 0.5, "ʎ": 0.5}


def tongue(phones: PhoneTrack, motion: Motion, times: np.ndarray, config: TongueConfig) -> np.ndarray:
    """(T, 2) weights of TONGUE. motion: of jaw and lips at `times` (T,) s.

    The tip rises as far as the jaw is open, so that it touches the ridge and does not pass through it. It comes between
    the teeth as far as lips and teeth are apart, and rises over the lower incisors before it comes forward. Where one
    sound follows the other, the tongue draws back before it rises: the straight way would lead through the upper teeth.
    """
    out = phone_envelope(phones, lambda phone: DENTAL.get(phone.label, 0.0), config.ease_s, config.ease_s, times)
    up = phone_envelope(phones, _raised, config.rise_s, config.fall_s, times)
    share = np.divide(out**2, out**2 + up**2, out=np.zeros(len(times)), where=out > 0)
    jaw = motion.weights[:, motion.column("jawOpen")] if "jawOpen" in motion.channels else np.zeros(len(times))
    passing = np.clip(motion.aperture / config.passage_iod, 0, 1) * np.clip(jaw / config.passage_jaw, 0, 1)
    touching = np.clip(config.reach_shut + config.reach_per_jaw * jaw, 0, 1)
    between, raised = passing * out * share**2, up * (1 - share) ** 2
    lifted = np.clip(config.lift_per_jaw * jaw, 0, 1) * np.minimum(between / config.lifted_at, 1)
    forward = np.maximum(between - config.lifted_at, 0) / (1 - config.lifted_at)
    seen = np.clip(config.between_shut + config.between_per_jaw * jaw, 0, 1)
    return np.stack([seen * forward, touching * raised + lifted], axis=1)


def _raised(phone: Span) -> float:
    return SOUNDS.get(phone.sound, ALVEOLAR.get(phone.label, 0.0))
