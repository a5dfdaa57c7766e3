"""Run the networks over a whole recording, in overlapping windows of bounded memory."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from model_runtime.linguistics.phones import PhoneTrack
from model_runtime.model.config import ModelConfig
from model_runtime.model.graphs import Graphs
from model_runtime.model.performance import Performance
from model_runtime.model.phone_steps import MODEL_RATE, model_times, phone_steps
from model_runtime.speech.features import FEATURE_DIM

__all__ = ["FUNCTIONS", "graph_names", "perform"]

# The exported functions of one network (networks.starter.network.StarterNetwork).
FUNCTIONS = ("encode", "key_motions", "complete")

# Part of the recording whose motion one window gives, s.
CORE_S = 30.0
# Input on either side of the core, s. Larger than the receptive field of the networks on one side (about 2.1 s: encoder
# 0.8, keys 0.6, completion 0.7), so that the motion does not depend on the windows.
CONTEXT_S = 4.0
# Weight of the phone-conditioned networks in the mean where the phones are known; the rest is the audio-only networks'.
PHONE_CONDITIONED_WEIGHT = 0.5


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


def graph_names(config: ModelConfig) -> list[str]:
    """Names of all exported functions of a starter: complete.0 is the completion of the first network."""
    networks = range(config.followers + config.listeners + config.performers)
    return [f"{function}.{index}" for index in networks for function in FUNCTIONS]


def perform(
    graphs: Graphs, config: ModelConfig, performance: Performance, checkpoint: Callable[[float], None]
) -> np.ndarray:
    """Full motion (T, K) float32, not clipped to [0, 1]: the weighted mean of the queried networks.

    checkpoint is called with the share done, before every window; it may raise to stop.
    """
    # Without features, or with those of another version, the phones decide alone.
    if performance.sound.shape[1:] != (FEATURE_DIM,):
        performance = replace(performance, sound=performance.sound[:0])
    queried = _queried(config, performance.phones, has_sound=len(performance.sound) > 0)

    def part(index: int) -> Callable[[float], None]:
        return lambda share: checkpoint((index + share) / len(queried))

    motion = np.zeros((len(performance.times), len(config.channels)), np.float32)
    for index, (number, share) in enumerate(queried):
        motion += np.float32(share) * _Network(graphs, number, config, performance).perform(part(index))
    return motion


def _queried(config: ModelConfig, phones: PhoneTrack | None, has_sound: bool) -> list[tuple[int, float]]:
    """Networks, by number, and their weights in the mean, which sum to 1.

    With sound and phones: phone-conditioned and audio-only networks, whose errors differ. Without sound: the
    phone-conditioned ones. Without phones, or with unreliable ones and sound: the audio-only performed ones.
    """
    ends = np.cumsum([config.followers, config.listeners, config.performers])
    phone_conditioned, audio_only, performed = np.split(np.arange(ends[-1]), ends[:-1])
    if phones is None or (phones.unreliable and has_sound):
        groups = [(performed, 1.0)]
    elif has_sound:
        groups = [(phone_conditioned, PHONE_CONDITIONED_WEIGHT), (audio_only, 1 - PHONE_CONDITIONED_WEIGHT)]
    else:
        groups = [(phone_conditioned, 1.0)]
    return [(int(number), share / len(numbers)) for numbers, share in groups for number in numbers]


def _windows(steps: int) -> list[Window]:
    core, context = int(CORE_S * MODEL_RATE), int(CONTEXT_S * MODEL_RATE)
    # A last piece shorter than the context belongs to the window before it.
    starts = [start for start in range(0, steps, core) if start == 0 or steps - start > context]
    ends = [*starts[1:], steps]
    return [
        Window(max(0, start - context), min(steps, end + context), start, end if end < steps else steps + 1)
        for start, end in zip(starts, ends, strict=True)
    ]


@dataclass(frozen=True)
class _Network:
    """One network of the starter, by its number, on one performance."""

    graphs: Graphs
    number: int
    config: ModelConfig
    performance: Performance

    def perform(self, checkpoint: Callable[[float], None]) -> np.ndarray:
        """(T, K) motion.

        Three passes over all windows (encode, key motions, completion), so that a window reads in its context the
        results of its neighbours.
        """
        windows = _windows(len(model_times(float(self.performance.times[-1]))))
        passes = 3 * len(windows)
        features = []
        for index, window in enumerate(windows):
            checkpoint(index / passes)
            features.append(self._encode(window))
        encoded = np.concatenate(features)
        keys = self.performance.keys
        if keys is None:
            keys = np.zeros((len(self.performance.key_times), len(self.config.channels)), np.float32)
            for index, window in enumerate(windows):
                checkpoint((len(windows) + index) / passes)
                self._predict_keys(window, encoded, keys)
        motion = np.zeros((len(self.performance.times), len(self.config.channels)), np.float32)
        for index, window in enumerate(windows):
            checkpoint((2 * len(windows) + index) / passes)
            self._complete(window, encoded, keys, motion)
        return motion

    def _encode(self, window: Window) -> np.ndarray:
        """Audio features of the core, (M, d)."""
        performance = self.performance
        steps = np.arange(window.start, window.end)
        labels = np.zeros(len(steps), np.int64)
        if performance.phones is not None:
            labels = phone_steps(performance.phones, steps / MODEL_RATE)
        sound = np.zeros((2 * len(steps), FEATURE_DIM), np.float32)
        if len(performance.sound):
            rows = np.minimum(2 * window.start + np.arange(2 * len(steps)), len(performance.sound) - 1)
            sound = performance.sound[rows].astype(np.float32)
        encoded = self._run(
            "encode",
            (len(steps), self.config.width),
            sound=sound,
            labels=labels,
            style=performance.style.astype(np.float32),
            has_sound=np.float32(len(performance.sound) > 0),
        )
        return encoded[window.core_start - window.start : window.core_end - window.start]

    def _predict_keys(self, window: Window, features: np.ndarray, keys: np.ndarray) -> None:
        """Fill in the rows of `keys` (N, K) whose times lie in the core."""
        times = self.performance.key_times - window.origin
        near = np.flatnonzero((times >= 0) & (times <= (window.end - window.start) / MODEL_RATE))
        own = np.flatnonzero(window.owns(self.performance.key_times))
        if not len(own):
            return
        found = self._run(
            "key_motions",
            (len(near), keys.shape[1]),
            features=features[window.start : window.end],
            key_times=times[near].astype(np.float32),
        )
        keys[own] = found[np.searchsorted(near, own)]

    def _complete(self, window: Window, features: np.ndarray, keys: np.ndarray, motion: np.ndarray) -> None:
        """Fill in the rows of `motion` (T, K) whose times lie in the core."""
        key_times, times = self.performance.key_times, self.performance.times
        frames = np.flatnonzero(window.owns(times))
        if not len(frames):
            return
        # One key beyond either edge too: motion between two keys needs both.
        first = np.searchsorted(key_times, window.origin, side="right") - 1
        last = np.searchsorted(key_times, window.end / MODEL_RATE)
        chosen = slice(max(int(first), 0), int(last) + 1)
        motion[frames] = self._run(
            "complete",
            (len(frames), motion.shape[1]),
            features=features[window.start : window.end],
            keys=keys[chosen].astype(np.float32),
            key_times=(key_times[chosen] - window.origin).astype(np.float32),
            times=(times[frames] - window.origin).astype(np.float32),
        )

    def _run(self, function: str, shape: tuple[int, ...], **given: np.ndarray) -> np.ndarray:
        """The output of a function for a batch of one, without the batch."""
        batch = {name: np.asarray(array)[None] for name, array in given.items()}
        return self.graphs.run(f"{function}.{self.number}", (1, *shape), batch)[0]
