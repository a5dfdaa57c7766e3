"""Take: one generated performance; reading and writing its file (TAKE.npz)."""

import json
import math
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.files.input_files import parse_json
from model_runtime.files.npz import NUMBERS, TEXT, WHOLE, Wanted, all_finite, read_npz, texts, write_npz
from model_runtime.linguistics.phones import PHONES, PhoneTrack, Span
from model_runtime.schema import take_arrays

__all__ = ["Take", "frame_count", "read_meta", "read_take", "write_take"]

# Kinds of arrays in the schema -> kinds of NumPy arrays.
KINDS = {"decimal": "f", "number": NUMBERS, "whole": WHOLE, "switch": "b", "text": TEXT}


def _wanted(entry: dict) -> Wanted:
    most = entry.get("most")
    return Wanted(
        KINDS[entry["kind"]], getattr(limits, most) if isinstance(most, str) else most, not entry.get("optional")
    )


# Arrays of TAKE.npz.
ARRAYS = {name: _wanted(entry) for name, entry in take_arrays().items()}


def frame_count(duration: float, fps: float) -> int:
    """Number of frames of a take of `duration` seconds, with a frame at either end."""
    return round(duration * fps) + 1


@dataclass(frozen=True)
class Take:
    """One performance. Frame i lies at i / fps seconds.

    weights: (T, K) float32 in [0, 1]. channels: K names. fps: frames a second. key_frames: (N,) int32 ascending, first
    0, last T - 1. phones: tile the whole duration. acoustics: (A, F) features at 100 Hz, kept so that completion needs
    no sound file (0 rows: unknown). meta: model, settings, audio (JSON values). others: arrays that this version does
    not know; they are written back unchanged.
    """

    weights: np.ndarray
    channels: tuple[str, ...]
    fps: float
    key_frames: np.ndarray
    phones: PhoneTrack
    acoustics: np.ndarray
    meta: dict = field(default_factory=dict)
    others: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def key_weights(self) -> np.ndarray:
        """(N, K) the key motions: weights at the key frames."""
        return self.weights[self.key_frames]

    def without_features(self) -> "Take":
        """The same take without features: far smaller; completion then uses only its phones."""
        return replace(self, acoustics=np.zeros((0, 0), np.float16))

    @property
    def times(self) -> np.ndarray:
        """(T,) seconds of the frames."""
        return np.arange(len(self.weights)) / self.fps


def write_take(take: Take, path: Path | str) -> Path:
    """Write TAKE.npz (design.md) atomically. Equal takes give equal bytes."""
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
            **_sounds(take),
            "word_labels": np.array([w.label for w in words], dtype=np.str_),
            "word_start": np.array([w.start for w in words], dtype=np.float64),
            "word_end": np.array([w.end for w in words], dtype=np.float64),
            "phones_heard": np.array(take.phones.unreliable),
            "acoustics": take.acoustics.astype(np.float16, copy=False),
            "meta": np.array(json.dumps(take.meta, sort_keys=True)),
            **take.others,
        },
    )


def read_take(path: Path | str) -> Take:
    """Read and check TAKE.npz. Raises InputError that names the wrong field."""
    arrays = read_npz(path, ARRAYS, others=True)
    weights, key_frames = arrays["weights"], arrays["key_frames"]
    channels = texts(arrays["channels"])

    def refuse(problem: str) -> InputError:
        return InputError(f"{path} is not a take: {problem}.")

    if weights.ndim != 2 or weights.shape[1] != len(channels) or not weights.size:
        raise refuse("weights must be numbers, one row a frame and one column a channel")
    if not all_finite(weights, np.float32):
        raise refuse("weights hold values that are not numbers")
    slowest, fastest = limits.FRAMES_PER_SECOND
    if arrays["fps"].size != 1 or not slowest <= float(arrays["fps"].item()) <= fastest:
        raise refuse(f"fps must be one number from {slowest:g} to {fastest:g}")
    fps = float(arrays["fps"].item())
    if (len(weights) - 1) / fps > limits.SOUND_SECONDS + 1:
        raise refuse(f"it lasts longer than {limits.SOUND_SECONDS / 3600:g} hours")
    if key_frames.ndim != 1 or not len(key_frames):
        raise refuse("key_frames must be whole numbers")
    if key_frames[0] != 0 or key_frames[-1] != len(weights) - 1 or (key_frames[1:] <= key_frames[:-1]).any():
        raise refuse("key_frames must ascend from the first frame to the last")
    acoustics = arrays.get("acoustics", np.zeros((0, 0), np.float16))
    if acoustics.ndim != 2 or not all_finite(acoustics, np.float16):
        raise refuse("acoustics must be finite numbers, one row a step")
    heard = arrays.get("phones_heard", np.array(False))
    try:
        phones, words = _spans(arrays, "phone"), _spans(arrays, "word")
    except (ValueError, KeyError) as error:
        raise refuse("its phones must have a label, a start and an end each, in order of time") from error
    if any(phone.label not in PHONES for phone in phones):
        raise refuse("its phones must be ARPAbet labels without stress")
    meta = parse_json("".join(texts(arrays["meta"])), f"The array meta in {path}") if "meta" in arrays else {}
    if not isinstance(meta, dict) or not isinstance(meta.get("settings", {}), dict):
        raise refuse("meta must be a JSON object")
    return Take(
        weights=weights.astype(np.float32, copy=False),
        channels=channels,
        fps=fps,
        key_frames=key_frames.astype(np.int32),
        phones=PhoneTrack(phones, words, bool(heard.any())),
        acoustics=acoustics.astype(np.float16, copy=False),
        meta=meta,
        others={name: array for name, array in arrays.items() if name not in ARRAYS},
    )


def read_meta(path: Path | str) -> dict:
    """The array `meta` of TAKE.npz, read without the other arrays. Raises InputError for a file that is no take."""
    (text,) = texts(read_npz(path, {"meta": Wanted(TEXT, 1)})["meta"]) or ("",)
    meta = parse_json(text, f"The meta of {path}")
    if not isinstance(meta, dict):
        raise InputError(f"{path} is not a take: meta must be a JSON object.")
    return meta


def _sounds(take: Take) -> dict[str, np.ndarray]:
    """The array phone_sounds of a take with sounds of another language; none for others, as before it was known."""
    sounds = [phone.sound for phone in take.phones.phones]
    return {"phone_sounds": np.array(sounds, dtype=np.str_)} if any(sounds) else {}


def _spans(arrays: dict[str, np.ndarray], kind: str) -> tuple[Span, ...]:
    """The phones or words (kind) of a take. Raises ValueError for arrays of different lengths, or times that are not
    finite or run backwards."""
    if f"{kind}_labels" not in arrays:
        return ()
    columns = [arrays[name].ravel().tolist() for name in (f"{kind}_labels", f"{kind}_start", f"{kind}_end")]
    sounds = texts(arrays[f"{kind}_sounds"]) if f"{kind}_sounds" in arrays else ("",) * len(columns[0])
    rows = zip(*columns, sounds, strict=True)
    spans = tuple(Span(label, float(start), float(end), sound) for label, start, end, sound in rows)
    done = 0.0
    for span in spans:
        if not (math.isfinite(span.end) and done <= span.start <= span.end):
            raise ValueError(kind)
        done = span.start
    return spans
