"""What a job wrote, in numbers and in a sentence."""

from dataclasses import dataclass

import bpy
import numpy as np

from .baseline import Baseline
from .curves import CurveKeys
from .notes import read_understood
from .rigs import ShapeMap

__all__ = ["Report", "report_of"]


@dataclass(frozen=True)
class Report:
    """What a job wrote. keys: on all curves. kept: edited frames that were kept. text: a sentence for the user, and
    the notes. heard, confidence, notes: see `notes.Understood`."""

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
    action: bpy.types.Action,
    baseline: Baseline,
    curves: dict[str, CurveKeys],
    key_frames: np.ndarray,
    kept: int,
    target: bpy.types.Object,
    mapping: ShapeMap,
) -> Report:
    """Count what was written, and say it."""
    count, frames = sum(len(keys.co) for keys in curves.values()), len(baseline.motion)
    seconds = baseline.take.duration
    text = f"{baseline.info.get('strip', '')} on {target.name}: {seconds:.1f} s, {len(key_frames)} key motions, \
{count} keys on {len(curves)} shapes"
    if baseline.density.mode == "SPARSE":
        text += f", {count / len(curves) / max(seconds, 1e-3):.1f} a second within {baseline.density.tolerance:g}"
    if kept:
        text += f", {kept} edited {'frame' if kept == 1 else 'frames'} kept"
    undriven = len(mapping.channels) - len(mapping.channels_of(set(mapping.shapes)))
    if undriven:
        text += f"; {undriven} channels have no shape"
    understood = read_understood(baseline.info)
    if all(label == "SIL" for label, _, _ in baseline.take.phones) and understood.notes:
        # Nobody speaks: the numbers of a still face say nothing.
        text = " ".join(understood.notes)
    elif understood.notes:
        text = f"{text}. {' '.join(understood.notes)}"
    return Report(
        action.name,
        frames,
        len(key_frames),
        count,
        kept,
        text,
        understood.heard,
        understood.confidence,
        understood.notes,
    )
