"""Read takes from Live Link Face CSV and from the extension's own JSON."""

import re
from array import array
from pathlib import Path

import numpy as np

from .. import limits
from ..errors import UserError
from .input_files import parse_json, read_table, read_text
from .npz import all_finite
from .take_file import Take, sounds_of, spans_of

__all__ = ["is_exported", "read_live_link", "read_take_json"]

# Prefixes of the channels of a face, whose weights lie in [0, 1]; those of a learned basis may be negative.
FACE = ("jaw", "mouth", "cheek", "tongue", "eye", "brow", "nose")
# Hours, minutes, seconds, frames, and the part of a frame.
CODE = re.compile(r"(\d{1,4}):(\d{1,2}):(\d{1,2})[:;](\d{1,4})(?:\.(\d{1,9}))?", re.ASCII)
SHOWN = 40  # characters of a cell in a message
FASTEST = 999  # largest frame number within a second of a timecode


def read_live_link(path: Path) -> Take:
    """A take from a CSV in Live Link Face's layout whose rows follow each other frame by frame, as KMTalk exports them;
    each column is a channel. Raises UserError with what is wrong."""
    if not is_exported(path):
        raise UserError(f"{path} has timecodes of its own; bring it in with Import Capture, which goes by them.")
    values, frames = array("f"), []
    rows = read_table(path, "Live Link Face CSV")
    try:
        header = next(rows, [])
        names = tuple(name[:1].lower() + name[1:] for name in header[2:])
        for number, row in enumerate(rows, 2):
            values.extend([_weight(cell, path, number, name) for cell, name in zip(row[2:], names, strict=False)])
            frames.append(min(max(int(float(row[0].split(":")[3])), 0), FASTEST))
            if len(values) > limits.CURVE_VALUES:
                raise UserError(f"{path} holds more than {limits.CURVE_VALUES} numbers; cut it.")
        weights = np.frombuffer(values, np.float32).reshape(len(frames), len(names)) if values else np.zeros((0, 0))
    except (ValueError, IndexError, OverflowError) as error:
        raise UserError(
            f"{path} is not a take's CSV, whose first columns are Timecode and BlendShapeCount, divided by commas; "
            "Import Capture reads other tables."
        ) from error
    if not names:
        raise UserError(f"{path} has no columns divided by commas; Import Capture reads other tables.")
    if len(weights) < 2 or not np.isfinite(weights).all():
        raise UserError(f"{path} contains no motion; choose another file.")
    # A timecode counts the frames of a second: the highest number gives the frame rate.
    fps = float(max(frames) + 1) if len(weights) > max(frames) + 1 else 60.0
    return _plain_take(weights, names, fps, path)


def _weight(cell: str, path: Path, number: int, name: str) -> float:
    """The number in a cell. number: of the row, from 1. Raises UserError."""
    try:
        return float(cell)
    except ValueError as error:
        text = "".join(c if c.isprintable() else "?" for c in cell[:SHOWN])
        raise UserError(
            f'{path}, row {number}: {name} is "{text}", which is no number; mend it, or use Import Capture, which '
            "fills missing values."
        ) from error


def is_exported(path: Path) -> bool:
    """False for a CSV in Live Link Face's layout whose timecodes do not count every frame from 0, as captures' do."""
    codes = [CODE.match(row[0]) for row in read_table(path, "Live Link Face CSV")][1:]
    if not codes or not all(codes):
        # What is no Live Link Face CSV at all is said by its reader.
        return True
    parts = np.array([[int(part) for part in code.groups("0")] for code in codes if code])
    rate = int(parts[:, 3].max()) + 1
    frames = parts[:, :3] @ [3600, 60, 1] * rate + parts[:, 3]
    return not parts[:, 4].any() and bool((frames == np.arange(len(frames))).all())


def read_take_json(path: Path) -> Take:
    """A take from the extension's own JSON. Raises UserError with what is wrong."""
    text = read_text(path, limits.JSON_BYTES, "take (.json)")
    try:
        stored = parse_json(text, str(path))
        weights = np.array(stored["weights"], np.float64)
        names, fps = tuple(str(name) for name in stored["channels"]), float(stored["fps"])
        keys = np.array(stored.get("key_frames", []), np.int32)
        phones, words = spans_of(stored.get("phones", [])), spans_of(stored.get("words", []))
        sounds = sounds_of(stored.get("sounds", []), len(phones))
    except (UserError, ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise UserError(f"{path} is not a take; export it again as JSON.") from error
    if weights.ndim != 2 or len(weights) < 2 or weights.shape[1] != len(names) or not all_finite(weights):
        raise UserError(f"{path} is not a take: weights need one row for each frame and one column for each channel.")
    take = _plain_take(weights, names, fps, path)
    whole = keys.ndim == 1 and len(keys) and keys[0] == 0 and keys[-1] == len(weights) - 1
    if whole and (keys[1:] > keys[:-1]).all():
        take = take.with_weights(take.weights, keys)
    return Take(take.weights, names, fps, take.key_frames, phones, words, sounds, meta=take.meta)


def _plain_take(weights: np.ndarray, names: tuple[str, ...], fps: float, path: Path) -> Take:
    slowest, fastest = limits.FRAMES_PER_SECOND
    if not 1 <= len(names) <= limits.CHANNELS or not slowest <= fps <= fastest:
        raise UserError(f"{path} is not a take: it needs 1 to {limits.CHANNELS} channels and a frame rate.")
    if len(weights) / fps > limits.SOUND_SECONDS:
        raise UserError(f"{path} lasts longer than {limits.SOUND_SECONDS / 3600:g} hours; cut it.")
    motions = np.array([0, len(weights) - 1], np.int32)
    bounded = np.array([name.startswith(FACE) for name in names])
    weights = np.where(bounded, np.clip(weights, 0, 1), weights)
    return Take(weights.astype(np.float32), names, fps, motions, meta={"imported": path.name})
