"""Tables of curves as apps of face capture write them: a row a sample, a column a curve.

Live Link Face writes timecodes, others a time in seconds or milliseconds. Face Cap's .txt has a line of names ("bs")
and lines of samples ("k").
"""

import math
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np

from model_runtime import limits
from model_runtime.datasets.table_cells import LONGEST, is_missing, is_time, number, shown
from model_runtime.datasets.timecodes import is_timecode, seconds_of_timecodes
from model_runtime.errors import InputError
from model_runtime.files.input_files import read_lines, read_numbered_table

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
# Lines of an app or a spreadsheet that may stand above the header.
ABOVE = 30
SEPARATORS = ",;\t|"
# Columns of Face Cap before its curves: the time in ms, the head's position and rotation, the eyes' rotation.
FACE_CAP = ("time_ms", *(f"{part}{axis}" for part in ("headPosition", "headRotation") for axis in "XYZ"))
FACE_CAP = (*FACE_CAP, *(f"eye{side}{axis}" for side in ("Left", "Right") for axis in "XY"))
# Seconds without a sample that are told.
TOLD_GAP = 0.25


Rows = Iterator[tuple[int, list[str]]]


@dataclass(frozen=True)
class CurveTable:
    """names: K columns with curves. times: (T,) s, of a clock of the file's own. weights: (T, K) float64 in the file's
    unit, without gaps. notes: sentences for the user. timecode: of the first sample, or empty. unreadable: column ->
    the sentence on its first cell that is no number; such cells are filled like missing ones. lines: (T,) lines of the
    samples in the file, from 1; empty where it has none."""

    names: tuple[str, ...]
    times: np.ndarray
    weights: np.ndarray
    notes: tuple[str, ...] = ()
    timecode: str = ""
    unreadable: dict[str, str] = field(default_factory=dict)
    lines: tuple[int, ...] = ()


@dataclass(frozen=True)
class Samples:
    """Rows of a table in which a face was seen. values: T * K numbers, NaN for missing ones. times: T texts, empty for
    missing ones. lines: of the rows. parts: indices of the samples that follow another header. unseen: count of rows
    without a face. unreadable: index of a column -> the sentence on its first cell that is no number."""

    values: array
    times: list[str]
    lines: list[int]
    parts: list[int]
    unseen: int
    unreadable: dict[int, str]


def read_curve_table(path: Path, rate: float | None = None, zero: str | None = None) -> CurveTable:
    """Read a .csv, .tsv or .txt of curves.

    Samples in which the face was not seen, missing values and missing times are filled from those around them. Files
    that were joined follow each other. rate: frames a second of the timecodes, or of the rows where the file has no
    times; None: as the file says. zero: timecode from which the times count. Raises InputError for a file of another
    kind, without times, and for a time that cannot be read, with its line.
    """
    header, rows = _face_cap(path) if is_face_cap(path) else _table(path)
    letters = [_letters(name) for name in header]
    clock = next((i for i, name in enumerate(letters) if TIME.fullmatch(name)), None)
    if clock is None and rate is not None:
        clock, letters = len(header), [*letters, "frame"]
    if clock is None:
        raise InputError(f"{path} is not a table of curves with a column Timecode or time.")
    columns = [i for i, name in enumerate(letters) if i != clock and name not in NO_CURVES and header[i].strip()]
    count = letters.index(COUNT) if COUNT in letters else None
    samples = _samples(path, header, rows, clock, columns, count)
    seconds, notes = _times(path, samples, letters[clock], rate, zero)
    if samples.parts:
        seconds = _joined(seconds, samples.parts)
        notes = (*notes, f"The file holds {len(samples.parts) + 1} tables, joined; they follow each other.")
    weights = np.frombuffer(samples.values, dtype=np.float64).reshape(len(samples.times), len(columns))
    if samples.unseen:
        notes = (*notes, f"In {samples.unseen} samples the face was not seen; the motion goes on between the others.")
    timecode = samples.times[0] if samples.times and is_timecode(samples.times[0]) else ""
    names = tuple(header[i] for i in columns)
    unreadable = {header[i]: sentence for i, sentence in samples.unreadable.items()}
    notes = (*notes, *_gaps(seconds))
    return CurveTable(names, seconds, _filled(weights), notes, timecode, unreadable, tuple(samples.lines))


def _letters(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())


def _samples(path: Path, header: list[str], rows: Rows, clock: int, columns: list[int], count: int | None) -> Samples:
    """The rows in which a face was seen. clock: the column of times, len(header) for the number of the row. count: the
    column that is 0 where no face was seen. Raises InputError."""
    found = Samples(array("d"), [], [], [], 0, {})
    unseen, first_cells = 0, [name.strip() for name in header]
    for index, (line, row) in enumerate(rows):
        cells = [cell.strip() for cell in row]
        if cells[: len(first_cells)] == first_cells:
            found.parts.append(len(found.times))
            continue
        if any(cells[len(header) :]):
            raise InputError(
                f"{path}, line {line}, has {len(cells)} cells and the header {len(header)}; numbers with decimal "
                "commas need ; or tabs between the cells."
            )
        values = []
        for i in columns:
            try:
                values.append(number(cells[i]) if i < len(cells) else math.nan)
            except ValueError:
                values.append(math.nan)
                found.unreadable.setdefault(
                    i,
                    f'{path}, line {line}: {header[i].strip()} is "{shown(cells[i])}", which is no number; mend it, '
                    "or leave the cell empty.",
                )
        if all(map(math.isnan, values)) or (count is not None and count < len(cells) and cells[count] in ("0", "0.0")):
            unseen += 1
            continue
        time = str(index) if clock == len(header) else cells[clock] if clock < len(cells) else ""
        if not is_missing(time) and not is_time(time):
            raise InputError(
                f'{path}, line {line}: {header[clock].strip()} is "{shown(time)}", which is no time; mend it, or leave '
                "the cell empty."
            )
        found.values.extend(values)
        found.times.append("" if is_missing(time) else time[:LONGEST])
        found.lines.append(line)
        if len(found.values) > limits.CURVE_VALUES:
            raise InputError(f"{path} holds more than {limits.CURVE_VALUES} numbers; cut it.")
    # Headers before the first sample, or after the last, divide nothing.
    parts = sorted({part for part in found.parts if 0 < part < len(found.times)})
    return Samples(found.values, found.times, found.lines, parts, unseen, found.unreadable)


