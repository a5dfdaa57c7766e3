"""Level of each 10 ms of a waveform, tests for silence and speech, and places to cut."""

import itertools

import numpy as np

from model_runtime.speech.audio import SAMPLE_RATE, Waveform

__all__ = ["STEP", "is_silent", "levels", "may_be_speech", "pieces", "quiet_and_loud", "quiet_rows"]

# Seconds from one level to the next.
STEP = 0.01
# Seconds of waveform measured for one level.
WINDOW = 0.025
# dB of full scale, the least level.
FLOOR = -100.0
# dB of full scale. A waveform that stays below is digital silence or the noise of a converter.
SILENT = -65.0
# dB between the quiet and the loud moments of speech; steady noise has less.
SPEECH_RANGE = 12.0
# Percentile of the levels that counts as a quiet moment.
QUIET = 10
# Percentile of the levels that counts as a loud moment.
LOUD = 95
# Share of the way (in dB) from the noise to the loud moments, below which a moment is quiet.
QUIET_SHARE = 0.2
# Seconds that a pause lasts at least, and seconds at its end in which a stop may begin.
LONG_QUIET, CLOSURE = 0.12, 0.06
# Seconds over which the level is averaged to find places to cut.
PAUSE = 0.1
# Levels measured at a time: bounds the memory for long recordings.
BLOCK = 6000


def levels(waveform: Waveform, differences: bool = False) -> np.ndarray:
    """(N,) float32 dB of full scale: RMS of WINDOW around the middle of each STEP; N = duration / STEP rounded up.

    differences: of each sample less the one before it, a high pass against hum and rumble.
    """
    step, window = round(STEP * SAMPLE_RATE), round(WINDOW * SAMPLE_RATE)
    count = -(-len(waveform.samples) // step)
    starts = np.arange(count) * step - (window - step) // 2
    first, last = np.clip([starts, starts + window], 0, len(waveform.samples))
    power = np.empty(count)
    for block in (slice(start, start + BLOCK) for start in range(0, count, BLOCK)):
        begin, end = first[block][0], last[block][-1]
        part = waveform.samples[begin:end]
        if differences:
            part = np.diff(part, prepend=waveform.samples[max(begin - 1, 0)])
        energy = np.cumsum(np.square(part, dtype=np.float64))
        energy = np.concatenate([[0.0], energy])
        total = energy[last[block] - begin] - energy[first[block] - begin]
        power[block] = total / np.maximum(last[block] - first[block], 1)
    return (10 * np.log10(np.maximum(power, 10 ** (FLOOR / 10)))).astype(np.float32)


def quiet_and_loud(level: np.ndarray) -> tuple[float, float]:
    """dB of full scale of the quiet moments (the noise of the room) and of the loud moments, from levels (N,)."""
    quiet, loud = np.percentile(level, (QUIET, LOUD))
    return float(quiet), float(loud)


def quiet_rows(waveform: Waveform, count: int) -> np.ndarray:
    """(count,) whether each STEP lies in a pause: a stretch of LONG_QUIET seconds or more near the noise of the room,
    without its last CLOSURE seconds, in which the mouth may be closing for a sound."""
    level = levels(waveform)
    noise, loud = quiet_and_loud(level)
    low = np.zeros(count, bool)
    below = level[:count] < noise + QUIET_SHARE * (loud - noise)
    low[: len(below)] = below
    edges = np.flatnonzero(np.diff(np.concatenate([[False], low, [False]]).astype(int)))
    quiet = np.zeros(count, bool)
    for start, end in edges.reshape(-1, 2):
        if (end - start) * STEP >= LONG_QUIET:
            quiet[start : end if end == count else end - round(CLOSURE / STEP)] = True
    return quiet


def is_silent(waveform: Waveform) -> bool:
    """Whether every level lies below SILENT."""
    return bool(levels(waveform).max() < SILENT)


def may_be_speech(waveform: Waveform) -> bool:
    """False for waveforms of steady level, such as hum and hiss."""
    quiet, loud = quiet_and_loud(levels(waveform))
    return loud - quiet > SPEECH_RANGE


def pieces(waveform: Waveform, shortest: float, longest: float) -> list[tuple[float, float]]:
    """Starts and ends (seconds) of pieces that cover the waveform, cut at its quietest moments.

    Every piece lasts `shortest` to `longest` seconds; only the last may be shorter.
    """
    level = levels(waveform)
    width = round(PAUSE / STEP)
    smooth = np.convolve(level, np.ones(width) / width, mode="same")
    cuts = [0.0]
    while waveform.duration - cuts[-1] > longest:
        first, last = round((cuts[-1] + shortest) / STEP), round((cuts[-1] + longest) / STEP)
        cuts.append((first + int(smooth[first:last].argmin())) * STEP)
    cuts.append(waveform.duration)
    return list(itertools.pairwise(cuts))
