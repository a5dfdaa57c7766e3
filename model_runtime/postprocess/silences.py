"""Silences of a phone track, classified once for all rules."""

from dataclasses import dataclass, replace

import numpy as np

from model_runtime.linguistics.phones import SILENCE, PhoneTrack, Span
from model_runtime.postprocess.config import PostprocessConfig
from model_runtime.speech.features import SoundLevels
from model_runtime.speech.log_mel import ACOUSTIC_RATE

__all__ = ["Silence", "depth_in_silence", "find_silences"]


@dataclass(frozen=True)
class Silence:
    """start, end: seconds. first, last: whether the recording begins, or ends, with it. pause: short silence between
    words, in which the mouth does not come to rest. digital: digital silence, below the noise of any room. silent_gap:
    digital silence after a phone; in a last silence, the voice may fade out first."""

    start: float
    end: float
    first: bool
    last: bool
    pause: bool
    digital: bool
    silent_gap: bool


def find_silences(phones: PhoneTrack, levels: SoundLevels, config: PostprocessConfig) -> tuple[Silence, ...]:
    """The silences of a track, in order. With unreliable phones none is a pause, as unrecognised speech is labelled
    silence."""
    return tuple(
        _classified(span, index, phones, levels, config)
        for index, span in enumerate(phones.phones)
        if span.label == SILENCE
    )


def _classified(span: Span, index: int, phones: PhoneTrack, levels: SoundLevels, config: PostprocessConfig) -> Silence:
    """The silence `span`, the phone of this index in the track, classified."""
    first, last = span.start <= 0, span.end >= phones.duration
    digital = _is_digital(levels, span, config)
    longest = config.pauses.longest_digital_s if digital else config.pauses.longest_s
    between = not first and index < len(phones.phones) - 1
    # A voice may fade out in the last silence, so only its second half is tested for digital silence.
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
    """Whether the median loudness of a span is that of digital silence; False without known levels."""
    rows = levels.loudness[round(span.start * ACOUSTIC_RATE) : round(span.end * ACOUSTIC_RATE)]
    return len(rows) > 0 and float(np.median(rows)) < config.voice.digital_silence_loudness


def depth_in_silence(silences: tuple[Silence, ...], times: np.ndarray, after_s: float, before_s: float) -> np.ndarray:
    """(T,) depth inside a silence at `times` (T,) seconds: 0 at its ends, above 0 inside, below 0 in speech.

    The smaller of two: time since the phone before, divided by `after_s`; time to the next phone, divided by
    `before_s`. A side without a phone counts as infinite; without any silence the depth is minus infinite.
    """
    depth = np.full(len(times), -np.inf)
    for silence in silences:
        since = np.full(len(times), np.inf) if silence.first else (times - silence.start) / after_s
        ahead = np.full(len(times), np.inf) if silence.last else (silence.end - times) / before_s
        depth = np.maximum(depth, np.minimum(since, ahead))
    return depth
