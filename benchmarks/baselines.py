"""Simple ways to move the lips, to compare a model with: each gives a take for a waveform and its phones.

- ridge: linear regression from the starter's own features to the recorded lip gap, as jawOpen.
- phone table: the mean recorded gap of each phone, blended by a Gaussian, as jawOpen.
- OpenFaceFX: visemes of the phones, with its own mapping to channels of ARKit (where `openfacefx` is installed).
- pyLipSync: the vowel that the sound is most like (where `pylipsync` is installed), as jawOpen.

Ridge and table learn from the split `train` of data/grid and data/people.
"""

import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter1d

from model_runtime.channels import CHANNELS
from model_runtime.datasets.landmark_tracks import list_tracks, read_track
from model_runtime.heads.demo_head import demo_head
from model_runtime.heads.fitting import lip_measures
from model_runtime.linguistics.align import find_phones
from model_runtime.linguistics.decoders import Decoders
from model_runtime.linguistics.key_frames import key_frames
from model_runtime.linguistics.phones import PHONES, PhoneTrack
from model_runtime.speech.audio import SAMPLE_RATE, Waveform, read_audio
from model_runtime.speech.features import extract_features
from model_runtime.speech.log_mel import ACOUSTIC_RATE
from model_runtime.take import Take, frame_count

__all__ = ["Baseline", "baselines"]

# One clip of s1 in so many is learned from; of the others, all are.
S1_EVERY = 3
# Times of the features beside the frame's own, s.
AROUND_S = (-0.1, 0.0, 0.1)
# Ridge terms, of which the one is chosen that is best on SPEAKERS_HELD when the others are learned from.
RIDGES = (100.0, 1000.0, 10000.0)
SPEAKERS_HELD = ("obama", "crema1001", "s2", "s3")
# Standard deviation of the Gaussian that blends the phones' openings, s.
BLEND_S = 0.05
# jawOpen of pyLipSync's vowels, which it leaves to the user. Our choice: by the height of the tongue.
VOWELS = {"aa": 0.6, "oh": 0.4, "ee": 0.3, "ih": 0.25, "ou": 0.2}

Baseline = Callable[[Waveform, PhoneTrack, float], Take]


@dataclass(frozen=True)
class _Clip:
    """What a baseline learns of a clip. inputs: (T, F) features at the frames. labels: (T,) index of the phone."""

    speaker: str
    inputs: np.ndarray
    labels: np.ndarray
    gap: np.ndarray


def baselines(data: Path) -> dict[str, Baseline]:
    """Baselines by name, those that learn taught with the split `train` below `data`."""
    clips, head = list(_learned(data)), demo_head()
    jaw = float(lip_measures(head).gap[head.channels.index("jawOpen")])
    found: dict[str, Baseline] = {"ridge on the features": _ridge(clips, jaw), "phone table": _table(clips, jaw)}
    if importlib.util.find_spec("openfacefx") is not None:
        found["OpenFaceFX visemes"] = _openfacefx
    if importlib.util.find_spec("pylipsync") is not None:
        found["pyLipSync vowels"] = _pylipsync
    return found


def _learned(data: Path) -> Iterator[_Clip]:
    decoders = Decoders()
    s1 = [entry for entry in list_tracks(data / "grid", "train") if entry.speaker == "s1"][::S1_EVERY]
    for entry in [*s1, *list_tracks(data / "people", "train")]:
        waveform, track = read_audio(entry.sound), read_track(entry)
        times = np.arange(len(track.gap)) / track.fps
        phones = find_phones(waveform, entry.text, decoders=decoders)
        yield _Clip(entry.speaker, _inputs(waveform, times), _labels(phones, times), track.gap)


def _inputs(waveform: Waveform, times: np.ndarray) -> np.ndarray:
    """(T, F) float32 features at the frames and around them."""
    features = extract_features(waveform).astype(np.float32)
    rows = np.rint((times[:, None] + np.array(AROUND_S)) * ACOUSTIC_RATE).astype(int)
    return features[np.clip(rows, 0, len(features) - 1)].reshape(len(times), -1)


def _labels(phones: PhoneTrack, times: np.ndarray) -> np.ndarray:
    places = np.searchsorted([phone.start for phone in phones.phones], times, side="right") - 1
    return np.array([PHONES.index(phones.phones[max(place, 0)].label) for place in places])


