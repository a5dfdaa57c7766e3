"""Limit the opening in silences to the usual opening in speech, and close the mouth there as the user sets.

The networks open the lips between words, on some voices wider than in speech. Recorded faces do not. So the
opening in silences is limited to the usual opening of the same take in speech: small in a mumbled line, large in a
clearly articulated one. Limited are the aperture, which viewers see, and jawOpen less mouthClose, which animators edit.

On the licensed recordings r changes by less than .005 (docs/lab/rules.md).
"""

import numpy as np

from model_runtime.postprocess.config import PauseOpeningConfig
from model_runtime.postprocess.context import Context, UsualOpening
from model_runtime.postprocess.motion import Motion
from model_runtime.postprocess.silences import depth_in_silence
from model_runtime.postprocess.smoothstep import ease

__all__ = ["hold_pauses", "usual_opening"]


def usual_opening(motion: Motion, context: Context) -> UsualOpening | None:
    """The usual opening of a motion in speech; None without speech, or without the channels jawOpen and mouthClose."""
    speech = depth_in_silence(context.silences, context.times, 1.0, 1.0) <= 0
    if not speech.any() or not {"jawOpen", "mouthClose"} <= set(motion.channels):
        return None
    share = context.config.pause_opening.usual_share
    curves = _openings(motion.moved_to(motion.weights[speech]))
    return UsualOpening(*(max(float(np.quantile(curve, share)), 0.0) for curve in curves))


def hold_pauses(motion: Motion, context: Context) -> Motion:
    """Limit the opening in silences to the usual opening, then close it as far as the user sets (`pauses`).

    Where the phones are unreliable, a silence with voice activity is not closed: words may be missing there.
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
    """Two curves (T,): aperture in IOD, and weight of jawOpen less mouthClose."""
    jaw = motion.weights[:, motion.column("jawOpen")] - motion.weights[:, motion.column("mouthClose")]
    return motion.aperture, jaw


def _held_share(opened: np.ndarray, limit: float, config: PauseOpeningConfig) -> np.ndarray:
    """(T,) in [0, 1]: factor that keeps an opening (T,) below the limit."""
    free = config.held_from * limit
    room = max(limit - free, 1e-6)
    held = np.where(opened > free, free + room * np.tanh((opened - free) / room), opened)
    return np.divide(held, opened, out=np.ones_like(held), where=opened > max(free, 1e-6))
