"""Run a speech encoder on a waveform of any length and loudness, in windows; 100 rows a second."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from model_runtime.speech.audio import SAMPLE_RATE
from model_runtime.speech.devices import CPU, Device
from model_runtime.speech.rows import rows_at

__all__ = ["SpeechEncoder", "encode_windowed", "level", "piece", "row_count"]

# Rows a second.
ROW_RATE = 100
# Amplitude of the loudest samples (99.9th percentile) after scaling; full scale is 1.
PEAK = 0.5
# Samples, about, from which the level is measured: bounds the memory for long recordings.
MEASURED = 1_000_000


@dataclass(frozen=True)
class SpeechEncoder:
    """An encoder, and the position of its rows in the waveform.

    prepare: samples (N,) float32 -> inputs of `encode`.
    encode: inputs, device -> rows (1 + (N - seen) // hop, columns).
    hop: samples from one row to the next.
    seen: samples that one row covers.
    middle: samples before the middle of the first row.
    core: rows encoded at a time.
    context: rows of context on either side. core and context bound time and memory for long recordings.
    """

    prepare: Callable[[np.ndarray], dict[str, np.ndarray]]
    encode: Callable[[dict[str, np.ndarray], Device], np.ndarray]
    columns: int
    hop: int
    seen: int
    middle: float
    core: int
    context: int


def row_count(samples: np.ndarray) -> int:
    """Number of rows for samples (N,), 16 kHz: floor(seconds * 100) + 1."""
    return len(samples) * ROW_RATE // SAMPLE_RATE + 1


def level(samples: np.ndarray) -> tuple[float, float]:
    """(mean of samples (N,), factor that scales their loudest moments to PEAK)."""
    some = samples[:: 1 + len(samples) // MEASURED]
    mean = float(some.mean())
    return mean, PEAK / max(float(np.quantile(np.abs(some - mean), 0.999)), 1e-6)


def piece(samples: np.ndarray, start: int, end: int, at: tuple[float, float]) -> np.ndarray:
    """(end - start,) float32: samples[start:end] scaled by `at` (mean, factor), with zeros after the last sample."""
    mean, factor = at
    part = (samples[start:end] - mean) * factor
    return np.pad(part, (0, end - start - len(part))).astype(np.float32)


def encode_windowed(
    encoder: SpeechEncoder,
    samples: np.ndarray,
    out: np.ndarray,
    checkpoint: Callable[[], None] = lambda: None,
    device: Device = CPU,
) -> None:
    """Write the encoder's rows for samples (N,), 16 kHz, into `out` (row_count, columns); row i lies at i / 100 s.

    checkpoint: called before each window is encoded; may raise to stop. device: where it runs.
    """
    hop, at = encoder.hop, level(samples)
    count = -(-len(samples) // hop)
    places = np.clip((np.arange(len(out)) * (SAMPLE_RATE / ROW_RATE) - encoder.middle) / hop, 0, count - 1)
    # A last window that is shorter than the context is joined to the one before it.
    starts = [start for start in range(0, count, encoder.core) if start == 0 or count - start > encoder.context]
    for start, end in zip(starts, [*starts[1:], count], strict=True):
        first, last = max(start - encoder.context, 0), min(end + encoder.context, count)
        given = encoder.prepare(piece(samples, first * hop, (last - 1) * hop + encoder.seen, at))
        checkpoint()
        encoded = encoder.encode(given, device)
        owned = slice(*np.searchsorted(places, (start, end)))
        out[owned] = rows_at(encoded, places[owned] - first)
