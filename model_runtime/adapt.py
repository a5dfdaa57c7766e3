"""Adapt a model to a face: learn from a short capture how this face moves otherwise than the model's motion.

What is learned is a ridge regression from the features of the sound to what the model's motion lacks, channel by
channel, and how far the mouth opens. The networks stay as they are. The ridge holds the change near 0 where the capture
shows little, so that ten seconds already help and a minute helps more (docs/adapt.md).
"""

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from model_runtime.errors import InputError
from model_runtime.generate import generate
from model_runtime.linguistics.phones import SILENCE, PhoneTrack
from model_runtime.model.adaptation import Adaptation, at_times
from model_runtime.model.checkpoint import Model
from model_runtime.settings import Settings
from model_runtime.speech.audio import Waveform

__all__ = ["SHORTEST_S", "Adapted", "FaceClip", "HeardClip", "adapt"]

# Least length of a capture, and of the speech in it, s.
SHORTEST_S = 10.0
SHORTEST_SPEECH_S = 3.0
# Frames a second at which model and face are compared: that of most recordings of faces.
RATE = 25.0
# Ridge terms, for features of deviation 1 and RATE rows a second; the one that predicts the capture best is taken. The
# last leaves next to nothing but a level (docs/adapt.md).
RIDGES = (3e3, 1e4, 3e4, 1e5, 1e7)
# Least deviation of a feature, so that one that stands still in the capture is not blown up.
LEAST_DEVIATION = 0.02
# Parts of the capture, each of which is predicted from the others to see what the adaptation brings.
PARTS = 5
# Least and largest factor on jaw and lips.
GAINS = (0.6, 1.8)
# Lags between sound and face that are looked for, s, and the least one that is mended.
LAGS_S = np.arange(-12, 13) / 50
LEAST_LAG_S = 0.06
# Range of a channel below which it stands still, weight.
STILL = 0.02


@dataclass(frozen=True)
class FaceClip:
    """A piece of a capture. times: (T,) s, from 0. channels: C names. weights: (T, C). text: what is said, or None."""

    name: str
    waveform: Waveform
    times: np.ndarray
    channels: tuple[str, ...]
    weights: np.ndarray
    text: str | None = None


@dataclass(frozen=True)
class HeardClip:
    """A piece of a capture with what was heard in it. sound: (A, F) float16 features. phones: tile the waveform."""

    clip: FaceClip
    sound: np.ndarray
    phones: PhoneTrack


@dataclass(frozen=True)
class Adapted:
    """A model adapted to a face, and what that brings.

    seconds: of the capture. channels: those that were learned. lag: s by which the face ran behind the sound, which was
    taken out. before, after: Pearson r of the lip aperture with the face's, by the model and by the adapted one, a mean
    over parts of the capture, each of which is predicted from the others. gain: factor on jaw and lips.
    """

    model: Model
    seconds: float
    channels: tuple[str, ...]
    lag: float
    before: float
    after: float
    gain: float


@dataclass(frozen=True)
class _Piece:
    """A clip at RATE. inputs: (T, F) smoothed features. face: (T, C) of the shared channels. own: (T, K) of the model
    after all rules. part: (T,) which of PARTS a frame belongs to."""

    heard: HeardClip
    times: np.ndarray
    inputs: np.ndarray
    face: np.ndarray
    own: np.ndarray
    part: np.ndarray


@dataclass(frozen=True)
class _Part:
    """Lip apertures (T,), IOD, in a part of the capture: of the face, the model, and the model adapted to the rest."""

    face: np.ndarray
    own: np.ndarray
    new: np.ndarray


