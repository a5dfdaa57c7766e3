"""How loud each 10 ms of a recording is, whether anybody speaks at all, and where it can be cut."""

import itertools

import numpy as np

from model_runtime.speech.audio import SAMPLE_RATE, Waveform

__all__ = ["STEP", "is_silent", "levels", "may_be_speech", "pieces", "quiet_and_loud"]

STEP = 0.01  # seconds
WINDOW = 0.025
FLOOR = -100.0  # dB
SILENT = -65.0  # dB of full scale: nothing louder is digital silence or the noise of a converter
SPEECH_RANGE = 12.0  # dB between quiet and loud moments; steady noise has less
QUIET, LOUD = 10, 95  # percentiles of the level
PAUSE = 0.1  # seconds
BLOCK = 6000  # steps measured at a time: bounds the memory of long recordings


def levels(waveform: Waveform) -> np.ndarray:
    """(N,) float32 dB of full scale (RMS of 25 ms around the middle of each 10 ms), N = duration / 10 ms rounded up."""
    step, window = round(STEP * SAMPLE_RATE), round(WINDOW * SAMPLE_RATE)
    count = -(-len(waveform.samples) // step)
    starts = np.arange(count) * step - (window - step) // 2
    first, last = np.clip([starts, starts + window], 0, len(waveform.samples))
    power = np.empty(count)
    for block in (slice(start, start + BLOCK) for start in range(0, count, BLOCK)):
        begin, end = first[block][0], last[block][-1]
        energy = np.cumsum(np.square(waveform.samples[begin:end], dtype=np.float64))
        energy = np.concatenate([[0.0], energy])
        total = energy[last[block] - begin] - energy[first[block] - begin]
        power[block] = total / np.maximum(last[block] - first[block], 1)
    return (10 * np.log10(np.maximum(power, 10 ** (FLOOR / 10)))).astype(np.float32)


def quiet_and_loud(level: np.ndarray) -> tuple[float, float]:
    """dB of the quiet moments (the noise of the room) and of the loud ones, given the levels (N,)."""
    quiet, loud = np.percentile(level, (QUIET, LOUD))
    return float(quiet), float(loud)


def is_silent(waveform: Waveform) -> bool:
    """True where no moment is loud enough to be anything but silence."""
    return bool(levels(waveform).max() < SILENT)


def may_be_speech(waveform: Waveform) -> bool:
    """False for sounds that are steady all along, as hum and hiss are."""
    quiet, loud = quiet_and_loud(levels(waveform))
    return loud - quiet > SPEECH_RANGE


def pieces(waveform: Waveform, shortest: float, longest: float) -> list[tuple[float, float]]:
    """Starts and ends (seconds) of pieces that cover the recording, cut where it is quietest.

    Every piece but the last lasts `shortest` to `longest` seconds; the last may be as short as it comes.
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
