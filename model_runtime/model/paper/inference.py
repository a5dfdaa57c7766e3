"""Run KMTalk's network over a whole recording, in overlapping windows of bounded memory."""

from collections.abc import Callable

import numpy as np
import torch

from model_runtime.linguistics.key_choice import choose_keys
from model_runtime.model.paper.network import KMTalkNetwork
from model_runtime.model.starter.inference import Performance
from model_runtime.speech.audio import SAMPLE_RATE, Waveform

__all__ = ["ROW_SAMPLES", "perform_paper", "sample_rows"]

# Samples a row: 100 rows a second, as the starter's features, so that a take stores and shifts both alike.
ROW_SAMPLES = SAMPLE_RATE // 100
# Length of a window, s.
CORE_S = 24.0
# Overlap with the neighbouring windows on either side, s.
CONTEXT_S = 4.0


def sample_rows(waveform: Waveform, checkpoint: Callable[[], None] = lambda: None) -> np.ndarray:
    """(A, ROW_SAMPLES) samples, 100 rows a second, the last one padded with 0. checkpoint is not called."""
    rows = -(-len(waveform.samples) // ROW_SAMPLES)
    return np.pad(waveform.samples, (0, rows * ROW_SAMPLES - len(waveform.samples))).reshape(rows, ROW_SAMPLES)


def perform_paper(network: KMTalkNetwork, performance: Performance, checkpoint: Callable[[float], None]) -> np.ndarray:
    """Full motion (T, K) float32 at the performance's times, from sound as sample_rows gives it.

    Overlapping windows are cross-faded linearly. checkpoint is called with the share done; it may raise to stop.
    """
    network.eval()
    samples = np.asarray(performance.sound, np.float32).ravel()
    motion = np.zeros((len(performance.times), len(network.config.channels)), np.float64)
    total = np.zeros(len(performance.times))
    end = float(performance.times[-1])
    starts = np.arange(0, max(end, 1e-6), CORE_S)
    with torch.inference_mode():
        for index, start in enumerate(starts):
            checkpoint(index / len(starts))
            low = 0.0 if index == 0 else start - CONTEXT_S
            high = end if index == len(starts) - 1 else start + CORE_S + CONTEXT_S
            inside = (performance.times >= low - 1e-9) & (performance.times <= high + 1e-9)
            found = _window(network, performance, samples, low, high, performance.times[inside])
            share = np.minimum(
                np.ones(int(inside.sum())) if index == 0 else (performance.times[inside] - low) / (2 * CONTEXT_S),
                np.ones(int(inside.sum()))
                if index == len(starts) - 1
                else (high - performance.times[inside]) / (2 * CONTEXT_S),
            )
            share = np.clip(share, 1e-6, 1)
            motion[inside] += share[:, None] * found
            total[inside] += share
    return (motion / total[:, None]).astype(np.float32)


def _window(
    network: KMTalkNetwork, performance: Performance, samples: np.ndarray, low: float, high: float, times: np.ndarray
) -> np.ndarray:
    config, device = network.config, next(network.parameters()).device
    frames = int(np.ceil((high - low) * config.fps - 1e-6)) + 1
    first, count = round(low * SAMPLE_RATE), round(frames / config.fps * SAMPLE_RATE)
    part = samples[first : first + count]
    sound = torch.from_numpy(np.pad(part, (0, count - len(part)))).to(device)
    features = network.encode(sound, frames)
    keys, key_times = None, performance.key_times
    if config.keys != "none":
        if performance.keys is None and config.keys != "phones":
            key_times = choose_keys(config.keys, config.key_share, None, config.fps, frames, seed=0) / config.fps + low
        # One key beyond either edge too: motion between two keys needs both.
        nearest = np.searchsorted(key_times, [low, high])
        chosen = slice(max(int(nearest[0]) - 1, 0), int(nearest[1]) + 1)
        local = torch.from_numpy((key_times[chosen] - low).astype(np.float32)).to(device)
        if performance.keys is None:
            keys = network.key_motions(features, local)
        else:
            keys = torch.from_numpy(performance.keys[chosen].astype(np.float32)).to(device)
    else:
        local = torch.zeros(0, device=device)
    wanted = torch.from_numpy((times - low).astype(np.float32)).to(device)
    return network.complete(features, keys, local, wanted).cpu().numpy()
