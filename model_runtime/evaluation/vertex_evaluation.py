"""Evaluate a model on prepared data with the field's measures, for each clip and on average."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields

import numpy as np

from model_runtime.datasets.store import Clip, Dataset
from model_runtime.errors import InputError
from model_runtime.evaluation.metrics import (
    face_dynamics_deviation,
    lip_vertex_error,
    mean_vertex_error,
    mouth_opening_correlation,
    mouth_opening_difference,
    mouth_timing,
    sound_lip_correlation,
)
from model_runtime.heads.motion_space import MotionSpace
from model_runtime.linguistics.key_choice import choose_keys
from model_runtime.model.checkpoint import Model
from model_runtime.model.performance import Performance
from model_runtime.speech.audio import SAMPLE_RATE, Waveform

__all__ = ["ClipFigures", "Evaluation", "as_json", "evaluate"]


@dataclass(frozen=True)
class ClipFigures:
    """Figures of one clip.

    lve: mean over frames, m^2.
    fdd: truth minus prediction, m^2.
    mve: mean over frames, m.
    mtm: ms.
    opening: mean absolute difference of the mouth openings, m.
    r: Pearson r of the mouth openings.

    mtm, opening and r are nan where the data does not give the vertices of the inner lips.
    """

    name: str
    frames: int
    lve: float
    fdd: float
    mve: float
    mtm: float
    opening: float
    r: float


@dataclass(frozen=True)
class Evaluation:
    """Figures of a model on a split.

    estimated: whether lips and upper face are our estimate.
    per_sequence: means over clips, as in the field; fdd is the mean of signed values, fdd_absolute of absolute ones.
    pooled: means of lve and mve over all frames, as in some papers.
    slcc: of `truth` and `model`.
    """

    model: str
    data: str
    split: str
    estimated: bool
    clips: tuple[ClipFigures, ...]
    per_sequence: dict[str, float]
    pooled: dict[str, float]
    slcc: dict[str, float]


def evaluate(
    model: Model, dataset: Dataset, split: str, checkpoint: Callable[[float], None] = lambda share: None
) -> Evaluation:
    """Compare the model's motion, from sound and phones of every clip of a split, with the recorded one.

    checkpoint is called with the share done and may raise to stop. Raises InputError when the split is empty or the
    model is of another face than the data.
    """
    space = _space(model, dataset)
    chosen = dataset.split(split)
    figures, lve, mve, loudness = [], [], [], []
    intensity: dict[str, list[np.ndarray]] = {"truth": [], "model": []}
    for index, clip in enumerate(chosen):
        checkpoint(index / len(chosen))
        truth, found = _truth(dataset, clip), _performed(model, space, dataset, clip)
        lips, upper = dataset.face.lips, dataset.face.upper_face
        lve.append(lip_vertex_error(found[:, lips], truth[:, lips]))
        mve.append(mean_vertex_error(found, truth))
        still = np.zeros((len(upper), 3), np.float32)
        mouth = _mouth(dataset, clip, found, truth)
        deviation = face_dynamics_deviation(found[:, upper], truth[:, upper], still)
        each = (float(lve[-1].mean()), deviation, float(mve[-1].mean()), *mouth)
        figures.append(ClipFigures(clip.name, clip.frames, *each))
        loudness.append(_loudness(clip.sound(), dataset.fps, clip.frames))
        for name, motion in (("truth", truth), ("model", found)):
            intensity[name].append(np.linalg.norm(motion[:, lips], axis=-1).mean(axis=1))
    checkpoint(1.0)
    names = [field.name for field in fields(ClipFigures) if field.name not in ("name", "frames")]
    per_sequence = {name: _mean([getattr(each, name) for each in figures]) for name in names}
    per_sequence["fdd_absolute"] = _mean([abs(each.fdd) for each in figures])
    pooled = {"lve": float(np.concatenate(lve).mean()), "mve": float(np.concatenate(mve).mean())}
    slcc = {name: sound_lip_correlation(loudness, clips) for name, clips in intensity.items()}
    data = f"{dataset.kind} ({len(chosen)} clips)"
    return Evaluation(model.id, data, split, dataset.face.estimated, tuple(figures), per_sequence, pooled, slcc)


def as_json(evaluation: Evaluation) -> dict:
    """JSON values; None in place of nan and infinity."""

    def plain(value: object) -> object:
        if isinstance(value, dict):
            return {name: plain(each) for name, each in value.items()}
        if isinstance(value, list | tuple):
            return [plain(each) for each in value]
        return None if isinstance(value, float) and not np.isfinite(value) else value

    return {name: plain(value) for name, value in asdict(evaluation).items()}


def _space(model: Model, dataset: Dataset) -> MotionSpace:
    """The displacements of the data's face by the model's channels. Raises InputError when they do not fit."""
    if model.space is not None and len(model.space.neutral) == dataset.face.templates.shape[1]:
        return model.space
    if dataset.space is None:
        has = "channels" if model.space is None else f"a face of {len(model.space.neutral)} vertices"
        count = dataset.face.templates.shape[1]
        raise InputError(
            f"The model {model.id} moves {has}, the data's face has {count} vertices; choose another pair."
        )
    shared = [name for name in model.channels if name in dataset.space.names]
    if not shared:
        raise InputError(f"The model {model.id} and the data share no channel; choose another pair.")
    return dataset.space


def _truth(dataset: Dataset, clip: Clip) -> np.ndarray:
    """(T, V, 3) recorded displacements, m."""
    motion = np.asarray(clip.motion())
    return motion.reshape(len(motion), -1, 3) if dataset.space is None else dataset.space.displacement(motion)


def _performed(model: Model, space: MotionSpace, dataset: Dataset, clip: Clip) -> np.ndarray:
    """(T, V, 3) displacements by the networks alone, m, without settings and postprocessing."""
    keys = choose_keys("phones", 1 / 3, clip.phones, dataset.fps, clip.frames, 0)
    times = np.arange(clip.frames) / dataset.fps
    performance = Performance(
        sound=model.extract_features(clip.sound()),
        phones=clip.phones,
        key_times=times[keys],
        keys=None,
        times=times,
        style=model.style_vector(None),
    )
    weights = np.clip(model.perform(performance, lambda share: None), *model.bounds)
    placed = np.zeros((len(weights), len(space.names)), np.float32)
    for column, name in enumerate(model.channels):
        if name in space.names:
            placed[:, space.names.index(name)] = weights[:, column]
    return space.displacement(placed)


def _mouth(dataset: Dataset, clip: Clip, found: np.ndarray, truth: np.ndarray) -> tuple[float, float, float]:
    """MTM, mean absolute difference and Pearson r of the mouth openings."""
    if dataset.face.mouth is None:
        return float("nan"), float("nan"), float("nan")
    pair = list(dataset.face.mouth)
    rest = dataset.template(clip.subject)[pair]

    def opening(motion: np.ndarray) -> np.ndarray:
        return np.linalg.norm(np.diff(rest + motion[:, pair], axis=1)[:, 0], axis=-1)

    both = opening(found), opening(truth)
    return mouth_timing(*both, dataset.fps), mouth_opening_difference(*both), mouth_opening_correlation(*both)


def _loudness(sound: Waveform, fps: float, frames: int) -> np.ndarray:
    """(T,) RMS of the samples in one frame's duration about each frame."""
    window = round(SAMPLE_RATE / fps)
    padded = np.pad(sound.samples, (window // 2, window * 2))
    starts = np.minimum((np.arange(frames) / fps * SAMPLE_RATE).astype(int), len(padded) - window)
    return np.array([np.sqrt(np.square(padded[start : start + window]).mean()) for start in starts])


def _mean(values: list[float]) -> float:
    """Mean over the finite values, nan without any."""
    finite = [value for value in values if np.isfinite(value)]
    return float(np.mean(finite)) if finite else float("nan")
