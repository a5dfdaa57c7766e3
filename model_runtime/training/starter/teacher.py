"""Pseudo-labels: motion for phones that the recordings lack, from a trained teacher network and phonetic priors.

The teacher is a phone-conditioned network trained on the recordings, queried without sound. It models co-articulation:
each phone in the context of its neighbours. The priors correct it where the recordings (GRID: 51 words) are poor:

- GRID has few TH and DH ("with", "three", beside lips that close), HH only in the letter H, CH and JH in the letters G,
  H, J. They are queried as phones of the same place and manner (TH as S, DH as Z, HH as the vowel after it, CH JH SH ZH
  as S or Z), and postalveolars are protruded, as phonetics describes them.
- GRID's open vowels are short and unstressed (AA in "r", AE in "at"), but the jaw is lowest in AA AE AW AO. Free
  speech, measured by phone, rounds OW and W further and holds S and Z closer than GRID's words.
- GRID's speaker rests before and after six words; free speakers neither rest nor close the lips at the ends of a
  phrase. So silences are queried as the vowel of "the", which keeps rest out of the phones beside them, and have a low
  frame_confidence: in silences the networks learn from the recorded sounds. Only in digital silence, as between
  synthetic words, they learn that vowel.
- Half of a phone's variation between contexts is noise with 51 words, so half of the motion is the teacher's average
  for the phone (docs/experiments.md).
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from scipy.ndimage import gaussian_filter1d

from model_runtime.linguistics.phones import PHONES, SILENCE, VOWELS, PhoneTrack, Span
from model_runtime.model.phone_steps import MODEL_RATE, model_times, phone_steps
from model_runtime.networks.starter.network import StarterNetwork
from model_runtime.postprocess.smoothstep import ease
from model_runtime.training.batches import make_batch
from model_runtime.training.examples import Example

__all__ = ["PhonePriors", "pseudo_label"]


@dataclass(frozen=True)
class PhonePriors:
    """Corrections of the teacher's motion.

    stand_in: phone -> phone that is queried in its place.
    silences: frame_confidence of silences, [0, 1].
    averaged: share of the phones' average motion.
    blend: standard deviation of the Gaussian that blends the average poses of neighbouring phones, s.
    protruded: phones with added mouthPucker and mouthFunnel.
    pucker, funnel: the added weights.
    opened: phone -> factor on the channels that open the lips.
    overlap: reach of `protruded` and `opened` into the neighbouring phones, s.
    running: factor on the channels that open the lips in all phones. Averages open less than the speaker, who opens
        less than free speakers (95th percentile of the lip gap: .20 against .25-.27 IOD).
    """

    stand_in: tuple[tuple[str, str], ...] = (
        *(("TH", "S"), ("DH", "Z"), ("CH", "S"), ("JH", "S"), ("SH", "S"), ("ZH", "Z"), (SILENCE, "AH")),
    )
    silences: float = 0.05
    averaged: float = 0.5
    blend: float = 0.03
    protruded: tuple[str, ...] = ("CH", "JH", "SH", "ZH")
    pucker: float = 0.14
    funnel: float = 0.14
    opened: tuple[tuple[str, float], ...] = (
        *(("AA", 1.1), ("AE", 1.3), ("AO", 1.2), ("IH", 0.9), ("OW", 0.8), ("W", 0.5), ("HH", 1.2)),
        *(("DH", 0.9), ("TH", 0.85), ("S", 0.85), ("Z", 0.85), ("K", 0.9), ("NG", 1.15)),
        *(("CH", 0.75), ("JH", 0.75), ("SH", 0.75), ("ZH", 0.85)),
    )
    overlap: float = 0.06
    running: float = 1.3


def pseudo_label(network: StarterNetwork, examples: list[Example], priors: PhonePriors) -> list[Example]:
    """The examples with the teacher's motion, corrected by the priors, and with a low frame_confidence in silences."""
    motions = _teacher_motion(network, examples, priors)
    averages = _averages(examples, motions, priors.blend)
    labelled = []
    for example, motion, average in zip(examples, motions, averages, strict=True):
        mixed = (1 - priors.averaged) * motion + priors.averaged * average
        weights = _with_priors(np.clip(mixed, 0, 1), network.config.channels, example, priors)
        confidence = (example.frame_confidence * np.where(_silent(example), priors.silences, 1.0)).astype(np.float32)
        labelled.append(replace(example, weights=weights.astype(np.float32), frame_confidence=confidence))
    return labelled


