"""Cues: the words of subtitles with their times, near which the words are looked for."""

from collections.abc import Sequence
from dataclasses import dataclass

from model_runtime.linguistics.decoders import Decoders
from model_runtime.linguistics.part import Part
from model_runtime.speech.audio import Waveform

__all__ = ["Cue", "fit_cues"]


@dataclass(frozen=True)
class Cue:
    """text: what is said. start, end: seconds."""

    text: str
    start: float
    end: float


def fit_cues(waveform: Waveform, cues: Sequence[Cue], decoders: Decoders, report) -> list[Part]:
    return []
