"""Examples from recorded faces: landmark tracks, fitted with the channels of our head."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model_runtime.datasets.landmark_tracks import LandmarkTrack, TrackEntry, list_tracks, read_track
from model_runtime.heads.fitting import FitConfig, fit_channels
from model_runtime.heads.head import Head
from model_runtime.linguistics.align import find_phones
from model_runtime.linguistics.decoders import Decoders
from model_runtime.linguistics.phones import SILENCE, PhoneTrack
from model_runtime.speech.audio import read_audio
from model_runtime.speech.features import speech_features
from model_runtime.speech.log_mel import log_mel
from model_runtime.training.examples import Example, make_example

__all__ = ["Recording", "model_columns", "recorded"]

# Inner-lip gap below which lips count as closed, IOD (noise of a landmark: .005-.01).
CLOSED_IOD = 0.03
# Fewest frames for the neutral face.
LEAST_NEUTRAL_FRAMES = 5


@dataclass(frozen=True)
class Recording:
    """A recorded clip as an example, and its transcript."""

    example: Example
    text: str


def model_columns(head: Head, fit: FitConfig) -> list[int]:
    """Indices of the head's channels that the fit uses, in the head's order: the channels of the starter model."""
    return [
        index
        for index, name in enumerate(head.channels)
        if name in fit.channels or name.removesuffix("Left").removesuffix("Right") in fit.channels
    ]


def recorded(
    folder: Path | str, split: str, speakers: set[str] | None, head: Head, fit: FitConfig, report: Callable[[str], None]
) -> list[Recording]:
    """The clips of a landmark folder in one split, of the given speakers or all (None); style 0, sample_weight 1."""
    entries = [entry for entry in list_tracks(folder, split) if speakers is None or entry.speaker in speakers]
    decoders = Decoders()
    mels, features, phones, tracks = [], [], [], []
    for index, entry in enumerate(entries):
        if index % 100 == 0:
            report(f"aligning {split} {index}/{len(entries)}")
        waveform = read_audio(entry.sound)
        mels.append(log_mel(waveform))
        features.append(speech_features(waveform.samples))
        phones.append(find_phones(waveform, entry.text, decoders=decoders))
        tracks.append(read_track(entry))
    report(f"fitting {split}")
    weights = _fit(head, tracks, phones, fit)[:, model_columns(head, fit)]
    starts = np.cumsum([0, *(len(track.xy) for track in tracks)])

    def example(index: int, entry: TrackEntry) -> Example:
        motion = weights[starts[index] : starts[index + 1]]
        return make_example(entry.name, mels[index], features[index], phones[index], motion, tracks[index].fps, 0, 1.0)

    return [Recording(example(index, entry), entry.text) for index, entry in enumerate(entries)]


def _fit(head: Head, tracks: list[LandmarkTrack], phones: list[PhoneTrack], fit: FitConfig) -> np.ndarray:
    displacements = [track.xy - _neutral(track, said)[None] for track, said in zip(tracks, phones, strict=True)]
    return fit_channels(head, np.concatenate(displacements), tracks[0].numbers, fit).weights


def _neutral(track: LandmarkTrack, phones: PhoneTrack) -> np.ndarray:
    """(P, 2) neutral face: median of the silent frames with closed lips, or of the most closed frames without such."""
    times = np.arange(len(track.xy)) / track.fps
    silent = np.zeros(len(times), bool)
    for phone in phones.phones:
        if phone.label == SILENCE:
            silent |= (times >= phone.start) & (times <= phone.end)
    resting = silent & (track.gap < CLOSED_IOD)
    if resting.sum() < LEAST_NEUTRAL_FRAMES:
        resting = track.gap <= np.sort(track.gap)[LEAST_NEUTRAL_FRAMES]
    return np.median(track.xy[resting], axis=0)
