"""Generate a take: key motions at the phone boundaries, completed to full motion from features and phones."""

import hashlib
import json
import platform
from collections.abc import Callable
from dataclasses import asdict, replace

import numpy as np
import onnxruntime

from model_runtime import __version__
from model_runtime.channels import BROWS, CHANNELS, LIDS, OPTIONAL
from model_runtime.linguistics.key_frames import key_frames
from model_runtime.linguistics.phones import PhoneTrack
from model_runtime.model.checkpoint import Model
from model_runtime.model.performance import Performance
from model_runtime.postprocess.blinks_and_brows import upper_face
from model_runtime.postprocess.context import Adjustments, Context, UsualOpening
from model_runtime.postprocess.motion import Motion
from model_runtime.postprocess.pause_opening import usual_opening
from model_runtime.postprocess.pipeline import apply_rules
from model_runtime.postprocess.tongue import TONGUE, tongue
from model_runtime.settings import Settings
from model_runtime.speech.audio import Waveform
from model_runtime.speech.features import levels_of
from model_runtime.speech.log_mel import ACOUSTIC_RATE, acoustics
from model_runtime.take import Take, frame_count

__all__ = ["generate", "predict", "raw_performance", "shift_phones", "usual_of"]


def generate(
    waveform: Waveform,
    phones: PhoneTrack,
    settings: Settings,
    model: Model,
    checkpoint: Callable[[float], None] = lambda share: None,
    features: np.ndarray | None = None,
) -> Take:
    """A take of round(duration * fps) + 1 frames, with the model's channels, tongue, lids and brows.

    phones: tile the waveform (linguistics). checkpoint: called with the share done (0 to 1); may raise to stop.
    features: of the waveform, where they are already computed. Raises InputError for a style that the model does not
    have.
    """
    frames = frame_count(waveform.duration, settings.fps)
    early = shift_phones(phones, settings.lead)
    keys = key_frames(early, settings.fps, frames)
    # float16, as stored in the take: completion later starts from exactly the same features.
    sound = (model.extract_features(waveform) if features is None else features).astype(np.float16, copy=False)
    performance = raw_performance(sound, phones, keys, frames, settings, model)
    motion = predict(model, performance, settings, checkpoint)
    # A model whose channels are displacements moves the whole face: no tongue, lids and brows are added.
    living = () if set(model.channels) - set(CHANNELS) else (*TONGUE, *LIDS, *BROWS)
    ours = tuple(name for name in CHANNELS if name in model.channels or name in living)
    optional = tuple(name for name in OPTIONAL if name in living)
    channels = (*ours, *(name for name in model.channels if name not in CHANNELS), *optional)
    weights = np.zeros((frames, len(channels)), np.float32)
    weights[:, [channels.index(name) for name in model.channels]] = motion
    tip = tongue(early, motion_of(model, motion), performance.times, model.kind.config.tongue)
    levels = model.kind.levels(sound)
    if not levels.known:
        levels = levels_of(acoustics(waveform).astype(np.float16))
    upper = upper_face(phones, levels.loudness, frames, settings)
    for name, column in zip((*TONGUE, *LIDS, *BROWS), np.concatenate([tip, upper], axis=1).T, strict=True):
        if name in living and name not in model.channels:
            weights[:, channels.index(name)] = column
    meta = {
        "model": model.id,
        "model_sha256": model.sha256,
        "hearing": model.feature_version,
        "kmtalk": __version__,
        "onnxruntime": onnxruntime.__version__,
        "python": platform.python_version(),
        "settings": asdict(settings),
        "audio_sha256": hashlib.sha256(np.ascontiguousarray(waveform.samples).data).hexdigest(),
        "duration": waveform.duration,
    }
    return Take(weights, channels, settings.fps, keys, phones, sound, json.loads(json.dumps(meta)))


