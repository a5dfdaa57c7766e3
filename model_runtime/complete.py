"""Complete a take around edited key motions: these stay exact, and the motion between them follows."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model_runtime import limits
from model_runtime.channels import OPTIONAL
from model_runtime.errors import InputError
from model_runtime.files.npz import TEXT, WHOLE, Wanted, all_finite, read_npz, texts
from model_runtime.generate import motion_of, predict, raw_performance, shift_phones, usual_of
from model_runtime.linguistics.phones import PhoneTrack
from model_runtime.model.checkpoint import Model
from model_runtime.model.performance import Performance
from model_runtime.postprocess.smoothstep import ease
from model_runtime.postprocess.tongue import TONGUE, tongue
from model_runtime.settings import settings_from
from model_runtime.speech.features import SPECTRUM_DIM, spectrum_only
from model_runtime.take import Take

__all__ = ["Keys", "complete", "read_keys"]

# Arrays of KEYS.npz.
ARRAYS = {"key_frames": Wanted(WHOLE), "key_weights": Wanted("f"), "channels": Wanted(TEXT, limits.CHANNELS)}
# Seconds over which the change is eased at the ends of the range, so that the velocity does not jump there.
RAMP = 0.15


@dataclass(frozen=True)
class Keys:
    """The key motions that a motion has to pass through.

    key_frames: (N,) ascending frame numbers of the take. key_weights: (N, K) weights. channels: K names; at the key
    frames, the take's other channels keep their weights.
    """

    key_frames: np.ndarray
    key_weights: np.ndarray
    channels: tuple[str, ...]


def read_keys(path: Path | str) -> Keys:
    """Read KEYS.npz (design.md). Raises InputError that names the problem."""
    arrays = read_npz(path, ARRAYS)
    frames, weights = arrays["key_frames"], arrays["key_weights"]
    channels = texts(arrays["channels"])
    if frames.ndim != 1:
        raise InputError(f"{path}: key_frames must be whole numbers.")
    if weights.shape != (len(frames), len(channels)):
        raise InputError(f"{path}: key_weights must hold one number a key and a channel.")
    if not all_finite(weights, np.float32):
        raise InputError(f"{path}: a key pose holds a value that is not a number; set it again.")
    return Keys(frames.astype(np.int64), weights.astype(np.float32), channels)


def complete(
    take: Take,
    keys: Keys,
    model: Model,
    first: int | None = None,
    last: int | None = None,
    locked: tuple[str, ...] = (),
    phones: PhoneTrack | None = None,
    checkpoint: Callable[[float], None] = lambda share: None,
) -> Take:
    """The take with its motion completed around `keys` between the frames `first` and `last` (None: the whole take).

    The motion passes exactly through the key motions, also where the networks have no key frame or another pose. Frames
    outside the range and the `locked` channels stay as they are. phones: corrected phones, if any. checkpoint: called
    with the share done (0 to 1); may raise to stop.

    The take changes by the difference of two predictions: with the new key motions (or phones), and with those of the
    take. So without an edit nothing changes, and the effect of an edit fades out smoothly. Raises InputError for keys
    that do not fit the take.
    """
    _check(take, keys, locked)
    if model.kind.needs_features and not len(take.acoustics):
        raise InputError(f"The take was made without features, which {model.id} needs; generate it again with them.")
    first, last = max(0, first or 0), len(take.weights) - 1 if last is None else min(last, len(take.weights) - 1)
    if first >= last:
        raise InputError(f"There are no frames between {first} and {last}; choose a range within the take.")
    settings = settings_from(take.meta.get("settings", {}) | {"fps": take.fps})
    sound = _sound(take, model)
    old = raw_performance(sound, take.phones, take.key_frames, len(take.weights), settings, model)
    asked = _with_ends(take, keys)
    new = dataclasses.replace(
        old, phones=shift_phones(phones or take.phones, settings.lead), key_times=old.times[asked.key_frames]
    )
    columns = [take.channels.index(name) for name in model.channels if name in take.channels]
    inner = [model.channels.index(take.channels[column]) for column in columns]

    def of_model(weights: np.ndarray) -> np.ndarray:
        poses = np.zeros((len(weights), len(model.channels)), np.float32)
        poses[:, inner] = weights[:, columns]
        return poses

    # The usual opening of the take, for both predictions, so that an edit of one word changes no pause elsewhere.
    usual = usual_of(model, of_model(take.weights), dataclasses.replace(old, phones=take.phones), settings)

    def motion(performance: Performance, weights: np.ndarray) -> np.ndarray:
        asked_for = dataclasses.replace(performance, keys=of_model(weights))
        return predict(model, asked_for, settings, checkpoint, usual)

    inside, change = _range_envelope(old.times, first, last)[:, None], np.zeros_like(take.weights)
    if phones is not None and phones != take.phones:
        before = predict(model, old, settings, checkpoint, usual)
        after = predict(model, new, settings, checkpoint, usual)
        # Takes of earlier versions, which have one channel of the tongue, keep it.
        if set(OPTIONAL) <= set(take.channels):
            ours = [name for name in TONGUE if name in take.channels and name not in model.channels]
            said = _tongue(new, after, model, ours) - _tongue(old, before, model, ours)
            change[:, [take.channels.index(name) for name in ours]] = said * inside
    else:
        before = motion(old, take.key_weights)
        after = motion(new, asked.key_weights)
    change[:, columns] = (after - before)[:, inner] * inside
    weights = _through_keys(np.clip(take.weights + change, *model.bounds), asked, (first, last), model.bounds)
    kept, completed = [take.channels.index(name) for name in locked], take.meta.get("completed")
    weights[:, kept] = take.weights[:, kept]
    return dataclasses.replace(
        take,
        weights=weights,
        key_frames=asked.key_frames.astype(np.int32),
        phones=phones or take.phones,
        meta=take.meta | {"completed": (completed if type(completed) is int else 0) + 1},
    )


def _tongue(performance: Performance, weights: np.ndarray, model: Model, channels: list[str]) -> np.ndarray:
    """(T, K) weights of channels of the tongue, for weights of the model's channels."""
    assert performance.phones is not None, "a take has phones"
    both = tongue(performance.phones, motion_of(model, weights), performance.times, model.kind.config.tongue)
    return both[:, [TONGUE.index(name) for name in channels]]


