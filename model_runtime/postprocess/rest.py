"""Rest: in long silences the mouth comes to neutral and stays there without jitter."""

import numpy as np

from model_runtime.postprocess.config import RestConfig
from model_runtime.postprocess.context import Context
from model_runtime.postprocess.motion import Motion
from model_runtime.postprocess.silences import Silence
from model_runtime.postprocess.smoothstep import ease

__all__ = ["rest_envelope", "rest_in_silences"]


def rest_in_silences(motion: Motion, context: Context) -> Motion:
    """Fade the weights to 0 where the mouth rests. A recording that begins with digital silence begins at rest.

    Silences with voice activity keep their motion: words are missing from the transcript, or the recording ends within
    a word.
    """
    config = context.config.rest
    resting = rest_envelope(context.silences, context.times, config) * (1 - context.voice)
    resting = np.maximum(resting, _beginning(context, config))
    return motion.moved_to(motion.weights * (1 - resting)[:, None])


def rest_envelope(silences: tuple[Silence, ...], times: np.ndarray, config: RestConfig) -> np.ndarray:
    """(T,) in [0, 1] at `times` (s): 1 at rest, inside long silences that are no pauses; 0 in speech; eased in between.

    Rest begins sooner in digital silence.
    """
    envelope = np.zeros(len(times))
    for silence in silences:
        if silence.pause:
            continue
        settle, anticipate = config.settle_s, config.anticipate_s
        if silence.digital:
            settle, anticipate = config.digital_settle_s, config.digital_anticipate_s
        # There is no speech before the first phone to settle from, and none after the last to prepare.
        fade = config.fade_s
        if silence.last:
            # A last silence may be short: settle and fade are shortened so that the mouth reaches rest if possible.
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
    """(T,) in [0, 1]: 1 at the start of a recording whose first silence is digital, eased to 0 before the first phone;
    starts below 1 where the first phone comes too soon.

    With the noise of a room instead, the speaker may be about to speak, with open lips: 0.
    """
    times = context.times
    first = context.silences[0] if context.silences else None
    if first is None or not first.first or not first.digital:
        return np.zeros(len(times))
    by = min(config.fade_s, config.first_share * first.end)
    fade = max(by, config.shortest_rise_s)
    return 1 - ease((times + fade - by) / fade)
