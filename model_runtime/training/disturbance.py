"""Disturb examples, so that the networks meet more voices, rates, mistakes and keys than the corpora hold."""

from dataclasses import dataclass, field, replace

import numpy as np

from model_runtime.linguistics.phones import PHONES, SILENCE, PhoneTrack, Span
from model_runtime.speech.log_mel import LogMel
from model_runtime.training.augmentation import Augmentation, augment
from model_runtime.training.examples import ROWS, SECONDS, Example

__all__ = ["Disturbance", "disturb", "disturbed_keys"]


@dataclass(frozen=True)
class Disturbance:
    """What happens to an example in training, so that the networks meet more than the corpora hold.

    voice: see Augmentation. blurred: standard deviation of what is added to the features. stretched: share of
    examples spoken faster or slower, by up to `stretch`. misheard: share whose phones are made as wrong as a
    recogniser's: `substituted` of them, boundaries off by `boundary` s (standard deviation). deaf: share without the
    sound.
    Keys, so that completion honours those that people set: one of the shares `dropped` is left out, up to `added` are
    put at random frames, the share `moved` moves by up to `shift` s.
    """

    voice: Augmentation = field(default_factory=Augmentation)
    blurred: float = 0.05
    stretched: float = 0.5
    stretch: float = 1.25
    misheard: float = 0.12
    substituted: float = 0.3
    boundary: float = 0.02
    deaf: float = 0.05
    dropped: tuple[float, ...] = (0.0, 0.15, 0.5)
    added: int = 3
    moved: float = 0.2
    shift: float = 0.04


def disturb(example: Example, disturbance: Disturbance, chance: np.random.Generator) -> Example:
    """The same speech in another voice, at another rate, with a recogniser's mistakes."""
    if chance.random() < disturbance.stretched:
        example = _stretched(example, float(np.exp(chance.uniform(-1, 1) * np.log(disturbance.stretch))))
    phones = example.phones
    if phones is not None and chance.random() < disturbance.misheard:
        phones = _misheard(phones, disturbance, chance)
    blur = disturbance.blurred * chance.standard_normal(example.features.shape, np.float32)
    mel = augment(example.mel, disturbance.voice, chance)
    return replace(example, mel=mel, features=example.features + blur, phones=phones)


def _stretched(example: Example, factor: float) -> Example:
    """Everything `factor` times slower."""
    place = np.minimum(np.arange(ROWS) / factor, ROWS - 1)
    low = np.minimum(place.astype(int), ROWS - 2)
    share = place - low
    kept = example.times * factor < SECONDS

    def between(rows: np.ndarray) -> np.ndarray:
        """(ROWS, ...) at the places."""
        return (rows[low].T * (1 - share) + rows[low + 1].T * share).T

    def slower(track: PhoneTrack | None) -> PhoneTrack | None:
        if track is None:
            return None
        spans = tuple(Span(phone.label, phone.start * factor, phone.end * factor) for phone in track.phones)
        return PhoneTrack(spans)

    return replace(
        example,
        mel=LogMel(between(example.mel.bands), between(example.mel.loudness)),
        features=between(example.features).astype(np.float32),
        phones=slower(example.phones),
        times=example.times[kept] * factor,
        weights=example.weights[kept],
        closed=example.closed[kept],
        known=example.known[kept],
    )


def _misheard(phones: PhoneTrack, disturbance: Disturbance, chance: np.random.Generator) -> PhoneTrack:
    """Some phones become others, all boundaries move a little."""
    bounds = np.array([phone.start for phone in phones.phones] + [phones.duration])
    bounds[1:-1] += chance.normal(0, disturbance.boundary, len(bounds) - 2)
    bounds = np.maximum.accumulate(np.clip(bounds, 0, phones.duration))
    wrong = chance.random(len(phones.phones)) < disturbance.substituted
    others = chance.integers(1, len(PHONES), len(phones.phones))
    spans = [
        Span(PHONES[other] if swap and phone.label != SILENCE else phone.label, float(start), float(end))
        for phone, swap, other, start, end in zip(phones.phones, wrong, others, bounds[:-1], bounds[1:], strict=True)
    ]
    return PhoneTrack(tuple(spans))


def disturbed_keys(
    keys: np.ndarray, times: np.ndarray, disturbance: Disturbance, chance: np.random.Generator
) -> np.ndarray:
    """Key times (N,) with some left out, moved and added; the first and the last frame stay keys."""
    kept = keys[chance.random(len(keys)) >= chance.choice(disturbance.dropped)]
    moved = chance.random(len(kept)) < disturbance.moved
    kept = kept + moved * chance.uniform(-disturbance.shift, disturbance.shift, len(kept))
    added = times[chance.integers(0, len(times), chance.integers(0, disturbance.added + 1))]
    asked = np.concatenate([times[:1], kept, added, times[-1:]])
    return times[np.unique(np.abs(times[:, None] - asked[None]).argmin(axis=0))]