def _teacher_motion(network: StarterNetwork, examples: list[Example], priors: PhonePriors) -> list[np.ndarray]:
    """Motion (T, K) in [0, 1] of each example, from its phones alone."""
    network.eval()
    motions = []
    for example in examples:
        assert example.phones is not None, "pseudo-labels need phones"
        queried = replace(example, phones=_queried(example.phones, priors))
        batch = make_batch([queried], len(network.config.styles), None)
        voice = replace(batch.voice, has_sound=torch.zeros(1))
        with torch.inference_mode():
            features = network.encode(voice)
            keys = network.key_motions(features, batch.key_times, batch.is_key)
            motion = network.complete(features, keys, batch.key_times, batch.is_key, batch.times)
        motions.append(motion[0].clamp(0, 1).numpy()[: len(example.times)])
    return motions


def _averages(examples: list[Example], motions: list[np.ndarray], blend: float) -> list[np.ndarray]:
    """Motion (T, K) of each example with one pose a phone, the least-squares fit to all motions.

    The poses of neighbouring phones are blended by a Gaussian of standard deviation `blend`, s.
    """
    shares = []
    for example in examples:
        assert example.phones is not None, "pseudo-labels need phones"
        steps = model_times(float(example.times[-1]))
        present = np.eye(len(PHONES))[phone_steps(example.phones, steps)]
        blended = gaussian_filter1d(present, blend * MODEL_RATE, axis=0, mode="nearest")
        shares.append(np.stack([np.interp(example.times, steps, column) for column in blended.T], axis=1))
    poses = np.linalg.lstsq(np.concatenate(shares), np.concatenate(motions), rcond=None)[0]
    return [share @ poses for share in shares]


def _silent(example: Example) -> np.ndarray:
    """(T,) bool, frames in silences."""
    assert example.phones is not None, "pseudo-labels need phones"
    return phone_steps(example.phones, example.times) == PHONES.index(SILENCE)


def _queried(phones: PhoneTrack, priors: PhonePriors) -> PhoneTrack:
    """The phones with their stand-ins."""
    stand_in, spans = dict(priors.stand_in), []
    for index, phone in enumerate(phones.phones):
        label = stand_in.get(phone.label, phone.label)
        if phone.label == "HH":
            after = phones.phones[index + 1].label if index + 1 < len(phones.phones) else SILENCE
            label = after if after in VOWELS else "AH"
        spans.append(Span(label, phone.start, phone.end))
    return PhoneTrack(tuple(spans), phones.words)


def _with_priors(weights: np.ndarray, channels: tuple[str, ...], example: Example, priors: PhonePriors) -> np.ndarray:
    """(T, K) weights with the priors on opening and protrusion, clipped to [0, 1]."""
    factors, times = dict(priors.opened), example.times
    gain, protrusion = np.full(len(times), priors.running), np.zeros(len(times))
    assert example.phones is not None, "pseudo-labels need phones"
    for phone in example.phones.phones:
        inside = np.minimum(times - (phone.start - priors.overlap), (phone.end + priors.overlap) - times)
        share = ease(inside / (2 * priors.overlap))
        gain *= 1 + (factors.get(phone.label, 1.0) - 1) * share
        if phone.label in priors.protruded:
            protrusion = np.maximum(protrusion, share)
    opening = [
        column
        for column, name in enumerate(channels)
        if name in ("jawOpen", "mouthClose") or name.startswith(("mouthLowerDown", "mouthUpperUp"))
    ]
    weights = weights.copy()
    weights[:, opening] *= gain[:, None]
    weights[:, channels.index("mouthPucker")] += priors.pucker * protrusion
    weights[:, channels.index("mouthFunnel")] += priors.funnel * protrusion
    return np.clip(weights, 0, 1)
