"""The start of each phone in speech of espeak-ng: its phoneme marks, corrected to articulatory events.

Its marks differ from ours in three ways: a stop is marked at its burst (ours: its closure), a vowel after a voiced
consonant at the end of the transition (ours: the release), and a final L or R without its part of the vowel before.
"""

from collections.abc import Callable

import numpy as np

from model_runtime.datasets.espeak_phones import arpabet
from model_runtime.linguistics.phones import SILENCE, VOWELS

__all__ = ["phone_starts"]

STOPS = ("B", "CH", "D", "G", "JH", "K", "P", "T")
RELEASED = ("B", "D", "G", "L", "M", "N", "NG", "R", "W", "Y")
LIQUIDS = ("L", "R")
# Duration below which a final L or R is lengthened, s.
SHORTEST_LIQUID = 0.03
# Longest closure of a stop before its burst, s.
CLOSURE = 0.1
# The same after a pause, where the closure is inaudible, s.
CLOSURE_AFTER_PAUSE = 0.05
# Shortest silence that is a pause, s; shorter ones belong to the phone before.
SHORTEST_PAUSE = 0.06
# Level of silence, share of the peak.
QUIET = 0.003
# Longest time from the release of a consonant to the vowel's mark, s.
RELEASE = 0.08
# Shortest consonant before a release, s.
SHORTEST_CONSONANT = 0.015
# Time between two spectra in which a release is searched, s.
HOP = 0.002
# Window of a spectrum, s.
WINDOW = 0.01
# Bands of a spectrum.
BANDS = 16
# Spectra on either side whose means are compared.
SPAN = 5
# Least spectral change at a release, times that at the vowel's mark.
CLEAR = 1.2


def phone_starts(
    phonemes: list[list],
    samples: np.ndarray,
    rate: int,
    read: Callable[[str], tuple[str, ...]] = arpabet,
    english: Callable[[str], str] = str,
) -> list[tuple[str, float]]:
    """(label, start in s) of each phone; the last is a silence at the end.

    phonemes: names in IPA ("" is a pause) and the samples where espeak-ng marks them. samples: (N,) float, `rate` a
    second. read: the labels of a name, none for a mark. english: the label of PHONES nearest to a label of `read`. By
    default labels are those of PHONES, and InputError is raised for a sound that English lacks.
    """
    if not len(samples):
        return []
    loud = np.flatnonzero(np.abs(samples) > QUIET * np.abs(samples).max())
    starts: list[tuple[str, float]] = []
    ends = [first for _, first in phonemes[1:]] + [len(samples)]
    for (name, first), end in zip(phonemes, ends, strict=True):
        labels = read(name)
        if name and not labels:
            continue
        if not name:
            # The glide between two vowels ("serious") has no name either, but it is short and not silent.
            silent = np.searchsorted(loud, end) == np.searchsorted(loud, first)
            pause = silent or not starts or starts[-1][0] == SILENCE or end - first > SHORTEST_PAUSE * rate
            labels = (SILENCE,) if pause else read("j")
        begin = first / rate
        quiet_since = _quiet_since(loud, first) / rate
        if starts and begin > starts[-1][1]:
            before, earliest = starts[-1]
            after_pause = before == SILENCE
            if english(labels[0]) in STOPS:
                begin = max(quiet_since, earliest, begin - (CLOSURE_AFTER_PAUSE if after_pause else CLOSURE))
            elif not after_pause and begin - quiet_since > SHORTEST_PAUSE:
                starts.append((SILENCE, quiet_since))
        step = (end / rate - begin) / len(labels)
        starts += [(label, begin + place * step) for place, label in enumerate(labels)]
    starts = _with_final_liquids([*starts, (SILENCE, len(samples) / rate)], english)
    return _at_releases(starts, _change(samples, rate), english)


def _quiet_since(loud: np.ndarray, sample: int) -> int:
    """First sample of the silence before `sample`. loud: ascending indices of the samples above QUIET."""
    place = int(np.searchsorted(loud, sample))
    return int(loud[place - 1]) + 1 if place else 0


def _with_final_liquids(starts: list[tuple[str, float]], english: Callable[[str], str]) -> list[tuple[str, float]]:
    """The starts, with short L and R after a vowel lengthened to half of both durations."""
    corrected = list(starts)
    for place in range(1, len(starts) - 1):
        (before, since), (label, start), (_, end) = starts[place - 1 : place + 2]
        if english(label) in LIQUIDS and english(before) in VOWELS and end - start < SHORTEST_LIQUID:
            corrected[place] = (label, (since + end) / 2)
    return corrected


def _at_releases(
    starts: list[tuple[str, float]], change: np.ndarray, english: Callable[[str], str]
) -> list[tuple[str, float]]:
    """The starts; vowels after voiced consonants at the largest spectral change up to RELEASE before their mark."""
    corrected = list(starts)
    for place in range(1, len(starts)):
        (before, since), (label, mark) = corrected[place - 1], starts[place]
        if english(label) not in VOWELS or english(before) not in RELEASED:
            continue
        first, last = round(max(since + SHORTEST_CONSONANT, mark - RELEASE) / HOP), round(mark / HOP)
        if first >= last or last >= len(change):
            continue
        release = first + int(change[first : last + 1].argmax())
        if change[release] > CLEAR * change[last]:
            corrected[place] = (label, release * HOP)
    return corrected


def _change(samples: np.ndarray, rate: int) -> np.ndarray:
    """(T,) spectral change at each hop: distance between the mean log spectra of SPAN hops before and after it."""
    hop, width = round(HOP * rate), round(WINDOW * rate)
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(samples, width), width)[width // 2 :: hop]
    spectrum = np.abs(np.fft.rfft(frames * np.hanning(width), 512))[:, 1:]
    # Up to 8 kHz, the bandwidth after resampling to 16 kHz.
    kept = spectrum[:, : int(8000 / (rate / 2) * 256) // BANDS * BANDS]
    bands = np.log(kept.reshape(len(kept), BANDS, -1).mean(axis=2) + 1e-3)
    total = np.cumsum(np.vstack([np.zeros(BANDS), bands]), axis=0)
    means = (total[SPAN:] - total[:-SPAN]) / SPAN
    change = np.zeros(len(bands))
    change[SPAN : len(bands) - SPAN + 1] = np.linalg.norm(means[SPAN:] - means[:-SPAN], axis=1)
    return change
