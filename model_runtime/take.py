"""Take: one generated performance, and its file (TAKE.npz)."""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from model_runtime.errors import InputError
from model_runtime.linguistics.phones import PhoneTrack, Span
from model_runtime.npz import read_npz, write_npz

__all__ = ["Take", "frame_count", "read_meta", "read_take", "write_take"]

REQUIRED = ("weights", "channels", "fps", "key_frames", "key_weights", "phone_labels", "phone_start", "phone_end")


def frame_count(duration: float, fps: float) -> int:
    """Frames of a take of `duration` seconds: both ends included."""
    return round(duration * fps) + 1


@dataclass(frozen=True)
class Take:
    """One performance. Frame i lies at i / fps seconds.

    weights: (T, K) float32 in [0, 1]. channels: K names. fps: frames a second. key_frames: (N,) int32 ascending, first
    0, last T - 1. phones: what was said, tiling the whole duration. acoustics: (A, F) what the encoder heard of the
    voice, kept so that completion needs no sound file (0 rows: unknown). meta: model, settings, audio (JSON values).
    """

    weights: np.ndarray
    channels: tuple[str, ...]
    fps: float
    key_frames: np.ndarray
    phones: PhoneTrack
    acoustics: np.ndarray
    meta: dict = field(default_factory=dict)

    @property
    def key_weights(self) -> np.ndarray:
        """(N, K): the key motions."""
        return self.weights[self.key_frames]

    def without_features(self) -> "Take":
        """The same take without what was heard: far smaller, and completed by its phones alone."""
        return replace(self, acoustics=np.zeros((0, 0), np.float16))

    @property
    def times(self) -> np.ndarray:
        """(T,) seconds."""
        return np.arange(len(self.weights)) / self.fps


def write_take(take: Take, path: Path | str) -> Path:
    """Write TAKE.npz (design.md), atomically; equal takes give equal bytes."""
    phones, words = take.phones.phones, take.phones.words
    return write_npz(
        path,
        {
            "weights": take.weights.astype(np.float32),
            "channels": np.array(take.channels, dtype=np.str_),
            "fps": np.array(take.fps, np.float64),
            "key_frames": take.key_frames.astype(np.int32),
            "key_weights": take.key_weights.astype(np.float32),
            "phone_labels": np.array([p.label for p in phones], dtype=np.str_),
            "phone_start": np.array([p.start for p in phones], dtype=np.float64),
            "phone_end": np.array([p.end for p in phones], dtype=np.float64),
            "word_labels": np.array([w.label for w in words], dtype=np.str_),
            "word_start": np.array([w.start for w in words], dtype=np.float64),
            "word_end": np.array([w.end for w in words], dtype=np.float64),
            "phones_heard": np.array(take.phones.heard),
            "acoustics": take.acoustics.astype(np.float16, copy=False),
            "meta": np.array(json.dumps(take.meta, sort_keys=True)),
        },
    )


def read_take(path: Path | str) -> Take:
    """Read and check TAKE.npz. Raises InputError with the field that is wrong."""
    arrays = read_npz(path, REQUIRED)
    weights, key_frames = arrays["weights"], arrays["key_frames"]
    channels = tuple(str(name) for name in np.atleast_1d(arrays["channels"]))

    def refuse(problem: str) -> InputError:
        return InputError(f"{path} is not a take: {problem}.")

    if weights.ndim != 2 or weights.dtype.kind != "f" or weights.shape[1] != len(channels) or not len(weights):
        raise refuse("weights must be numbers, one row a frame and one column a channel")
    if not np.isfinite(weights).all():
        raise refuse("weights hold values that are not numbers")
    if arrays["fps"].size != 1 or arrays["fps"].dtype.kind not in "fiu" or not 0 < float(arrays["fps"]) <= 1000:
        raise refuse("fps must be one number between 0 and 1000")
    if key_frames.ndim != 1 or key_frames.dtype.kind not in "iu" or not len(key_frames):
        raise refuse("key_frames must be whole numbers")
    if key_frames[0] != 0 or key_frames[-1] != len(weights) - 1 or (np.diff(key_frames) <= 0).any():
        raise refuse("key_frames must ascend from the first frame to the last")
    acoustics = arrays.get("acoustics", np.zeros((0, 0), np.float16))
    if acoustics.ndim != 2 or acoustics.dtype.kind != "f" or not np.isfinite(acoustics).all():
        raise refuse("acoustics must be finite numbers, one row a step")
    heard = arrays.get("phones_heard", np.array(False))
    if heard.size != 1 or heard.dtype.kind != "b":
        raise refuse("phones_heard must be true or false")
    try:
        meta = json.loads(str(arrays["meta"])) if "meta" in arrays else {}
        phones = _spans(arrays, "phone")
        words = _spans(arrays, "word") if "word_labels" in arrays else ()
    except (ValueError, TypeError, KeyError) as error:
        raise refuse("its phones or its meta cannot be read") from error
    if not isinstance(meta, dict):
        raise refuse("meta must be a JSON object")
    return Take(
        weights=weights.astype(np.float32),
        channels=channels,
        fps=float(arrays["fps"]),
        key_frames=key_frames.astype(np.int32),
        phones=PhoneTrack(phones, words, bool(heard)),
        acoustics=acoustics.astype(np.float16),
        meta=meta,
    )


def read_meta(path: Path | str) -> dict:
    """The meta of TAKE.npz, without unpacking the rest. Raises InputError when it is no take."""
    text = str(read_npz(path, ("meta",), others=False)["meta"])
    try:
        meta = json.loads(text)
    except ValueError as error:
        raise InputError(f"{path} is not a take: its meta cannot be read.") from error
    if not isinstance(meta, dict):
        raise InputError(f"{path} is not a take: meta must be a JSON object.")
    return meta


def _spans(arrays: dict[str, np.ndarray], kind: str) -> tuple[Span, ...]:
    columns = (arrays[f"{kind}_labels"], arrays[f"{kind}_start"], arrays[f"{kind}_end"])
    if any(column.ndim != 1 for column in columns):
        raise ValueError(kind)
    return tuple(Span(str(label), float(a), float(b)) for label, a, b in zip(*columns, strict=True))
