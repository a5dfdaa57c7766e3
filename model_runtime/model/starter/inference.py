"""Run the networks over a whole recording, in overlapping windows of bounded memory."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch

from model_runtime.linguistics.phones import PhoneTrack
from model_runtime.model.phone_steps import MODEL_RATE, model_times, phone_steps
from model_runtime.model.starter.ensemble import Ensemble
from model_runtime.model.starter.network import KMTalk, Voice
from model_runtime.speech.features import FEATURE_DIM

__all__ = ["Performance", "perform"]

# Seconds that one window answers for, and what it sees besides on either side. The context covers what the networks
# can see (about 2.1 s: encoder 0.8, keys 0.6, completion 0.7), so a seam leaves no trace.
CORE, CONTEXT = 30.0, 4.0
# Share of the networks that follow the phones where they are known.
FOLLOWED = 0.5


@dataclass(frozen=True)
class Performance:
    """What is to be performed.

    sound: (A, F) what the model heard at 100 Hz, 0 rows if unknown. phones: None if unknown. key_times: (N,) s,
    ascending, the first at the first frame and the last at the last. keys: (N, K) key motions to honour, None to
    predict them. times: (T,) s of the frames wanted. style: (n,) weights of the style vectors.
    """

    sound: np.ndarray
    phones: PhoneTrack | None
    key_times: np.ndarray
    keys: np.ndarray | None
    times: np.ndarray
    style: np.ndarray


@dataclass(frozen=True)
class Window:
    """Steps of the encoder: [core_start, core_end) is answered for, [start, end) is seen."""

    start: int
    end: int
    core_start: int
    core_end: int

    @property
    def origin(self) -> float:
        """Seconds at step `start`."""
        return self.start / MODEL_RATE

    def owns(self, times: np.ndarray) -> np.ndarray:
        """(N,) bool: which times fall to this window."""
        return (times >= self.core_start / MODEL_RATE - 1e-9) & (times < self.core_end / MODEL_RATE - 1e-9)


def perform(ensemble: Ensemble, performance: Performance, checkpoint: Callable[[float], None]) -> np.ndarray:
    """Full motion (T, K) float32, not cut to [0, 1]: a mean of the networks that are asked.

    checkpoint is called with the share done, before every window; it may raise to stop.
    """
    ensemble.eval()
    # A take whose features are missing, or mean something else, goes by its phones.
    if performance.sound.shape[1:] != (FEATURE_DIM,):
        performance = replace(performance, sound=performance.sound[:0])
    asked = _asked(ensemble, performance.phones, has_sound=len(performance.sound) > 0)

    def part(index: int) -> Callable[[float], None]:
        return lambda share: checkpoint((index + share) / len(asked))

    motion = np.zeros((len(performance.times), len(ensemble.config.channels)), np.float32)
    for index, (network, share) in enumerate(asked):
        motion += np.float32(share) * _perform(network, performance, part(index))
    return motion


def _asked(ensemble: Ensemble, phones: PhoneTrack | None, has_sound: bool) -> list[tuple[KMTalk, float]]:
    """Networks and their shares: followers and listeners, which err in different places; followers alone where there
    is no sound, performers alone where there are no phones or doubtful ones."""
    if phones is None or (phones.heard and has_sound):
        groups = [(ensemble.performers, 1.0)]
    elif has_sound:
        groups = [(ensemble.followers, FOLLOWED), (ensemble.listeners, 1 - FOLLOWED)]
    else:
        groups = [(ensemble.followers, 1.0)]
    return [(network, share / len(networks)) for networks, share in groups for network in networks]


def _perform(network: KMTalk, performance: Performance, checkpoint: Callable[[float], None]) -> np.ndarray:
    """Three passes (encode, key motions, completion), so that what a window sees of its neighbours is what they
    found."""
    windows = _windows(len(model_times(float(performance.times[-1]))))
    passes = 3 * len(windows)
    features = []
    with torch.inference_mode():
        for index, window in enumerate(windows):
            checkpoint(index / passes)
            features.append(_encode(network, performance, window))
        seen = torch.cat(features, dim=1)
        keys = performance.keys
        if keys is None:
            keys = np.zeros((len(performance.key_times), len(network.config.channels)), np.float32)
            for index, window in enumerate(windows):
                checkpoint((len(windows) + index) / passes)
                _predict_keys(network, performance, window, seen, keys)
        motion = np.zeros((len(performance.times), len(network.config.channels)), np.float32)
        for index, window in enumerate(windows):
            checkpoint((2 * len(windows) + index) / passes)
            _complete(network, performance, window, seen, keys, motion)
    return motion


def _windows(steps: int) -> list[Window]:
    core, context = int(CORE * MODEL_RATE), int(CONTEXT * MODEL_RATE)
    # A last piece shorter than the context is taken along by the window before it.
    starts = [start for start in range(0, steps, core) if start == 0 or steps - start > context]
    ends = [*starts[1:], steps]
    return [
        Window(max(0, start - context), min(steps, end + context), start, end if end < steps else steps + 1)
        for start, end in zip(starts, ends, strict=True)
    ]


def _tensor(network: KMTalk, array: np.ndarray) -> torch.Tensor:
    """A batch of one."""
    return torch.from_numpy(np.ascontiguousarray(array))[None].to(next(network.parameters()).device)


def _flag(network: KMTalk, value: float) -> torch.Tensor:
    return torch.full((1,), float(value), device=next(network.parameters()).device)


def _encode(network: KMTalk, performance: Performance, window: Window) -> torch.Tensor:
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
    network: KMTalk, performance: Performance, window: Window, features: torch.Tensor, keys: np.ndarray
) -> None:
    """Fill in the rows of `keys` (N, K) that the window owns."""
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
    network: KMTalk,
    performance: Performance,
    window: Window,
    features: torch.Tensor,
    keys: np.ndarray,
    motion: np.ndarray,
) -> None:
    """Fill in the frames of `motion` (T, K) that the window owns."""
    frames = np.flatnonzero(window.owns(performance.times))
    if not len(frames):
        return
    # The keys on both sides of the window's edges belong to it: motion between them needs both.
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
