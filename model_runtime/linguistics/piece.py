"""A piece of a recording: its waveform, and the same as the searches of the decoders take it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from model_runtime.linguistics.decoders import as_bytes
from model_runtime.speech.audio import SAMPLE_RATE, Waveform

__all__ = ["PAD", "Piece", "cut_piece"]

# Seconds of room tone added before and after a piece: the searches need silence around speech.
PAD = 0.2
# Amplitude of the loudest samples (99.9th percentile) after scaling; full scale is 1.
PEAK = 0.5


@dataclass(frozen=True)
class Piece:
    """waveform: of the piece alone. start, end: seconds within the recording."""

    waveform: Waveform
    start: float
    end: float

    @property
    def offset(self) -> float:
        """Seconds within the recording at which `pcm` starts; below 0 for the first piece."""
        return self.start - PAD

    @cached_property
    def pcm(self) -> bytes:
        """int16 samples, 16 kHz, scaled to PEAK, with PAD seconds of room tone before and after."""
        samples = self.waveform.samples - self.waveform.samples.mean()
        samples = samples * (PEAK / max(float(np.quantile(np.abs(samples), 0.999)), 1e-6))
        # Room tone as loud as the 10th percentile of the piece. The seed is fixed: equal waveforms give equal phones.
        quiet = float(np.quantile(np.abs(samples), 0.1))
        tone = np.random.default_rng(0).normal(0.0, max(quiet, 1e-4), (2, round(PAD * SAMPLE_RATE)))
        return as_bytes(np.concatenate([tone[0], samples, tone[1]]))


def cut_piece(waveform: Waveform, start: float, end: float) -> Piece:
    """The piece of a recording from `start` to `end` (seconds)."""
    samples = waveform.samples[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)]
    return Piece(Waveform(samples), start, end)
