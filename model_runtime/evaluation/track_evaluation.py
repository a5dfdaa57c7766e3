"""Evaluate a model on recorded faces: a table of scores, and a picture of every clip."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from model_runtime.datasets.landmark_tracks import LandmarkTrack, TrackEntry, list_tracks, read_track
from model_runtime.errors import InputError
from model_runtime.evaluation.figures import figure_type
from model_runtime.evaluation.lip_scores import TrackScore, lip_curves, mean_score, score_track
from model_runtime.files.atomic import write_atomic
from model_runtime.files.paths import make_folder
from model_runtime.generate import generate
from model_runtime.heads.head import Head
from model_runtime.linguistics.align import find_phones
from model_runtime.linguistics.decoders import Decoders
from model_runtime.model.checkpoint import Model
from model_runtime.settings import Settings
from model_runtime.speech.audio import read_audio
from model_runtime.take import Take

__all__ = ["ScoredClip", "evaluate_tracks", "score_table"]


@dataclass(frozen=True)
class ScoredClip:
    """The score of a clip. transcript: whether the words were given."""

    name: str
    speaker: str
    transcript: bool
    score: TrackScore


def evaluate_tracks(
    model: Model,
    head: Head,
    folder: Path,
    split: str,
    settings: Settings,
    pictures: Path | None,
    checkpoint: Callable[[float], None],
) -> list[ScoredClip]:
    """Scores of every clip of a split, with and without its transcript; contacts count at the transcript's phones.

    pictures: folder, made if missing, for one PNG a clip with gap and width of takes and recording. Raises InputError
    when the split is empty.
    """
    entries = list_tracks(folder, split)
    if not entries:
        raise InputError(f"{folder} has no clips in the split {split}; name another one.")
    decoders, scored = Decoders(), []
    for index, entry in enumerate(entries):
        checkpoint(index / len(entries))
        waveform, track = read_audio(entry.sound), read_track(entry)
        said = find_phones(waveform, entry.text, decoders=decoders)
        recognised = find_phones(waveform, decoders=decoders)
        both = ((True, said), (False, recognised))
        takes = {given: generate(waveform, phones, settings, model) for given, phones in both}
        for given, take in takes.items():
            scored.append(ScoredClip(entry.name, entry.speaker, given, score_track(take, head, track, said)))
        if pictures is not None:
            _draw(pictures, entry, track, takes, head)
    return scored


def score_table(scored: list[ScoredClip], per_clip: bool) -> str:
    """Markdown: a row a clip with `per_clip`, then means over speakers or groups of speakers and over all."""
    names = list(asdict(scored[0].score))
    lines = ["| clips | words given | " + " | ".join(names) + " |", "|---" * (len(names) + 2) + "|"]

    def add(title: str, given: bool, score: TrackScore) -> None:
        figures = " | ".join("-" if np.isnan(value) else f"{value:.2f}" for value in asdict(score).values())
        lines.append(f"| {title} | {'yes' if given else 'no'} | {figures} |")

    if per_clip:
        for clip in scored:
            add(clip.name, clip.transcript, clip.score)
    speakers = sorted({clip.speaker for clip in scored})
    groups = {f"speaker {name}": {name} for name in speakers} if len(speakers) < 4 else {}
    most = max(speakers, key=lambda name: sum(clip.speaker == name for clip in scored))
    groups |= (
        {f"mean of {most}": {most}, f"mean of all but {most}": set(speakers) - {most}} if len(speakers) > 1 else {}
    )
    groups["mean of all"] = set(speakers)
    for title, members in groups.items():
        for given in (True, False):
            chosen = [clip.score for clip in scored if clip.speaker in members and clip.transcript is given]
            if chosen:
                add(f"{title} ({len(chosen)})", given, mean_score(chosen))
    return "\n".join(lines)


def _draw(folder: Path, entry: TrackEntry, track: LandmarkTrack, takes: dict[bool, Take], head: Head) -> None:
    make_folder(folder)
    figure = figure_type()(figsize=(9, 4.5), layout="constrained")
    axes = figure.subplots(2, 1, sharex=True)
    recorded = np.arange(len(track.xy)) / track.fps
    for axis, truth, name, which in ((axes[0], track.gap, "gap", 0), (axes[1], track.width, "width", 1)):
        axis.plot(recorded, truth - (truth.mean() if which else 0), color="black", label="recorded")
        for given, colour in ((True, "tab:red"), (False, "tab:blue")):
            curve = lip_curves(takes[given], head)[which]
            label = "with transcript" if given else "without"
            axis.plot(takes[given].times, curve - (curve.mean() if which else 0), color=colour, label=label)
        axis.set_ylabel(f"{name} (IOD)")
    for phone in takes[True].phones.phones:
        axes[0].axvline(phone.start, color="0.85", zorder=0)
        axes[0].text(phone.start, axes[0].get_ylim()[1], phone.label, fontsize=7, va="bottom")
    axes[0].legend(loc="upper right", fontsize=7)
    axes[1].set_xlabel(f"{entry.name}: {entry.text} (s)")
    picture = folder / f"{entry.name.replace('/', '-')}.png"
    write_atomic(picture, lambda stream: figure.savefig(stream, format="png", dpi=90, metadata={"Software": None}))