def _times(
    path: Path, samples: Samples, column: str, rate: float | None, zero: str | None
) -> tuple[np.ndarray, tuple[str, ...]]:
    """(T,) s of the samples, and notes; missing times lie between those around them, a row as long as the next."""
    known = np.array([bool(text) for text in samples.times], bool)
    if not known.any():
        if samples.times and rate is None:
            raise InputError(f"{path} has no time in any row; write them, or give its frames a second (--rate).")
        return np.arange(len(samples.times)) / (rate or 1.0), ()
    times = [text for text in samples.times if text]
    lines = [line for line, text in zip(samples.lines, samples.times, strict=True) if text]
    codes = [is_timecode(text) for text in times]
    if any(codes) and not all(codes):
        other = codes.index(False)
        raise InputError(
            f'{path}, line {lines[other]}: "{times[other]}" is no timecode as in the other rows; mend it, or leave the '
            "cell empty."
        )
    try:
        seconds, notes = _seconds(times, column, rate, zero)
    except InputError:
        raise
    except ValueError as error:
        raise InputError(f"{path} mixes timecodes and times of a clock; write all of them alike.") from error
    if known.all():
        return seconds, notes
    rows = np.array(samples.lines, np.float64)
    filled = np.interp(rows, rows[known], seconds)
    steps = np.diff(seconds) / np.diff(rows[known])
    step = float(np.median(steps)) if len(steps) else 1 / (rate or 60.0)
    first, last = int(np.flatnonzero(known)[0]), int(np.flatnonzero(known)[-1])
    filled[:first] = seconds[0] + step * (rows[:first] - rows[first])
    filled[last + 1 :] = seconds[-1] + step * (rows[last + 1 :] - rows[last])
    missing = int((~known).sum())
    return filled, (*notes, f"Samples without a time: {missing}; they lie between those around them.")


def _joined(seconds: np.ndarray, parts: list[int]) -> np.ndarray:
    """The times of joined tables: one that begins before the end of those above follows them a sample later."""
    seconds = seconds.copy()
    for part in parts:
        end = float(seconds[:part].max())
        if seconds[part] <= end:
            steps = np.diff(seconds[:part])
            seconds[part:] += end - seconds[part] + (float(np.median(steps)) if len(steps) else 0.0)
    return seconds


def is_face_cap(path: Path) -> bool:
    """Whether a file is a recording of Face Cap. Raises InputError when it cannot be read as text."""
    return next(read_lines(path, limits.TABLE_BYTES), "").split(",")[0].strip() in ("info", "bs")


def _table(path: Path) -> tuple[list[str], Rows]:
    """The header and the rows below it; their cells are divided by what the header has most of: , ; tab or |."""
    lines = list(islice(read_lines(path, limits.TABLE_BYTES), ABOVE))
    at = next((i for i, line in enumerate(lines) if _is_header(line)), 0)
    delimiter = max(SEPARATORS, key=lines[at].count) if lines else ","
    rows = ((line, row) for line, row in read_numbered_table(path, limits.TABLE_BYTES, delimiter) if line > at)
    _line, header = next(rows, (0, []))
    # Where columns are not divided by commas, numbers may have decimal ones.
    return header, rows if delimiter == "," else ((line, [one.replace(",", ".") for one in row]) for line, row in rows)


def _is_header(line: str) -> bool:
    """Whether a line names columns, one of them a time."""
    names = [name.strip(' "') for name in line.strip().split(max(SEPARATORS, key=line.count))]
    named = [name for name in names if name]
    return len(named) > 1 and any(TIME.fullmatch(_letters(n)) for n in named) and all(map(_letters, named))


def _face_cap(path: Path) -> tuple[list[str], Rows]:
    rows = read_numbered_table(path, limits.TABLE_BYTES)
    names = next((row[1:] for _line, row in rows if row[0].strip() == "bs"), [])
    return [*FACE_CAP, *names], ((line, row[1:]) for line, row in rows if row[0].strip() == "k")


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
    steps = np.diff(np.maximum.accumulate(seconds))
    if not len(steps) or not np.isfinite(steps).all() or steps.max() <= TOLD_GAP:
        return ()
    longest = int(steps.argmax())
    start = seconds[longest] - seconds[0]
    return (f"Nothing was captured for {steps[longest]:.1f} s from {start:.1f} s on; the motion goes on across it.",)
