"""TAKE.npz and KEYS.npz as the extension sees them, with numpy alone. The formats are model_runtime.take's."""

import io
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from .. import limits
from ..errors import UserError
from .input_files import open_file, parse_json
from .npz import NUMBERS, TEXT, WHOLE, Wanted, all_finite, pack_arrays, read_arrays, texts
from .schema import TAKE_ARRAYS
from .whole_file import write_whole

__all__ = ["Span", "Take", "pack_take", "read_take", "sounds_of", "spans_of", "unpack_take", "write_keys", "write_take"]

Span = tuple[str, float, float]
KINDS = {"decimal": "f", "number": NUMBERS, "whole": WHOLE, "switch": "b", "text": TEXT}
# The arrays of a take's file that follow from the others: the weights at the key frames.
DERIVED = {name for name, entry in TAKE_ARRAYS.items() if entry.get("derived")}


def _wanted(name: str, entry: dict[str, Any]) -> Wanted:
    """What an array must be here: takes of others may come without phones, and curves are bounded."""
    most = limits.CURVE_VALUES if name == "weights" else entry.get("most")
    optional = entry.get("optional") or name.startswith("phone_")
    return Wanted(KINDS[entry["kind"]], getattr(limits, most) if isinstance(most, str) else most, not optional)


ARRAYS = {name: _wanted(name, entry) for name, entry in TAKE_ARRAYS.items() if name not in DERIVED}


@dataclass(frozen=True)
class Take:
    """One generated performance. Frame i is i / fps seconds after the start of the sound.

    weights: (T, K) float32 in [0, 1]. channels: K names. fps: frames a second. key_frames: (N,) int32 ascending, first
    0, last T - 1. phones, words: (label, start, end), seconds. sounds: for each phone the sound of another language
    that is meant, in IPA, or empty; or none at all. acoustics: (A, F) float16, the features of the sound.
    meta: model, settings, audio (JSON values). unreliable_phones: True when the phones are doubtful; the runtime then
    uses the networks that do without phones. others: arrays that this version does not know, kept for writing.
    """

    weights: np.ndarray
    channels: tuple[str, ...]
    fps: float
    key_frames: np.ndarray
    phones: tuple[Span, ...] = ()
    words: tuple[Span, ...] = ()
    sounds: tuple[str, ...] = ()
    acoustics: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), np.float16))
    meta: dict = field(default_factory=dict)
    unreliable_phones: bool = False
    others: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def duration(self) -> float:
        """Seconds from the first frame to the last."""
        return (len(self.weights) - 1) / self.fps

    def with_weights(self, weights: np.ndarray, key_frames: np.ndarray) -> "Take":
        """The same take with another motion and other key frames."""
        return replace(self, weights=weights.astype(np.float32), key_frames=key_frames.astype(np.int32))


def read_take(path: Path | str) -> Take:
    """Read and check a take. Raises UserError with what is wrong."""
    with open_file(path, limits.ANY_SIZE, "take (.npz)") as stream:
        return _unpack(stream, str(path))


def unpack_take(data: bytes, name: str) -> Take:
    """A take from the bytes of its file; `name` is what messages call it. Raises UserError with what is wrong."""
    return _unpack(io.BytesIO(data), name)


def spans_of(rows: Iterable) -> tuple[Span, ...]:
    """Phones or words from [label, start, end] in order of time, seconds.

    Raises ValueError or TypeError when a label is not a text, or a time is not a number or earlier than the one before.
    """
    spans, done = [], 0.0
    for label, start, end in rows:
        if not isinstance(label, str) or not math.isfinite(end) or not done <= start <= end:
            raise ValueError("phones")
        spans.append((label, float(start), float(end)))
        done = start
    return tuple(spans)


def sounds_of(sounds: Iterable, count: int) -> tuple[str, ...]:
    """The sounds of `count` phones. Raises ValueError for another number of them, but for none, and for no texts."""
    found = tuple(sounds)
    if len(found) not in (0, count) or not all(isinstance(sound, str) for sound in found):
        raise ValueError("sounds")
    return found


