"""Examples: three seconds of a voice with the motion that belongs to it."""

from dataclasses import dataclass

import numpy as np

from model_runtime.acoustics import ACOUSTIC_RATE, LogMel
from model_runtime.linguistics.phones import PhoneTrack, Span

__all__ = ["ROWS", "SECONDS", "Example", "make_example"]

SECONDS = 3.0
ROWS = int(SECONDS * ACOUSTIC_RATE)


@dataclass(frozen=True)
class Example:
    """A piece of a recording; time 0 is its own beginning.

    mel: ROWS rows. phones: None where they mean nothing. times: (T,) s of the frames, evenly spaced; weights: (T, K).
    style: index of the style vector. importance: of this example in the loss.
    """

    name: str
    mel: LogMel
    phones: PhoneTrack | None
    times: np.ndarray
    weights: np.ndarray
    style: int
    importance: float


def make_example(
    name: str,
    mel: LogMel,
    phones: PhoneTrack | None,
    weights: np.ndarray,
    fps: float,
    style: int,
    importance: float,
    start: float = 0.0,
) -> Example:
    """The SECONDS from `start` on of a recording whose frame i lies at i / fps; a short one is padded with its end."""
    first, count = round(start * fps), min(round(SECONDS * fps), len(weights) - round(start * fps))
    rows = np.minimum(round(start * ACOUSTIC_RATE) + np.arange(ROWS), len(mel.loudness) - 1)
    return Example(
        name=name,
        mel=LogMel(mel.bands[rows], mel.loudness[rows]),
        phones=phones and _cut(phones, start, start + SECONDS),
        times=np.arange(count) / fps,
        weights=weights[first : first + count].astype(np.float32),
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
