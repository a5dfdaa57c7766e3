"""Cues: the words of subtitles are looked for near the times of their cues."""

from collections.abc import Sequence
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

__all__ = ["fit_cues"]

# Seconds by which words may begin before their cue and end after it.
TOLERANCE_S = 0.5
# Seconds, shortest and longest group of cues that are searched together.
GROUP_S = (8.0, 25.0)
# Seconds without a cue, from which on nobody speaks there, or somebody whose words are not in the subtitles.
APART_S = 3.0
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
    groups = _groups(waveform, cues)
    if sum(bool(group.texts) for group in groups) == len(groups) == 1:
        return []
    parts = []
    for group in groups:
        report(group.start / waveform.duration, "Aligning")
        piece = cut_piece(waveform, group.start, group.end)
        recognised = recognise(piece.waveform)
        words = words_with_remarks(read_script("\n".join(group.texts)), piece, recognised, decoders)
        if not words and not (recognised.sure and len(recognised.words) >= LACKING_WORDS):
            parts.append(Part([], piece.offset, piece.end, True, None, 0.0))
            continue
        part = fit_transcript(piece, words, decoders, recognised)
        parts.append(part if words else replace(part, given=0))
    return parts


def _groups(waveform: Waveform, cues: Sequence[Cue]) -> list[Group]:
    """Groups that cover the waveform, cut at its quietest moments near the ends of cues."""
    spoken = [cue for cue in sorted(cues, key=lambda cue: cue.start) if cue.start < waveform.duration and cue.end > 0]
    # A cue outside of the sound shows that the times belong to another sound.
    if len(spoken) < len(cues) or not cues:
        return []
    level = levels(waveform)
    width = round(PAUSE_S / STEP)
    smooth = np.convolve(level, np.ones(width) / width, mode="same")

    def quietest(first: float, last: float) -> float:
        begin, end = max(round(first / STEP), 0), min(round(last / STEP), len(smooth))
        return (begin + int(smooth[begin:end].argmin())) * STEP if end > begin else first

    groups: list[Group] = []
    done, texts = 0.0, []
    if spoken[0].start > APART_S:
        done = quietest(spoken[0].start - 2 * TOLERANCE_S, spoken[0].start)
        groups.append(Group((), 0.0, done))
    for index, cue in enumerate(spoken):
        texts.append(cue.text)
        following = spoken[index + 1].start if index + 1 < len(spoken) else waveform.duration
        last = index + 1 == len(spoken)
        next_end = spoken[index + 1].end if not last else waveform.duration
        if following - cue.end > APART_S:
            cut = quietest(cue.end, cue.end + 2 * TOLERANCE_S)
            groups.append(Group(tuple(texts), done, cut))
            begin = waveform.duration if last else quietest(following - 2 * TOLERANCE_S, following)
            groups.append(Group((), cut, begin))
            done, texts = begin, []
        elif last:
            groups.append(Group(tuple(texts), done, waveform.duration))
        elif cue.end - done >= GROUP_S[0] and next_end - done > GROUP_S[1] - GROUP_S[0]:
            cut = quietest(min(cue.end, following) - TOLERANCE_S, max(cue.end, following) + TOLERANCE_S)
            cut = max(cut, done + STEP)
            groups.append(Group(tuple(texts), done, cut))
            done, texts = cut, []
    return [group for group in groups if group.end - group.start >= 0.1 or group.texts]
