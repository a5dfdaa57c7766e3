"""Run KMTalk's network over a whole recording, in overlapping windows of bounded memory."""

from collections.abc import Callable

import numpy as np

from model_runtime.linguistics.key_choice import choose_keys
from model_runtime.model.graphs import Graphs
from model_runtime.model.paper.config import PaperConfig
from model_runtime.model.performance import Performance
from model_runtime.speech.audio import SAMPLE_RATE, Waveform
from model_runtime.speech.devices import CPU, Device
from model_runtime.speech.log_mel import acoustics

__all__ = ["ROW_SAMPLES", "graph_names", "perform_paper", "sample_rows"]

# Samples a row: 100 rows a second, as the starter's features, so that a take stores and shifts both alike.
ROW_SAMPLES = SAMPLE_RATE // 100
# Length of a window, s.
CORE_S = 24.0
# Overlap with the neighbouring windows on either side, s.
CONTEXT_S = 4.0


def sample_rows(waveform: Waveform, checkpoint: Callable[[], None] = lambda: None, device: Device = CPU) -> np.ndarray:
    """(A, ROW_SAMPLES) samples, 100 rows a second, the last one padded with 0. checkpoint and device are not used."""
    rows = -(-len(waveform.samples) // ROW_SAMPLES)
    return np.pad(waveform.samples, (0, rows * ROW_SAMPLES - len(waveform.samples))).reshape(rows, ROW_SAMPLES)


def graph_names(config: PaperConfig) -> list[str]:
    """Names of the exported functions (networks.export)."""
    completion = ["step", "finish"] if config.autoregressive else ["complete"]
    return ["encode", *([] if config.keys == "none" else ["key_motions"]), *completion]


def perform_paper(
    graphs: Graphs, config: PaperConfig, performance: Performance, checkpoint: Callable[[float], None]
) -> np.ndarray:
    """Full motion (T, K) float32 at the performance's times, from sound as sample_rows gives it.

    Overlapping windows are cross-faded linearly. checkpoint is called with the share done; it may raise to stop.
    """
    samples = np.asarray(performance.sound, np.float32).ravel()
    motion = np.zeros((len(performance.times), len(config.channels)), np.float64)
    total = np.zeros(len(performance.times))
    end = float(performance.times[-1])
    starts = np.arange(0, max(end, 1e-6), CORE_S)
    for index, start in enumerate(starts):
        checkpoint(index / len(starts))
        low = 0.0 if index == 0 else start - CONTEXT_S
        high = end if index == len(starts) - 1 else start + CORE_S + CONTEXT_S
        inside = (performance.times >= low - 1e-9) & (performance.times <= high + 1e-9)
        found = _window(graphs, config, performance, samples, low, high, performance.times[inside])
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
    graphs: Graphs,
    config: PaperConfig,
    performance: Performance,
    samples: np.ndarray,
    low: float,
    high: float,
    times: np.ndarray,
) -> np.ndarray:
    """(M, K) motion at times (M,) s of the recording, from its sound between `low` and `high` s."""
    frames = int(np.ceil((high - low) * config.fps - 1e-6)) + 1
    first, count = round(low * SAMPLE_RATE), round(frames / config.fps * SAMPLE_RATE)
    part = samples[first : first + count]
    sound = np.pad(part, (0, count - len(part)))
    steps = (np.arange(frames) / config.fps).astype(np.float32)
    given = {"spectrum": acoustics(Waveform(sound))} if config.reads_spectrum else {"samples": sound}
    given = {"features": graphs.run("encode", (frames, config.width), {**given, "times": steps})}
    if config.keys != "none":
        given |= _keys(graphs, config, performance, given["features"], low, high)
    wanted = {"times": (times - low).astype(np.float32)}
    shape = (len(times), len(config.channels))
    if not config.autoregressive:
        return graphs.run("complete", shape, given | wanted)
    return graphs.run("finish", shape, given | wanted | {"grid": _frame_by_frame(graphs, config, given, steps)})


def _keys(
    graphs: Graphs, config: PaperConfig, performance: Performance, features: np.ndarray, low: float, high: float
) -> dict[str, np.ndarray]:
    """The key motions of a window, and their times from `low` on."""
    key_times = performance.key_times
    if performance.keys is None and config.keys != "phones":
        key_times = choose_keys(config.keys, config.key_share, None, config.fps, len(features), seed=0) / config.fps
        key_times = key_times + low
    # One key beyond either edge too: motion between two keys needs both.
    nearest = np.searchsorted(key_times, [low, high])
    chosen = slice(max(int(nearest[0]) - 1, 0), int(nearest[1]) + 1)
    local = (key_times[chosen] - low).astype(np.float32)
    if performance.keys is not None:
        return {"keys": performance.keys[chosen].astype(np.float32), "key_times": local}
    shape = (len(local), len(config.channels))
    return {"keys": graphs.run("key_motions", shape, {"features": features, "key_times": local}), "key_times": local}


def _frame_by_frame(graphs: Graphs, config: PaperConfig, given: dict[str, np.ndarray], steps: np.ndarray) -> np.ndarray:
    """(T, K) output of an autoregressive base at the frames, each from the motion before it."""
    output = np.zeros((len(steps), len(config.channels)), np.float32)
    past = np.zeros_like(output)
    for frame in range(len(steps)):
        so_far = {"features": given["features"][: frame + 1], "times": steps[: frame + 1], "past": past[: frame + 1]}
        output[frame], moved = graphs.run("step", (2, output.shape[1]), given | so_far)
        past[frame + 1 : frame + 2] = moved / config.scale
    return output
