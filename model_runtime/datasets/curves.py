"""Curve files of face captures: Live Link Face and other tables, Audio2Face JSON, and .npz of weights."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model_runtime import limits
from model_runtime.channels import CHANNELS
from model_runtime.datasets.curve_tables import CurveTable, is_face_cap, read_curve_table
from model_runtime.errors import InputError
from model_runtime.files.input_files import read_json
from model_runtime.files.npz import NUMBERS, TEXT, Wanted, all_finite, read_npz, texts

__all__ = ["SUFFIXES", "Curves", "channel_name", "read_curves"]

SUFFIXES = (".csv", ".json", ".npz")
# A .txt is one of Face Cap; beside a sound it would be a transcript.
OTHER_SUFFIXES = (".tsv", ".txt")
ARRAYS = {"weights": Wanted(NUMBERS), "channels": Wanted(TEXT, limits.CHANNELS), "fps": Wanted(NUMBERS, 1)}
# Weights above this are percents when so large a share of the samples has one; fewer are damage.
HIGHEST_WEIGHT = 2.0
PERCENTS = 0.2


@dataclass(frozen=True)
class Curves:
    """times: (T,) s, ascending from 0 (from the timecode that was asked for). names: K channels. weights: (T, K)
    float32. ignored: other columns. notes: sentences for the user. timecode: of the first sample, or empty."""

    times: np.ndarray
    names: tuple[str, ...]
    weights: np.ndarray
    ignored: tuple[str, ...]
    notes: tuple[str, ...] = ()
    timecode: str = ""

    def at(self, fps: float) -> np.ndarray:
        """(T', K) float32 weights at i / fps s, interpolated linearly."""
        times = np.arange(int(self.times[-1] * fps + 1e-6) + 1) / fps
        return np.stack([np.interp(times, self.times, column) for column in self.weights.T], axis=1).astype(np.float32)


def channel_name(name: str, known: Sequence[str] = CHANNELS) -> str | None:
    """The name in `known` of a shape in any spelling (JawOpen, eyeBlink_L, blendShape1.mouthClose), else None."""
    lowered = {channel.lower(): channel for channel in known}
    bare = re.sub(r"[_\s-]", "", name.strip().rpartition(".")[2])
    if bare.lower() in lowered:
        return lowered[bare.lower()]
    side = re.search(r"[_.-]?([LR])$", name.strip())
    if side:
        whole = re.sub(r"[_\s.-]", "", name.strip()[: side.start()]).lower() + {"L": "left", "R": "right"}[side[1]]
        return lowered.get(whole)
    return None


def read_curves(
    path: Path | str, known: Sequence[str] = CHANNELS, rate: float | None = None, zero: str | None = None
) -> Curves:
    """Read the curves of one take. known: channels that are read. rate, zero: as `read_curve_table`.

    Raises InputError when the file is of another kind or damaged.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in (*SUFFIXES, *OTHER_SUFFIXES) or (suffix == ".txt" and not is_face_cap(path)):
        raise InputError(f"{path} holds no curves; known are {', '.join(SUFFIXES)} and Face Cap's .txt.")
    readers = {".json": _read_json, ".npz": _read_npz}
    table = readers[suffix](path) if suffix in readers else read_curve_table(path, rate, zero)
    names, times, weights = table.names, table.times, table.weights
    for name, sentence in table.unreadable.items():
        if channel_name(name, known):
            raise InputError(sentence)
    if weights.ndim != 2 or weights.shape != (len(times), len(names)) or len(times) < 2:
        raise InputError(f"{path} does not hold one number a frame and a curve.")
    if not all_finite(weights, np.float32) or not np.isfinite(times).all():
        raise InputError(f"{path} holds values that are not numbers.")
    if np.ptp(times) > limits.SOUND_SECONDS:
        raise InputError(f"{path} lasts longer than {limits.SOUND_SECONDS / 3600:g} hours; cut it, or mend its times.")
    ours = [channel_name(name, known) for name in names]
    # A channel that has two columns is read from the first.
    columns = [index for index, name in enumerate(ours) if name and ours.index(name) == index]
    if not columns:
        raise InputError(f"{path} holds none of ARKit's shapes, such as jawOpen; it has {', '.join(names[:5])}.")
    # A clock may stand still or jump back; samples that are not later than all before are dropped.
    kept = np.concatenate([[True], times[1:] > np.maximum.accumulate(times)[:-1]])
    times = times[kept] - (times[0] if zero is None else 0.0)
    if len(times) < 2:
        raise InputError(f"{path} has no times that ascend.")
    found, notes = weights[kept][:, columns], table.notes
    high = (found > HIGHEST_WEIGHT).any(axis=1)
    if suffix not in readers and high.mean() > PERCENTS:
        found, notes = found / 100, (*notes, "The weights are percents; they were divided by 100.")
    elif table.lines and high.any():
        row = int(high.argmax())
        column = int(found[row].argmax())
        line = np.array(table.lines)[kept][row]
        found = np.minimum(found, 1.0)
        notes = (
            *notes,
            f"Samples with weights far above 1: {int(high.sum())} (the first in line {line}, "
            f"{names[columns[column]]}); they were cut to 1.",
        )
    return Curves(
        times,
        tuple(str(ours[index]) for index in columns),
        found.astype(np.float32),
        tuple(name for index, name in enumerate(names) if index not in columns),
        notes,
        table.timecode,
    )


def _read_npz(path: Path) -> CurveTable:
    arrays = read_npz(path, ARRAYS)
    fps = float(arrays["fps"].item()) if arrays["fps"].size == 1 else 0.0
    if not 1 <= fps <= 1000 or arrays["weights"].ndim != 2:
        raise InputError(f"{path}: fps must be one number from 1 to 1000, and weights a table.")
    return CurveTable(texts(arrays["channels"]), np.arange(len(arrays["weights"])) / fps, arrays["weights"])


def _read_json(path: Path) -> CurveTable:
    """Audio2Face's export."""
    value = read_json(path)
    try:
        names = tuple(str(name) for name in value["facsNames"])
        weights = np.array(value["weightMat"], dtype=np.float64)
        fps = float(value["exportFps"])
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise InputError(f"{path} is not an export of Audio2Face (exportFps, facsNames, weightMat).") from error
    if not 1 <= fps <= 1000 or weights.ndim != 2:
        raise InputError(f"{path}: exportFps must be from 1 to 1000, and weightMat a table.")
    return CurveTable(names, np.arange(len(weights)) / fps, weights)
