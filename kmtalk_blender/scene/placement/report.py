"""What a job wrote, in numbers and in a sentence."""

from dataclasses import dataclass

import bpy
import numpy as np

from ..takes.notes import read_understood
from .lay_take import Laid

__all__ = ["Report", "report_of"]


@dataclass(frozen=True)
class Report:
    """What a job wrote. keys: on all curves. kept: edited frames that were kept. text: a sentence for the user, and
    the notes. heard, confidence: see `notes.Understood`. notes: what is doubtful in what was understood, and what was
    taken over or kept, a sentence each."""

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
    laid: Laid, key_frames: np.ndarray, kept: int, target: bpy.types.Object, told: tuple[str, ...] = ()
) -> Report:
    """Count what was written, and say it."""
    baseline, mapping = laid.baseline, laid.mapping
    moving = [keys for keys in laid.curves.values() if len(keys.co)]
    count, frames = sum(len(keys.co) for keys in moving), len(baseline.motion)
    seconds = baseline.take.duration
    text = f"{baseline.label} on {target.name}: {seconds:.1f} s, {len(key_frames)} key motions, {count} keys on \
{len(moving)} shapes"
    if baseline.density.mode == "SPARSE" and moving:
        text += f", {count / len(moving) / max(seconds, 1e-3):.1f} a second within {baseline.density.tolerance:g}"
    if kept:
        text += f", {kept} edited {'frame' if kept == 1 else 'frames'} kept"
    undriven = len(mapping.channels) - len(mapping.channels_of(set(mapping.shapes)))
    if undriven:
        text += f"; {undriven} channels have no shape"
    understood = read_understood(baseline.info)
    notes = (*understood.notes, *told)
    if all(label == "SIL" for label, _, _ in baseline.take.phones) and understood.notes:
        # Nobody speaks: the numbers of a still face say nothing.
        text = " ".join(notes)
    elif notes:
        text = f"{text}. {' '.join(notes)}"
    return Report(
        laid.action.name, frames, len(key_frames), count, kept, text, understood.heard, understood.confidence, notes
    )
