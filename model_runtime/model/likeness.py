"""Likeness: how much each moment of a voice sounds like each phone, whoever speaks.

The recogniser's acoustic model (PocketSphinx's en-us, BSD) was made from hundreds of voices. What it makes of a sound
carries across voices far better than the spectrum that one speaker's clips would teach: it is to the starter what
wav2vec 2.0 is to the paper's network (docs/experiments.md). Its Gaussian mixtures are evaluated here for each phone by
itself, without its neighbours, words or grammar.
"""

import struct
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pocketsphinx
import torch
from scipy.fft import dct
from torch import Tensor

from model_runtime.acoustics import BANDS, LogMel, band_centres, log_mel, normalise, to_mel
from model_runtime.audio import Waveform

__all__ = ["HEARD", "LIKENESSES", "NOT_SPEECH", "hear", "likeness"]

# Phones of the acoustic model: 39 of English, silence, and two kinds of noise.
LIKENESSES = 42
# Columns of what the starter hears.
HEARD = LIKENESSES + BANDS + 1
# Columns of noise (breath, clicks, a room) and of silence.
NOT_SPEECH = (0, 32)
STATES, STREAMS, DENSITIES, COEFFICIENTS = 3, 3, 128, 13
# How the model was trained (its feat.params and SphinxTrain's defaults): filters between two frequencies, liftered
# cepstra, mixture weights as whole numbers of this much natural log.
FILTERS, LOWEST, HIGHEST, LIFTER = 25, 130.0, 6800.0, 22
WEIGHT_STEP = -1024 * np.log(1.0001)
LEAST_VARIANCE = 1e-4
BYTE_ORDER = 0x11223344
# Rows this near to the loud moments (natural-log power) count for the average cepstrum, however long it is silent.
HEARD_RANGE = 7.0
# What a Gaussian mixture says of one frame is far too sure; log-likelihoods count this much.
SURENESS = 0.3
# Rows evaluated at a time: bounds the memory of long recordings, and stays in a processor's cache.
BLOCK = 250


@dataclass(frozen=True)
class Mixtures:
    """Of each stream (cepstra, their speed, their acceleration): form (2 * COEFFICIENTS, LIKENESSES * DENSITIES) and
    constant of the Gaussians' exponents, weights (LIKENESSES, DENSITIES, STATES) of the states' mixtures."""

    forms: tuple[Tensor, ...]
    constants: tuple[Tensor, ...]
    weights: tuple[Tensor, ...]


def hear(waveform: Waveform) -> np.ndarray:
    """(A, HEARD) float32, 100 rows a second: likenesses, then the acoustics."""
    mel = log_mel(waveform)
    return np.concatenate([likeness(mel), normalise(mel)], axis=1)


def likeness(mel: LogMel) -> np.ndarray:
    """(A, LIKENESSES) float32: probability of each phone of the acoustic model at each row, summing to 1."""
    count, model = len(mel.loudness), _mixtures()
    starts = range(0, count, BLOCK)
    cepstra = np.concatenate([_cepstra(mel.bands[start : start + BLOCK]) for start in starts])
    cepstra -= cepstra[mel.loudness > np.percentile(mel.loudness, 95) - HEARD_RANGE].mean(axis=0)
    result = np.empty((count, LIKENESSES), np.float32)
    for start in starts:
        rows = np.arange(start, min(start + BLOCK, count))
        with torch.inference_mode():
            fit = SURENESS * _log_likelihoods(torch.from_numpy(_streams(cepstra, rows)), model)
            result[rows] = torch.softmax(fit.flatten(1), dim=1).unflatten(1, (LIKENESSES, STATES)).sum(dim=2).numpy()
    return result


def _log_likelihoods(streams: Tensor, model: Mixtures) -> Tensor:
    """(A, LIKENESSES, STATES) from streams (STREAMS, A, COEFFICIENTS)."""
    total = torch.zeros(streams.shape[1], LIKENESSES, STATES)
    for stream, form, constant, weights in zip(streams, model.forms, model.constants, model.weights, strict=True):
        exponents = torch.addmm(constant, torch.cat([stream.square(), stream], dim=1), form)
        exponents = exponents.unflatten(1, (LIKENESSES, DENSITIES))
        best = exponents.amax(dim=-1, keepdim=True)
        mixed = torch.bmm(exponents.sub_(best).exp_().transpose(0, 1), weights).transpose(0, 1)
        total += mixed.clamp(min=1e-30).log() + best
    return total


