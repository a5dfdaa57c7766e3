"""Tables of curves as apps of face capture write them: a row a sample, a column a curve.

Live Link Face writes timecodes, others a time in seconds or milliseconds. Face Cap's .txt has a line of names ("bs")
and lines of samples ("k").
"""

import math
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model_runtime import limits
from model_runtime.datasets.timecodes import is_timecode, seconds_of_timecodes
from model_runtime.errors import InputError
from model_runtime.files.input_files import read_lines, read_table

__all__ = ["CurveTable", "is_face_cap", "read_curve_table"]

# Columns without a curve, letters only.
NO_CURVES = ("blendshapecount", "frame", "frames", "framenumber", "frameindex", "index")
COUNT = "blendshapecount"
# Times by the letters of their column's name.
TIME = re.compile(r"timecode|tc|smpte|time.*|t|s|secs?|seconds?|ms|msecs?|millis|milliseconds?")
# Units by the end of that name, and the largest step between samples (in the unit, doubled for slow ones) by which an
# unnamed unit is told from the next.
UNITS = {
    **dict.fromkeys(("ms", "msec", "msecs", "millis", "millisecond", "milliseconds"), 1e-3),
    **dict.fromkeys(("us", "microseconds"), 1e-6),
    **dict.fromkeys(("ns", "nanoseconds"), 1e-9),
    **dict.fromkeys(("sec", "secs", "second", "seconds"), 1.0),
}
STEPS = ((2.0, 1.0), (2e3, 1e-3), (2e6, 1e-6), (math.inf, 1e-9))
# Characters of a time that are read.
LONGEST_TIME = 40
# Columns of Face Cap before its curves: the time in ms, the head's position and rotation, the eyes' rotation.
FACE_CAP = ("time_ms", *(f"{part}{axis}" for part in ("headPosition", "headRotation") for axis in "XYZ"))
FACE_CAP = (*FACE_CAP, *(f"eye{side}{axis}" for side in ("Left", "Right") for axis in "XY"))
# Seconds without a sample that are told.
TOLD_GAP = 0.25


@dataclass(frozen=True)
class CurveTable:
    """names: K columns with curves. times: (T,) s, of a clock of the file's own. weights: (T, K) float64 in the file's
    unit, without gaps. notes: sentences for the user. timecode: of the first sample, or empty."""

    names: tuple[str, ...]
    times: np.ndarray
    weights: np.ndarray
    notes: tuple[str, ...] = ()
    timecode: str = ""


def read_curve_table(path: Path, rate: float | None = None, zero: str | None = None) -> CurveTable:
    """Read a .csv, .tsv or .txt of curves.

    Samples in which the face was not seen, and missing values, are filled from those around them. rate: frames a second
    of the timecodes, or of the rows where the file has no times; None: as the file says. zero: timecode from which the
    times count. Raises InputError for a file of another kind, without times, or with values that are no numbers.
    """
    header, rows = _face_cap(path) if is_face_cap(path) else _table(path)
    letters = [re.sub(r"[^a-z]", "", name.lower()) for name in header]
    clock = next((i for i, name in enumerate(letters) if TIME.fullmatch(name)), None)
    if clock is None and rate is not None:
        header, letters, clock = [*header, "frame"], [*letters, "frame"], len(header)
    if clock is None:
        raise InputError(f"{path} is not a table of curves with a column Timecode or time.")
    count = letters.index(COUNT) if COUNT in letters else None
    columns = [i for i, name in enumerate(letters) if i != clock and name not in NO_CURVES and header[i].strip()]
    values, times, unseen = array("d"), [], 0
    try:
        for number, row in enumerate(rows):
            time = str(number) if clock >= len(row) and letters[clock] == "frame" else row[clock].strip()
            cells = [_number(row[i] if i < len(row) else "", path) for i in columns]
            if all(map(math.isnan, cells)) or (count is not None and row[count].strip() in ("0", "0.0")):
                unseen += 1
                continue
            values.extend(cells)
            times.append(time[:LONGEST_TIME])
            if len(values) > limits.CURVE_VALUES:
                raise InputError(f"{path} holds more than {limits.CURVE_VALUES} numbers; cut it.")
        seconds, notes = _seconds(times, letters[clock], rate, zero)
    except InputError:
        raise
    except (ValueError, IndexError) as error:
        raise InputError(f"{path} is not a table of curves with a column Timecode or time.") from error
    weights = np.frombuffer(values, dtype=np.float64).reshape(len(times), len(columns))
    told = (f"In {unseen} samples the face was not seen; the motion goes on between the others.",) if unseen else ()
    timecode = times[0] if times and is_timecode(times[0]) else ""
    names = tuple(header[i] for i in columns)
    return CurveTable(names, seconds, _filled(weights), (*notes, *told, *_gaps(seconds)), timecode)


