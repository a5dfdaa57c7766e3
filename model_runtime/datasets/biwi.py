"""BIWI (Fanelli et al. 2010) in the layout that the field converts it to: 23370 vertices, 25 frames a second."""

from pathlib import Path

import numpy as np

from model_runtime.datasets.field_layout import field_entries, read_templates
from model_runtime.datasets.regions import moving_regions, read_indices
from model_runtime.datasets.source import Entry, Face, Source
from model_runtime.errors import InputError
from model_runtime.files.input_files import is_file, is_folder

__all__ = ["FPS", "VERTICES", "open_biwi"]

FPS = 25.0
VERTICES = 23370
TRAIN = ("F2", "F3", "F4", "M3", "M4", "M5")
TEST_B = ("F1", "F5", "F6", "F7", "F8", "M1", "M2", "M6")
# Clips from which lips and upper face are estimated.
ESTIMATE_CLIPS = 8


def open_biwi(
    folder: Path | str,
    lips: Path | str | None = None,
    upper_face: Path | str | None = None,
    mouth: tuple[int, int] | None = None,
    test: str = "A",
    vertices: int = VERTICES,
) -> Source:
    """BIWI as the field splits it: sentences 1-32 of six subjects train, 33-36 validate, 37-40 are Test-A; Test-B is
    37-40 of the other eight.

    lips, upper_face: text files of vertex numbers; without both, the regions are estimated from the motion. mouth:
    vertices of the upper and lower inner lip. test: A or B. Raises InputError when files are missing or of another
    kind.
    """
    folder = Path(folder)
    if test not in ("A", "B"):
        raise InputError(f"BIWI has no test {test}; choose A or B.")
    for name in ("vertices_npy", "wav", "templates.pkl"):
        if not (is_file(folder / name) or is_folder(folder / name)):
            raise InputError(
                f"{folder} lacks {name}; BIWI in the field's layout is vertices_npy, wav and templates.pkl."
            )
    if mouth is not None and not all(0 <= vertex < vertices for vertex in mouth):
        raise InputError(f"The mouth's vertices are {mouth[0]} and {mouth[1]}; BIWI has 0 to {vertices - 1}.")
    templates = read_templates(folder / "templates.pkl", vertices)
    entries, skipped = field_entries(folder, templates, lambda subject, number: split_of(subject, number, test), 1)
    if not entries:
        first = f" {skipped[0][0]}: {skipped[0][1]}" if skipped else ""
        raise InputError(f"{folder} holds no clip of BIWI, named like F2_e01.{first}")
    subjects = tuple(sorted({entry.subject for entry in entries}))
    stacked = np.stack([templates[subject] for subject in subjects])
    if lips is not None and upper_face is not None:
        regions = read_indices(lips, vertices), read_indices(upper_face, vertices)
    else:
        regions = moving_regions(stacked[0], _variance(entries))
    face = Face(subjects, stacked, *regions, lips is None or upper_face is None, mouth)
    return Source(f"biwi-{test.lower()}", FPS, face, tuple(entries), skipped=tuple(skipped))


def split_of(subject: str, sentence: int, test: str) -> str | None:
    """The split of a sentence in the field, None for sentences that it does not use."""
    if subject in TRAIN and 1 <= sentence <= 36:
        return "train" if sentence <= 32 else "validation"
    if 37 <= sentence <= 40 and subject in (TRAIN if test == "A" else TEST_B):
        return "test"
    return None


def _variance(entries: list[Entry]) -> np.ndarray:
    """(V,) summed variance of the displacement over the first train clips, m^2."""
    chosen = [entry for entry in entries if entry.split == "train"][:ESTIMATE_CLIPS] or entries[:1]
    total: np.ndarray | None = None
    for entry in chosen:
        try:
            motion = entry.load().motion
        except InputError:
            continue
        found = motion.var(axis=0).reshape(-1, 3).sum(axis=1)
        total = found if total is None else total + found
    if total is None:
        raise InputError(f"None of the clips {', '.join(entry.name for entry in chosen)} can be read; check the data.")
    return total
