"""Landmarks: landmark tracks of recorded faces, fitted with our head's channels."""

from functools import cache, partial
from pathlib import Path

import numpy as np

from model_runtime.channels import CHANNELS
from model_runtime.datasets.landmark_tracks import TrackEntry, list_tracks, read_track, resample, resting_face
from model_runtime.datasets.rig_face import rig_face
from model_runtime.datasets.source import Entry, Recording, Source, file_mark
from model_runtime.errors import InputError
from model_runtime.files.input_files import is_file
from model_runtime.heads.demo_head import demo_head
from model_runtime.heads.fitting import FitConfig, fit_channels
from model_runtime.heads.head import Head
from model_runtime.speech.audio import read_audio

__all__ = ["FPS", "open_landmarks"]

FPS = 25.0
# Names of the splits in clips.tsv -> ours.
NAMES = {"train": "train", "dev": "validation", "test": "test"}
# Clips of a speaker from which the neutral face is taken.
NEUTRAL_CLIPS = 40


def open_landmarks(folder: Path | str, limit: int | None = None) -> Source:
    """The tracks of a landmark folder (clips.tsv), fitted with our head's channels. limit: clips a speaker and split.

    Raises InputError when the folder holds no tracks.
    """
    tracks = list_tracks(folder)
    chosen: list[TrackEntry] = []
    counts: dict[tuple[str, str], int] = {}
    for track in tracks:
        key = (track.speaker, track.split)
        counts[key] = counts.get(key, 0) + 1
        if track.split in NAMES and (limit is None or counts[key] <= limit):
            chosen.append(track)
    if not chosen:
        raise InputError(f"clips.tsv in {folder} names no clip for {', '.join(NAMES)}.")
    config = FitConfig()
    head = demo_head()
    channels = tuple(name for name in CHANNELS if _fitted(name, config))

    @cache
    def neutral(speaker: str) -> np.ndarray:
        chosen = [track for track in tracks if track.speaker == speaker][:NEUTRAL_CLIPS]
        return resting_face([read_track(track) for track in chosen])

    entries = tuple(
        Entry(
            track.name.replace("/", "_"),
            track.speaker,
            NAMES[track.split],
            file_mark(track.sound, track.points),
            partial(_load, track, neutral, head, channels, config),
            track.text,
        )
        for track in chosen
        if is_file(track.sound) and is_file(track.points)
    )
    present = {entry.name for entry in entries}
    missing = [(name, "its files are missing.") for t in chosen if (name := t.name.replace("/", "_")) not in present]
    face, space = rig_face(tuple(sorted({entry.subject for entry in entries})), channels)
    return Source("landmarks", FPS, face, entries, space, tuple(missing))


def _fitted(name: str, config: FitConfig) -> bool:
    return name in config.channels or name.removesuffix("Left").removesuffix("Right") in config.channels


def _load(track: TrackEntry, neutral, head: Head, channels: tuple[str, ...], config: FitConfig) -> Recording:
    recorded = resample(read_track(track), FPS)
    fit = fit_channels(head, recorded.xy - neutral(track.speaker), recorded.numbers, config)
    columns = [head.channels.index(name) for name in channels]
    return Recording(fit.weights[:, columns], read_audio(track.sound))
