"""How far a mouth is open in pauses: never wider than it usually is in speech, and as far closed as the user wants.

The networks and the breath that is heard (`pauses`) say how open the lips are between words. On some voices both say
too much: the mouth gaped between words, up to half as wide again as in speech (95th percentile in pauses against that
in speech), where recorded faces come to .6 to 1.0. So in silences the opening is held below what the take itself
usually opens to in speech. The measure is the take's own: a mumbled line has small pauses and a broad one large ones.
Held are the gap between the lips, which is what one sees, and jawOpen less mouthClose, which is what one edits.

On recorded free speech r of the lip gap rises by .03 with it (seven clips of two people, words given and as heard);
the sentences of the GRID corpus, which hardly pause, stay as they were (docs/experiments.md).
"""

import numpy as np

from model_runtime.postprocess.config import PauseOpeningConfig
from model_runtime.postprocess.context import Context, UsualOpening
from model_runtime.postprocess.motion import Motion
from model_runtime.postprocess.silences import depth_in_silence
from model_runtime.postprocess.smoothstep import ease

__all__ = ["hold_pauses", "usual_opening"]


def usual_opening(motion: Motion, context: Context) -> UsualOpening | None:
    """What a motion usually opens to in speech; None where nobody speaks, or without a jaw among the channels."""
    speech = depth_in_silence(context.silences, context.times, 1.0, 1.0) <= 0
    if not speech.any() or not {"jawOpen", "mouthClose"} <= set(motion.channels):
        return None
    share = context.config.pause_opening.usual_share
    curves = _openings(motion.moved_to(motion.weights[speech]))
    return UsualOpening(*(max(float(np.quantile(curve, share)), 0.0) for curve in curves))


def hold_pauses(motion: Motion, context: Context) -> Motion:
    """The opening in silences stays below the usual one, and is as far closed as the user wants.

    Where the phones are doubtful, what is spoken in a silence is not closed. Where they are known, a silence is one.
    """
    config, asked = context.config.pause_opening, context.adjustments
    usual = asked.usual or usual_opening(motion, context)
    result = motion.weights
    if usual is not None:
        share = np.ones(len(result))
        for opened, limit in zip(_openings(motion), (usual.aperture, usual.jaw), strict=True):
            share = np.minimum(share, _held_share(opened, limit, config))
        depth = depth_in_silence(context.silences, context.times, config.held_within_s, config.held_within_s)
        share = 1 - ease((1 + depth) / 2) * (1 - share)
        opening = np.abs(motion.aperture_per_channel) > 1e-3
        result = np.where(opening, result * share[:, None], result)
    depth = depth_in_silence(context.silences, context.times, config.close_s, config.open_s)
    closed = (1 - asked.pauses) * ease(depth) * (1 - context.voice * context.phones.unreliable)
    return motion.moved_to(result * (1 - closed)[:, None])


def _openings(motion: Motion) -> tuple[np.ndarray, np.ndarray]:
    """(T,) each: IOD between the lips, and jawOpen less mouthClose."""
    jaw = motion.weights[:, motion.column("jawOpen")] - motion.weights[:, motion.column("mouthClose")]
    return motion.aperture, jaw


def _held_share(opened: np.ndarray, limit: float, config: PauseOpeningConfig) -> np.ndarray:
    """(T,) in [0, 1]: what is left of an opening so that it stays below the limit."""
    free = config.held_from * limit
    room = max(limit - free, 1e-6)
    held = np.where(opened > free, free + room * np.tanh((opened - free) / room), opened)
    return np.divide(held, opened, out=np.ones_like(held), where=opened > max(free, 1e-6))
