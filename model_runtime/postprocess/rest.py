"""Rest: in long silences the mouth comes to its neutral pose and stays there, without jitter."""

import numpy as np

from model_runtime.postprocess.config import RestConfig
from model_runtime.postprocess.context import Context
from model_runtime.postprocess.motion import Motion
from model_runtime.postprocess.silences import Silence
from model_runtime.postprocess.smoothstep import ease

__all__ = ["rest_envelope", "rest_in_silences"]


def rest_in_silences(motion: Motion, context: Context) -> Motion:
    """Weights fade to 0 where the mouth rests, and not where a voice is heard all the same: its words are missing from
    the transcript, or the recording ends within a word. A recording that begins with digital silence begins at rest."""
    config = context.config.rest
    resting = rest_envelope(context.silences, context.times, config) * (1 - context.voice)
    resting = np.maximum(resting, _beginning(context, config))
    return motion.moved_to(motion.weights * (1 - resting)[:, None])


def rest_envelope(silences: tuple[Silence, ...], times: np.ndarray, config: RestConfig) -> np.ndarray:
    """(T,) in [0, 1] at `times` (s): 1 deep inside silences that are long enough for rest and no pauses, 0 in speech,
    smooth in between. Rest begins sooner in digital silence."""
    envelope = np.zeros(len(times))
    for silence in silences:
        if silence.pause:
            continue
        settle, anticipate = config.settle_s, config.anticipate_s
        if silence.digital:
            settle, anticipate = config.digital_settle_s, config.digital_anticipate_s
        # Before the first sound and after the last there is no speech to settle from or to prepare.
        fade = config.fade_s
        if silence.last:
            # The end of a recording may be short; the lips are closed by then where there is time for it.
            length = silence.end - silence.start
            fade = float(np.clip(config.last_share * length, config.shortest_fall_s, config.fade_s))
            settle = min(settle, config.last_share * length, max(length - fade, 0.0))
        start = -np.inf if silence.first else silence.start + settle
        end = np.inf if silence.last else silence.end - anticipate
        inside = np.minimum(times - start, end - times)
        share = ease(inside / fade) if np.isfinite([start, end]).any() else np.ones(len(times))
        envelope = np.maximum(envelope, share)
    return envelope


def _beginning(context: Context, config: RestConfig) -> np.ndarray:
    """(T,) 1 at the beginning of a recording whose first silence is digital, fading out by the first sound; less than 1
    where the sound comes too soon for that.

    Where a room is heard, people are about to speak already, and their lips may be open.
    """
    times = context.times
    first = context.silences[0] if context.silences else None
    if first is None or not first.first or not first.digital:
        return np.zeros(len(times))
    by = min(config.fade_s, config.first_share * first.end)
    fade = max(by, config.shortest_rise_s)
    return 1 - ease((times + fade - by) / fade)
