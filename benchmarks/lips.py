"""Models beside simple baselines on recorded faces: python -m benchmarks.lips DATA [--model FOLDER ...].

DATA holds grid/ and people/ (landmark tracks). The words are given. Development clips alone are read.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

import click
import numpy as np

from benchmarks.baselines import baselines
from kmtalk_blender.scene.curves.density import Density, make_keys, moves
from model_runtime.datasets.landmark_tracks import LandmarkTrack, TrackEntry, list_tracks, read_track
from model_runtime.evaluation.intervals import mean_interval
from model_runtime.evaluation.lip_scores import TrackScore, score_track
from model_runtime.evaluation.track_evaluation import networks_alone
from model_runtime.generate import generate
from model_runtime.heads.demo_head import demo_head
from model_runtime.linguistics.align import find_phones
from model_runtime.linguistics.decoders import Decoders
from model_runtime.linguistics.phones import PhoneTrack
from model_runtime.model.checkpoint import Model, load_model
from model_runtime.settings import Settings
from model_runtime.speech.audio import Waveform, read_audio
from model_runtime.take import Take

# Development clips by group: folder, speakers. The unseen speakers of GRID are in no training clip.
GROUPS = {
    "s1": (("grid", ("s1",)),),
    "unseen GRID": (("grid", ("s5", "s20", "s22", "s32")), ("people", ("s16", "s25", "s27", "s34"))),
    "webcam": (("people", ("webcam",)),),
}
# Columns: heading, measure. Those of SURE have their 95 % interval.
COLUMNS = {
    "r gap": "r_gap",
    "before the words": "r_before",
    "in speech": "r_speech",
    "RMS, IOD": "rms_speech",
    "amplitude": "amplitude",
    "p95": "p95_ratio",
    "p99": "p99_ratio",
    "speed": "speed_ratio",
    "precision": "closure_precision",
    "recall": "closure_recall",
    "F1": "closure_f1",
    "smile and frown": "smile_frown",
    "jaw and close": "jaw_close",
}
SURE = ("r_gap", "closure_f1")
# Error within which keys are left out, as in the extension by default, weights.
TOLERANCE = 0.01

Way = Callable[[Waveform, PhoneTrack, float], Take]


@click.command()
@click.argument("data", type=Path)
@click.option("--model", "models", multiple=True, default=("starter",), help="Several: seeds of one model.")
def main(data: Path, models: tuple[str, ...]) -> None:
    """Measure and print."""
    loaded = [load_model(name) for name in models]
    ways: dict[str, list[Way]] = {
        loaded[0].id: [_model(model) for model in loaded],
        f"{loaded[0].id}, networks alone": [_alone(model) for model in loaded],
    }
    ways |= {name: [way] for name, way in baselines(data).items()}
    print("| clips | way | " + " | ".join(COLUMNS) + " | keys a second |\n" + "|---" * (len(COLUMNS) + 3) + "|")
    for title, parts in GROUPS.items():
        entries = [
            entry for folder, speakers in parts for entry in _entries(data / folder) if entry.speaker in speakers
        ]
        clips = list(_clips(entries))
        for name, alike in ways.items():
            values = np.array([[[*scores, keys] for scores, keys in _scored(way, clips)] for way in alike])
            print(f"| {title} ({len(entries)}) | {name} | {' | '.join(_cells(values))} |", flush=True)


def _model(model: Model) -> Way:
    return lambda waveform, phones, fps: generate(waveform, phones, Settings(fps=fps), model)


def _alone(model: Model) -> Way:
    def move(waveform: Waveform, phones: PhoneTrack, fps: float) -> Take:
        settings = Settings(fps=fps)
        return networks_alone(generate(waveform, phones, settings, model), model, settings)

    return move


def _entries(folder: Path) -> list[TrackEntry]:
    return list_tracks(folder, "dev")


def _clips(entries: list[TrackEntry]) -> Iterator[tuple[Waveform, LandmarkTrack, PhoneTrack]]:
    decoders = Decoders()
    for entry in entries:
        waveform = read_audio(entry.sound)
        yield waveform, read_track(entry), find_phones(waveform, entry.text, decoders=decoders)


def _scored(way: Way, clips: list[tuple[Waveform, LandmarkTrack, PhoneTrack]]) -> Iterator[tuple[list[float], float]]:
    """Of each clip: its scores in the order of TrackScore, and keys a second."""
    head = demo_head()
    for waveform, track, said in clips:
        take = way(waveform, said, track.fps)
        mouth = [column for column, name in enumerate(take.channels) if name.startswith(("jaw", "mouth"))]
        mouth_alone = replace(take, weights=take.weights[:, mouth], channels=tuple(take.channels[c] for c in mouth))
        yield list(asdict(score_track(mouth_alone, head, track, said)).values()), _keys_a_second(mouth_alone)


def _keys_a_second(take: Take) -> float:
    """Keyframes a second of all curves together, as the extension writes them with few keys."""
    density, still = Density("SPARSE", TOLERANCE), np.zeros(len(take.weights))
    moving = [column for column in take.weights.T.astype(np.float64) if moves(column, still, density)]
    return sum(len(make_keys(column, 0.0, take.key_frames, density).co) for column in moving) / take.times[-1]


def _cells(values: np.ndarray) -> list[str]:
    """Of values (M, N, K), models, clips, measures: the columns of the table."""
    names = [*TrackScore.__dataclass_fields__, "keys"]
    flat = values.reshape(-1, len(names))
    means = [np.nanmean(column) if np.isfinite(column).any() else np.nan for column in flat.T]
    low, high = mean_interval(values)
    cells = []
    for measure in COLUMNS.values():
        place = names.index(measure)
        shown = "-" if np.isnan(means[place]) else f"{means[place]:.2f}"
        cells.append(f"{shown} ({low[place]:.2f} to {high[place]:.2f})" if measure in SURE else shown)
    return [*cells, f"{means[names.index('keys')]:.0f}"]


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.lips")