def adapt(model: Model, clips: list[HeardClip], checkpoint: Callable[[float], None] = lambda share: None) -> Adapted:
    """The model adapted to the face of `clips`. checkpoint: called with the share done (0 to 1); may raise to stop.

    Raises InputError when the model cannot be adapted, or the capture shows or says too little.
    """
    if not model.feature_version:
        raise InputError(f"The model {model.id} cannot be adapted; take one of the starter's kind.")
    if model.adaptation is not None:
        raise InputError(f"The model {model.id} is adapted to a face already; name the model that it was made from.")
    channels, opening = _learned(model, clips), np.array(model.gap)
    takes = []
    for index, heard in enumerate(clips):
        checkpoint(0.3 * index / len(clips))
        takes.append(_motion(model, heard))
    lag = _lag(model, clips, channels, takes)
    pieces = list(_pieces(clips, channels, takes, lag))
    ridge = _ridge(model, channels, pieces)
    predicted: list[_Part] = []
    for part in range(PARTS):
        checkpoint(0.3 + 0.6 * part / PARTS)
        others = [piece.part != part for piece in pieces]
        trial = dataclasses.replace(model, adaptation=_solve(model, channels, pieces, others, ridge))
        for piece in pieces:
            held = piece.part == part
            if held.any():
                new = _motion(trial, piece.heard)[: len(held)]
                curves = piece.face @ _aperture(model, channels), piece.own @ opening, new @ opening
                predicted.append(_Part(*(curve[held] for curve in curves)))
    truth, new = (np.concatenate([getattr(each, name) for each in predicted]) for name in ("face", "new"))
    gain = float(np.clip(_range(truth) / max(_range(new), 1e-6), *GAINS))
    styles = {
        name: dataclasses.replace(style, jaw=style.jaw * gain, lips=style.lips * gain)
        for name, style in model.styles.items()
    }
    checkpoint(0.9)
    adaptation = _solve(model, channels, pieces, [np.ones(len(piece.times), bool) for piece in pieces], ridge)
    adapted = dataclasses.replace(model, styles=styles, adaptation=adaptation)
    seconds = sum(len(piece.times) for piece in pieces) / RATE
    before, after = (
        float(np.mean([_correlation(each.face, getattr(each, name)) for each in predicted])) for name in ("own", "new")
    )
    return Adapted(adapted, seconds, channels, lag, before, after, gain)


def _learned(model: Model, clips: list[HeardClip]) -> tuple[str, ...]:
    """The model's channels that the capture moves, in all clips. Raises InputError when it shows or says too little."""
    seconds = round(sum(each.clip.waveform.duration for each in clips), 1)
    if seconds < SHORTEST_S:
        raise InputError(
            f"The capture lasts {seconds:.1f} s; give at least {SHORTEST_S:g} s of speech, better half a minute."
        )
    spoken = sum(p.end - p.start for each in clips for p in each.phones.phones if p.label != SILENCE)
    if spoken < SHORTEST_SPEECH_S:
        raise InputError(
            "The sound of the capture holds hardly any speech; give the one that was recorded with the face."
        )
    shared = [name for name in model.channels if all(name in each.clip.channels for each in clips)]
    if "jawOpen" not in shared:
        raise InputError("The capture does not move jawOpen and the mouth, which speech moves; give another capture.")
    moving = tuple(
        name for name in shared if np.ptp(np.concatenate([_column(each.clip, name) for each in clips])) > STILL
    )
    if "jawOpen" not in moving:
        raise InputError("The jaw stands still in the whole capture; give one whose mouth moves.")
    return moving


def _column(clip: FaceClip, name: str) -> np.ndarray:
    return clip.weights[:, clip.channels.index(name)]


def _motion(model: Model, heard: HeardClip) -> np.ndarray:
    """(T, K) weights of the model's channels in a take of the clip, after all rules, at RATE."""
    settings = Settings(fps=RATE, blinks=False, brows=False)
    take = generate(heard.clip.waveform, heard.phones, settings, model, features=heard.sound)
    return take.weights[:, [take.channels.index(name) for name in model.channels]].astype(np.float64)


def _aperture(model: Model, channels: tuple[str, ...]) -> np.ndarray:
    """(C,) IOD by which each channel opens the lips."""
    return np.array([model.gap[model.channels.index(name)] for name in channels])


def _face(clip: FaceClip, channels: tuple[str, ...], times: np.ndarray) -> np.ndarray:
    return np.stack([np.interp(times, clip.times, _column(clip, name)) for name in channels], axis=1)


