"""Store: prepared data on disk, one format for all data sets, read through memory maps.

index.json              kind, frame rate, subjects, clips, skipped clips with reasons
face.npz                templates (S, V, 3), lips, upper_face
space.npz               the channels' motion space, where motion is channels
clips/<name>.json       subject, split, phones, sizes and digests; written last, so that a clip with it is complete
clips/<name>.motion.npy (T, D) float32
clips/<name>.sound.npy  (N,) float32, 16 kHz
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model_runtime import limits
from model_runtime.datasets.source import Face
from model_runtime.errors import InputError
from model_runtime.files.atomic import write_atomic
from model_runtime.files.input_files import is_file, parse_json, read_text
from model_runtime.files.npz import WHOLE, Wanted, all_finite, map_npy, read_npz
from model_runtime.heads.motion_space import MotionSpace, read_space
from model_runtime.linguistics.phones import PHONES, PhoneTrack, Span
from model_runtime.speech.audio import Waveform

__all__ = ["FORMAT", "Clip", "Dataset", "open_dataset", "read_clip", "write_array", "write_json"]

FORMAT = 1
FACE = {"templates": Wanted("f"), "lips": Wanted(WHOLE), "upper_face": Wanted(WHOLE)}


@dataclass(frozen=True)
class Clip:
    """One prepared clip. frames: T. samples: N. phones: tile the sound. path: of its files, without their endings."""

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
        return map_npy(f"{self.path}.motion.npy", "f")

    def sound(self) -> Waveform:
        """The waveform, 16 kHz."""
        return Waveform(np.array(map_npy(f"{self.path}.sound.npy", "f")))


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
        """D, numbers in a frame of motion."""
        return self.face.templates[0].size if self.space is None else len(self.space.names)

    @property
    def fingerprint(self) -> str:
        """Digest of the data of all clips."""
        text = json.dumps([self.kind, self.fps, [(clip.name, clip.split, clip.digest) for clip in self.clips]])
        return hashlib.sha256(text.encode()).hexdigest()

    def split(self, name: str) -> tuple[Clip, ...]:
        """Clips of train, validation or test. Raises InputError when there are none."""
        found = tuple(clip for clip in self.clips if clip.split == name)
        if not found:
            raise InputError(f"{self.folder} holds no {name} clips; prepare data that has some.")
        return found

    def template(self, subject: str) -> np.ndarray:
        """(V, 3) neutral face of a subject, m."""
        return self.face.templates[self.face.subjects.index(subject)]


def open_dataset(folder: Path | str) -> Dataset:
    """Open and check prepared data. Raises InputError when it is missing, damaged or of another version."""
    folder = Path(folder)
    index = _read_object(folder / "index.json", f"{folder} holds no prepared data; name a folder that prepare made.")
    if index.get("format") != FORMAT:
        raise InputError(f"The data in {folder} was prepared by another version of KMTalk; prepare it again.")
    damaged = InputError(f"The data in {folder} is damaged; prepare it again.")
    arrays = read_npz(folder / "face.npz", FACE)
    space = read_space(folder / "space.npz") if index.get("channels") else None
    try:
        names, subjects = index["clips"], tuple(str(name) for name in index["subjects"])
        mouth = tuple(int(vertex) for vertex in index["mouth"]) if index["mouth"] else None
        face = Face(
            subjects,
            arrays["templates"],
            arrays["lips"],
            arrays["upper_face"],
            bool(index["estimated"]),
            mouth,  # type: ignore[arg-type]
        )
        skipped = tuple((str(name), str(reason)) for name, reason in index["skipped"])
        kind, fps = str(index["kind"]), float(index["fps"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise damaged from error
    if not isinstance(names, list) or len(names) > limits.CLIPS or not 1 <= fps <= 1000 or not _whole(face, space):
        raise damaged
    width = face.templates[0].size if space is None else len(space.names)
    clips = tuple(read_clip(folder, str(name), width) for name in names)
    if any(clip.subject not in subjects for clip in clips):
        raise damaged
    return Dataset(folder, kind, fps, face, space, clips, skipped)


def read_clip(folder: Path, name: str, width: int) -> Clip:
    """One clip of a store, its files checked against its description. Raises InputError."""
    if Path(name).name != name or name.startswith("."):
        raise InputError(f"{folder} names the clip {name!r}, which is no file name; prepare the data again.")
    path = folder / "clips" / name
    about = _read_object(Path(f"{path}.json"), f"The clip {name} in {folder} is missing; prepare the data again.")
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
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise InputError(f"The clip {name} in {folder} is damaged; prepare the data again.") from error
    whole = _shape(f"{path}.motion.npy") == (clip.frames, width) and _shape(f"{path}.sound.npy") == (clip.samples,)
    if not whole or any(phone.label not in PHONES or not 0 <= phone.start <= phone.end for phone in phones):
        raise InputError(f"The clip {name} in {folder} is damaged; prepare the data again.")
    return clip


def write_array(path: str, array: np.ndarray) -> str:
    """Write a .npy file, whole or not at all; returns the sha256 of its data."""
    array = np.ascontiguousarray(array)
    write_atomic(path, lambda stream: np.save(stream, array, allow_pickle=False))
    return hashlib.sha256(array.tobytes()).hexdigest()


def write_json(path: Path | str, value: dict) -> None:
    """Write JSON, whole or not at all."""
    text = json.dumps(value, indent=1, ensure_ascii=False).encode()
    write_atomic(path, lambda stream: stream.write(text))


def _whole(face: Face, space: MotionSpace | None) -> bool:
    """Whether there is one template a subject, finite, and all vertex indices lie within it."""
    templates = face.templates
    if templates.ndim != 3 or templates.shape[2] != 3 or not templates.size or len(templates) != len(face.subjects):
        return False
    indices = [face.lips, face.upper_face, np.array(face.mouth or (0, 0))]
    inside = all(index.ndim == 1 and ((index >= 0) & (index < templates.shape[1])).all() for index in indices)
    fits = space is None or space.neutral.shape == templates.shape[1:]
    return inside and fits and len(indices[2]) == 2 and all_finite(templates, np.float32)


def _shape(path: str) -> tuple[int, ...] | None:
    """Shape of a .npy file of float32, None for any other file."""
    try:
        array = map_npy(path, "f")
    except InputError:
        return None
    return array.shape if array.dtype == np.float32 else None


def _read_object(path: Path, missing: str) -> dict:
    if not is_file(path):
        raise InputError(missing)
    text = read_text(path, limits.JSON_BYTES)
    try:
        value = parse_json(text, str(path))
    except InputError as error:
        raise InputError(f"{path} is damaged; prepare the data again.") from error
    if not isinstance(value, dict):
        raise InputError(f"{path} is damaged; prepare the data again.")
    return value