def is_face_cap(path: Path) -> bool:
    """Whether a file is a recording of Face Cap. Raises InputError when it cannot be read as text."""
    return next(read_lines(path, limits.TABLE_BYTES), "").split(",")[0].strip() in ("info", "bs")


def _table(path: Path) -> tuple[list[str], Iterator[list[str]]]:
    """The header and the rows of a table whose columns are divided by what the header has most of: , ; or tab."""
    first = next(read_lines(path, limits.TABLE_BYTES), "")
    delimiter = max(",;\t", key=first.count)
    rows = read_table(path, limits.TABLE_BYTES, delimiter)
    header = next(rows, [])
    # Where columns are not divided by commas, numbers may have decimal ones.
    return header, rows if delimiter == "," else ([cell.replace(",", ".") for cell in row] for row in rows)


def _face_cap(path: Path) -> tuple[list[str], Iterator[list[str]]]:
    rows = read_table(path, limits.TABLE_BYTES)
    names = next((row[1:] for row in rows if row[0].strip() == "bs"), [])
    return [*FACE_CAP, *names], (row[1:] for row in rows if row[0].strip() == "k")


def _number(text: str, path: Path) -> float:
    """A cell as a number; NaN for an empty one. Raises ValueError for other text, InputError for what is not finite."""
    text = text.strip()
    if not text:
        return math.nan
    value = float(text)
    if not math.isfinite(value):
        raise InputError(f"{path} holds values that are not numbers.")
    return value


def _seconds(
    times: Sequence[str], column: str, rate: float | None, zero: str | None
) -> tuple[np.ndarray, tuple[str, ...]]:
    """(T,) s of the texts in a column, and notes. Raises ValueError for texts that are no times."""
    if any(":" in text for text in times):
        return seconds_of_timecodes(times, rate, zero)
    if zero is not None:
        raise InputError("The capture has no timecodes, so that it cannot begin at one.")
    values = np.array([float(text) for text in times])
    if column == "frame":
        return values / (rate or 1.0), ()
    unit = next((size for end, size in UNITS.items() if column.endswith(end)), None)
    if unit is None:
        step = float(np.median(np.diff(values))) if len(values) > 1 else 0.0
        unit = next((size for most, size in STEPS if step <= most), 1.0)
    return values * unit, ()


def _filled(weights: np.ndarray) -> np.ndarray:
    """(T, K) weights with missing ones (NaN) drawn between those before and after; 0 where a column has none."""
    missing = np.isnan(weights)
    if not missing.any():
        return weights
    weights, rows = weights.copy(), np.arange(len(weights))
    for column in np.flatnonzero(missing.any(axis=0)):
        known = ~missing[:, column]
        weights[:, column] = np.interp(rows, rows[known], weights[known, column]) if known.any() else 0.0
    return weights


def _gaps(seconds: np.ndarray) -> tuple[str, ...]:
    """A note on the longest stretch without samples."""
    steps = np.diff(seconds)
    if not len(steps) or not np.isfinite(steps).all() or steps.max() <= TOLD_GAP:
        return ()
    longest = int(steps.argmax())
    start = seconds[longest] - seconds[0]
    return (f"Nothing was captured for {steps[longest]:.1f} s from {start:.1f} s on; the motion goes on across it.",)
