"""Augmentation of examples: other voices, tempos, phone errors and key frames than the corpora hold."""

from dataclasses import dataclass, field, replace

import numpy as np

from model_runtime.linguistics.phones import PHONES, SILENCE, PhoneTrack, Span
from model_runtime.speech.log_mel import LogMel
from model_runtime.training.examples import ROWS, SECONDS, Example
from model_runtime.training.voice_augmentation import VoiceAugmentation, augment_voice

__all__ = ["Augmentation", "augment_example", "augment_keys"]


@dataclass(frozen=True)
class Augmentation:
    """Probabilities and strengths of the changes to an example.

    voice: changes of the log-mel spectrum.
    feature_noise: standard deviation of noise on the recognisers' features.
    stretched: probability of another tempo.
    stretch: largest factor of the tempo, either way.
    phone_errors: probability of phones with errors like a recogniser's.
    substituted: share of those phones that become another one.
    boundary_std_s: standard deviation of the errors of their boundaries, s.
    audio_dropout: probability that the sound is withheld.

    Key frames are changed too, so that completion passes through any key that a user sets:
    keys_dropped: shares of the keys that are left out; one of them is drawn for each example.
    keys_added: largest number of keys added at random frames.
    keys_moved: share of the keys that move.
    key_shift_s: largest movement, s.
    """

    voice: VoiceAugmentation = field(default_factory=VoiceAugmentation)
    feature_noise: float = 0.05
    stretched: float = 0.5
    stretch: float = 1.25
    phone_errors: float = 0.12
    substituted: float = 0.3
    boundary_std_s: float = 0.02
    audio_dropout: float = 0.05
    keys_dropped: tuple[float, ...] = (0.0, 0.15, 0.5)
    keys_added: int = 3
    keys_moved: float = 0.2
    key_shift_s: float = 0.04


def augment_example(example: Example, augmentation: Augmentation, rng: np.random.Generator) -> Example:
    """A copy of the example with randomly changed voice, tempo, features and phones; times and weights go along."""
    if rng.random() < augmentation.stretched:
        example = _stretched(example, float(np.exp(rng.uniform(-1, 1) * np.log(augmentation.stretch))))
    phones = example.phones
    if phones is not None and rng.random() < augmentation.phone_errors:
        phones = _with_errors(phones, augmentation, rng)
    # Uniform noise: drawing Gaussian noise took a fifth of the time of a training.
    noise = (
        augmentation.feature_noise
        * np.sqrt(12, dtype=np.float32)
        * (rng.random(example.features.shape, np.float32) - 0.5)
    )
    mel = augment_voice(example.mel, augmentation.voice, rng)
    return replace(example, mel=mel, features=example.features + noise, phones=phones)


def _stretched(example: Example, factor: float) -> Example:
    """The example `factor` times slower: features by linear interpolation, phones and frames by their times."""
    place = np.minimum(np.arange(ROWS) / factor, ROWS - 1)
    low = np.minimum(place.astype(int), ROWS - 2)
    share = (place - low).astype(np.float32)
    kept = example.times * factor < SECONDS

    def between(rows: np.ndarray) -> np.ndarray:
        """(ROWS, ...) rows at the fractional row numbers `place`."""
        later = share.reshape(-1, *[1] * (rows.ndim - 1))
        return rows[low] * (1 - later) + rows[low + 1] * later

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
        frame_confidence=example.frame_confidence[kept],
    )


def _with_errors(phones: PhoneTrack, augmentation: Augmentation, rng: np.random.Generator) -> PhoneTrack:
    """Phones with random substitutions and with Gaussian errors of all boundaries but the first and the last."""
    bounds = np.array([phone.start for phone in phones.phones] + [phones.duration])
    bounds[1:-1] += rng.normal(0, augmentation.boundary_std_s, len(bounds) - 2)
    bounds = np.maximum.accumulate(np.clip(bounds, 0, phones.duration))
    wrong = rng.random(len(phones.phones)) < augmentation.substituted
    others = rng.integers(1, len(PHONES), len(phones.phones))
    spans = [
        Span(PHONES[other] if swap and phone.label != SILENCE else phone.label, float(start), float(end))
        for phone, swap, other, start, end in zip(phones.phones, wrong, others, bounds[:-1], bounds[1:], strict=True)
    ]
    return PhoneTrack(tuple(spans))


def augment_keys(
    keys: np.ndarray, times: np.ndarray, augmentation: Augmentation, rng: np.random.Generator
) -> np.ndarray:
    """(M,) s from key times (N,), some left out, moved and added; the first and the last frame stay keys.

    times: (T,) s of the frames, among which the key times are.
    """
    kept = keys[rng.random(len(keys)) >= rng.choice(augmentation.keys_dropped)]
    moved = rng.random(len(kept)) < augmentation.keys_moved
    kept = kept + moved * rng.uniform(-augmentation.key_shift_s, augmentation.key_shift_s, len(kept))
    added = times[rng.integers(0, len(times), rng.integers(0, augmentation.keys_added + 1))]
    wanted = np.concatenate([times[:1], kept, added, times[-1:]])
    return times[np.unique(np.abs(times[:, None] - wanted[None]).argmin(axis=0))]
