"""Evaluate a model on recorded faces: a table of scores, and a picture of every clip."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from model_runtime.datasets.landmark_tracks import LandmarkTrack, TrackEntry, list_tracks, read_track
from model_runtime.errors import InputError
from model_runtime.evaluation.figures import figure_type
from model_runtime.evaluation.intervals import mean_interval
from model_runtime.evaluation.lip_scores import TrackScore, lip_curves, mean_score, score_track
from model_runtime.files.atomic import write_atomic
from model_runtime.files.paths import make_folder
from model_runtime.generate import generate, raw_performance
from model_runtime.heads.head import Head
from model_runtime.linguistics.align import find_phones
from model_runtime.linguistics.decoders import Decoders
from model_runtime.model.checkpoint import Model
from model_runtime.settings import Settings
from model_runtime.speech.audio import read_audio
from model_runtime.take import Take

__all__ = ["ScoredClip", "evaluate_tracks", "networks_alone", "score_table"]


@dataclass(frozen=True)
class ScoredClip:
    """The score of a clip. transcript: whether the words were given. rules: whether the rules on top had their say."""

    name: str
    speaker: str
    transcript: bool
    score: TrackScore
    rules: bool = True


def evaluate_tracks(
    model: Model,
    head: Head,
    folder: Path,
    split: str,
    settings: Settings,
    pictures: Path | None,
    checkpoint: Callable[[float], None],
    without_rules: bool = False,
    speakers: tuple[str, ...] = (),
) -> list[ScoredClip]:
    """Scores of every clip of a split, with and without its transcript; contacts count at the transcript's phones.

    Takes have the frames a second of the recording, in place of those of `settings`. pictures: folder, made if missing,
    for one PNG a clip with gap and width of takes and recording. without_rules: score also what the networks say before
    the rules on top. speakers: only these; none: all. Raises InputError when the split or a speaker has no clip in it.
    """
    entries = list_tracks(folder, split)
    if not entries:
        raise InputError(f"{folder} has no clips in the split {split}; name another one.")
    for speaker in speakers:
        if speaker not in {entry.speaker for entry in entries}:
            known = ", ".join(sorted({entry.speaker for entry in entries}))
            raise InputError(f"{folder} has no clips of {speaker} in the split {split}; its speakers are {known}.")
    entries = [entry for entry in entries if not speakers or entry.speaker in speakers]
    decoders, scored = Decoders(), []
    for index, entry in enumerate(entries):
        checkpoint(index / len(entries))
        waveform, track = read_audio(entry.sound), read_track(entry)
        said = find_phones(waveform, entry.text, decoders=decoders)
        recognised = find_phones(waveform, decoders=decoders)
        both = ((True, said), (False, recognised))
        features, own = model.extract_features(waveform), replace(settings, fps=track.fps)
        takes = {given: generate(waveform, phones, own, model, features=features) for given, phones in both}
        for given, take in takes.items():
            scored.append(ScoredClip(entry.name, entry.speaker, given, score_track(take, head, track, said)))
            if without_rules:
                score = score_track(networks_alone(take, model, own), head, track, said)
                scored.append(ScoredClip(entry.name, entry.speaker, given, score, rules=False))
        if pictures is not None:
            _draw(pictures, entry, track, takes, head)
    return scored


def networks_alone(take: Take, model: Model, settings: Settings) -> Take:
    """A take with the motion of the model's networks as it is before the rules on top and the style's gains."""
    sound, frames = take.acoustics, len(take.weights)
    performance = raw_performance(sound, take.phones, take.key_frames, frames, settings, model)
    weights = take.weights.copy()
    motion = np.clip(model.perform(performance, lambda _share: None), *model.bounds)
    weights[:, [take.channels.index(name) for name in model.channels]] = motion
    return replace(take, weights=weights)


def score_table(models: list[list[ScoredClip]], per_clip: bool) -> str:
    """Markdown: a row a clip with `per_clip`, then means over speakers or groups of speakers and over all.

    models: the same clips, scored with each of several models that differ in their seed, or with one. Each mean has its
    95 % interval (bootstrap over clips and models) below; with several models also the standard deviation between the
    means of each.
    """
    scored = models[0]
    names = list(asdict(scored[0].score))
    lines = ["| clips | words given | " + " | ".join(names) + " |", "|---" * (len(names) + 2) + "|"]

    def add(title: str, given: bool, cells: list[str]) -> None:
        lines.append(f"| {title} | {'yes' if given else 'no'} | {' | '.join(cells)} |")

    def values_of(score: TrackScore) -> list[float]:
        return list(asdict(score).values())

    if per_clip:
        for alike in zip(*models, strict=True):
            alone = "" if alike[0].rules else ", networks alone"
            score = mean_score([clip.score for clip in alike])
            add(alike[0].name + alone, alike[0].transcript, [_cell(value) for value in values_of(score)])
    for title, members in _groups(scored).items():
        for given, rules in ((True, True), (False, True), (True, False), (False, False)):

            def chosen(model: list[ScoredClip], wanted: tuple = (members, given, rules)) -> list[TrackScore]:
                return [c.score for c in model if c.speaker in wanted[0] and (c.transcript, c.rules) == wanted[1:]]

            scores = [chosen(model) for model in models]
            if not scores[0]:
                continue
            means = np.array([values_of(mean_score(each)) for each in scores])
            name = f"{title} ({len(scores[0])})" + ("" if rules else ", networks alone")
            add(name, given, [_cell(value) for value in means.mean(axis=0)])
            if len(scores[0]) > 1:
                ends = mean_interval(np.array([[values_of(score) for score in each] for each in scores]))
                cells = [f"{_cell(low)} to {_cell(high)}" for low, high in zip(*ends, strict=True)]
                add("- 95 % interval", given, cells)
            if len(models) > 1:
                add(f"- deviation between {len(models)} models", given, [_cell(each) for each in means.std(0, ddof=1)])
    return "\n".join(lines)


def _groups(scored: list[ScoredClip]) -> dict[str, set[str]]:
    """Titles of means, and the speakers of each."""
    speakers = sorted({clip.speaker for clip in scored})
    groups = {f"speaker {name}": {name} for name in speakers} if len(speakers) < 4 else {}
    most = max(speakers, key=lambda name: sum(clip.speaker == name for clip in scored))
    if len(speakers) > 1:
        groups |= {f"mean of {most}": {most}, f"mean of all but {most}": set(speakers) - {most}}
    return groups | {"mean of all": set(speakers)}


def _cell(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.2f}"


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