def _lag(model: Model, clips: list[HeardClip], channels: tuple[str, ...], takes: list[np.ndarray]) -> float:
    """Seconds by which the face runs behind the sound, where its aperture fits the model's best; 0 for little."""
    opening = _aperture(model, channels)

    def agreement(lag: float) -> float:
        pairs = []
        for heard, own in zip(clips, takes, strict=True):
            times = np.arange(len(own)) / RATE
            inside = (times + lag >= 0) & (times + lag <= heard.clip.times[-1])
            face = _face(heard.clip, channels, times[inside] + lag) @ opening
            pairs.append((face - face.mean(), own[inside] @ np.array(model.gap)))
        return _correlation(*(np.concatenate(side) for side in zip(*pairs, strict=True)))

    best = float(max(LAGS_S, key=agreement))
    return best if abs(best) >= LEAST_LAG_S else 0.0


def _pieces(clips: list[HeardClip], channels: tuple[str, ...], takes: list[np.ndarray], lag: float) -> Iterator[_Piece]:
    total = sum(len(own) for own in takes)
    done = 0
    for heard, own in zip(clips, takes, strict=True):
        last = min(heard.clip.times[-1] - lag, heard.clip.waveform.duration)
        times = np.arange(min(int(last * RATE + 1e-6) + 1, len(own))) / RATE
        part = (done + np.arange(len(times))) * PARTS // total
        done += len(own)
        inputs = at_times(heard.sound.astype(np.float32), times)
        yield _Piece(heard, times, inputs, _face(heard.clip, channels, times + lag), own[: len(times)], part)


def _ridge(model: Model, channels: tuple[str, ...], pieces: list[_Piece]) -> float:
    """The ridge term with which the parts of the capture are predicted best from the others: least squared error of
    the aperture."""
    columns = [model.channels.index(name) for name in channels]
    opening = _aperture(model, channels) * _gains(model, channels)

    def error(ridge: float) -> float:
        total = 0.0
        for part in range(PARTS):
            found = _solve(model, channels, pieces, [piece.part != part for piece in pieces], ridge)
            for piece in pieces:
                held = piece.part == part
                change = (piece.inputs[held] @ found.weights + found.offset)[:, columns] @ opening
                own = piece.own[held][:, columns] @ _aperture(model, channels)
                face = piece.face[held] @ _aperture(model, channels)
                total += float(np.square(np.maximum(own + change, 0) - face).sum())
        return total

    return min(RIDGES, key=error)


def _gains(model: Model, channels: tuple[str, ...]) -> np.ndarray:
    """(C,) factor of each channel in the model's default style."""
    style = model.style(None)
    jaw = np.array([name.startswith("jaw") or name == "mouthClose" for name in channels])
    return np.where(jaw, style.jaw, style.lips)


def _solve(
    model: Model, channels: tuple[str, ...], pieces: list[_Piece], chosen: list[np.ndarray], ridge: float
) -> Adaptation:
    """The ridge regression from features to face less model, on the chosen frames (T,) bool of each piece."""
    pairs = list(zip(pieces, chosen, strict=True))
    columns = [model.channels.index(name) for name in channels]
    inputs = np.concatenate([piece.inputs[frames] for piece, frames in pairs]).astype(np.float64)
    missing = np.concatenate([(piece.face - piece.own[:, columns])[frames] for piece, frames in pairs])
    missing = missing / _gains(model, channels)
    mean, deviation = inputs.mean(axis=0), np.maximum(inputs.std(axis=0), LEAST_DEVIATION)
    scaled, level = (inputs - mean) / deviation, missing.mean(axis=0)
    normal = scaled.T @ scaled + ridge * np.eye(scaled.shape[1])
    solved = np.linalg.solve(normal, scaled.T @ (missing - level)) / deviation[:, None]
    weights = np.zeros((scaled.shape[1], len(model.channels)), np.float32)
    offset = np.zeros(len(model.channels), np.float32)
    weights[:, columns], offset[columns] = solved, level - mean @ solved
    return Adaptation(offset, weights)


def _range(aperture: np.ndarray) -> float:
    """How far the lips open: the 95th percentile, IOD."""
    return float(np.percentile(aperture, 95))


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one, other)[0, 1]) if one.std() > 0 and other.std() > 0 else 0.0
