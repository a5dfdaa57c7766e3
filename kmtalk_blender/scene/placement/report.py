"""The report of a job: what it wrote, in numbers and as a sentence."""

from dataclasses import dataclass

import bpy
import numpy as np

from ..character.shape_names import OPTIONAL
from ..takes.notes import read_understood
from .write_take import WrittenTake

__all__ = ["Report", "report_of"]


@dataclass(frozen=True)
class Report:
    """What a job wrote. frames: length of the take. key_motions, keys: their numbers (keys on all curves). kept: number
    of edited frames that were kept. text: a sentence for the user, followed by the notes. heard, confidence: see
    `notes.Understood`. notes: sentences on doubtful recognition, and on actions that were moved or kept."""

    action: str
    frames: int
    key_motions: int
    keys: int
    kept: int
    text: str
    heard: str = ""
    confidence: float = 0.0
    notes: tuple[str, ...] = ()


def report_of(
    written_take: WrittenTake,
    key_frames: np.ndarray,
    kept: int,
    target: bpy.types.Object,
    messages: tuple[str, ...] = (),
) -> Report:
    """The report of a written take. messages: more notes."""
    baseline, mapping = written_take.baseline, written_take.mapping
    moving = [keys for keys in written_take.curves.values() if len(keys.co)]
    count, frames = sum(len(keys.co) for keys in moving), len(baseline.motion)
    seconds = baseline.take.duration
    text = f"{baseline.label} on {target.name}: {seconds:.1f} s, {len(key_frames)} key motions, {count} keys on \
{len(moving)} shapes"
    if baseline.density.mode == "SPARSE" and moving:
        density = count / len(moving) / max(seconds, 1e-3)
        text += f" ({density:.1f} a second on each), at most {baseline.density.tolerance:g} off"
    if kept:
        text += f", {kept} edited {'frame' if kept == 1 else 'frames'} kept"
    undriven = len(set(mapping.channels) - set(mapping.channels_of(set(mapping.shapes))) - set(OPTIONAL))
    if undriven:
        text += f"; {undriven} channels have no shape"
    understood = read_understood(baseline.info)
    notes = (*understood.notes, *messages)
    if all(label == "SIL" for label, _, _ in baseline.take.phones) and understood.notes:
        # No speech was found: the numbers of a still face would only distract from the notes.
        text = " ".join(notes)
    elif notes:
        text = f"{text}. {' '.join(notes)}"
    return Report(
        written_take.action.name,
        frames,
        len(key_frames),
        count,
        kept,
        text,
        understood.heard,
        understood.confidence,
        notes,
    )
