"""A take of a captured performance: the motion of the capture, with the phones and features of its sound."""

import json
from dataclasses import asdict, dataclass

import numpy as np

from model_runtime import __version__
from model_runtime.datasets.curves import Curves
from model_runtime.errors import InputError
from model_runtime.linguistics.key_frames import key_frames
from model_runtime.linguistics.phones import SILENCE, PhoneTrack, Span
from model_runtime.settings import Settings
from model_runtime.take import Take, frame_count

__all__ = ["Part", "capture_take", "part_of", "turning_frames"]

# Weight by which a channel must turn back for its extreme to be a key frame; smaller ones are tremor of the tracking.
TURN = 0.08
# Seconds between two key frames of a capture, at least.
APART = 0.06
# Seconds that a take lasts at least.
SHORTEST = 0.1


@dataclass(frozen=True)
class Part:
    """A stretch of a capture, in its own seconds."""

    start: float
    end: float

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.end - self.start


def part_of(curves: Curves, start: float, end: float | None) -> Part:
    """The stretch of a capture from `start` to `end`, s (None, or later than its end: its end).

    Raises InputError for a stretch that holds less than SHORTEST of the capture.
    """
    last = float(curves.times[-1])
    part = Part(start, last if end is None else min(end, last))
    if not np.isfinite(start) or not part.duration >= SHORTEST:
        raise InputError(f"The capture lasts {last:.2f} s; a part from {start:g} s on holds too little of it.")
    return part


def capture_take(
    curves: Curves, part: Part, settings: Settings, phones: PhoneTrack | None, features: np.ndarray | None, meta: dict
) -> Take:
    """A take of `part` at the settings' frames a second: each frame has the capture's weights at its time.

    phones: of the sound during the part; None: the sound is unknown, and the key frames lie where channels turn.
    features: (A, F) of that sound, for completion. meta: JSON values to keep with it.
    """
    frames = frame_count(part.duration, settings.fps)
    times = part.start + np.arange(frames) / settings.fps
    columns = [np.interp(times, curves.times, column) for column in curves.weights.T]
    weights = np.clip(np.stack(columns, axis=1), 0, 1).astype(np.float32)
    if phones is None:
        keys = turning_frames(weights, settings.fps)
        # No model may go by a silence that nobody heard.
        phones = PhoneTrack((Span(SILENCE, 0.0, part.duration),), unreliable=True)
    else:
        keys = key_frames(phones, settings.fps, frames)
    kept = {"kmtalk": __version__, "settings": asdict(settings), "duration": part.duration, "timecode": curves.timecode}
    sound = np.zeros((0, 0), np.float16) if features is None else features.astype(np.float16, copy=False)
    return Take(weights, curves.names, settings.fps, keys, phones, sound, json.loads(json.dumps(kept | meta)))


def turning_frames(weights: np.ndarray, fps: float) -> np.ndarray:
    """(N,) int32, ascending: the frames at which a channel of weights (T, K) turns back by TURN or more, the first and
    the last included, none nearer to the next than APART."""
    last = len(weights) - 1
    high, low = weights[0].copy(), weights[0].copy()
    high_at, low_at = np.zeros(weights.shape[1], np.int64), np.zeros(weights.shape[1], np.int64)
    # 1: rising, -1: falling, 0: neither yet.
    way = np.zeros(weights.shape[1], np.int8)
    turns: list[np.ndarray] = []
    for frame, row in enumerate(weights):
        higher, lower = row > high, row < low
        high, low = np.where(higher, row, high), np.where(lower, row, low)
        high_at, low_at = np.where(higher, frame, high_at), np.where(lower, frame, low_at)
        tops = (way >= 0) & (high - row >= TURN)
        bottoms = (way <= 0) & (row - low >= TURN) & ~tops
        turns += [high_at[tops], low_at[bottoms]]
        way = np.where(tops, -1, np.where(bottoms, 1, way)).astype(np.int8)
        turned = tops | bottoms
        high, low = np.where(turned, row, high), np.where(turned, row, low)
        high_at, low_at = np.where(turned, frame, high_at), np.where(turned, frame, low_at)
    found = np.unique(np.concatenate([*turns, [0, last]]))
    apart = max(1, round(APART * fps))
    kept = [0]
    for frame in found.tolist():
        if frame - kept[-1] >= apart and last - frame >= apart:
            kept.append(frame)
    return np.array(sorted({*kept, last}), np.int32)
