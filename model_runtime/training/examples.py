"""Examples: three seconds of a voice with the motion that belongs to it."""

from dataclasses import dataclass

import numpy as np

from model_runtime.linguistics.phones import BILABIALS, PhoneTrack, Span
from model_runtime.speech.log_mel import ACOUSTIC_RATE, LogMel

__all__ = ["ROWS", "SECONDS", "Example", "make_example"]

SECONDS = 3.0
# The part of a bilabial in which the lips are asked to be closed.
CLOSED_PART = 0.5
ROWS = int(SECONDS * ACOUSTIC_RATE)


@dataclass(frozen=True)
class Example:
    """A piece of a recording; time 0 is its own beginning.

    mel: ROWS rows. features: (ROWS, FEATURES), see hearing.speech_features. phones: None where they mean nothing.
    times: (T,) s of the frames, evenly spaced; weights: (T, K). closed: (T,) bool, frames in which a P, B or M holds
    the lips together. known: (T,) in [0, 1], how surely the motion of a frame is known, its share in the loss. style:
    index of the style vector. importance: of this example in the loss.
    """

    name: str
    mel: LogMel
    features: np.ndarray
    phones: PhoneTrack | None
    times: np.ndarray
    weights: np.ndarray
    closed: np.ndarray
    known: np.ndarray
    style: int
    importance: float


def make_example(
    name: str,
    mel: LogMel,
    features: np.ndarray,
    phones: PhoneTrack | None,
    weights: np.ndarray,
    fps: float,
    style: int,
    importance: float,
    start: float = 0.0,
) -> Example:
    """The SECONDS from `start` on of a recording whose frame i lies at i / fps; a short one is padded with its end.

    features: (A, FEATURES), a row for each of mel. weights: (T, K).
    """
    first, count = round(start * fps), min(round(SECONDS * fps), len(weights) - round(start * fps))
    rows = np.minimum(round(start * ACOUSTIC_RATE) + np.arange(ROWS), len(mel.loudness) - 1)
    phones = phones and _cut(phones, start, start + SECONDS)
    times = np.arange(count) / fps
    return Example(
        name=name,
        mel=LogMel(mel.bands[rows], mel.loudness[rows]),
        features=features[rows],
        phones=phones,
        times=times,
        weights=weights[first : first + count].astype(np.float32),
        closed=_closed(times, phones),
        known=np.ones(count, np.float32),
        style=style,
        importance=importance,
    )


def _cut(phones: PhoneTrack, start: float, end: float) -> PhoneTrack:
    kept = [
        Span(phone.label, max(phone.start, start) - start, min(phone.end, end) - start)
        for phone in phones.phones
        if phone.end > start and phone.start < end
    ]
    return PhoneTrack(tuple(kept))


def _closed(times: np.ndarray, phones: PhoneTrack | None) -> np.ndarray:
    half = 0.5 * (times[1] - times[0])
    closed = np.zeros(len(times), bool)
    for phone in phones.phones if phones else ():
        if phone.label in BILABIALS:
            end = max(phone.start + CLOSED_PART * (phone.end - phone.start), phone.start + half)
            closed |= (times >= phone.start - half) & (times <= end)
    return closed
