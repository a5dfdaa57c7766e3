"""Recorded faces as landmark tracks (the GRID measurements: FaceMesh points, one .npz beside one .flac a clip)."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model_runtime.errors import InputError
from model_runtime.npz import read_npz

__all__ = ["LandmarkTrack", "TrackEntry", "list_tracks", "read_track"]

# The files hold int16; this many units are one distance between the eye centres (IOD).
UNITS_PER_IOD = 2048.0


@dataclass(frozen=True)
class TrackEntry:
    """One line of clips.tsv and its files."""

    name: str
    speaker: str
    split: str
    text: str
    sound: Path
    points: Path


@dataclass(frozen=True)
class LandmarkTrack:
    """xy: (T, P, 2) in IOD, x to the face's left, y up, head pose removed. numbers: P FaceMesh indices. fps."""

    xy: np.ndarray
    numbers: tuple[int, ...]
    fps: float

    def column(self, number: int) -> np.ndarray:
        """(T, 2) path of FaceMesh point `number`."""
        return self.xy[:, self.numbers.index(number)]

    @property
    def gap(self) -> np.ndarray:
        """(T,) inner-lip distance on the midline, IOD (FaceMesh 13 and 14)."""
        return np.linalg.norm(self.column(13) - self.column(14), axis=1)

    @property
    def width(self) -> np.ndarray:
        """(T,) distance of the mouth corners, IOD (FaceMesh 61 and 291)."""
        return np.linalg.norm(self.column(291) - self.column(61), axis=1)


def list_tracks(folder: Path | str, split: str | None = None) -> list[TrackEntry]:
    """Clips of a landmark folder (clips.tsv), all or those of one split. Raises InputError when it is none."""
    folder = Path(folder)
    table = folder / "clips.tsv"
    if not table.is_file():
        raise InputError(f"{folder} holds no clips.tsv; name a folder of landmark tracks such as data/grid.")
    with table.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    return [
        TrackEntry(
            row["clip"],
            row["speaker"],
            row["split"],
            row["text"],
            folder / f"{row['clip']}.flac",
            folder / f"{row['clip']}.npz",
        )
        for row in rows
        if split in (None, row["split"])
    ]


def read_track(entry: TrackEntry) -> LandmarkTrack:
    """Read the points of one clip. Raises InputError when they are damaged."""
    table = json.loads((entry.points.parent.parent / "points.json").read_text(encoding="utf-8"))
    arrays = read_npz(entry.points, ("xyz", "fps"))
    xyz = arrays["xyz"]
    if xyz.ndim != 3 or xyz.shape[1:] != (len(table["points"]), 3):
        raise InputError(f"{entry.points} does not hold the points that points.json names.")
    # The files' y looks down.
    xy = xyz[:, :, :2] / UNITS_PER_IOD * np.array([1.0, -1.0])
    return LandmarkTrack(xy, tuple(table["points"]), float(arrays["fps"]))