def _sound(take: Take, model: Model) -> np.ndarray:
    """(A, F) features of the take that the model can use; 0 rows: none."""
    sound = take.acoustics
    if model.feature_version and take.meta.get("hearing") != model.feature_version:
        sound = spectrum_only(sound)
    understood = (model.feature_dim, SPECTRUM_DIM) if model.feature_version else (model.feature_dim,)
    return sound if sound.shape[1] in understood else sound[:0]


def _check(take: Take, keys: Keys, locked: tuple[str, ...]) -> None:
    """Raises InputError for keys or locked channels that do not fit the take."""
    frames = keys.key_frames
    if not len(frames):
        raise InputError("There are no key poses to complete around; keep at least one.")
    if not take.phones.duration > 0:
        raise InputError("The take has no phones, which completion goes by; generate it from its sound.")
    if (np.diff(frames) <= 0).any() or frames[0] < 0 or frames[-1] >= len(take.weights):
        raise InputError(f"Key frames must ascend and lie within the take's frames 0 to {len(take.weights) - 1}.")
    if not np.isfinite(keys.key_weights).all():
        raise InputError("A key pose holds a value that is not a number; set it again.")
    unknown = [name for name in (*keys.channels, *locked) if name not in take.channels]
    if unknown:
        raise InputError(f"The take has no channel {unknown[0]}; its channels are {', '.join(take.channels)}.")


def _with_ends(take: Take, keys: Keys) -> Keys:
    """The keys with all channels of the take, and with its first and last frame added."""
    frames = np.unique(np.concatenate([[0], keys.key_frames, [len(take.weights) - 1]]))
    weights = take.weights[frames].copy()
    rows = np.searchsorted(frames, keys.key_frames)
    columns = np.array([take.channels.index(name) for name in keys.channels], np.intp)
    weights[np.ix_(rows, columns)] = keys.key_weights
    return Keys(frames, weights, take.channels)


def _range_envelope(times: np.ndarray, first: int, last: int) -> np.ndarray:
    """(T,) in [0, 1]: 0 outside the range of frames, 1 inside, eased at range ends that lie within the take."""
    ramp = min(RAMP, (times[last] - times[first]) / 4)
    rise = (times - times[first]) / ramp if first > 0 else np.ones(len(times))
    fall = (times[last] - times) / ramp if last < len(times) - 1 else np.ones(len(times))
    return ease(np.minimum(rise, fall))


def _through_keys(weights: np.ndarray, keys: Keys, span: tuple[int, int], bounds: tuple[float, float]) -> np.ndarray:
    """Correct weights (T, K) to equal the key motions within `span` (first and last frame), eased between them."""
    first, last = span
    inside = (keys.key_frames >= first) & (keys.key_frames <= last)
    anchors = np.unique(np.concatenate([[0, first], keys.key_frames[inside], [last, len(weights) - 1]]))
    asked = np.searchsorted(anchors, keys.key_frames[inside])
    missing = np.zeros((len(anchors), weights.shape[1]))
    missing[asked] = keys.key_weights[inside] - weights[keys.key_frames[inside]]
    corrected = (weights + _eased_between(anchors, missing, len(weights))).astype(np.float32)
    # Key motions may exceed the bounds, as the animator set them; the motion between does not go further than they do.
    low, high = np.minimum(keys.key_weights.min(axis=0), bounds[0]), np.maximum(keys.key_weights.max(axis=0), bounds[1])
    corrected = np.clip(corrected, low, high)
    corrected[keys.key_frames[inside]] = keys.key_weights[inside]
    return corrected


def _eased_between(frames: np.ndarray, values: np.ndarray, count: int) -> np.ndarray:
    """(count, K) at every frame from values (N, K) at frames (N,), from 0 to the last: smoothstep from one to the next.

    Its velocity is 0 at each of them, as that of the completion between keys.
    """
    at = np.arange(count)
    low = np.searchsorted(frames, at, side="right") - 1
    high = np.minimum(low + 1, len(frames) - 1)
    share = ease((at - frames[low]) / np.maximum(frames[high] - frames[low], 1))[:, None]
    return values[low] * (1 - share) + values[high] * share
