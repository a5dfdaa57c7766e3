"""VOCASET (Cudeiro et al. 2019): the four official files, or the converted layout of the field."""

import re
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from model_runtime.datasets.field_layout import field_entries, read_templates
from model_runtime.datasets.regions import FLAME_MOUTH, FLAME_VERTICES, flame_regions, read_masks
from model_runtime.datasets.source import Entry, Face, Recording, Source, file_mark, waveform_from
from model_runtime.errors import InputError
from model_runtime.files.input_files import is_file, is_folder
from model_runtime.files.npz import map_npy
from model_runtime.files.safe_pickle import as_array, read_pickle

__all__ = ["FPS", "SUBJECTS", "open_vocaset"]

FPS = 30.0
# Recorded at 60 frames a second; the field uses every second frame.
STRIDE = 2
TRAIN = (
    *("FaceTalk_170728_03272_TA", "FaceTalk_170904_00128_TA", "FaceTalk_170725_00137_TA", "FaceTalk_170915_00223_TA"),
    *("FaceTalk_170811_03274_TA", "FaceTalk_170913_03279_TA", "FaceTalk_170904_03276_TA", "FaceTalk_170912_03278_TA"),
)
VALIDATION = ("FaceTalk_170811_03275_TA", "FaceTalk_170908_03277_TA")
TEST = ("FaceTalk_170809_00138_TA", "FaceTalk_170731_00024_TA")
# In the order of the field's one-hot vectors.
SUBJECTS = (*TRAIN, *VALIDATION, *TEST)
FILES = ("data_verts.npy", "raw_audio_fixed.pkl", "templates.pkl", "subj_seq_to_idx.pkl")


def open_vocaset(folder: Path | str, masks: Path | str | None = None) -> Source:
    """VOCASET at 30 frames a second, split as the field does; masks: FLAME_masks.pkl, where the user has it.

    Sentences 1-40 of eight subjects train, 21-40 of two validate, 21-40 of two test. Raises InputError when a file is
    missing, damaged, unsafe, of another kind, or when the files name different subjects.
    """
    folder = Path(folder)
    converted = is_folder(folder / "vertices_npy")
    missing = [name for name in (("templates.pkl",) if converted else FILES) if not is_file(folder / name)]
    if missing:
        raise InputError(
            f"{folder} lacks {missing[0]}; VOCASET is {', '.join(FILES)}, or vertices_npy, wav, templates."
        )
    templates = read_templates(folder / "templates.pkl", FLAME_VERTICES)
    if converted:
        entries, skipped = field_entries(folder, templates, split_of, STRIDE)
    else:
        entries, skipped = _official_entries(folder, templates)
    subjects = tuple(subject for subject in SUBJECTS if any(entry.subject == subject for entry in entries))
    if not subjects:
        raise InputError(f"{folder} holds none of VOCASET's subjects, such as {SUBJECTS[0]}.")
    stacked = np.stack([templates[subject] for subject in subjects])
    lips, upper = flame_regions(stacked[0]) if masks is None else read_masks(masks)
    face = Face(subjects, stacked, lips, upper, masks is None, FLAME_MOUTH)
    return Source("vocaset", FPS, face, tuple(entries), skipped=(*skipped, *_gaps(entries, skipped)))


def split_of(subject: str, sentence: int) -> str | None:
    """The split of a sentence in the field, None for sentences that it does not use."""
    if subject in TRAIN and 1 <= sentence <= 40:
        return "train"
    if 21 <= sentence <= 40:
        return "validation" if subject in VALIDATION else "test" if subject in TEST else None
    return None


def _official_entries(folder: Path, templates: dict[str, np.ndarray]) -> tuple[list[Entry], list[tuple[str, str]]]:
    vertices = _vertices(folder / "data_verts.npy")
    index = _mapping(folder / "subj_seq_to_idx.pkl")
    sounds = _mapping(folder / "raw_audio_fixed.pkl")
    for name, other in (("templates.pkl", templates), ("raw_audio_fixed.pkl", sounds)):
        unequal = sorted(set(index) - set(other))
        if unequal:
            raise InputError(
                f"{name} in {folder} lacks the subject {unequal[0]} of subj_seq_to_idx.pkl; get both again."
            )
    mark = file_mark(*(folder / name for name in FILES))
    entries, skipped = [], []
    for subject, sequences in sorted(index.items()):
        for sequence, frames in sorted(sequences.items()):
            number = re.fullmatch(r"sentence(\d{1,4})", sequence)
            split = split_of(subject, int(number[1])) if number else None
            name = f"{subject}_{sequence}"
            if split is None:
                continue
            if not isinstance(frames, dict) or not frames or not all(isinstance(frame, int) for frame in frames):
                skipped.append((name, "it has no motion."))
                continue
            sound = sounds[subject].get(sequence)
            if not isinstance(sound, dict):
                skipped.append((name, "it has no sound."))
                continue
            load = partial(_load, name, vertices, frames, sound, templates[subject])
            entries.append(Entry(name, subject, split, mark, load))
    return entries, skipped


def _vertices(path: Path) -> np.ndarray:
    vertices = map_npy(path, "f")
    if vertices.ndim != 3 or vertices.shape[1:] != (FLAME_VERTICES, 3) or not len(vertices):
        raise InputError(f"{path} has the shape {vertices.shape}; (frames, {FLAME_VERTICES}, 3) is needed.")
    return vertices


def _mapping(path: Path) -> dict[str, dict]:
    value = read_pickle(path)
    if not isinstance(value, dict) or not all(isinstance(each, dict) for each in value.values()):
        raise InputError(f"{path} is of another kind; it must map subjects to their sequences.")
    return {str(subject): {str(name): part for name, part in each.items()} for subject, each in value.items()}


def _load(name: str, vertices: np.ndarray, frames: dict, sound: dict[str, Any], template: np.ndarray) -> Recording:
    rows = as_array([frames[frame] for frame in sorted(frames)], f"The frame numbers of {name}")
    if rows.dtype.kind not in "iu" or rows.min() < 0 or rows.max() >= len(vertices):
        raise InputError(f"its frames {rows.min()} to {rows.max()} are not all in data_verts.npy.")
    motion = vertices[rows[::STRIDE]].astype(np.float32) - template
    samples = as_array(sound.get("audio"), f"The sound of {name}")
    return Recording(motion.reshape(len(motion), -1), waveform_from(samples, sound.get("sample_rate"), name))


def _gaps(entries: list[Entry], skipped: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """(name, reason) of missing clips: sentences that a subject lacks and another one of the same split has."""
    known = {entry.name for entry in entries} | {name for name, _reason in skipped}
    said = sorted({(entry.split, entry.name.rpartition("_")[2]) for entry in entries})
    present = sorted({entry.subject for entry in entries})
    return [
        (f"{subject}_{sentence}", "it is missing.")
        for subject in present
        for split, sentence in said
        if split_of(subject, int(sentence.removeprefix("sentence"))) == split and f"{subject}_{sentence}" not in known
    ]