def _ridge(clips: list[_Clip], jaw: float) -> Baseline:
    def solve(chosen: list[_Clip], ridge: float) -> tuple[np.ndarray, np.ndarray, float]:
        inputs, gap = np.concatenate([c.inputs for c in chosen]), np.concatenate([c.gap for c in chosen])
        mean, scale = inputs.mean(axis=0), inputs.std(axis=0) + 1e-6
        scaled = (inputs - mean) / scale
        normal = (scaled.T @ scaled).astype(np.float64) + ridge * np.eye(scaled.shape[1])
        weights = np.linalg.solve(normal, (scaled.T @ (gap - gap.mean())).astype(np.float64)) / scale
        return weights, mean, float(gap.mean())

    kept = [clip for clip in clips if clip.speaker not in SPEAKERS_HELD]
    held = [clip for clip in clips if clip.speaker in SPEAKERS_HELD]

    def correlation(ridge: float) -> float:
        weights, mean, _level = solve(kept, ridge)
        return float(np.mean([np.corrcoef((c.inputs - mean) @ weights, c.gap)[0, 1] for c in held]))

    weights, mean, level = solve(clips, max(RIDGES, key=correlation))

    def move(waveform: Waveform, phones: PhoneTrack, fps: float) -> Take:
        times = np.arange(frame_count(waveform.duration, fps)) / fps
        return _opened((_inputs(waveform, times) - mean) @ weights + level, jaw, phones, fps)

    return move


def _table(clips: list[_Clip], jaw: float) -> Baseline:
    labels, gap = np.concatenate([clip.labels for clip in clips]), np.concatenate([clip.gap for clip in clips])
    opening = np.array([gap[labels == n].mean() if (labels == n).any() else gap.mean() for n in range(len(PHONES))])

    def move(waveform: Waveform, phones: PhoneTrack, fps: float) -> Take:
        times = np.arange(frame_count(waveform.duration, fps)) / fps
        return _opened(gaussian_filter1d(opening[_labels(phones, times)], BLEND_S * fps), jaw, phones, fps)

    return move


def _openfacefx(waveform: Waveform, phones: PhoneTrack, fps: float) -> Take:
    # Imported here: these measurements run without it.
    from openfacefx.alignment import PhonemeSegment
    from openfacefx.phonemes import SILENCE
    from openfacefx.pipeline import generate_from_alignment
    from openfacefx.retarget import PRESETS, retarget

    from model_runtime.linguistics.phones import SILENCE as OURS

    spans = [PhonemeSegment(SILENCE if p.label == OURS else p.label, p.start, p.end) for p in phones.phones]
    track = retarget(generate_from_alignment(spans), PRESETS["arkit"])
    frames = frame_count(waveform.duration, fps)
    times, curves = np.arange(frames) / fps, {channel.name: channel.keys for channel in track.channels}
    names = tuple(name for name in CHANNELS if name in curves)
    columns = [np.interp(times, [k.time for k in curves[n]], [k.value for k in curves[n]]) for n in names]
    return _take(np.stack(columns, axis=1), names, phones, fps)


def _pylipsync(waveform: Waveform, phones: PhoneTrack, fps: float) -> Take:
    # Imported here: these measurements run without it.
    from pylipsync import PhonemeAnalyzer

    segments = PhonemeAnalyzer().extract_phoneme_segments(
        waveform.samples.astype(np.float32), SAMPLE_RATE, fps=round(fps), return_seconds=True
    )
    middles = [(segment.start + segment.end) / 2 for segment in segments]
    opened = [sum(p.target * VOWELS.get(p.name, 0.0) for p in segment.phonemes) for segment in segments]
    times = np.arange(frame_count(waveform.duration, fps)) / fps
    return _take(np.interp(times, middles, opened)[:, None], ("jawOpen",), phones, fps)


def _opened(gap: np.ndarray, jaw: float, phones: PhoneTrack, fps: float) -> Take:
    """A take whose jaw opens the lips by gap (T,), IOD. jaw: IOD by which jawOpen at weight 1 opens them."""
    return _take(np.clip(gap / jaw, 0, 1)[:, None], ("jawOpen",), phones, fps)


def _take(weights: np.ndarray, names: tuple[str, ...], phones: PhoneTrack, fps: float) -> Take:
    keys = key_frames(phones, fps, len(weights))
    return Take(weights.astype(np.float32), names, fps, keys, phones, np.zeros((0, 0), np.float16))
