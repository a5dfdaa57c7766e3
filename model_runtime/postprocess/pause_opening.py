"""How far a mouth is open in pauses: never wider than it usually is in speech, and as far closed as the user wants.

The networks and the breath that is heard (`pauses`) say how open the lips are between words. On some voices both say
too much: the mouth gaped between words, up to half as wide again as in speech (95th percentile in pauses against that
in speech), where recorded faces come to .6 to 1.0. So in silences the opening is held below what the take itself
usually opens to in speech. The measure is the take's own: a mumbled line has small pauses and a broad one large ones.
Held are the gap between the lips, which is what one sees, and jawOpen less mouthClose, which is what one edits.

On recorded free speech r of the lip gap rises by .03 with it (seven clips of two people, words given and as heard);
the sentences of the GRID corpus, which hardly pause, stay as they were (docs/experiments.md).
"""

from dataclasses import dataclass

import numpy as np

from model_runtime.linguistics.phones import PhoneTrack
from model_runtime.postprocess.silences import depth_in_silence
from model_runtime.postprocess.smoothstep import ease

__all__ = ["UsualOpening", "hold_pauses", "usual_opening"]

# Share of the frames of speech that open less than what counts as usual. The pauses of four recorded clips of free
# speech reach what .34 to .95 of their frames of speech stay below, .73 in the mean; at .75 the eight speakers of GRID
# whom the networks do not know lose .0003 of r, at .80 nothing.
USUAL_SHARE = 0.8
# From this share of the usual opening on it is held back, so that it comes near to the limit without a corner.
HELD_FROM = 0.8
# Seconds on either side of the boundary between a sound and a silence over which the hold sets in.
HELD_WITHIN_S = 0.05
# Seconds in which a mouth that is wanted closed closes after a sound, and opens before one. Recorded mouths open .17
# to .30 s before the voice.
CLOSE_S = 0.15
OPEN_S = 0.20


@dataclass(frozen=True)
class UsualOpening:
    """What a take usually opens to in speech. gap: IOD between the lips. jaw: weight of jawOpen less mouthClose."""

    gap: float
    jaw: float


def usual_opening(
    weights: np.ndarray, channels: tuple[str, ...], gap: np.ndarray, phones: PhoneTrack, fps: float
) -> UsualOpening | None:
    """What a motion (T, K) usually opens to in speech; None where nobody speaks, or without a jaw among the channels.

    gap: (K,) IOD that each channel opens the inner lips by at weight 1 (negative: closes). fps: frames a second.
    """
    speech = depth_in_silence(phones, np.arange(len(weights)) / fps, 1.0, 1.0) <= 0
    if not speech.any() or not {"jawOpen", "mouthClose"} <= set(channels):
        return None
    curves = _openings(weights[speech], channels, gap)
    return UsualOpening(*(max(float(np.quantile(curve, USUAL_SHARE)), 0.0) for curve in curves))


def hold_pauses(
    weights: np.ndarray,
    channels: tuple[str, ...],
    gap: np.ndarray,
    phones: PhoneTrack,
    usual: UsualOpening | None,
    as_heard: float,
    voice: np.ndarray,
    fps: float,
) -> np.ndarray:
    """Weights (T, K) whose opening in silences stays below the usual one, and is `as_heard` (0 closed to 1) of it.

    gap: see `usual_opening`. usual: None holds nothing. voice: (T,) in [0, 1], how surely a voice is heard: where the
    phones are doubtful, what is spoken in a silence is not closed. Where they are known, a silence is one.
    """
    times = np.arange(len(weights)) / fps
    result = weights
    if usual is not None:
        share = np.ones(len(weights))
        for opened, limit in zip(_openings(weights, channels, gap), (usual.gap, usual.jaw), strict=True):
            share = np.minimum(share, _held_share(opened, limit))
        hold = ease((1 + depth_in_silence(phones, times, HELD_WITHIN_S, HELD_WITHIN_S)) / 2)
        share = 1 - hold * (1 - share)
        opening = np.abs(gap) > 1e-3
        result = np.where(opening, weights * share[:, None], weights)
    closed = (1 - as_heard) * ease(depth_in_silence(phones, times, CLOSE_S, OPEN_S)) * (1 - voice * phones.heard)
    return result * (1 - closed)[:, None]


def _openings(weights: np.ndarray, channels: tuple[str, ...], gap: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(T,) each: IOD between the lips, and jawOpen less mouthClose."""
    jaw = weights[:, channels.index("jawOpen")] - weights[:, channels.index("mouthClose")]
    return weights @ gap, jaw


def _held_share(opened: np.ndarray, limit: float) -> np.ndarray:
    """(T,) in [0, 1]: what is left of an opening so that it stays below the limit."""
    free = HELD_FROM * limit
    room = max(limit - free, 1e-6)
    held = np.where(opened > free, free + room * np.tanh((opened - free) / room), opened)
    return np.divide(held, opened, out=np.ones_like(held), where=opened > max(free, 1e-6))
