"""Examples: three seconds of a voice with the motion that belongs to it, and batches of them."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from model_runtime.acoustics import ACOUSTIC_RATE, LogMel, normalise
from model_runtime.linguistics.phones import BILABIALS, PhoneTrack
from model_runtime.model.inputs import MODEL_RATE, NEIGHBOURS, TIMINGS, phone_frames
from model_runtime.model.kmtalk import Voice
from model_runtime.training.augmentation import Augmentation, augment

__all__ = ["SECONDS", "Batch", "Example", "KeyJitter", "make_batch", "make_example"]

SECONDS = 3.0
STEPS = int(SECONDS * MODEL_RATE)
ROWS = int(SECONDS * ACOUSTIC_RATE)
# The part of a bilabial in which the lips are asked to be closed.
CLOSED_PART = 0.5


@dataclass(frozen=True)
class Example:
    """mel: ROWS rows. labels, timing: STEPS steps (inputs.PhoneFrames); has_phones: False where they mean nothing.
    key_times: (N,) s. times: (T,) s of the frames; weights: (T, K). closed: (T,) bool, frames in a P, B or M.
    style: index of the style vector. importance: of this example in the loss.
    """

    name: str
    mel: LogMel
    labels: np.ndarray
    timing: np.ndarray
    has_phones: bool
    key_times: np.ndarray
    times: np.ndarray
    weights: np.ndarray
    closed: np.ndarray
    style: int
    importance: float


@dataclass(frozen=True)
class KeyJitter:
    """How keys are disturbed in training, so that completion honours keys that a person sets.

    dropped: shares of keys left out, one is drawn an example. added: most keys put at random frames. moved: share of
    keys that move by up to `shift` seconds.
    """

    dropped: tuple[float, ...] = (0.0, 0.15, 0.5)
    added: int = 3
    moved: float = 0.2
    shift: float = 0.04


@dataclass(frozen=True)
class Batch:
    """B examples as tensors.

    key_times, is_key: (B, N). key_weights: (B, N, K) recorded motion at the keys. times, valid, closed: (B, T). weights:
    (B, T, K). importance: (B,).
    """

    voice: Voice
    key_times: Tensor
    is_key: Tensor
    key_weights: Tensor
    times: Tensor
    valid: Tensor
    closed: Tensor
    weights: Tensor
    importance: Tensor


def make_example(
    name: str,
    mel: LogMel,
    phones: PhoneTrack | None,
    weights: np.ndarray,
    fps: float,
    style: int,
    importance: float,
    start: float = 0.0,
) -> Example:
    """The SECONDS from `start` on of a recording whose frame i lies at i / fps; a short one is padded with its end."""
    first, count = round(start * fps), min(round(SECONDS * fps), len(weights) - round(start * fps))
    rows = np.minimum(round(start * ACOUSTIC_RATE) + np.arange(ROWS), len(mel.loudness) - 1)
    times = (first + np.arange(count)) / fps
    steps = start + np.arange(STEPS) / MODEL_RATE
    closed = np.zeros(count, bool)
    labels, timing = np.zeros((STEPS, len(NEIGHBOURS)), np.int64), np.zeros((STEPS, TIMINGS), np.float32)
    keys = times[::3]
    if phones is not None:
        around = phone_frames(phones, steps)
        labels, timing = around.labels, around.timing
        keys = np.array([phone.start for phone in phones.phones])
        for phone in phones.phones:
            if phone.label in BILABIALS:
                end = max(phone.start + CLOSED_PART * (phone.end - phone.start), phone.start + 0.5 / fps)
                closed |= (times >= phone.start - 0.5 / fps) & (times <= end)
    keys = np.round(keys * fps) / fps
    keys = np.unique(np.concatenate([times[:1], keys[(keys > times[0]) & (keys < times[-1])], times[-1:]]))
    return Example(
        name=name,
        mel=LogMel(mel.bands[rows], mel.loudness[rows]),
        labels=labels,
        timing=timing,
        has_phones=phones is not None,
        key_times=keys - start,
        times=times - start,
        weights=weights[first : first + count].astype(np.float32),
        closed=closed,
        style=style,
        importance=importance,
    )


def make_batch(
    examples: list[Example],
    styles: int,
    chance: np.random.Generator | None,
    augmentation: Augmentation | None = None,
    jitter: KeyJitter | None = None,
    drop: tuple[float, float] = (0.0, 0.0),
) -> Batch:
    """Stack examples. With a `chance`, voices are augmented, keys disturbed, sound or phones dropped (drop: shares)."""
    frames = max(len(example.times) for example in examples)
    count, channels = len(examples), examples[0].weights.shape[1]
    times, weights = np.zeros((count, frames), np.float32), np.zeros((count, frames, channels), np.float32)
    valid, closed = np.zeros((count, frames), bool), np.zeros((count, frames), bool)
    sound, keys = [], []
    for row, example in enumerate(examples):
        length = len(example.times)
        times[row, :length], times[row, length:] = example.times, example.times[-1]
        weights[row, :length], weights[row, length:] = example.weights, example.weights[-1]
        valid[row, :length], closed[row, :length] = True, example.closed
        mel, key_times = example.mel, example.key_times
        if chance is not None and augmentation is not None:
            mel = augment(mel, augmentation, chance)
        if chance is not None and jitter is not None:
            key_times = _disturbed(example, jitter, chance)
        sound.append(normalise(mel))
        keys.append(key_times)
    most = max(len(each) for each in keys)
    key_times, is_key = np.zeros((count, most), np.float32), np.zeros((count, most), bool)
    key_weights = np.zeros((count, most, channels), np.float32)
    for row, (each, example) in enumerate(zip(keys, examples, strict=True)):
        key_times[row, : len(each)], is_key[row, : len(each)] = each, True
        nearest = np.abs(example.times[:, None] - each[None]).argmin(axis=0)
        key_weights[row, : len(each)] = example.weights[nearest]
    has_sound = np.ones(count, np.float32)
    has_phones = np.array([example.has_phones for example in examples], np.float32)
    if chance is not None:
        drawn = chance.random(count)
        has_sound[(drawn < drop[0]) & (has_phones > 0)] = 0
        has_phones[drawn > 1 - drop[1]] = 0
    style = np.eye(styles, dtype=np.float32)[[example.style for example in examples]]
    voice = Voice(
        sound=torch.from_numpy(np.stack(sound)),
        labels=torch.from_numpy(np.stack([example.labels for example in examples])),
        timing=torch.from_numpy(np.stack([example.timing for example in examples])),
        style=torch.from_numpy(style),
        has_sound=torch.from_numpy(has_sound),
        has_phones=torch.from_numpy(has_phones),
    )
    importance = np.array([example.importance for example in examples], np.float32)
    arrays = (key_times, is_key, key_weights, times, valid, closed, weights, importance)
    return Batch(voice, *(torch.from_numpy(array) for array in arrays))


def _disturbed(example: Example, jitter: KeyJitter, chance: np.random.Generator) -> np.ndarray:
    keys, times = example.key_times, example.times
    kept = keys[chance.random(len(keys)) >= chance.choice(jitter.dropped)]
    moved = chance.random(len(kept)) < jitter.moved
    kept = kept + moved * chance.uniform(-jitter.shift, jitter.shift, len(kept))
    added = times[chance.integers(0, len(times), chance.integers(0, jitter.added + 1))]
    step = times[1] - times[0]
    frames = np.round((np.concatenate([kept, added]) - times[0]) / step)
    frames = np.unique(np.concatenate([[0], np.clip(frames, 0, len(times) - 1), [len(times) - 1]]))
    return (times[0] + frames * step).astype(np.float32)
