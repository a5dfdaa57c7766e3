"""Cues: the words of subtitles are looked for near the times of their cues."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from model_runtime.linguistics.decoders import Decoders
from model_runtime.linguistics.fitting import fit_transcript
from model_runtime.linguistics.loudness import STEP, levels
from model_runtime.linguistics.part import Part
from model_runtime.linguistics.phrases import LACKING_WORDS
from model_runtime.linguistics.piece import cut_piece
from model_runtime.linguistics.progress import Progress
from model_runtime.linguistics.recognise import recognise
from model_runtime.linguistics.remarks import words_with_remarks
from model_runtime.linguistics.subtitles import Cue
from model_runtime.linguistics.text import read_script
from model_runtime.speech.audio import Waveform

__all__ = ["Group", "cue_groups", "fit_cues"]

# Seconds by which words may begin before their cue and end after it.
TOLERANCE_S = 0.5
# Seconds, shortest and longest group of cues that are searched together; one long cue may last longer.
GROUP_S = (8.0, 20.0)
# Seconds without a cue, from which on nobody speaks there, or somebody whose words are not in the subtitles.
APART_S = 3.0
# Seconds that a group lasts at least.
SHORTEST_S = 0.3
# Seconds over which the level is averaged to find a place to cut.
PAUSE_S = 0.1


@dataclass(frozen=True)
class Group:
    """Cues that are searched together, from `start` to `end`, seconds; without cues: a time between them."""

    texts: tuple[str, ...]
    start: float
    end: float


def fit_cues(waveform: Waveform, cues: Sequence[Cue], decoders: Decoders, report: Progress) -> list[Part]:
    """The parts of a waveform, each with the words of the cues within it; empty where all cues are one group.

    Times between the cues take recognised words, where some are recognised with certainty.
    """
    parts = []
    for group in cue_groups(waveform, cues):
        report(group.start / waveform.duration, "Aligning")
        piece = cut_piece(waveform, group.start, group.end)
        recognised = recognise(piece.waveform, decoders.own)
        words = words_with_remarks(read_script("\n".join(group.texts), decoders.own), piece, recognised, decoders)
        if not words and not (recognised.sure and len(recognised.words) >= LACKING_WORDS):
            parts.append(Part([], piece.offset, piece.end, True, None, 0.0))
            continue
        part = fit_transcript(piece, words, decoders, recognised)
        parts.append(part if words else replace(part, given=0))
    return parts


def cue_groups(waveform: Waveform, cues: Sequence[Cue]) -> list[Group]:
    """Groups that cover the waveform, cut at its quietest moments near the ends of cues; empty where all cues are one
    group, and where a cue lies outside of the waveform: its times are those of another sound."""
    duration = waveform.duration
    spoken = sorted(cues, key=lambda cue: cue.start)
    if not all(cue.start < duration and cue.end > 0 for cue in spoken):
        return []
    quietest = _quietest(waveform)
    groups: list[Group] = []
    done, ended = 0.0, 0.0
    texts: list[str] = []

    def close(cut: float) -> None:
        nonlocal done, texts
        if cut - done >= SHORTEST_S:
            groups.append(Group(tuple(texts), done, cut))
            done, texts = cut, []

    for cue in spoken:
        if cue.start - ended > APART_S:
            if texts:
                close(quietest(ended, ended + 2 * TOLERANCE_S))
            close(quietest(cue.start - 2 * TOLERANCE_S, cue.start))
        elif ended - done >= GROUP_S[0] and cue.end - done > GROUP_S[1]:
            close(quietest(min(ended, cue.start) - TOLERANCE_S, max(ended, cue.start) + TOLERANCE_S))
        texts.append(cue.text)
        ended = max(ended, cue.end)
    if texts and duration - ended > APART_S:
        close(quietest(ended, ended + 2 * TOLERANCE_S))
    if groups and duration - done < SHORTEST_S:
        last = groups.pop()
        done, texts = last.start, [*last.texts, *texts]
    return [*groups, Group(tuple(texts), done, duration)] if groups else []


def _quietest(waveform: Waveform) -> Callable[[float, float], float]:
    """A function that gives the quietest moment between two times of the waveform, seconds."""
    level = levels(waveform)
    width = round(PAUSE_S / STEP)
    smooth = np.convolve(level, np.ones(width) / width, mode="same")

    def moment(first: float, last: float) -> float:
        begin = min(max(round(first / STEP), 0), len(smooth) - 1)
        end = min(max(round(last / STEP), begin + 1), len(smooth))
        return min((begin + int(smooth[begin:end].argmin())) * STEP, waveform.duration)

    return moment
