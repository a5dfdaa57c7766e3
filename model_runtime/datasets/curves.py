"""Curve files of face captures: Live Link Face CSV, Audio2Face JSON, plain CSV, and .npz of weights."""

import re
from array import array
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model_runtime import limits
from model_runtime.channels import CHANNELS
from model_runtime.errors import InputError
from model_runtime.files.input_files import read_json, read_table
from model_runtime.files.npz import NUMBERS, TEXT, Wanted, all_finite, read_npz, texts

__all__ = ["SUFFIXES", "Curves", "channel_name", "read_curves"]

SUFFIXES = (".csv", ".json", ".npz")
ARRAYS = {"weights": Wanted(NUMBERS), "channels": Wanted(TEXT, limits.CHANNELS), "fps": Wanted(NUMBERS, 1)}
# Frame rates of timecodes.
RATES = (24, 25, 30, 48, 50, 60, 120)
TIMECODE = re.compile(r"(\d{1,4}):(\d{1,2}):(\d{1,2})[:;](\d{1,4}(?:\.\d{1,9})?)", re.ASCII)
# Seconds in a day.
DAY = 24 * 3600.0
# Characters of a time in a table that are read.
LONGEST_TIME = 40
LOWERED = {name.lower(): name for name in CHANNELS}


@dataclass(frozen=True)
class Curves:
    """times: (T,) s, ascending from 0. names: K of CHANNELS. weights: (T, K) float32. ignored: other columns."""

    times: np.ndarray
    names: tuple[str, ...]
    weights: np.ndarray
    ignored: tuple[str, ...]

    def at(self, fps: float) -> np.ndarray:
        """(T', K) float32 weights at i / fps s, interpolated linearly."""
        times = np.arange(int(self.times[-1] * fps + 1e-6) + 1) / fps
        return np.stack([np.interp(times, self.times, column) for column in self.weights.T], axis=1).astype(np.float32)


def channel_name(name: str) -> str | None:
    """The name in CHANNELS of a shape in any spelling (JawOpen, eyeBlink_L, blendShape1.mouthClose), else None."""
    bare = re.sub(r"[_\s-]", "", name.strip().rpartition(".")[2])
    if bare.lower() in LOWERED:
        return LOWERED[bare.lower()]
    side = re.search(r"[_.-]?([LR])$", name.strip())
    if side:
        whole = re.sub(r"[_\s.-]", "", name.strip()[: side.start()]).lower() + {"L": "left", "R": "right"}[side[1]]
        return LOWERED.get(whole)
    return None


def read_curves(path: Path | str) -> Curves:
    """Read the curves of one take. Raises InputError when the file is of another kind or damaged."""
    path = Path(path)
    readers = {".csv": _read_csv, ".json": _read_json, ".npz": _read_npz}
    if path.suffix.lower() not in readers:
        raise InputError(f"{path} holds no curves; known are {', '.join(SUFFIXES)}.")
    names, times, weights = readers[path.suffix.lower()](path)
    if weights.ndim != 2 or weights.shape != (len(times), len(names)) or len(times) < 2:
        raise InputError(f"{path} does not hold one number a frame and a curve.")
    if not all_finite(weights, np.float32) or not np.isfinite(times).all():
        raise InputError(f"{path} holds values that are not numbers.")
    if np.ptp(times) > limits.SOUND_SECONDS:
        raise InputError(f"{path} lasts longer than {limits.SOUND_SECONDS / 3600:g} hours; cut it, or mend its times.")
    ours = [channel_name(name) for name in names]
    columns = [index for index, name in enumerate(ours) if name]
    if not columns:
        raise InputError(f"{path} holds none of ARKit's shapes, such as jawOpen; it has {', '.join(names[:5])}.")
    # A clock may stand still or jump back; samples that are not later than all before are dropped.
    kept = np.concatenate([[True], times[1:] > np.maximum.accumulate(times)[:-1]])
    times = times[kept] - times[0]
    if len(times) < 2:
        raise InputError(f"{path} has no times that ascend.")
    found = tuple(name for name in ours if name)
    return Curves(
        times,
        found,
        weights[kept][:, columns].astype(np.float32),
        tuple(n for n, o in zip(names, ours, strict=True) if not o),
    )


def _read_npz(path: Path) -> tuple[list[str], np.ndarray, np.ndarray]:
    arrays = read_npz(path, ARRAYS)
    fps = float(arrays["fps"].item()) if arrays["fps"].size == 1 else 0.0
    if not 1 <= fps <= 1000 or arrays["weights"].ndim != 2:
        raise InputError(f"{path}: fps must be one number from 1 to 1000, and weights a table.")
    return list(texts(arrays["channels"])), np.arange(len(arrays["weights"])) / fps, arrays["weights"]


def _read_json(path: Path) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Audio2Face's export."""
    value = read_json(path)
    try:
        names = [str(name) for name in value["facsNames"]]
        weights = np.array(value["weightMat"], dtype=np.float64)
        fps = float(value["exportFps"])
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise InputError(f"{path} is not an export of Audio2Face (exportFps, facsNames, weightMat).") from error
    if not 1 <= fps <= 1000 or weights.ndim != 2:
        raise InputError(f"{path}: exportFps must be from 1 to 1000, and weightMat a table.")
    return names, np.arange(len(weights)) / fps, weights


def _read_csv(path: Path) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Live Link Face (Timecode, BlendShapeCount, ...), or a column `time` in s and one column a curve."""
    values, texts_of_times = array("d"), []
    try:
        rows = read_table(path, limits.TABLE_BYTES)
        header = next(rows)
        clock = next(i for i, name in enumerate(header) if name.strip().lower() in ("timecode", "time", "seconds"))
        columns = [
            i
            for i, name in enumerate(header)
            if i != clock and name.strip().lower() not in ("blendshapecount", "frame")
        ]
        for row in rows:
            values.extend(float(row[i]) for i in columns)
            texts_of_times.append(row[clock].strip()[:LONGEST_TIME])
            if len(values) > limits.CURVE_VALUES:
                raise InputError(f"{path} holds more than {limits.CURVE_VALUES} numbers; cut it.")
        weights = np.frombuffer(values, dtype=np.float64).reshape(len(texts_of_times), len(columns))
        timecode = header[clock].strip().lower() == "timecode"
        times = _timecodes(texts_of_times) if timecode else np.array([float(text) for text in texts_of_times])
    except InputError:
        raise
    except (ValueError, IndexError, StopIteration) as error:
        raise InputError(f"{path} is not a table of curves with a column Timecode or time.") from error
    return [header[i] for i in columns], times, weights


def _timecodes(texts: list[str]) -> np.ndarray:
    """(T,) s of HH:MM:SS:FF.fraction; the frame rate is the lowest of RATES above all frame numbers."""
    parts = np.array(
        [[float(part) for part in match.groups()] for text in texts if (match := TIMECODE.fullmatch(text))]
    )
    if len(parts) != len(texts):
        raise ValueError("timecode")
    rate = next((rate for rate in RATES if parts[:, 3].max() < rate), RATES[-1])
    seconds = parts[:, :3] @ [3600.0, 60.0, 1.0] + parts[:, 3] / rate
    # The clock restarts at midnight.
    return seconds + DAY * np.concatenate([[0], np.cumsum(np.diff(seconds) < -DAY / 2)])
