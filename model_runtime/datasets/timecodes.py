"""Timecodes of cameras and phones: HH:MM:SS:FF, with or without dropped numbers, to seconds.

At 29.97 and 59.94 frames a second, drop-frame timecode leaves out the first two (four) numbers of every minute but each
tenth, so that it keeps up with the clock: numbers are missing there, and no time.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model_runtime.errors import InputError

__all__ = ["DAY", "Clock", "is_timecode", "seconds_of_timecodes"]

# Frame rates of timecodes; those with fractions (23.976, 29.97, 59.94) count as the next whole number.
RATES = (24, 25, 30, 48, 50, 60, 120)
# Frame rate of a short take whose timecodes do not say it: that of phones.
USUAL_RATE = 60
# Frame rate -> numbers that drop-frame timecode leaves out of a minute.
DROPPED = {30: 2, 60: 4}
# What a fractional frame rate is slower by.
SLOWER = 1001 / 1000
TIMECODE = re.compile(r"(\d{1,4}):([0-5]?\d):([0-5]?\d)([:;.,])(\d{1,4}(?:[.,]\d{1,9})?)", re.ASCII)
# A clock with decimal seconds: HH:MM:SS.mmm, or whole seconds.
CLOCK = re.compile(r"(\d{1,4}):([0-5]?\d):([0-5]?\d(?:[.,]\d{1,9})?)", re.ASCII)
# Seconds in a day.
DAY = 24 * 3600.0


@dataclass(frozen=True)
class Clock:
    """rate: frame numbers in a second. drop: numbers are left out. slow: a second of timecode lasts 1.001 s."""

    rate: int
    drop: bool
    slow: bool

    def seconds(self, parts: np.ndarray) -> np.ndarray:
        """(T,) s since midnight of (T, 4) hours, minutes, seconds and frames."""
        minutes = parts[:, 0] * 60 + parts[:, 1]
        frames = (minutes * 60 + parts[:, 2]) * self.rate + parts[:, 3]
        if self.drop:
            frames = frames - DROPPED[self.rate] * (minutes - minutes // 10)
        return frames / self.rate * (SLOWER if self.drop or self.slow else 1.0)


def is_timecode(text: str) -> bool:
    """Whether a text is a timecode or the time of a clock."""
    return bool(TIMECODE.fullmatch(text) or CLOCK.fullmatch(text))


def seconds_of_timecodes(
    texts: Sequence[str], rate: float | None = None, zero: str | None = None
) -> tuple[np.ndarray, tuple[str, ...]]:
    """(T,) s of timecodes, and notes for the user. They count from midnight, or from the timecode `zero`.

    rate: frames a second of the timecode; None: found from its numbers. Raises ValueError for texts that are no
    timecodes, and InputError for another `zero`.
    """
    clocks = [CLOCK.fullmatch(text) for text in texts]
    # "01:02:03.50" is a clock, unless other times have frames behind another sign.
    if all(clocks):
        parts = np.array([[float(one.replace(",", ".")) for one in found.groups()] for found in clocks if found])
        seconds = parts @ [3600.0, 60.0, 1.0]
        return _over_midnight(seconds, DAY) - _zero(zero, None), ()
    matches = [TIMECODE.fullmatch(text) for text in texts]
    if not all(matches):
        raise ValueError("timecode")
    rows = [found.groups() for found in matches if found]
    parts = np.array([[float(h), float(m), float(s), float(f.replace(",", "."))] for h, m, s, _sign, f in rows])
    clock, notes = _clock(parts, any(sign == ";" for *_, sign, _frames in rows), rate)
    day = float(clock.seconds(np.array([[24.0, 0.0, 0.0, 0.0]]))[0])
    return _over_midnight(clock.seconds(parts), day) - _zero(zero, clock), notes


def _zero(zero: str | None, clock: Clock | None) -> float:
    """Seconds of the timecode from which others count. Raises InputError for what is none."""
    if zero is None:
        return 0.0
    found = TIMECODE.fullmatch(zero.strip())
    plain = CLOCK.fullmatch(zero.strip())
    if clock is not None and found is not None:
        hours, minutes, seconds, _sign, frames = found.groups()
        return float(clock.seconds(np.array([[float(hours), float(minutes), float(seconds), float(frames)]]))[0])
    if plain is not None and clock is None:
        return sum(
            float(part.replace(",", ".")) * unit for part, unit in zip(plain.groups(), (3600, 60, 1), strict=True)
        )
    raise InputError(f'"{zero}" is no timecode like those of the capture; write it as in the file, HH:MM:SS:FF.')


def _over_midnight(seconds: np.ndarray, day: float) -> np.ndarray:
    """The seconds of a clock that restarts at midnight, running on."""
    return seconds + day * np.concatenate([[0], np.cumsum(np.diff(seconds) < -day / 2)])


def _clock(parts: np.ndarray, semicolons: bool, rate: float | None) -> tuple[Clock, tuple[str, ...]]:
    """The clock of timecodes (T, 4), and notes. semicolons: one stands before the frames, the sign of dropped ones."""
    highest = float(np.floor(parts[:, 3].max()))
    notes: tuple[str, ...] = ()
    if rate is not None:
        nominal, slow = round(rate), abs(rate - round(rate)) > 1e-3
        if highest >= nominal:
            raise InputError(f"The timecodes count to frame {highest:.0f}, so that {rate:g} is not their frame rate.")
    else:
        nominal, slow = next((one for one in RATES if one > highest), RATES[-1]), False
        # Within one second, the highest number says little.
        if len(np.unique(parts[:, 2])) == 1 and nominal < USUAL_RATE:
            nominal = USUAL_RATE
            notes = (f"The timecodes do not say their frame rate; {USUAL_RATE} a second were assumed.",)
    drop = nominal in DROPPED and (semicolons or _drops(parts, nominal))
    return Clock(nominal, drop, slow), notes


def _drops(parts: np.ndarray, rate: int) -> bool:
    """Whether (T, 4) timecodes leave numbers out where a minute begins: without a gap there if they do, and never with
    one of those numbers."""
    dropped = DROPPED[rate]
    begins = (parts[:, 2] == 0) & (parts[:, 1] % 10 != 0)
    if (begins & (np.floor(parts[:, 3]) < dropped)).any():
        return False
    frames = ((parts[:, 0] * 60 + parts[:, 1]) * 60 + parts[:, 2]) * rate + parts[:, 3]
    steps = np.diff(frames)
    over = begins[1:] & (parts[1:, 1] != parts[:-1, 1])
    if not over.any():
        return False
    usual = float(np.median(steps))
    return bool((np.abs(steps[over] - dropped - usual) < usual / 2).any())
