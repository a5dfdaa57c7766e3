"""Examples from recorded faces: landmark tracks, fitted with the channels of our head."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from model_runtime.datasets.landmark_tracks import LandmarkTrack, list_tracks, read_track, resample
from model_runtime.heads.fitting import FitConfig, fit_channels, lip_measures
from model_runtime.heads.head import Head
from model_runtime.linguistics.align import find_phones
from model_runtime.linguistics.decoders import Decoders
from model_runtime.linguistics.phones import SILENCE, PhoneTrack
from model_runtime.speech.audio import read_audio
from model_runtime.speech.features import speech_features
from model_runtime.speech.log_mel import log_mel
from model_runtime.training.examples import Example, make_example, piece_starts

__all__ = ["FPS", "Recording", "model_columns", "recorded"]

# Inner-lip gap below which lips count as closed, IOD (noise of a landmark: .005-.01).
CLOSED_IOD = 0.03
# Frames a second of all examples; recordings of another rate are resampled.
FPS = 25.0
# Weight in the loss of the frames from ONSET_S before the first word, s, to its start, for faces that wait with closed
# lips. In recordings, 28 % of the error lies there, which is 12 % of the time.
ONSET_WEIGHT = 3.0
ONSET_S = 0.6
# Weight of all frames before the first word for faces that wait with open lips: a habit that no sound tells of, and
# that the licensed recordings have more often (s2, s4) than an animator wants it.
OPEN_WAIT_WEIGHT = 0.2
# Median lip gap above which a face waits with open lips, IOD, until it begins to open for the first sound, s before it.
OPEN_IOD = 0.05
OPENS_S = 0.3
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
    """The clips of a landmark folder in one split, of the given speakers or all (None); style 0, sample_weight 1.

    Motion at FPS. Clips longer than an example are cut into pieces that overlap as little as they can.
    """
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
        tracks.append(resample(read_track(entry), FPS))
    report(f"fitting {split}")
    columns = model_columns(head, fit)
    weights = _fit(head, [entry.speaker for entry in entries], tracks, phones, fit)[:, columns]
    gap = lip_measures(head).gap[columns]
    starts = np.cumsum([0, *(len(track.xy) for track in tracks)])
    found = []
    for index, entry in enumerate(entries):
        motion = weights[starts[index] : starts[index + 1]]
        for start in piece_starts(len(motion) / FPS, FPS):
            example = make_example(
                entry.name, mels[index], features[index], phones[index], motion, FPS, 0, 1.0, float(start)
            )
            weight = _onset_weight(example, example.weights @ gap)
            found.append(Recording(replace(example, frame_confidence=weight), entry.text))
    return found


def _onset_weight(example: Example, gap: np.ndarray) -> np.ndarray:
    """(T,) float32 weight of the frames: more before the first word where the lips wait closed, less where open.

    gap: (T,) lip gap, IOD.
    """
    assert example.phones is not None, "a recording has its phones"
    begins = next((phone.start for phone in example.phones.phones if phone.label != SILENCE), 0.0)
    before = example.times < begins
    waiting = gap[example.times < begins - OPENS_S]
    if len(waiting) and np.median(waiting) > OPEN_IOD:
        return np.where(before, OPEN_WAIT_WEIGHT, 1.0).astype(np.float32)
    return np.where(before & (example.times >= begins - ONSET_S), ONSET_WEIGHT, 1.0).astype(np.float32)


def _fit(
    head: Head, speakers: list[str], tracks: list[LandmarkTrack], phones: list[PhoneTrack], fit: FitConfig
) -> np.ndarray:
    """(T, K) weights of all frames of all tracks."""
    resting = [_resting(track, said) for track, said in zip(tracks, phones, strict=True)]
    pairs = list(zip(speakers, tracks, resting, strict=True))
    displacements = []
    for speaker, track, own in pairs:
        frames = track.xy[own]
        if len(frames) < LEAST_NEUTRAL_FRAMES:
            frames = np.concatenate([each.xy[rests] for other, each, rests in pairs if other == speaker])
        if len(frames) < LEAST_NEUTRAL_FRAMES:
            frames = track.xy[track.gap <= np.sort(track.gap)[LEAST_NEUTRAL_FRAMES]]
        displacements.append(track.xy - np.median(frames, axis=0)[None])
    return fit_channels(head, np.concatenate(displacements), tracks[0].numbers, fit).weights


def _resting(track: LandmarkTrack, phones: PhoneTrack) -> np.ndarray:
    """(T,) bool: silent frames with closed lips. Their median is the neutral face: of the clip, of the speaker's other
    clips where the clip has too few, and of the most closed frames where the speaker never rests."""
    times = np.arange(len(track.xy)) / track.fps
    silent = np.zeros(len(times), bool)
    for phone in phones.phones:
        if phone.label == SILENCE:
            silent |= (times >= phone.start) & (times <= phone.end)
    return silent & (track.gap < CLOSED_IOD)