def raw_performance(
    sound: np.ndarray, phones: PhoneTrack, keys: np.ndarray, frames: int, settings: Settings, model: Model
) -> Performance:
    """The networks' input for frames at i / fps seconds, without given key motions at the key frames `keys`.

    sound: (A, F) features. A lead is applied to the input: features and phones are moved earlier by that time.
    """
    times = np.arange(frames) / settings.fps
    moved = round(settings.lead * ACOUSTIC_RATE)
    if moved and len(sound):
        sound = sound[np.clip(np.arange(len(sound)) + moved, 0, len(sound) - 1)]
    return Performance(
        sound=sound,
        phones=shift_phones(phones, settings.lead),
        key_times=times[keys],
        keys=None,
        times=times,
        style=model.style_vector(settings.style),
    )


def shift_phones(phones: PhoneTrack, lead: float) -> PhoneTrack:
    """The track moved `lead` seconds earlier. Its first and last phones are extended to tile the same duration."""
    if not lead:
        return phones
    duration = phones.duration
    moved = [
        replace(phone, start=max(phone.start - lead, 0.0), end=min(phone.end - lead, duration))
        for phone in phones.phones
    ]
    # If every phone is moved out of a short recording, the nearest one stays.
    kept = [phone for phone in moved if phone.end > phone.start] or [moved[-1 if lead > 0 else 0]]
    kept[0] = replace(kept[0], start=0.0)
    kept[-1] = replace(kept[-1], end=duration)
    return PhoneTrack(tuple(kept), phones.words, phones.unreliable)


def predict(
    model: Model,
    performance: Performance,
    settings: Settings,
    checkpoint: Callable[[float], None],
    usual: UsualOpening | None = None,
) -> np.ndarray:
    """(T, K) float32 weights of the model's channels, within its bounds: the networks' motion after the model's rules.

    Key motions in `performance` include the gains, which are divided out before they reach the networks. usual: limit
    of the opening in pauses; None: the usual opening of this motion itself.
    """
    adjustments = _adjustments(model, settings, usual)
    if performance.keys is not None:
        keys, gains = performance.keys, adjustments.gains
        unscaled = np.divide(keys, gains, out=np.zeros_like(keys), where=gains > 0)
        performance = replace(performance, keys=np.clip(unscaled, *model.bounds))
    motion = motion_of(model, np.clip(model.perform(performance, checkpoint), *model.bounds))
    context = context_of(model, performance, settings, adjustments)
    return apply_rules(model.kind.rules, motion, context).weights.astype(np.float32)


def usual_of(model: Model, weights: np.ndarray, performance: Performance, settings: Settings) -> UsualOpening | None:
    """The usual opening in speech of weights (T, K) of the model's channels; None without speech."""
    context = context_of(model, performance, settings, _adjustments(model, settings, None))
    return usual_opening(motion_of(model, weights), context)


def motion_of(model: Model, weights: np.ndarray) -> Motion:
    """Weights (T, K) of the model's channels as a motion."""
    return Motion(weights, model.channels, np.array(model.gap), model.bounds)


def context_of(model: Model, performance: Performance, settings: Settings, adjustments: Adjustments) -> Context:
    """The context of a performance for the model's post-processing rules."""
    assert performance.phones is not None, "a take has phones"
    return Context(
        phones=performance.phones,
        levels=model.kind.levels(performance.sound),
        times=performance.times,
        fps=settings.fps,
        adjustments=adjustments,
        config=model.kind.config,
    )


def _adjustments(model: Model, settings: Settings, usual: UsualOpening | None) -> Adjustments:
    return Adjustments(_gains(model, settings), settings.smoothing, settings.pauses, usual)


def _gains(model: Model, settings: Settings) -> np.ndarray:
    """(K,) factor of each channel. mouthClose has the gain of the jaw, so that closed lips stay closed."""
    style = model.style(settings.style)
    jaw, lips = settings.jaw * style.jaw, settings.lips * style.lips
    return np.array([jaw if name.startswith("jaw") or name == "mouthClose" else lips for name in model.channels])
