"""Whisper base: a speech recogniser trained on 680,000 hours in 97 languages (OpenAI, MIT; arXiv:2212.04356).

States of its encoder are features of the starter beside Moonshine's: recognisers trained on different voices make
different errors (docs/experiments.md). The file of the encoder is made by packing.speech_weights.
"""

from functools import cache

import numpy as np
import onnxruntime

from model_runtime.files.data_files import speech_file
from model_runtime.speech.audio import SAMPLE_RATE
from model_runtime.speech.devices import Device
from model_runtime.speech.ort_session import loaded_once, ort_session
from model_runtime.speech.windowed_encoder import SpeechEncoder

__all__ = ["log_mel_spectrum", "whisper"]

FILE = "whisper_encoder.onnx"
# Columns of a state of the encoder.
WIDTH = 512
# Threads, on every machine. On two cores, alignment runs on the other core at the same time.
THREADS = 1
# Mel bands.
MELS = 80
# Samples of a window.
WINDOW = 400
# Samples from one spectrum column to the next.
STEP = 160
# Samples from one row of the encoder to the next: each row covers two columns of the spectrum.
HOP = 2 * STEP
# Slaney's mel scale: Hz and mels at which it turns from linear to logarithmic, and natural-log Hz of a mel above.
LINEAR_HZ = 1000.0
LINEAR_MELS = 15.0
LOG_STEP = np.log(6.4) / 27


def whisper() -> SpeechEncoder:
    """Whisper's encoder: rows are the mean of its states after four, five and six layers, WIDTH columns."""
    return SpeechEncoder(
        prepare=_given, encode=_encode, columns=WIDTH, hop=HOP, seen=HOP, middle=0.0, core=450, context=150
    )


def log_mel_spectrum(samples: np.ndarray) -> np.ndarray:
    """(MELS, N // STEP) float32 log-mel spectrum of samples (N,), 16 kHz, N > 200, as in Whisper's training.

    log10 power, cut eight decades below its maximum, four decades to a unit; column i is centred at sample STEP * i.
    """
    padded = np.pad(samples, WINDOW // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::STEP][: len(samples) // STEP]
    power = np.abs(np.fft.rfft(frames * np.hanning(WINDOW + 1)[:-1])) ** 2
    decades = np.log10(np.maximum(power @ _mel_filters().T, 1e-10))
    return (np.maximum(decades, decades.max() - 8) / 4 + 1).astype(np.float32).T


def _given(samples: np.ndarray) -> dict[str, np.ndarray]:
    """The encoder's input for samples (N,)."""
    # An odd last column is dropped, as it would make one more row.
    return {"spectrum": log_mel_spectrum(samples)[None, :, : 2 * (len(samples) // HOP)]}


def _encode(given: dict[str, np.ndarray], device: Device) -> np.ndarray:
    """(rows, WIDTH) states."""
    return _encoder(device).run(None, given)[0][0]


@loaded_once
def _encoder(device: Device) -> onnxruntime.InferenceSession:
    """The network, loaded once for each device."""
    return ort_session(speech_file(FILE), THREADS, device)


@cache
def _mel_filters() -> np.ndarray:
    """(MELS, WINDOW // 2 + 1): triangular filters of equal area, with edges evenly spaced in mels."""
    above = LINEAR_MELS + np.log(SAMPLE_RATE / 2 / LINEAR_HZ) / LOG_STEP
    mels = np.linspace(0, above, MELS + 2)
    linear = mels * (LINEAR_HZ / LINEAR_MELS)
    points = np.where(mels < LINEAR_MELS, linear, LINEAR_HZ * np.exp(LOG_STEP * (mels - LINEAR_MELS)))
    frequencies = np.fft.rfftfreq(WINDOW, 1 / SAMPLE_RATE)
    low, middle, high = points[:-2, None], points[1:-1, None], points[2:, None]
    rising, falling = (frequencies - low) / (middle - low), (high - frequencies) / (high - middle)
    return np.maximum(np.minimum(rising, falling), 0) * 2 / (high - low)
