"""Recorded faces as landmark tracks (the GRID measurements: FaceMesh points, one .npz beside one .flac a clip)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.interpolate import CubicSpline

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.files.input_files import is_file, read_json, read_table
from model_runtime.files.npz import NUMBERS, Wanted, all_finite, read_npz

__all__ = ["LandmarkTrack", "TrackEntry", "list_tracks", "read_track", "resample", "resting_face"]

# Units of the files (int16) in one distance between the eye centres (IOD).
UNITS_PER_IOD = 2048.0
# Share of a person's frames, those with the smallest lip gap, whose median is the resting face.
RESTING = 0.2
# Rates that differ by less are the same, frames a second.
SAME_FPS = 0.01
ARRAYS = {"xyz": Wanted(NUMBERS), "fps": Wanted(NUMBERS, 1)}
COLUMNS = ("clip", "speaker", "split", "text")
# FaceMesh points that every track must have: inner lips on the midline, corners of the mouth.
NEEDED = (13, 14, 61, 291)


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
    """xy: (T, P, 2) IOD, x to the face's left, y up, head pose removed. numbers: P FaceMesh indices. fps: of xy."""

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
    """Clips of a landmark folder (clips.tsv), all (None) or of one split. Raises InputError for another folder."""
    folder = Path(folder)
    table = folder / "clips.tsv"
    if not is_file(table):
        raise InputError(f"{folder} holds no clips.tsv; name a folder of landmark tracks such as data/grid.")
    lines = read_table(table, limits.TABLE_BYTES, "\t")
    header = next(lines, [])
    if not set(COLUMNS) <= set(header):
        raise InputError(f"{table} is no table of clips; it needs the columns {', '.join(COLUMNS)}.")
    rows: list[dict[str, str]] = []
    named: set[str] = set()
    for line in lines:
        row = dict(zip(header, line, strict=False))
        clip = row.get("clip", "")
        if len(row) < len(header) or not _within(clip):
            raise InputError(
                f'{table} names the clip "{clip}"; every line must name one in its folder, and all columns.'
            )
        if clip in named:
            raise InputError(f'{table} names the clip "{clip}" twice; leave one of the lines out.')
        named.add(clip)
        rows.append(row)
        if len(rows) > limits.CLIPS:
            raise InputError(f"{table} names more than {limits.CLIPS} clips; split it.")
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
    """Read the points of one clip, and points.json two folders above. Raises InputError when they are damaged."""
    table = entry.points.parent.parent / "points.json"
    value = read_json(table)
    numbers = value.get("points") if isinstance(value, dict) else None
    if not isinstance(numbers, list) or any(type(number) is not int for number in numbers):
        raise InputError(f'{table} does not name points; it needs {{"points": [13, 14, ...]}}.')
    lacking = [number for number in NEEDED if number not in numbers]
    if lacking:
        raise InputError(f"{table} does not name the point {lacking[0]}; a track needs {', '.join(map(str, NEEDED))}.")
    arrays = read_npz(entry.points, ARRAYS)
    xyz = arrays["xyz"]
    if xyz.ndim != 3 or xyz.shape[1:] != (len(numbers), 3) or not len(xyz) or not all_finite(xyz, np.float32):
        raise InputError(f"{entry.points} does not hold the points that points.json names.")
    fps = float(arrays["fps"].item()) if arrays["fps"].size == 1 else 0.0
    if not 1 <= fps <= 1000:
        raise InputError(f"{entry.points}: fps must be one number from 1 to 1000.")
    # y points down in the files.
    xy = xyz[:, :, :2] / UNITS_PER_IOD * np.array([1.0, -1.0])
    return LandmarkTrack(xy, tuple(numbers), fps)


def resample(track: LandmarkTrack, fps: float) -> LandmarkTrack:
    """The track at `fps` frames a second, by a cubic spline through its frames; its first frame stays at 0 s."""
    if abs(track.fps - fps) < SAME_FPS or len(track.xy) < 2:
        return track
    recorded = np.arange(len(track.xy)) / track.fps
    times = np.arange(int(recorded[-1] * fps + 1e-6) + 1) / fps
    return LandmarkTrack(CubicSpline(recorded, track.xy)(times), track.numbers, fps)


def resting_face(tracks: Sequence[LandmarkTrack]) -> np.ndarray:
    """(P, 2) resting face of a person, IOD: median of the frames with the smallest lip gap. At least one track, all of
    the same points."""
    xy, gap = (np.concatenate([getattr(track, name) for track in tracks]) for name in ("xy", "gap"))
    return np.median(xy[gap <= np.quantile(gap, RESTING)], axis=0)


def _within(clip: str) -> bool:
    """Whether a clip's name is a path below its folder."""
    path = Path(clip)
    return 0 < len(clip) <= limits.LABEL_LETTERS and not path.is_absolute() and ".." not in path.parts
