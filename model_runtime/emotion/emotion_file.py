"""EMOTION.npz: `fps`, `weights` (T, K), `channels` (K,) and `meta` (JSON); see `layer.EmotionLayer`. And the strengths
that a user has keyed: `strengths` (T, E) of `emotions` (E,)."""

import json
from pathlib import Path

import numpy as np

from model_runtime.emotion.layer import EmotionLayer
from model_runtime.emotion.poses import EMOTIONS
from model_runtime.emotion.settings import emotions_of
from model_runtime.errors import InputError
from model_runtime.files.npz import NUMBERS, TEXT, Wanted, all_finite, read_npz, texts, write_npz

__all__ = ["read_strengths", "write_layer"]


def write_layer(layer: EmotionLayer, path: Path | str) -> Path:
    """Write EMOTION.npz atomically. Equal layers give equal bytes."""
    return write_npz(
        path,
        {
            "fps": np.array(layer.fps, np.float64),
            "weights": layer.weights,
            "channels": np.array(layer.channels, dtype=np.str_),
            "meta": np.array(json.dumps(layer.meta, sort_keys=True)),
        },
    )


def read_strengths(path: str, frames: int) -> np.ndarray:
    """(T, 6) the strengths of a file at each of `frames` frames, or one row for all. Raises InputError."""
    arrays = read_npz(path, {"strengths": Wanted(NUMBERS), "emotions": Wanted(TEXT, len(EMOTIONS))})
    names, given = texts(arrays["emotions"]), arrays["strengths"]
    for name in names:
        emotions_of(name, 0.0)
    fits = given.ndim == 2 and given.shape[1] == len(names) and len(given) in (1, frames)
    if not fits or not all_finite(given, np.float32):
        raise InputError(
            f"{path} holds no strengths: it must have a row for each of the {frames} frames, or one, and a column for "
            "each name in emotions."
        )
    strengths = np.zeros((frames, len(EMOTIONS)))
    for column, name in enumerate(names):
        if name in EMOTIONS:
            strengths[:, EMOTIONS.index(name)] = given[:, column]
    return strengths
