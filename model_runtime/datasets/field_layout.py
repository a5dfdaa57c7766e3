"""The layout of converted data in the field: vertices_npy/<clip>.npy, wav/<clip>.wav and templates.pkl."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from model_runtime.datasets.source import Entry, Recording, file_mark
from model_runtime.errors import InputError
from model_runtime.files.input_files import is_file
from model_runtime.files.npz import map_npy
from model_runtime.files.safe_pickle import as_array, read_pickle
from model_runtime.speech.audio import read_audio

__all__ = ["field_entries", "read_templates"]


def read_templates(path: Path | str, vertices: int) -> dict[str, np.ndarray]:
    """Templates (V, 3) float32 by subject, from templates.pkl. Raises InputError for another number of vertices."""
    templates = read_pickle(path)
    if not isinstance(templates, dict) or not templates:
        raise InputError(f"{path} holds no templates; it must map subjects to vertices.")
    found = {}
    for subject, value in templates.items():
        array = as_array(value, f"The template of {subject} in {path}")
        if array.size != 3 * vertices:
            count = array.size / 3
            raise InputError(f"The template of {subject} in {path} has {count:g} vertices; {vertices} are needed.")
        found[str(subject)] = array.reshape(vertices, 3).astype(np.float32)
    return found


def field_entries(
    folder: Path,
    templates: dict[str, np.ndarray],
    split_of: Callable[[str, int], str | None],
    stride: int,
) -> tuple[list[Entry], list[tuple[str, str]]]:
    """Entries of a converted folder, and (name, reason) of skipped clips.

    split_of: (subject, sentence number) -> split, None for clips that the field does not use.
    stride: every stride-th frame is used.

    Clips are named <subject>_sentenceNN or <subject>_eNN.
    """
    entries: list[Entry] = []
    skipped: list[tuple[str, str]] = []
    for path in sorted((folder / "vertices_npy").glob("*.npy")):
        subject, _, sentence = path.stem.rpartition("_")
        number = sentence.lstrip("abcdefghijklmnopqrstuvwxyz")
        split = split_of(subject, int(number)) if number.isdecimal() else None
        sound = folder / "wav" / f"{path.stem}.wav"
        if split is None:
            continue
        if subject not in templates:
            skipped.append((path.stem, f"templates.pkl has no template of {subject}."))
        elif not is_file(sound):
            skipped.append((path.stem, "it has no sound in wav/."))
        else:
            load = partial(_load, path, sound, templates[subject], stride)
            entries.append(Entry(path.stem, subject, split, file_mark(path, sound), load))
    return entries, skipped


def _load(path: Path, sound: Path, template: np.ndarray, stride: int) -> Recording:
    vertices = map_npy(path, "f")
    if vertices.size % template.size or vertices.ndim not in (2, 3) or not len(vertices):
        raise InputError(f"its motion has the shape {vertices.shape}, which is not {len(template)} vertices a frame.")
    flat = vertices.reshape(len(vertices), -1)
    if flat.shape[1] != template.size:
        raise InputError(f"its motion has {flat.shape[1] / 3:g} vertices, not {len(template)}.")
    return Recording(flat[::stride].astype(np.float32) - template.reshape(1, -1), read_audio(sound))
