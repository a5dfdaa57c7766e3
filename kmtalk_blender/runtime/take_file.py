"""TAKE.npz and KEYS.npz as the extension sees them, with numpy alone. The formats are model_runtime.take's."""

import io
import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ..errors import UserError
from .unreadable import UNREADABLE

__all__ = ["Span", "Take", "pack_take", "read_take", "unpack_take", "write_keys", "write_take", "write_whole"]

Span = tuple[str, float, float]


@dataclass(frozen=True)
class Take:
    """One performance. Frame i lies at i / fps seconds after the start of what was heard.

    weights: (T, K) float32 in [0, 1]. channels: K names. fps: frames a second. key_frames: (N,) int32 ascending, first
    0, last T - 1. phones, words: (label, start, end), seconds. acoustics: (A, F) float16, what the encoder heard.
    meta: model, settings, audio (JSON values).
    """

    weights: np.ndarray
    channels: tuple[str, ...]
    fps: float
    key_frames: np.ndarray
    phones: tuple[Span, ...] = ()
    words: tuple[Span, ...] = ()
    acoustics: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), np.float16))
    meta: dict = field(default_factory=dict)

    @property
    def duration(self) -> float:
        """Seconds from the first frame to the last."""
        return (len(self.weights) - 1) / self.fps

    def with_weights(self, weights: np.ndarray, key_frames: np.ndarray) -> "Take":
        """The same take with another motion and other key frames."""
        return replace(self, weights=weights.astype(np.float32), key_frames=key_frames.astype(np.int32))


def read_take(path: Path | str) -> Take:
    """Read and check a take. Raises UserError with what is wrong."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise UserError(f"Cannot read {path} ({error.strerror}); choose a take (.npz).") from error
    return unpack_take(data, str(path))


def unpack_take(data: bytes, name: str) -> Take:
    """A take from the bytes of its file; `name` is what messages call it. Raises UserError with what is wrong."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            arrays = {key: archive[key] for key in archive.files}
        channels = tuple(str(channel) for channel in np.atleast_1d(arrays["channels"]))
        weights, key_frames = arrays["weights"].astype(np.float32), arrays["key_frames"].astype(np.int32)
        fps = float(arrays["fps"])
        meta = json.loads(str(arrays["meta"])) if "meta" in arrays else {}
        phones, words = _spans(arrays, "phone"), _spans(arrays, "word")
        acoustics = arrays.get("acoustics", np.zeros((0, 0))).astype(np.float16)
    except UNREADABLE as error:
        raise UserError(f"{name} is not a take; export it again.") from error
    if weights.ndim != 2 or not len(weights) or weights.shape[1] != len(channels) or not np.isfinite(weights).all():
        raise UserError(f"{name} is not a take: weights must be finite, a row a frame and a column a channel.")
    if not 0 < fps <= 1000:
        raise UserError(f"{name} is not a take: fps must lie between 0 and 1000.")
    ends = key_frames.ndim == 1 and len(key_frames) and key_frames[0] == 0 and key_frames[-1] == len(weights) - 1
    if not ends or (np.diff(key_frames) <= 0).any():
        raise UserError(f"{name} is not a take: its key frames must ascend from the first frame to the last.")
    if acoustics.ndim != 2 or not isinstance(meta, dict):
        raise UserError(f"{name} is not a take: what belongs to its motion has another shape.")
    return Take(weights, channels, fps, key_frames, phones, words, acoustics, meta)


def pack_take(take: Take) -> bytes:
    """The bytes of a take's file."""
    stream = io.BytesIO()
    np.savez_compressed(
        stream,
        weights=take.weights.astype(np.float32),
        channels=np.array(take.channels, dtype=np.str_),
        fps=np.float64(take.fps),
        key_frames=take.key_frames.astype(np.int32),
        key_weights=take.weights[take.key_frames].astype(np.float32),
        **_columns("phone", take.phones),
        **_columns("word", take.words),
        acoustics=take.acoustics.astype(np.float16),
        meta=np.array(json.dumps(take.meta, sort_keys=True)),
    )
    return stream.getvalue()


def write_take(take: Take, path: Path | str) -> None:
    """Write a take's file, whole or not at all. Raises UserError when it cannot be written."""
    write_whole(path, pack_take(take))


def write_keys(path: Path | str, frames: np.ndarray, weights: np.ndarray, channels: tuple[str, ...]) -> None:
    """Write KEYS.npz: the poses (N, K) at frames (N,)."""
    stream = io.BytesIO()
    np.savez_compressed(
        stream,
        key_frames=frames.astype(np.int32),
        key_weights=weights.astype(np.float32),
        channels=np.array(channels, dtype=np.str_),
    )
    write_whole(path, stream.getvalue())


def write_whole(path: Path | str, data: bytes) -> None:
    """Write a file beside its place, then rename it there. Raises UserError when that is not possible."""
    path = Path(path)
    temporary = path.with_name(f".{path.name}.part")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise UserError(f"Cannot write {path} ({error.strerror}); choose a folder that exists.") from error


def _columns(kind: str, spans: tuple[Span, ...]) -> dict[str, np.ndarray]:
    return {
        f"{kind}_labels": np.array([span[0] for span in spans], dtype=np.str_),
        f"{kind}_start": np.array([span[1] for span in spans], dtype=np.float64),
        f"{kind}_end": np.array([span[2] for span in spans], dtype=np.float64),
    }


def _spans(arrays: dict[str, np.ndarray], kind: str) -> tuple[Span, ...]:
    if f"{kind}_labels" not in arrays:
        return ()
    columns = (arrays[f"{kind}_labels"], arrays[f"{kind}_start"], arrays[f"{kind}_end"])
    return tuple((str(label), float(start), float(end)) for label, start, end in zip(*columns, strict=True))
