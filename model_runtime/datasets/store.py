"""Store: prepared data on disk, one format for every data set, read through memory maps.

index.json              kind, frame rate, subjects, clips, what was skipped and why
face.npz                templates (S, V, 3), lips, upper_face
space.npz               the channels' motion space, where motion is channels
clips/<name>.json       subject, split, phones, sizes and digests: written last, so a clip with it is whole
clips/<name>.motion.npy (T, D) float32
clips/<name>.sound.npy  (N,) float32, 16 kHz
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model_runtime.atomic import write_atomic
from model_runtime.audio import Waveform
from model_runtime.datasets.source import Face
from model_runtime.errors import InputError
from model_runtime.linguistics.phones import PHONES, PhoneTrack, Span
from model_runtime.motion_space import MotionSpace, read_space
from model_runtime.npz import read_npz

__all__ = ["FORMAT", "Clip", "Dataset", "open_dataset", "read_clip", "write_array", "write_json"]

FORMAT = 1


@dataclass(frozen=True)
class Clip:
    """One prepared clip. path: its files without their endings. frames: T. phones tile the sound."""

    name: str
    subject: str
    split: str
    frames: int
    samples: int
    phones: PhoneTrack
    digest: str
    path: Path

    def motion(self) -> np.ndarray:
        """(T, D) float32, mapped into memory, read-only."""
        return np.load(f"{self.path}.motion.npy", mmap_mode="r", allow_pickle=False)

    def sound(self) -> Waveform:
        """Its sound."""
        return Waveform(np.load(f"{self.path}.sound.npy", allow_pickle=False))


@dataclass(frozen=True)
class Dataset:
    """A prepared data set, checked. space: None where motion is displacements of vertices. skipped: (name, reason)."""

    folder: Path
    kind: str
    fps: float
    face: Face
    space: MotionSpace | None
    clips: tuple[Clip, ...]
    skipped: tuple[tuple[str, str], ...]

    @property
    def width(self) -> int:
        """D: numbers in a frame of motion."""
        return self.face.templates[0].size if self.space is None else len(self.space.names)

    @property
    def fingerprint(self) -> str:
        """Digest of everything that training sees."""
        text = json.dumps([self.kind, self.fps, [(clip.name, clip.split, clip.digest) for clip in self.clips]])
        return hashlib.sha256(text.encode()).hexdigest()

    def split(self, name: str) -> tuple[Clip, ...]:
        """Clips of train, validation or test. Raises InputError when there are none."""
        found = tuple(clip for clip in self.clips if clip.split == name)
        if not found:
            raise InputError(f"{self.folder} holds no {name} clips; prepare data that has some.")
        return found

    def template(self, subject: str) -> np.ndarray:
        """(V, 3) m."""
        return self.face.templates[self.face.subjects.index(subject)]


def open_dataset(folder: Path | str) -> Dataset:
    """Open and check prepared data. Raises InputError that names what is missing, damaged or of another version."""
    folder = Path(folder)
    index = _read_json(folder / "index.json", f"{folder} holds no prepared data; name a folder that prepare made.")
    if index.get("format") != FORMAT:
        raise InputError(f"The data in {folder} was prepared by another version of KMTalk; prepare it again.")
    arrays = read_npz(folder / "face.npz", ("templates", "lips", "upper_face"))
    space = read_space(folder / "space.npz") if index.get("channels") else None
    try:
        mouth = tuple(int(vertex) for vertex in index["mouth"]) if index["mouth"] else None
        face = Face(
            tuple(index["subjects"]),
            arrays["templates"],
            arrays["lips"],
            arrays["upper_face"],
            bool(index["estimated"]),
            mouth,  # type: ignore[arg-type]
        )
        skipped = tuple((str(name), str(reason)) for name, reason in index["skipped"])
        width = face.templates[0].size if space is None else len(space.names)
        clips = tuple(read_clip(folder, name, width) for name in index["clips"])
        return Dataset(folder, str(index["kind"]), float(index["fps"]), face, space, clips, skipped)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"The data in {folder} is damaged; prepare it again.") from error


def read_clip(folder: Path, name: str, width: int) -> Clip:
    """One clip of a store, its files checked against what its description says. Raises InputError."""
    if Path(name).name != name or name.startswith("."):
        raise InputError(f"{folder} names the clip {name!r}, which is no file name; prepare the data again.")
    path = folder / "clips" / name
    about = _read_json(Path(f"{path}.json"), f"The clip {name} in {folder} is missing; prepare the data again.")
    try:
        phones = tuple(Span(str(label), float(start), float(end)) for label, start, end in about["phones"])
        clip = Clip(
            name,
            str(about["subject"]),
            str(about["split"]),
            int(about["frames"]),
            int(about["samples"]),
            PhoneTrack(phones),
            str(about["digest"]),
            path,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"The clip {name} in {folder} is damaged; prepare the data again.") from error
    whole = _shape(f"{path}.motion.npy") == (clip.frames, width) and _shape(f"{path}.sound.npy") == (clip.samples,)
    if not whole or any(phone.label not in PHONES for phone in phones):
        raise InputError(f"The clip {name} in {folder} is damaged; prepare the data again.")
    return clip


def write_array(path: str, array: np.ndarray) -> str:
    """Write a .npy file, whole or not at all; returns the sha256 of its numbers."""
    array = np.ascontiguousarray(array)
    write_atomic(path, lambda stream: np.save(stream, array, allow_pickle=False))
    return hashlib.sha256(array.tobytes()).hexdigest()


def write_json(path: Path | str, value: dict) -> None:
    """Write JSON, whole or not at all."""
    text = json.dumps(value, indent=1, ensure_ascii=False).encode()
    write_atomic(path, lambda stream: stream.write(text))


def _shape(path: str) -> tuple[int, ...] | None:
    """Shape of a .npy file of float32 whose size on disk fits it, else None."""
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return array.shape if array.dtype == np.float32 else None


def _read_json(path: Path, missing: str) -> dict:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(missing) from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is damaged; prepare the data again.") from error
    if not isinstance(value, dict):
        raise InputError(f"{path} is damaged; prepare the data again.")
    return value
