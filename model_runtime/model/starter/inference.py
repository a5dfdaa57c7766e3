"""Run the networks over a whole recording, in overlapping windows of bounded memory."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch

from model_runtime.linguistics.phones import PhoneTrack
from model_runtime.model.phone_steps import MODEL_RATE, model_times, phone_steps
from model_runtime.model.starter.ensemble import Ensemble
from model_runtime.model.starter.network import StarterNetwork, Voice
from model_runtime.speech.features import FEATURE_DIM

__all__ = ["Performance", "perform"]

# Part of the recording whose motion one window gives, s.
CORE_S = 30.0
# Input on either side of the core, s. Larger than the receptive field of the networks on one side (about 2.1 s: encoder
# 0.8, keys 0.6, completion 0.7), so that the motion does not depend on the windows.
CONTEXT_S = 4.0
# Weight of the phone-conditioned networks in the mean where the phones are known; the rest is the audio-only networks'.
PHONE_CONDITIONED_WEIGHT = 0.5


@dataclass(frozen=True)
class Performance:
    """The input of a whole recording's inference.

    sound: (A, F) features at 100 Hz, 0 rows if unknown.
    phones: None if unknown.
    key_times: (N,) s, ascending, from the first frame to the last.
    keys: (N, K) key motions that the motion must pass through, None to predict them.
    times: (T,) s of the frames.
    style: (n,) weights of the style vectors.
    """

    sound: np.ndarray
    phones: PhoneTrack | None
    key_times: np.ndarray
    keys: np.ndarray | None
    times: np.ndarray
    style: np.ndarray


@dataclass(frozen=True)
class Window:
    """Encoder steps of a window: motion is taken from the core [core_start, core_end), input from [start, end)."""

    start: int
    end: int
    core_start: int
    core_end: int

    @property
    def origin(self) -> float:
        """Seconds at step `start`."""
        return self.start / MODEL_RATE

    def owns(self, times: np.ndarray) -> np.ndarray:
        """(N,) bool: which times (N,), s, lie in the core."""
        return (times >= self.core_start / MODEL_RATE - 1e-9) & (times < self.core_end / MODEL_RATE - 1e-9)


def perform(ensemble: Ensemble, performance: Performance, checkpoint: Callable[[float], None]) -> np.ndarray:
    """Full motion (T, K) float32, not clipped to [0, 1]: the weighted mean of the queried networks.

    checkpoint is called with the share done, before every window; it may raise to stop.
    """
    ensemble.eval()
    # Without features, or with those of another version, the phones decide alone.
    if performance.sound.shape[1:] != (FEATURE_DIM,):
        performance = replace(performance, sound=performance.sound[:0])
    queried = _queried(ensemble, performance.phones, has_sound=len(performance.sound) > 0)

    def part(index: int) -> Callable[[float], None]:
        return lambda share: checkpoint((index + share) / len(queried))

    motion = np.zeros((len(performance.times), len(ensemble.config.channels)), np.float32)
    for index, (network, share) in enumerate(queried):
        motion += np.float32(share) * _perform(network, performance, part(index))
    return motion


def _queried(ensemble: Ensemble, phones: PhoneTrack | None, has_sound: bool) -> list[tuple[StarterNetwork, float]]:
    """Networks and their weights in the mean, which sum to 1.

    With sound and phones: phone-conditioned and audio-only networks, whose errors differ. Without sound: the
    phone-conditioned ones. Without phones, or with unreliable ones and sound: the audio-only performed ones.
    """
    if phones is None or (phones.unreliable and has_sound):
        groups = [(ensemble.audio_only_performed, 1.0)]
    elif has_sound:
        groups = [
            (ensemble.phone_conditioned, PHONE_CONDITIONED_WEIGHT),
            (ensemble.audio_only, 1 - PHONE_CONDITIONED_WEIGHT),
        ]
    else:
        groups = [(ensemble.phone_conditioned, 1.0)]
    return [(network, share / len(networks)) for networks, share in groups for network in networks]


def _perform(network: StarterNetwork, performance: Performance, checkpoint: Callable[[float], None]) -> np.ndarray:
    """(T, K) motion of one network.

    Three passes over all windows (encode, key motions, completion), so that a window reads in its context the results
    of its neighbours.
    """
    windows = _windows(len(model_times(float(performance.times[-1]))))
    passes = 3 * len(windows)
    features = []
    with torch.inference_mode():
        for index, window in enumerate(windows):
            checkpoint(index / passes)
            features.append(_encode(network, performance, window))
        encoded = torch.cat(features, dim=1)
        keys = performance.keys
        if keys is None:
            keys = np.zeros((len(performance.key_times), len(network.config.channels)), np.float32)
            for index, window in enumerate(windows):
                checkpoint((len(windows) + index) / passes)
                _predict_keys(network, performance, window, encoded, keys)
        motion = np.zeros((len(performance.times), len(network.config.channels)), np.float32)
        for index, window in enumerate(windows):
            checkpoint((2 * len(windows) + index) / passes)
            _complete(network, performance, window, encoded, keys, motion)
    return motion


def _windows(steps: int) -> list[Window]:
    core, context = int(CORE_S * MODEL_RATE), int(CONTEXT_S * MODEL_RATE)
    # A last piece shorter than the context belongs to the window before it.
    starts = [start for start in range(0, steps, core) if start == 0 or steps - start > context]
    ends = [*starts[1:], steps]
    return [
        Window(max(0, start - context), min(steps, end + context), start, end if end < steps else steps + 1)
        for start, end in zip(starts, ends, strict=True)
    ]


def _tensor(network: StarterNetwork, array: np.ndarray) -> torch.Tensor:
    """A batch of one."""
    return torch.from_numpy(np.ascontiguousarray(array))[None].to(next(network.parameters()).device)


def _flag(network: StarterNetwork, value: float) -> torch.Tensor:
    return torch.full((1,), float(value), device=next(network.parameters()).device)


def _encode(network: StarterNetwork, performance: Performance, window: Window) -> torch.Tensor:
    """Audio features of the core, (1, M, d)."""
    steps = np.arange(window.start, window.end)
    labels = np.zeros(len(steps), np.int64)
    if performance.phones is not None:
        labels = phone_steps(performance.phones, steps / MODEL_RATE)
    sound = np.zeros((2 * len(steps), FEATURE_DIM), np.float32)
    if len(performance.sound):
        rows = np.minimum(2 * window.start + np.arange(2 * len(steps)), len(performance.sound) - 1)
        sound = performance.sound[rows].astype(np.float32)
    voice = Voice(
        sound=_tensor(network, sound),
        labels=_tensor(network, labels),
        style=_tensor(network, performance.style.astype(np.float32)),
        has_sound=_flag(network, len(performance.sound) > 0),
    )
    return network.encode(voice)[:, window.core_start - window.start : window.core_end - window.start]


def _predict_keys(
    network: StarterNetwork, performance: Performance, window: Window, features: torch.Tensor, keys: np.ndarray
) -> None:
    """Fill in the rows of `keys` (N, K) whose times lie in the core."""
    times = performance.key_times - window.origin
    near = np.flatnonzero((times >= 0) & (times <= (window.end - window.start) / MODEL_RATE))
    own = np.flatnonzero(window.owns(performance.key_times))
    if not len(own):
        return
    key_times = _tensor(network, times[near].astype(np.float32))
    is_key = torch.ones_like(key_times, dtype=torch.bool)
    found = network.key_motions(features[:, window.start : window.end], key_times, is_key)[0].cpu().numpy()
    keys[own] = found[np.searchsorted(near, own)]


def _complete(
    network: StarterNetwork,
    performance: Performance,
    window: Window,
    features: torch.Tensor,
    keys: np.ndarray,
    motion: np.ndarray,
) -> None:
    """Fill in the rows of `motion` (T, K) whose times lie in the core."""
    frames = np.flatnonzero(window.owns(performance.times))
    if not len(frames):
        return
    # One key beyond either edge too: motion between two keys needs both.
    first = np.searchsorted(performance.key_times, window.origin, side="right") - 1
    last = np.searchsorted(performance.key_times, window.end / MODEL_RATE)
    chosen = slice(max(int(first), 0), int(last) + 1)
    key_times = _tensor(network, (performance.key_times[chosen] - window.origin).astype(np.float32))
    found = network.complete(
        features[:, window.start : window.end],
        _tensor(network, keys[chosen].astype(np.float32)),
        key_times,
        torch.ones_like(key_times, dtype=torch.bool),
        _tensor(network, (performance.times[frames] - window.origin).astype(np.float32)),
    )
    motion[frames] = found[0].cpu().numpy()