def _unpack(stream: BinaryIO, name: str) -> Take:
    arrays = read_arrays(stream, f"{name} is not a take", ARRAYS, others=True)
    channels, weights, key_frames = texts(arrays["channels"]), arrays["weights"], arrays["key_frames"]
    if weights.ndim != 2 or not weights.size or weights.shape[1] != len(channels) or not all_finite(weights):
        raise UserError(f"{name} is not a take: weights must be finite, a row a frame and a column a channel.")
    slowest, fastest = limits.FRAMES_PER_SECOND
    fps = float(arrays["fps"].item()) if arrays["fps"].size == 1 else 0.0
    if not slowest <= fps <= fastest or (len(weights) - 1) / fps > limits.SOUND_SECONDS + 1:
        raise UserError(
            f"{name} is not a take: fps must lie between {slowest:g} and {fastest:g}, and it may last 6 hours."
        )
    ends = key_frames.ndim == 1 and len(key_frames) and key_frames[0] == 0 and key_frames[-1] == len(weights) - 1
    if not ends or (key_frames[1:] <= key_frames[:-1]).any():
        raise UserError(f"{name} is not a take: its key frames must ascend from the first frame to the last.")
    meta = parse_json("".join(texts(arrays["meta"])), f"The meta of {name}") if "meta" in arrays else {}
    acoustics = arrays.get("acoustics", np.zeros((0, 0), np.float16))
    if acoustics.ndim != 2 or not isinstance(meta, dict):
        raise UserError(f"{name} is not a take: its acoustics or its meta have another form.")
    try:
        phones, words = _spans(arrays, "phone"), _spans(arrays, "word")
        sounds = sounds_of(texts(arrays["phone_sounds"]) if "phone_sounds" in arrays else (), len(phones))
    except (ValueError, KeyError) as error:
        raise UserError(f"{name} is not a take: each phone and word needs a label, and times in order.") from error
    return Take(
        weights.astype(np.float32, copy=False),
        channels,
        fps,
        key_frames.astype(np.int32),
        phones,
        words,
        sounds,
        acoustics.astype(np.float16, copy=False),
        meta,
        bool(arrays.get("phones_heard", np.zeros(1, bool)).any()),
        {key: array for key, array in arrays.items() if key not in ARRAYS and key not in DERIVED},
    )


def pack_take(take: Take) -> bytes:
    """The bytes of a take's file."""
    return pack_arrays(
        {
            "weights": take.weights.astype(np.float32),
            "channels": np.array(take.channels, dtype=np.str_),
            "fps": np.array(take.fps, np.float64),
            "key_frames": take.key_frames.astype(np.int32),
            "key_weights": take.weights[take.key_frames].astype(np.float32),
            **_columns("phone", take.phones),
            **({"phone_sounds": np.array(take.sounds, dtype=np.str_)} if any(take.sounds) else {}),
            **_columns("word", take.words),
            "phones_heard": np.array(take.unreliable_phones),
            "acoustics": take.acoustics.astype(np.float16),
            "meta": np.array(json.dumps(take.meta, sort_keys=True)),
            **take.others,
        }
    )


def write_take(take: Take, path: Path | str) -> None:
    """Write a take's file, completely or not at all. Raises UserError when it cannot be written."""
    write_whole(path, pack_take(take))


def write_keys(path: Path | str, frames: np.ndarray, weights: np.ndarray, channels: tuple[str, ...]) -> None:
    """Write KEYS.npz: the poses (N, K) at frames (N,)."""
    names = np.array(channels, dtype=np.str_)
    arrays = {"key_frames": frames.astype(np.int32), "key_weights": weights.astype(np.float32), "channels": names}
    write_whole(path, pack_arrays(arrays))


def _columns(kind: str, spans: tuple[Span, ...]) -> dict[str, np.ndarray]:
    return {
        f"{kind}_labels": np.array([span[0] for span in spans], dtype=np.str_),
        f"{kind}_start": np.array([span[1] for span in spans], dtype=np.float64),
        f"{kind}_end": np.array([span[2] for span in spans], dtype=np.float64),
    }


def _spans(arrays: dict[str, np.ndarray], kind: str) -> tuple[Span, ...]:
    if f"{kind}_labels" not in arrays:
        return ()
    columns = (arrays[f"{kind}_{part}"].ravel().tolist() for part in ("labels", "start", "end"))
    return spans_of(zip(*columns, strict=True))