def _cepstra(bands: np.ndarray) -> np.ndarray:
    """(A, COEFFICIENTS) float32 liftered mel cepstra as the acoustic model knows them, from our bands (A, BANDS)."""
    edges = np.linspace(to_mel(LOWEST), to_mel(HIGHEST), FILTERS + 2)
    centres = to_mel(band_centres())
    rising = (centres - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - centres) / np.diff(edges)[1:, None]
    filters = np.clip(np.minimum(rising, falling), 0, None)
    filters /= filters.sum(axis=1, keepdims=True)
    lifter = 1 + LIFTER / 2 * np.sin(np.pi * np.arange(COEFFICIENTS) / LIFTER)
    liftered = dct(np.log(np.exp(bands) @ filters.T), type=2, norm="ortho", axis=1)[:, :COEFFICIENTS] * lifter
    return liftered.astype(np.float32)


def _streams(cepstra: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """(STREAMS, N, COEFFICIENTS) at N rows: cepstra, their speed and their acceleration, as Sphinx takes them."""

    def later(shift: int) -> np.ndarray:
        return cepstra[np.clip(rows + shift, 0, len(cepstra) - 1)]

    return np.stack([later(0), later(2) - later(-2), later(3) - later(-1) - later(1) + later(-3)])


@cache
def _mixtures() -> Mixtures:
    folder = Path(pocketsphinx.get_model_path("en-us/en-us"))
    means, variances = _gaussians(folder / "means"), _gaussians(folder / "variances")
    precision = 1 / np.maximum(variances, LEAST_VARIANCE)
    form = np.concatenate([-0.5 * precision, precision * means], axis=-1)
    constant = 0.5 * (np.log(precision / (2 * np.pi)) - precision * means**2).sum(axis=-1)
    weights = np.exp(WEIGHT_STEP * _mixture_weights(folder / "sendump"))
    return Mixtures(
        tuple(torch.from_numpy(form[:, k].reshape(-1, 2 * COEFFICIENTS).T.copy()) for k in range(STREAMS)),
        tuple(torch.from_numpy(constant[:, k].reshape(-1).copy()) for k in range(STREAMS)),
        tuple(torch.from_numpy(weights[k].astype(np.float32)) for k in range(STREAMS)),
    )


def _gaussians(path: Path) -> np.ndarray:
    """(LIKENESSES, STREAMS, DENSITIES, COEFFICIENTS) float32 from a file of means or variances (Sphinx's S3 format)."""
    data = path.read_bytes()
    start = data.index(b"endhdr\n") + len(b"endhdr\n")
    order, *sizes = struct.unpack_from(f"<{5 + STREAMS}i", data, start)
    if order != BYTE_ORDER or sizes[:3] != [LIKENESSES, STREAMS, DENSITIES]:
        raise RuntimeError(f"{path} is another acoustic model than this version was made for; install the locked one.")
    values = np.frombuffer(data, "<f4", sizes[-1], start + 4 * (5 + STREAMS))
    return values.reshape(LIKENESSES, STREAMS, DENSITIES, COEFFICIENTS)


def _mixture_weights(path: Path) -> np.ndarray:
    """(STREAMS, LIKENESSES, DENSITIES, STATES) whole numbers: the states of the bare phones come first in the file."""
    data, at = path.read_bytes(), 0
    while length := struct.unpack_from("<i", data, at)[0]:
        at += 4 + length
    rows, columns = struct.unpack_from("<2i", data, at + 4)
    table = np.frombuffer(data, np.uint8, STREAMS * rows * columns, at + 12).reshape(STREAMS, rows, columns)
    bare = table[:, :, : LIKENESSES * STATES].reshape(STREAMS, rows, LIKENESSES, STATES)
    return bare.transpose(0, 2, 1, 3).astype(np.float64)
