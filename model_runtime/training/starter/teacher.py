"""Pseudo-labels: motion for phones that the recordings lack, from a trained teacher network and phonetic priors.

The teacher is a phone-conditioned network trained on the recordings, queried without sound. It models co-articulation:
each phone in the context of its neighbours. The priors correct it where the recordings (GRID: 51 words) are poor:

- GRID has few TH and DH ("with", "three", beside lips that close), HH only in the letter H, CH and JH in the letters G,
  H, J. They are queried as phones of the same place and manner (TH as S, DH as Z, HH as the vowel after it, CH JH SH ZH
  as S or Z), and postalveolars are protruded, as phonetics describes them.
- A mean of contexts opens less than a speaker. So the motion is opened until its range is that of the recorded people.
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

__all__ = ["PhonePriors", "lip_range", "pseudo_label"]


@dataclass(frozen=True)
class PhonePriors:
    """Corrections of the teacher's motion.

    stand_in: phone -> phone that is queried in its place.
    silences: frame_confidence of silences, [0, 1].
    averaged: share of the phones' average motion.
    blend: standard deviation of the Gaussian that blends the average poses of neighbouring phones, s.
    protruded: phones with added mouthPucker and mouthFunnel.
    pucker, funnel: the added weights.
    overlap: reach of `protruded` into the neighbouring phones, s.
    range_iod: 95th percentile of the lip gap in speech that the motion is opened to, IOD; None: as the teacher opens.
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
    overlap: float = 0.06
    range_iod: float | None = None


def pseudo_label(
    network: StarterNetwork, examples: list[Example], priors: PhonePriors, gap: np.ndarray
) -> list[Example]:
    """The examples with the teacher's motion, corrected by the priors, and with a low frame_confidence in silences.

    gap: (K,) lip gap of each channel at weight 1, IOD.
    """
    motions = _teacher_motion(network, examples, priors)
    averages = _averages(examples, motions, priors.blend)
    mixed = [
        np.clip((1 - priors.averaged) * motion + priors.averaged * average, 0, 1)
        for motion, average in zip(motions, averages, strict=True)
    ]
    gain = 1.0
    if priors.range_iod is not None:
        made = lip_range([replace(each, weights=weights) for each, weights in zip(examples, mixed, strict=True)], gap)
        gain = priors.range_iod / made
    labelled = []
    for example, motion in zip(examples, mixed, strict=True):
        weights = _with_priors(motion, network.config.channels, example, priors, gain)
        confidence = (example.frame_confidence * np.where(_silent(example), priors.silences, 1.0)).astype(np.float32)
        labelled.append(replace(example, weights=weights.astype(np.float32), frame_confidence=confidence))
    return labelled


def lip_range(examples: list[Example], gap: np.ndarray) -> float:
    """95th percentile of the lip gap in speech, IOD. gap: (K,) lip gap of each channel at weight 1."""
    return float(np.percentile(np.concatenate([(each.weights @ gap)[~_silent(each)] for each in examples]), 95))


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


def _with_priors(
    weights: np.ndarray, channels: tuple[str, ...], example: Example, priors: PhonePriors, gain: float
) -> np.ndarray:
    """(T, K) weights with protrusion, and with the channels that open the lips times `gain`, clipped to [0, 1]."""
    times = example.times
    protrusion = np.zeros(len(times))
    assert example.phones is not None, "pseudo-labels need phones"
    for phone in example.phones.phones:
        if phone.label in priors.protruded:
            inside = np.minimum(times - (phone.start - priors.overlap), (phone.end + priors.overlap) - times)
            protrusion = np.maximum(protrusion, ease(inside / (2 * priors.overlap)))
    opening = [
        column
        for column, name in enumerate(channels)
        if name in ("jawOpen", "mouthClose") or name.startswith(("mouthLowerDown", "mouthUpperUp"))
    ]
    weights = weights.copy()
    weights[:, opening] *= gain
    weights[:, channels.index("mouthPucker")] += priors.pucker * protrusion
    weights[:, channels.index("mouthFunnel")] += priors.funnel * protrusion
    return np.clip(weights, 0, 1)
