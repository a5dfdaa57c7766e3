"""Silences: classified once, for all rules."""

from dataclasses import dataclass, replace

import numpy as np

from model_runtime.linguistics.phones import SILENCE, PhoneTrack, Span
from model_runtime.postprocess.config import PostprocessConfig
from model_runtime.speech.features import SoundLevels
from model_runtime.speech.log_mel import ACOUSTIC_RATE

__all__ = ["Silence", "depth_in_silence", "find_silences"]


@dataclass(frozen=True)
class Silence:
    """start, end: seconds. first, last: whether no sound comes before, or after. pause: the mouth does not come to rest
    in it. digital: the sound stops altogether, as it does in no room. silent_gap: it stops after a sound, and the voice
    may have died away within the last silence of a recording."""

    start: float
    end: float
    first: bool
    last: bool
    pause: bool
    digital: bool
    silent_gap: bool


def find_silences(phones: PhoneTrack, levels: SoundLevels, config: PostprocessConfig) -> tuple[Silence, ...]:
    """The silences of a track, in order. Where its phones are doubtful none is a pause: silences are what nobody
    understood there."""
    return tuple(
        _classified(span, index, phones, levels, config)
        for index, span in enumerate(phones.phones)
        if span.label == SILENCE
    )


def _classified(span: Span, index: int, phones: PhoneTrack, levels: SoundLevels, config: PostprocessConfig) -> Silence:
    first, last = span.start <= 0, span.end >= phones.duration
    digital = _is_digital(levels, span, config)
    longest = config.pauses.longest_digital_s if digital else config.pauses.longest_s
    between = not first and index < len(phones.phones) - 1
    # A voice may die away before the end of a recording: the second half of its silence tells.
    told = replace(span, start=(span.start + span.end) / 2) if last else span
    return Silence(
        span.start,
        span.end,
        first,
        last,
        pause=between and not phones.unreliable and span.end - span.start <= longest,
        digital=digital,
        silent_gap=not first and _is_digital(levels, told, config),
    )


def _is_digital(levels: SoundLevels, span: Span, config: PostprocessConfig) -> bool:
    rows = levels.loudness[round(span.start * ACOUSTIC_RATE) : round(span.end * ACOUSTIC_RATE)]
    return len(rows) > 0 and float(np.median(rows)) < config.voice.digital_silence_loudness


def depth_in_silence(silences: tuple[Silence, ...], times: np.ndarray, after_s: float, before_s: float) -> np.ndarray:
    """(T,) how deep inside a silence the times (T,) lie: 0 at its ends, below 0 in speech.

    Counted in `after_s` from the sound before it and in `before_s` to the next one, whichever is less. Infinite where
    there is no sound before or after, and minus infinite without a silence.
    """
    depth = np.full(len(times), -np.inf)
    for silence in silences:
        since = np.full(len(times), np.inf) if silence.first else (times - silence.start) / after_s
        ahead = np.full(len(times), np.inf) if silence.last else (silence.end - times) / before_s
        depth = np.maximum(depth, np.minimum(since, ahead))
    return depth
