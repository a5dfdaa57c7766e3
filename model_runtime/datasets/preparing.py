"""Prepare: check every clip of a source, find its phones, and write it into a store; resumable."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model_runtime.datasets.source import Entry, Recording, Source
from model_runtime.datasets.store import FORMAT, Clip, Dataset, open_dataset, read_clip, write_array, write_json
from model_runtime.errors import InputError
from model_runtime.files.input_files import is_file, read_json
from model_runtime.files.npz import write_npz
from model_runtime.files.paths import make_folder
from model_runtime.heads.motion_space import write_space
from model_runtime.linguistics.phones import PhoneTrack
from model_runtime.speech.audio import SAMPLE_RATE, Waveform

__all__ = ["Prepared", "prepare"]

# Difference of the durations of sound and motion above which a note is given, s; the longer one is always cut.
SLACK = 0.1
# Least ratio of the shorter to the longer duration of a clip's sound and motion.
LEAST_SHARE = 0.5
# Shortest clip, s.
SHORTEST = 0.5


@dataclass(frozen=True)
class Prepared:
    """dataset: the store. notes: (clip, sentence) for the user. done: number of clips that were in it before."""

    dataset: Dataset
    notes: tuple[tuple[str, str], ...]
    done: int


def prepare(
    source: Source,
    folder: Path | str,
    find_phones: Callable[[Entry, Waveform], PhoneTrack],
    report: Callable[[float, str], None] = lambda share, clip: None,
) -> Prepared:
    """Write the source's clips into `folder`; clips that it holds already, from the same files, are kept.

    find_phones: the phones of a clip. report is called with the share done and the clip's name; it may raise to stop.
    Clips that cannot be used are skipped and named in the result. Raises InputError when no train clip is left, when
    the folder holds other data, and when the disk is full.
    """
    folder = Path(folder)
    width = source.face.templates[0].size if source.space is None else len(source.space.names)
    make_folder(folder / "clips")
    _check_folder(folder, source)
    clips, notes, skipped, done = [], [], list(source.skipped), 0
    for index, entry in enumerate(source.entries):
        report(index / len(source.entries), entry.name)
        kept = _kept(folder, entry, width)
        if kept is not None:
            clips.append(kept)
            done += 1
            continue
        try:
            recording = _fitting(entry, entry.load(), source.fps, width)
        except InputError as error:
            skipped.append((entry.name, str(error)))
            continue
        notes += [(entry.name, note) for note in recording.notes]
        clips.append(_write(folder, entry, recording, find_phones(entry, recording.waveform), width))
    report(1.0, "")
    if not any(clip.split == "train" for clip in clips):
        first = f" The first clip that could not be used: {skipped[0][0]}: {skipped[0][1]}" if skipped else ""
        raise InputError(f"There is no train clip left; check the data.{first}")
    _write_index(folder, source, clips, skipped)
    return Prepared(open_dataset(folder), tuple(notes), done)


def _check_folder(folder: Path, source: Source) -> None:
    index = folder / "index.json"
    if not is_file(index):
        return
    try:
        kind = read_json(index)["kind"]
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise InputError(f"{folder} holds something else; choose an empty folder.") from error
    if kind != source.kind:
        raise InputError(f"{folder} holds {kind} data already; choose another folder for {source.kind}.")


def _mark(entry: Entry) -> str:
    """Digest of a clip's files and description; a clip with another one is prepared again."""
    text = json.dumps([entry.mark, entry.subject, entry.split, entry.transcript])
    return hashlib.sha256(text.encode()).hexdigest()


def _kept(folder: Path, entry: Entry, width: int) -> Clip | None:
    """The clip in the store, None when it is missing, incomplete or from other files."""
    about = folder / "clips" / f"{entry.name}.json"
    try:
        same = is_file(about) and read_json(about).get("mark") == _mark(entry)
        return read_clip(folder, entry.name, width) if same else None
    except (ValueError, AttributeError):
        return None


def _fitting(entry: Entry, recording: Recording, fps: float, width: int) -> Recording:
    """The recording with sound and motion cut to one duration. Raises InputError when they do not belong together."""
    motion, sound = recording.motion, recording.waveform
    if motion.ndim != 2 or motion.shape[1] != width:
        raise InputError(f"it has {motion.shape[-1]} numbers a frame, not {width}.")
    if not np.isfinite(motion).all():
        raise InputError("its motion holds values that are not numbers.")
    lasts, sounds = (len(motion) - 1) / fps, sound.duration
    if min(lasts, sounds) < SHORTEST:
        raise InputError(f"it is shorter than {SHORTEST} s.")
    if min(lasts, sounds) < LEAST_SHARE * max(lasts, sounds):
        raise InputError(f"its sound lasts {sounds:.2f} s and its motion {lasts:.2f} s; they do not belong together.")
    notes = recording.notes
    if abs(lasts - sounds) > SLACK:
        notes = (*notes, f"sound {sounds:.2f} s, motion {lasts:.2f} s: the longer one was cut.")
    frames = min(len(motion), int(sounds * fps + 1e-6) + 1)
    samples = round((frames - 1) / fps * SAMPLE_RATE)
    # One frame more of sound, so that the last frame has sound too.
    kept = sound.samples[: samples + round(SAMPLE_RATE / fps)]
    return Recording(motion[:frames].astype(np.float32), Waveform(kept.astype(np.float32)), notes)


def _write(folder: Path, entry: Entry, recording: Recording, phones: PhoneTrack, width: int) -> Clip:
    path = folder / "clips" / entry.name
    motion_digest = write_array(f"{path}.motion.npy", recording.motion)
    sound_digest = write_array(f"{path}.sound.npy", recording.waveform.samples)
    spans = [[span.label, span.start, span.end] for span in phones.phones]
    about = {
        "subject": entry.subject,
        "split": entry.split,
        "frames": len(recording.motion),
        "samples": len(recording.waveform.samples),
        "phones": spans,
        "digest": hashlib.sha256(json.dumps([motion_digest, sound_digest, spans]).encode()).hexdigest(),
        "mark": _mark(entry),
    }
    # Written last, so that a clip with a description is complete.
    write_json(f"{path}.json", about)
    return read_clip(folder, entry.name, width)


def _write_index(folder: Path, source: Source, clips: list[Clip], skipped: list[tuple[str, str]]) -> None:
    face = source.face
    arrays = {"templates": face.templates.astype(np.float32), "lips": face.lips, "upper_face": face.upper_face}
    write_npz(folder / "face.npz", arrays)
    if source.space is not None:
        write_space(source.space, folder / "space.npz")
    index = {
        "format": FORMAT,
        "kind": source.kind,
        "fps": source.fps,
        "channels": list(source.space.names) if source.space is not None else [],
        "subjects": list(face.subjects),
        "estimated": face.estimated,
        "mouth": list(face.mouth) if face.mouth else None,
        "skipped": [list(each) for each in skipped],
        "clips": [clip.name for clip in clips],
    }
    write_json(folder / "index.json", index)
