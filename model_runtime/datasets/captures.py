"""Captures: sounds and ARKit curves, recorded with a phone, from Audio2Face or by artists."""

from functools import partial
from pathlib import Path

import numpy as np

from model_runtime import limits
from model_runtime.channels import CHANNELS
from model_runtime.datasets.curves import SUFFIXES, read_curves
from model_runtime.datasets.rig_face import rig_face
from model_runtime.datasets.source import SPLITS, Entry, Recording, Source, file_mark
from model_runtime.errors import InputError
from model_runtime.files.input_files import is_file, is_folder, read_bytes, read_table
from model_runtime.speech.audio import read_audio

__all__ = ["open_captures"]

# Suffixes of sound files.
SOUNDS = (".wav", ".flac", ".ogg", ".mp3", ".m4a", ".aiff")
# Without splits.tsv, one clip in so many is for validation, and as many for test.
SHARE = 10


def open_captures(folder: Path | str, fps: float = 30.0) -> Source:
    """Every sound in `folder` (and below) with curves of the same name beside it: <name>.wav and <name>.csv, .json,
    .npz.

    A <name>.txt beside them is the transcript. splits.tsv (name, tab, train | validation | test) gives the splits;
    without it the last tenth is for test and the tenth before it for validation. fps: of the prepared motion. Raises
    InputError when there are none.
    """
    folder = Path(folder)
    if not is_folder(folder):
        raise InputError(f"There is no folder {folder}.")
    sounds = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SOUNDS and is_file(path))
    pairs, skipped = [], []
    for sound in sounds:
        curves = next((p for suffix in SUFFIXES if is_file(p := sound.with_suffix(suffix))), None)
        if curves is None:
            skipped.append((sound.stem, f"it has no curves beside it ({', '.join(SUFFIXES)})."))
        else:
            pairs.append((sound, curves))
    if not pairs:
        raise InputError(f"{folder} holds no sound with curves of the same name beside it.")
    names = _clip_names(folder, [sound for sound, _curves in pairs])
    splits = _splits(folder, names)
    used: set[str] = set()
    for _sound, curves in pairs:
        try:
            used |= set(read_curves(curves).names)
        # The clip is skipped, with its error, when it is read.
        except InputError:
            continue
    channels = tuple(name for name in CHANNELS if name in used)
    if not channels:
        raise InputError(f"None of the curves in {folder} can be read: {_first_error(pairs[0][1])}")
    entries = []
    for name, (sound, curves) in zip(names, pairs, strict=True):
        text = sound.with_suffix(".txt")
        transcript = read_bytes(text, limits.TRANSCRIPT_BYTES).decode("utf-8", "replace") if is_file(text) else None
        load = partial(_load, sound, curves, channels, fps)
        entries.append(Entry(name, sound.parent.name, splits[name], file_mark(sound, curves), load, transcript))
    subjects = tuple(sorted({entry.subject for entry in entries}))
    face, space = rig_face(subjects, channels)
    return Source("captures", fps, face, tuple(entries), space, tuple(skipped))


def _load(sound: Path, curves: Path, channels: tuple[str, ...], fps: float) -> Recording:
    read = read_curves(curves)
    sampled = read.at(fps)
    motion = np.zeros((len(sampled), len(channels)), np.float32)
    motion[:, [channels.index(name) for name in read.names]] = sampled
    lacking = [name for name in channels if name not in read.names]
    notes = (f"it has no {', '.join(lacking)}: those stay at 0.",) if lacking else ()
    return Recording(motion, read_audio(sound), notes)


def _clip_names(folder: Path, sounds: list[Path]) -> list[str]:
    """The path below `folder` as one name, of each sound."""
    return ["_".join(sound.relative_to(folder).with_suffix("").parts) for sound in sounds]


def _splits(folder: Path, names: list[str]) -> dict[str, str]:
    table = folder / "splits.tsv"
    if not is_file(table):
        held = max(1, len(names) // SHARE) if len(names) >= 3 else 0
        first = len(names) - 2 * held
        return {
            name: "train" if index < first else "validation" if index < first + held else "test"
            for index, name in enumerate(names)
        }
    rows = list(read_table(table, limits.CONFIG_BYTES + limits.LINE_BYTES * len(names), "\t"))
    known = set(names)
    for row in rows:
        if len(row) != 2 or row[0] not in known or row[1] not in SPLITS:
            raise InputError(f"{table}: {' '.join(row)} is no clip and one of {', '.join(SPLITS)}.")
    given = dict(rows)
    lacking = [name for name in names if name not in given]
    if lacking:
        raise InputError(f"{table} does not say what {lacking[0]} is for; add it.")
    return given


def _first_error(path: Path) -> str:
    try:
        read_curves(path)
    except InputError as error:
        return str(error)
    return f"{path} holds no channel of ours."
