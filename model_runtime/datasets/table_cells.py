"""Cells of tables of curves: numbers, times and missing values as apps, spreadsheets and languages write them."""

import math

from model_runtime.datasets.timecodes import is_timecode

__all__ = ["LONGEST", "is_missing", "is_time", "number", "shown"]

# What stands for a missing value, lower case.
MISSING = (
    *("", "-", "--", "---", ".", "?", "*", "null", "none", "nil", "n/a", "#n/a", "#na", "na", "n.a.", "<na>"),
    *("undefined", "missing", "nan", "-nan", "+nan", "nan(ind)", "-nan(ind)", "1.#ind", "-1.#ind", "1.#qnan", "1.#nan"),
)
# Largest value of a weight, in any unit, that is not damage.
LARGEST = 1e6
# Characters of a cell that are read and shown.
LONGEST = 40


def is_missing(text: str) -> bool:
    """Whether a cell, without spaces around, says that there is no value."""
    return text.lower() in MISSING


def number(text: str) -> float:
    """The value of a cell: 0.5, 0,5, 50%; NaN for a missing one. Raises ValueError for any other text, for infinity
    and for what is larger than LARGEST."""
    text = text.strip()
    try:
        value = float(text)
    except ValueError:
        if is_missing(text):
            return math.nan
        percent = text.endswith("%")
        value = float(text.removesuffix("%").replace(",", ".", 1)) / (100 if percent else 1)
    if abs(value) > LARGEST:
        raise ValueError(text)
    return value


def is_time(text: str) -> bool:
    """Whether a cell, without spaces around, is a timecode, the time of a clock or a finite number."""
    if is_timecode(text):
        return True
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def shown(text: str) -> str:
    """A cell as messages show it."""
    text = "".join(c if c.isprintable() else "?" for c in text.strip()[: LONGEST + 1])
    return text if len(text) <= LONGEST else text[:LONGEST] + "..."
