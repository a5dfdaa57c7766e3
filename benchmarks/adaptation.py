"""What a model gains by `adapt` on one person, tested on the rest of that person: python -m benchmarks.adaptation DATA.

Split `train` of data/people and `dev` of both folders; the people must be in no training of MODEL, s1 aside.
"""

from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import click
import numpy as np

from model_runtime.adapt import FaceClip, HeardClip, adapt
from model_runtime.datasets.landmark_tracks import LandmarkTrack, list_tracks, read_track
from model_runtime.evaluation.lip_scores import TrackScore, score_track
from model_runtime.generate import generate
from model_runtime.heads.demo_head import demo_head
from model_runtime.heads.fitting import FitConfig, fit_channels
from model_runtime.heads.head import Head
from model_runtime.linguistics.align import find_phones
from model_runtime.linguistics.decoders import Decoders
from model_runtime.linguistics.phones import PhoneTrack
from model_runtime.model.checkpoint import Model, load_model
from model_runtime.settings import Settings
from model_runtime.speech.audio import SAMPLE_RATE, Waveform, read_audio

# Person -> folder, split, lengths of the capture in s, and by how many clips their order is turned each time.
PEOPLE = {
    "s4": ("people", "train", (10.0, 30.0, 60.0), (0, 25)),
    "s1": ("grid", "dev", (10.0, 30.0, 60.0), (0, 25)),
    "s2": ("people", "train", (10.0,), (0, 2)),
    "s3": ("people", "train", (10.0,), (0, 2)),
    "obama": ("people", "train", (10.0,), (0, 1, 2, 3, 4)),
    "crema1001": ("people", "train", (10.0,), (0, 2, 4)),
    "webcam": ("people", "dev", (10.0,), (0, 1)),
}
COLUMNS = {
    "r gap": "r_gap",
    "r width": "r_width",
    "in speech": "r_speech",
    "amplitude": "amplitude",
    "p95": "p95_ratio",
    "p99": "p99_ratio",
    "speed": "speed_ratio",
    "P B M closed": "closures",
    "F1": "closure_f1",
}
# Share of the frames with the smallest gap, whose median is the neutral face.
RESTING = 0.2
# Shortest piece that is tested on, and what is left out before it, s.
SHORTEST_S, BETWEEN_S = 1.5, 0.3


@dataclass(frozen=True)
class _Clip:
    """A recording, or a piece of one."""

    waveform: Waveform
    track: LandmarkTrack
    phones: PhoneTrack
    sound: np.ndarray

    @property
    def seconds(self) -> float:
        return min(self.waveform.duration, len(self.track.gap) / self.track.fps)


@click.command()
@click.argument("data", type=Path)
@click.option("--model", "name", default="starter")
@click.option("--person", "people", multiple=True, default=tuple(PEOPLE))
def main(data: Path, name: str, people: tuple[str, ...]) -> None:
    """Measure and print."""
    model, decoders, head = load_model(name), Decoders(), demo_head()
    print("| person | capture, s | tested clips | model | " + " | ".join(COLUMNS) + " |")
    print("|---" * (len(COLUMNS) + 4) + "|")
    for person in people:
        folder, split, lengths, turns = PEOPLE[person]
        clips = [
            _heard(read_audio(entry.sound), read_track(entry), model, decoders)
            for entry in list_tracks(data / folder, split)
            if entry.speaker == person
        ]
        for seconds in lengths:
            before, after = [], []
            for turn in turns:
                learned, rest = _split(clips[turn:] + clips[:turn], seconds, model, decoders)
                adapted = adapt(model, list(_capture(learned, head))).model
                before += [_score(model, clip, head) for clip in rest]
                after += [_score(adapted, clip, head) for clip in rest]
            for title, scores in (("as it is", before), ("adapted", after)):
                print(
                    f"| {person} | {seconds:g} | {len(scores)} | {title} | {' | '.join(_cells(scores))} |", flush=True
                )


def _heard(waveform: Waveform, track: LandmarkTrack, model: Model, decoders: Decoders) -> _Clip:
    phones = find_phones(waveform, decoders=decoders)
    return _Clip(waveform, track, phones, model.extract_features(waveform).astype(np.float16, copy=False))


def _split(clips: list[_Clip], seconds: float, model: Model, decoders: Decoders) -> tuple[list[_Clip], list[_Clip]]:
    """The first `seconds` of a person, and the rest."""
    learned, rest, got = [], [], 0.0
    for clip in clips:
        wanted = seconds - got
        if wanted <= 0:
            rest.append(clip)
        elif wanted > clip.seconds - SHORTEST_S:
            learned.append(clip)
            got += clip.seconds
        else:
            learned.append(_part(clip, 0.0, wanted, model, decoders))
            rest.append(_part(clip, wanted + BETWEEN_S, clip.seconds, model, decoders))
            got = seconds
    return learned, rest


def _part(clip: _Clip, start: float, end: float, model: Model, decoders: Decoders) -> _Clip:
    track, first = clip.track, round(start * clip.track.fps)
    cut = LandmarkTrack(track.xy[first : round(end * track.fps) + 1], track.numbers, track.fps)
    # A frame is the picture of the time until the next.
    begins, ends = (round(frame / track.fps * SAMPLE_RATE) for frame in (first, first + len(cut.xy)))
    return _heard(Waveform(clip.waveform.samples[begins:ends]), cut, model, decoders)


def _capture(clips: list[_Clip], head: Head) -> Iterator[HeardClip]:
    xy, gap = np.concatenate([c.track.xy for c in clips]), np.concatenate([c.track.gap for c in clips])
    neutral = np.median(xy[gap <= np.quantile(gap, RESTING)], axis=0)
    for clip in clips:
        weights = fit_channels(head, clip.track.xy - neutral, clip.track.numbers, FitConfig()).weights
        times = np.arange(len(weights)) / clip.track.fps
        yield HeardClip(FaceClip("", clip.waveform, times, head.channels, weights), clip.sound, clip.phones)


def _score(model: Model, clip: _Clip, head: Head) -> TrackScore:
    take = generate(clip.waveform, clip.phones, Settings(fps=clip.track.fps), model, features=clip.sound)
    return score_track(take, head, clip.track, clip.phones)


def _cells(scores: list[TrackScore]) -> list[str]:
    names = [field.name for field in fields(TrackScore)]
    means = np.nanmean(np.array([astuple(score) for score in scores]), axis=0)
    return [f"{means[names.index(measure)]:.3f}" for measure in COLUMNS.values()]


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.adaptation")
