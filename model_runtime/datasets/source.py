"""Source: the result of a data set's reader, input of the preparation, independent of the files' layout."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import soxr

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.heads.motion_space import MotionSpace
from model_runtime.speech.audio import SAMPLE_RATE, Waveform

__all__ = ["SPLITS", "Entry", "Face", "Recording", "Source", "file_mark", "waveform_from"]

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Recording:
    """One clip as read.

    motion: (T, D) float32, frame i at i / fps s: displacements from the subject's template, m (D = 3 V), or weights of
        the space's channels (D = K).
    notes: sentences for the user.
    """

    motion: np.ndarray
    waveform: Waveform
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One clip to read.

    mark: changes when its files change.
    load: reads it; raises InputError when it cannot be used.
    transcript: None if unknown.
    """

    name: str
    subject: str
    split: str
    mark: str
    load: Callable[[], Recording]
    transcript: str | None = None


@dataclass(frozen=True)
class Face:
    """The neutral faces of a data set.

    subjects: S names.
    templates: (S, V, 3) float32 m, one a subject.
    lips, upper_face: vertex indices.
    estimated: whether those are our estimate, not the field's masks.
    mouth: vertices of the upper and lower inner lip, whose distance is the mouth opening; None if unknown.
    """

    subjects: tuple[str, ...]
    templates: np.ndarray
    lips: np.ndarray
    upper_face: np.ndarray
    estimated: bool
    mouth: tuple[int, int] | None


@dataclass(frozen=True)
class Source:
    """A data set to prepare.

    kind: its name.
    fps: of the motion.
    space: of channel data, None where motion is vertices.
    skipped: (name, reason) of clips that cannot be used.
    """

    kind: str
    fps: float
    face: Face
    entries: tuple[Entry, ...]
    space: MotionSpace | None = None
    skipped: tuple[tuple[str, str], ...] = ()


def file_mark(*paths) -> str:
    """Names, sizes and modification times of files, as one text."""
    return " ".join(f"{path.name}:{path.stat().st_size}:{path.stat().st_mtime_ns}" for path in paths)


def waveform_from(samples: np.ndarray, rate: object, name: str) -> Waveform:
    """16 kHz mono from samples (N,) or (N, channels) of whole numbers or floats. Raises InputError naming the clip."""
    low, high = limits.LOWEST_RATE, limits.HIGHEST_RATE
    if not isinstance(rate, int | float | np.integer | np.floating) or not low <= rate <= high:
        raise InputError(f"{name} has the sample rate {rate}; it must lie between {low} and {high} Hz.")
    if samples.dtype.kind not in "iuf" or samples.ndim not in (1, 2) or not samples.size:
        raise InputError(f"{name} holds no sound.")
    if len(samples) / float(rate) > limits.SOUND_SECONDS:
        raise InputError(f"{name} lasts longer than {limits.SOUND_SECONDS / 3600:g} hours; cut it.")
    scaled = samples / np.iinfo(samples.dtype).max if samples.dtype.kind in "iu" else samples
    mono = np.asarray(scaled, np.float32).reshape(len(samples), -1).mean(axis=1)
    # Some releases hold 16-bit integers as floats.
    peak = float(np.abs(mono).max())
    if not peak <= limits.LOUDEST_SAMPLE:
        raise InputError(f"{name} holds samples that are not numbers, or far louder than a sound can be.")
    mono = mono / 32768 if peak > 2 else mono
    return Waveform(np.ascontiguousarray(soxr.resample(mono, float(rate), SAMPLE_RATE), np.float32))
