"""Batches: examples stacked into tensors."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from model_runtime.model.phone_steps import MODEL_RATE, phone_steps
from model_runtime.model.starter.network import Voice
from model_runtime.speech.log_mel import normalise
from model_runtime.training.disturbance import Disturbance, disturb, disturbed_keys
from model_runtime.training.examples import SECONDS, Example

__all__ = ["Batch", "make_batch"]

STEPS = int(SECONDS * MODEL_RATE)


@dataclass(frozen=True)
class Batch:
    """B examples as tensors.

    key_times, is_key, key_known: (B, N). key_weights: (B, N, K) recorded motion at the keys. times, valid, closed:
    (B, T); valid: how surely the motion of a frame is known, in [0, 1], 0 where there is none, as key_known says of
    keys; closed: a P, B or M holds the lips together. weights: (B, T, K). importance: (B,).
    """

    voice: Voice
    key_times: Tensor
    is_key: Tensor
    key_known: Tensor
    key_weights: Tensor
    times: Tensor
    valid: Tensor
    closed: Tensor
    weights: Tensor
    importance: Tensor


def make_batch(
    examples: list[Example],
    styles: int,
    chance: np.random.Generator | None,
    disturbance: Disturbance | None = None,
) -> Batch:
    """Stack examples; with a `chance` and a `disturbance`, each is disturbed first. styles: number of style vectors."""
    has_sound = np.ones(len(examples), np.float32)
    keys = [_key_times(example) for example in examples]
    if chance is not None and disturbance is not None:
        examples = [disturb(example, disturbance, chance) for example in examples]
        keys = [disturbed_keys(_key_times(example), example.times, disturbance, chance) for example in examples]
        has_sound[chance.random(len(examples)) < disturbance.deaf] = 0
    frames, most = max(len(example.times) for example in examples), max(len(each) for each in keys)
    count, channels = len(examples), examples[0].weights.shape[1]
    times, weights = np.zeros((count, frames), np.float32), np.zeros((count, frames, channels), np.float32)
    valid, closed = np.zeros((count, frames), np.float32), np.zeros((count, frames), bool)
    labels = np.zeros((count, STEPS), np.int64)
    key_times = np.zeros((count, most), np.float32)
    is_key, key_known = np.zeros((count, most), bool), np.zeros((count, most), np.float32)
    key_weights = np.zeros((count, most, channels), np.float32)
    for row, (example, each) in enumerate(zip(examples, keys, strict=True)):
        length = len(example.times)
        times[row, :length], times[row, length:] = example.times, example.times[-1]
        weights[row, :length], weights[row, length:] = example.weights, example.weights[-1]
        valid[row, :length], closed[row, :length] = example.known, example.closed
        if example.phones is not None:
            labels[row] = phone_steps(example.phones, np.arange(STEPS) / MODEL_RATE)
        key_times[row, : len(each)], is_key[row, : len(each)] = each, True
        nearest = np.abs(example.times[:, None] - each[None]).argmin(axis=0)
        key_weights[row, : len(each)], key_known[row, : len(each)] = example.weights[nearest], example.known[nearest]
    sound = np.stack([np.concatenate([each.features, normalise(each.mel)], axis=1) for each in examples])
    style = np.eye(styles, dtype=np.float32)[[example.style for example in examples]]
    voice = Voice(*(torch.from_numpy(array) for array in (sound, labels, style, has_sound)))
    importance = np.array([example.importance for example in examples], np.float32)
    arrays = (key_times, is_key, key_known, key_weights, times, valid, closed, weights, importance)
    return Batch(voice, *(torch.from_numpy(array) for array in arrays))


def _key_times(example: Example) -> np.ndarray:
    """Frames at phone boundaries, the first and the last; every third frame where phones are unknown."""
    times = example.times
    if example.phones is None:
        return np.unique(np.concatenate([times[::3], times[-1:]]))
    bounds = np.array([phone.start for phone in example.phones.phones])
    frames = np.abs(times[:, None] - bounds[None]).argmin(axis=0)
    return times[np.unique(np.concatenate([[0], frames, [len(times) - 1]]))]
