"""Curve files of face captures: Live Link Face CSV, Audio2Face JSON, plain CSV, and .npz of weights."""

import csv
import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model_runtime.channels import CHANNELS
from model_runtime.errors import InputError
from model_runtime.npz import read_npz

__all__ = ["SUFFIXES", "Curves", "channel_name", "read_curves"]

SUFFIXES = (".csv", ".json", ".npz")
RATES = (24, 25, 30, 48, 50, 60, 120)
TIMECODE = re.compile(r"(\d+):(\d+):(\d+)[:;](\d+(?:\.\d+)?)")
DAY = 24 * 3600.0
LOWERED = {name.lower(): name for name in CHANNELS}


@dataclass(frozen=True)
class Curves:
    """times: (T,) s, ascending from 0. names: channels of ours. weights: (T, K) float32. passed_over: other columns."""

    times: np.ndarray
    names: tuple[str, ...]
    weights: np.ndarray
    passed_over: tuple[str, ...]

    def at(self, fps: float) -> np.ndarray:
        """(T', K) weights at i / fps seconds, straight lines between the samples: dropped frames are bridged."""
        times = np.arange(int(self.times[-1] * fps + 1e-6) + 1) / fps
        return np.stack([np.interp(times, self.times, column) for column in self.weights.T], axis=1).astype(np.float32)


def channel_name(name: str) -> str | None:
    """Our name of an ARKit shape in any spelling (JawOpen, eyeBlink_L, blendShape1.mouthClose), None for others."""
    bare = re.sub(r"[_\s-]", "", name.strip().rpartition(".")[2])
    if bare.lower() in LOWERED:
        return LOWERED[bare.lower()]
    side = re.search(r"[_.-]?([LR])$", name.strip())
    if side:
        whole = re.sub(r"[_\s.-]", "", name.strip()[: side.start()]).lower() + {"L": "left", "R": "right"}[side[1]]
        return LOWERED.get(whole)
    return None


def read_curves(path: Path | str) -> Curves:
    """Read the curves of one take. Raises InputError when the file is none of the known kinds, or damaged."""
    path = Path(path)
    readers = {".csv": _read_csv, ".json": _read_json, ".npz": _read_npz}
    if path.suffix.lower() not in readers:
        raise InputError(f"{path} holds no curves; known are {', '.join(SUFFIXES)}.")
    if not path.is_file():
        raise InputError(f"There is no file {path}.")
    names, times, weights = readers[path.suffix.lower()](path)
    if weights.ndim != 2 or weights.shape != (len(times), len(names)) or len(times) < 2:
        raise InputError(f"{path} does not hold one number a frame and a curve.")
    if not np.isfinite(weights).all() or not np.isfinite(times).all():
        raise InputError(f"{path} holds values that are not numbers.")
    ours = [channel_name(name) for name in names]
    columns = [index for index, name in enumerate(ours) if name]
    if not columns:
        raise InputError(f"{path} holds none of ARKit's shapes, such as jawOpen; it has {', '.join(names[:5])}.")
    # A take's clock may stand still or jump back for a moment; such samples say nothing new.
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
    arrays = read_npz(path, ("weights", "channels", "fps"))
    fps = float(np.ravel(arrays["fps"])[0]) if arrays["fps"].size == 1 and arrays["fps"].dtype.kind in "fiu" else 0.0
    if not 1 <= fps <= 1000 or arrays["weights"].dtype.kind not in "fiu" or arrays["weights"].ndim != 2:
        raise InputError(f"{path}: fps must be one number from 1 to 1000, and weights numbers.")
    names = [str(name) for name in np.ravel(arrays["channels"])]
    return names, np.arange(len(arrays["weights"])) / fps, np.asarray(arrays["weights"], np.float64)


def _read_json(path: Path) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Audio2Face's export."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        names = [str(name) for name in value["facsNames"]]
        weights = np.array(value["weightMat"], dtype=np.float64)
        fps = float(value["exportFps"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} is not an export of Audio2Face (exportFps, facsNames, weightMat).") from error
    if not 1 <= fps <= 1000:
        raise InputError(f"{path}: exportFps must be from 1 to 1000.")
    return names, np.arange(len(weights)) / fps, weights


def _read_csv(path: Path) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Live Link Face (Timecode, BlendShapeCount, ...), or a column `time` in seconds and one a curve."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            header, *rows = [row for row in csv.reader(stream) if row]
        clock = next(i for i, name in enumerate(header) if name.strip().lower() in ("timecode", "time", "seconds"))
        columns = [
            i
            for i, name in enumerate(header)
            if i != clock and name.strip().lower() not in ("blendshapecount", "frame")
        ]
        weights = np.array([[float(row[i]) for i in columns] for row in rows], dtype=np.float64)
        texts = [row[clock].strip() for row in rows]
        times = _timecodes(texts) if header[clock].strip().lower() == "timecode" else np.array(texts, dtype=np.float64)
    except (OSError, ValueError, IndexError, StopIteration, csv.Error) as error:
        raise InputError(f"{path} is not a table of curves with a column Timecode or time.") from error
    return [header[i] for i in columns], times, weights


def _timecodes(texts: list[str]) -> np.ndarray:
    """Seconds of HH:MM:SS:FF.fraction; the rate is the lowest usual one that has so many frames a second."""
    parts = np.array(
        [[float(part) for part in match.groups()] for text in texts if (match := TIMECODE.fullmatch(text))]
    )
    if len(parts) != len(texts):
        raise ValueError("timecode")
    rate = next((rate for rate in RATES if parts[:, 3].max() < rate), RATES[-1])
    seconds = parts[:, :3] @ [3600.0, 60.0, 1.0] + parts[:, 3] / rate
    # Past midnight the clock starts again.
    return seconds + DAY * np.concatenate([[0], np.cumsum(np.diff(seconds) < -DAY / 2)])
