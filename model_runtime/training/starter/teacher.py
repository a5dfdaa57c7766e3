"""The teacher of sounds that the recordings lack: what faces do there, from what was measured and articulation facts.

It is the phone stream alone of a network trained on the recordings (a co-articulation model: it knows each phone in the
company of its neighbours), asked through phones that the recordings show well, with facts put on top:

- GRID's few TH and DH stand in "with" and "three" beside lips that close anyway, its HH only in the letter H, its CH
  and JH in the letters G, H, J. They are asked for as sounds of the same place and manner (TH as S, DH as Z, HH as the
  vowel that follows, CH JH SH ZH as S), and the postalveolars get the protrusion that phonetics ascribes to them.
- Its open vowels are short and unstressed (AA in "r", AE in "at"); the jaw is lowest on AA AE AW AO of all sounds. Free
  speech, measured by phone, rounds OW and W further, and holds S and Z closer, than GRID's few words do.
- GRID's speaker rests before and after six words; people who speak freely neither rest nor close their lips where a
  phrase begins or ends. So silences are asked for as the vowel of "the", which keeps the rest out of the sounds beside
  them, and are hardly taught themselves: what a mouth does there, the networks read from what is heard. Only where
  nothing is heard at all, as between synthetic words, that vowel is what they know.
- How a phone differs from one company to the next is half noise where only 51 words were seen, so half of the motion is
  what the teacher gives the phone on average (docs/experiments.md).
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from scipy.ndimage import gaussian_filter1d

from model_runtime.linguistics.phones import PHONES, SILENCE, VOWELS, PhoneTrack, Span
from model_runtime.model.phone_steps import MODEL_RATE, model_times, phone_steps
from model_runtime.model.starter.network import KMTalk
from model_runtime.postprocess.smoothstep import ease
from model_runtime.training.batches import make_batch
from model_runtime.training.examples import Example

__all__ = ["Facts", "teach"]


@dataclass(frozen=True)
class Facts:
    """stand_in: phone -> the phone it is asked for as. silences: how surely their motion is known, in [0, 1].
    averaged: share of the phones' average motion, blended over `blend` seconds (standard deviation). protruded: pucker
    and funnel added on these. opened: phone -> factor on what opens the lips. overlap: seconds by which a fact reaches
    into the neighbours. running: factor on what opens the lips throughout: averages open less than the speaker they
    come from, and he opens less than people do when they speak freely (95th percentile of the gap .20 and .25-.27 IOD).
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


def teach(network: KMTalk, examples: list[Example], facts: Facts) -> list[Example]:
    """The examples with the motion that the teacher gives their phones; what faces do in silences is hardly known."""
    motions = _asked_for(network, examples, facts)
    averages = _averages(examples, motions, facts.blend)
    taught = []
    for example, motion, average in zip(examples, motions, averages, strict=True):
        mixed = (1 - facts.averaged) * motion + facts.averaged * average
        weights = _with_facts(np.clip(mixed, 0, 1), network.config.channels, example, facts)
        known = example.known * np.where(_silent(example), facts.silences, 1.0)
        taught.append(replace(example, weights=weights.astype(np.float32), known=known.astype(np.float32)))
    return taught


def _asked_for(network: KMTalk, examples: list[Example], facts: Facts) -> list[np.ndarray]:
    """What the network makes of each example's phones, (T, K) in [0, 1]."""
    network.eval()
    motions = []
    for example in examples:
        assert example.phones is not None, "what is taught has phones"
        asked = replace(example, phones=_asked(example.phones, facts))
        batch = make_batch([asked], len(network.config.styles), None)
        voice = replace(batch.voice, has_sound=torch.zeros(1))
        with torch.inference_mode():
            features = network.encode(voice)
            keys = network.key_motions(features, batch.key_times, batch.is_key)
            motion = network.complete(features, keys, batch.key_times, batch.is_key, batch.times)
        motions.append(motion[0].clamp(0, 1).numpy()[: len(example.times)])
    return motions


def _averages(examples: list[Example], motions: list[np.ndarray], blend: float) -> list[np.ndarray]:
    """One pose a phone, blended from phone to phone over `blend` seconds, that comes nearest to all motions (T, K)."""
    shares = []
    for example in examples:
        assert example.phones is not None, "what is taught has phones"
        steps = model_times(float(example.times[-1]))
        present = np.eye(len(PHONES))[phone_steps(example.phones, steps)]
        blended = gaussian_filter1d(present, blend * MODEL_RATE, axis=0, mode="nearest")
        shares.append(np.stack([np.interp(example.times, steps, column) for column in blended.T], axis=1))
    poses = np.linalg.lstsq(np.concatenate(shares), np.concatenate(motions), rcond=None)[0]
    return [share @ poses for share in shares]


def _silent(example: Example) -> np.ndarray:
    """(T,) bool"""
    assert example.phones is not None, "what is taught has phones"
    return phone_steps(example.phones, example.times) == PHONES.index(SILENCE)


def _asked(phones: PhoneTrack, facts: Facts) -> PhoneTrack:
    stand_in, spans = dict(facts.stand_in), []
    for index, phone in enumerate(phones.phones):
        label = stand_in.get(phone.label, phone.label)
        if phone.label == "HH":
            after = phones.phones[index + 1].label if index + 1 < len(phones.phones) else SILENCE
            label = after if after in VOWELS else "AH"
        spans.append(Span(label, phone.start, phone.end))
    return PhoneTrack(tuple(spans), phones.words)


def _with_facts(weights: np.ndarray, channels: tuple[str, ...], example: Example, facts: Facts) -> np.ndarray:
    factors, times = dict(facts.opened), example.times
    gain, protrusion = np.full(len(times), facts.running), np.zeros(len(times))
    assert example.phones is not None, "what is taught has phones"
    for phone in example.phones.phones:
        inside = np.minimum(times - (phone.start - facts.overlap), (phone.end + facts.overlap) - times)
        share = ease(inside / (2 * facts.overlap))
        gain *= 1 + (factors.get(phone.label, 1.0) - 1) * share
        if phone.label in facts.protruded:
            protrusion = np.maximum(protrusion, share)
    opening = [
        column
        for column, name in enumerate(channels)
        if name in ("jawOpen", "mouthClose") or name.startswith(("mouthLowerDown", "mouthUpperUp"))
    ]
    weights = weights.copy()
    weights[:, opening] *= gain[:, None]
    weights[:, channels.index("mouthPucker")] += facts.pucker * protrusion
    weights[:, channels.index("mouthFunnel")] += facts.funnel * protrusion
    return np.clip(weights, 0, 1)
