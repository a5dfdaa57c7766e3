"""Examples: three seconds of a recording with its motion."""

from dataclasses import dataclass

import numpy as np

from model_runtime.linguistics.phone_lists import cut
from model_runtime.linguistics.phones import BILABIALS, PhoneTrack
from model_runtime.speech.log_mel import ACOUSTIC_RATE, LogMel

__all__ = ["ROWS", "SECONDS", "Example", "make_example", "piece_starts"]

# Length of an example, s.
SECONDS = 3.0
# Feature rows of an example.
ROWS = int(SECONDS * ACOUSTIC_RATE)
# Share of a bilabial's duration, from its start, in which the lips must be closed.
CLOSED_SHARE = 0.5


@dataclass(frozen=True)
class Example:
    """A piece of a recording; its times start at 0.

    name: of the recording.
    mel: ROWS rows.
    features: (ROWS, FEATURES) of the recognisers (speech.features.speech_features).
    phones: None for speech that is not English.
    times: (T,) s of the frames, evenly spaced.
    weights: (T, K) of the channels, in [0, 1].
    closed: (T,) bool, frames in which a P, B or M closes the lips.
    frame_confidence: (T,) in [0, 1], certainty of the recorded motion and weight of the frame in the loss.
    style: index of the style vector.
    sample_weight: weight of the example in the loss.
    """

    name: str
    mel: LogMel
    features: np.ndarray
    phones: PhoneTrack | None
    times: np.ndarray
    weights: np.ndarray
    closed: np.ndarray
    frame_confidence: np.ndarray
    style: int
    sample_weight: float


def make_example(
    name: str,
    mel: LogMel,
    features: np.ndarray,
    phones: PhoneTrack | None,
    weights: np.ndarray,
    fps: float,
    style: int,
    sample_weight: float,
    start: float = 0.0,
) -> Example:
    """The piece of SECONDS from `start`, s, of a recording; features after its end repeat the last row.

    features: (A, FEATURES), as many rows as mel. weights: (T, K), frame i at i / fps s.
    """
    first, count = round(start * fps), min(round(SECONDS * fps), len(weights) - round(start * fps))
    rows = np.minimum(round(start * ACOUSTIC_RATE) + np.arange(ROWS), len(mel.loudness) - 1)
    phones = phones and cut(phones, start, start + SECONDS)
    times = np.arange(count) / fps
    return Example(
        name=name,
        mel=LogMel(mel.bands[rows], mel.loudness[rows]),
        features=features[rows],
        phones=phones,
        times=times,
        weights=weights[first : first + count].astype(np.float32),
        closed=_closed(times, phones),
        frame_confidence=np.ones(count, np.float32),
        style=style,
        sample_weight=sample_weight,
    )


def piece_starts(duration: float, fps: float) -> np.ndarray:
    """Starts, s on frames, of the pieces of SECONDS that cover a recording of `duration`; they overlap evenly."""
    spare = max(duration - SECONDS, 0.0)
    # A rest of a tenth of a piece is left out.
    count = 1 + int(np.ceil(spare / SECONDS - 0.1))
    return np.round(np.linspace(0, spare, count) * fps) / fps if count > 1 else np.zeros(1)


def _closed(times: np.ndarray, phones: PhoneTrack | None) -> np.ndarray:
    """(T,) bool: frames in the closed share of a bilabial, at least the nearest one of each."""
    half = 0.5 * (times[1] - times[0])
    closed = np.zeros(len(times), bool)
    for phone in phones.phones if phones else ():
        if phone.label in BILABIALS:
            end = max(phone.start + CLOSED_SHARE * (phone.end - phone.start), phone.start + half)
            closed |= (times >= phone.start - half) & (times <= end)
    return closed
