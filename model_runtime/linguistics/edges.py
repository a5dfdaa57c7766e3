"""Move the start and end of speech beside silences to where the level of the waveform rises and falls."""

import numpy as np

from model_runtime.linguistics.loudness import STEP, levels
from model_runtime.linguistics.phones import SILENCE, PhoneTrack, Span
from model_runtime.speech.audio import Waveform

__all__ = ["place_edges"]

# Seconds that a boundary may move.
REACH = 0.08
# Seconds that a phone or a silence lasts at least after a move.
SHORTEST = 0.02
# dB above the level of the silence before, from which on speech has started.
RISEN = 8.0
# Share of the way (in dB) from the level of the silence after to the loudest moment of the last phone, below which the
# speech has ended.
FALLEN = 0.4
# dB between silence and speech; with less, the boundary of the decoder is kept.
CONTRAST = 20.0


def place_edges(track: PhoneTrack, waveform: Waveform) -> PhoneTrack:
    """`track` (tiling `waveform`) with the boundaries between silence and speech moved by at most REACH.

    In clean recordings the decoder starts speech about 20 ms early and ends it about 20 ms late.
    """
    # Hum and rumble would hide soft consonants.
    level = levels(waveform, differences=True)
    phones = track.phones
    bounds = [span.start for span in phones] + [track.duration]
    moved = {}
    for index in range(1, len(phones)):
        before, after = phones[index - 1], phones[index]
        if (before.label == SILENCE) == (after.label == SILENCE):
            continue
        place = _rise(level, before, after) if before.label == SILENCE else _fall(level, before, after)
        lowest, highest = bounds[index - 1] + SHORTEST, bounds[index + 1] - SHORTEST
        if place is not None and lowest <= highest:
            bounds[index] = float(np.clip(place, lowest, highest))
            moved[after.start] = bounds[index]
    ends = zip(phones, bounds[:-1], bounds[1:], strict=True)
    return PhoneTrack(
        tuple(Span(span.label, start, end, span.sound) for span, start, end in ends),
        tuple(Span(w.label, moved.get(w.start, w.start), moved.get(w.end, w.end)) for w in track.words),
    )


def _rise(level: np.ndarray, silence: Span, speech: Span) -> float | None:
    """Seconds at which speech starts after a silence, from levels (N,) in dB; None: unclear."""
    floor, top = _floor_and_top(level, silence, speech)
    if top < floor + CONTRAST:
        return None
    return _crossing(level > floor + RISEN, speech.start)


def _fall(level: np.ndarray, speech: Span, silence: Span) -> float | None:
    """Seconds at which speech ends before a silence, from levels (N,) in dB; None: unclear."""
    floor, top = _floor_and_top(level, silence, speech)
    if top < floor + CONTRAST:
        return None
    return _crossing(level < floor + FALLEN * (top - floor), speech.end)


def _floor_and_top(level: np.ndarray, silence: Span, speech: Span) -> tuple[float, float]:
    """dB: the 20th percentile of a silence, and the loudest moment of the phone beside it."""
    quiet = level[int(silence.start / STEP) : int(silence.end / STEP) + 1]
    loud = level[int(speech.start / STEP) : int(speech.end / STEP) + 1]
    return float(np.percentile(quiet, 20)), float(loud.max())


def _crossing(there: np.ndarray, edge: float) -> float | None:
    """Seconds: the time within REACH of `edge` and nearest to it at which `there` (N,) becomes true; None: nowhere."""
    first = max(round((edge - REACH) / STEP), 1)
    last = min(round((edge + REACH) / STEP), len(there) - 1)
    places = [i for i in range(first, last + 1) if there[i] and not there[i - 1]]
    return min(places, key=lambda i: abs(i * STEP - edge)) * STEP if places else None
