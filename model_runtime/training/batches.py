"""Batches: examples padded and stacked as tensors."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from model_runtime.model.phone_steps import MODEL_RATE, phone_steps
from model_runtime.networks.starter.network import Voice
from model_runtime.speech.log_mel import normalise
from model_runtime.training.example_augmentation import Augmentation, augment_example, augment_keys
from model_runtime.training.examples import SECONDS, Example

__all__ = ["Batch", "make_batch"]

# Encoder steps of an example.
STEPS = int(SECONDS * MODEL_RATE)


@dataclass(frozen=True)
class Batch:
    """B examples of up to T frames and N keys as tensors.

    voice: input of the encoder.
    key_times: (B, N) s.
    is_key: (B, N) bool, False is padding.
    key_confidence: (B, N) frame_confidence at the keys, 0 in padding.
    key_weights: (B, N, K) recorded motion at the keys.
    times: (B, T) s.
    frame_confidence: (B, T) in [0, 1], 0 in padding.
    closed: (B, T) bool, a P, B or M closes the lips.
    weights: (B, T, K) recorded motion.
    sample_weight: (B,).
    """

    voice: Voice
    key_times: Tensor
    is_key: Tensor
    key_confidence: Tensor
    key_weights: Tensor
    times: Tensor
    frame_confidence: Tensor
    closed: Tensor
    weights: Tensor
    sample_weight: Tensor


def make_batch(
    examples: list[Example],
    styles: int,
    rng: np.random.Generator | None,
    augmentation: Augmentation | None = None,
) -> Batch:
    """Stack examples; with `rng` and `augmentation`, each is augmented first. styles: number of style vectors."""
    has_sound = np.ones(len(examples), np.float32)
    keys = [_key_times(example) for example in examples]
    if rng is not None and augmentation is not None:
        examples = [augment_example(example, augmentation, rng) for example in examples]
        keys = [augment_keys(_key_times(example), example.times, augmentation, rng) for example in examples]
        has_sound[rng.random(len(examples)) < augmentation.audio_dropout] = 0
    frames, most = max(len(example.times) for example in examples), max(len(each) for each in keys)
    count, channels = len(examples), examples[0].weights.shape[1]
    times, weights = np.zeros((count, frames), np.float32), np.zeros((count, frames, channels), np.float32)
    confidence, closed = np.zeros((count, frames), np.float32), np.zeros((count, frames), bool)
    labels = np.zeros((count, STEPS), np.int64)
    key_times = np.zeros((count, most), np.float32)
    is_key, key_confidence = np.zeros((count, most), bool), np.zeros((count, most), np.float32)
    key_weights = np.zeros((count, most, channels), np.float32)
    for row, (example, each) in enumerate(zip(examples, keys, strict=True)):
        length = len(example.times)
        times[row, :length], times[row, length:] = example.times, example.times[-1]
        weights[row, :length], weights[row, length:] = example.weights, example.weights[-1]
        confidence[row, :length], closed[row, :length] = example.frame_confidence, example.closed
        if example.phones is not None:
            labels[row] = phone_steps(example.phones, np.arange(STEPS) / MODEL_RATE)
        key_times[row, : len(each)], is_key[row, : len(each)] = each, True
        nearest = np.abs(example.times[:, None] - each[None]).argmin(axis=0)
        key_weights[row, : len(each)] = example.weights[nearest]
        key_confidence[row, : len(each)] = example.frame_confidence[nearest]
    sound = np.stack([np.concatenate([each.features, normalise(each.mel)], axis=1) for each in examples])
    style = np.eye(styles, dtype=np.float32)[[example.style for example in examples]]
    voice = Voice(*(torch.from_numpy(array) for array in (sound, labels, style, has_sound)))
    sample_weight = np.array([example.sample_weight for example in examples], np.float32)
    arrays = (key_times, is_key, key_confidence, key_weights, times, confidence, closed, weights, sample_weight)
    return Batch(voice, *(torch.from_numpy(array) for array in arrays))


def _key_times(example: Example) -> np.ndarray:
    """(N,) s of frames at phone boundaries, the first and the last; of every third frame where phones are unknown."""
    times = example.times
    if example.phones is None:
        return np.unique(np.concatenate([times[::3], times[-1:]]))
    bounds = np.array([phone.start for phone in example.phones.phones])
    frames = np.abs(times[:, None] - bounds[None]).argmin(axis=0)
    return times[np.unique(np.concatenate([[0], frames, [len(times) - 1]]))]
