"""Generate a take: key motions at the phone boundaries, completed to full motion under the voice's guidance."""

import hashlib
import json
import platform
from collections.abc import Callable
from dataclasses import asdict

import numpy as np
import torch
from scipy.ndimage import gaussian_filter1d

from model_runtime import __version__
from model_runtime.channels import BROWS, CHANNELS, LIDS
from model_runtime.linguistics.key_frames import key_frames
from model_runtime.linguistics.phones import PhoneTrack, Span
from model_runtime.model.checkpoint import Model
from model_runtime.model.starter.inference import Performance
from model_runtime.postprocess.antagonists import without_antagonists
from model_runtime.postprocess.blinks_and_brows import upper_face
from model_runtime.postprocess.formant_opening import apply_resonance
from model_runtime.postprocess.lip_contacts import apply_contacts
from model_runtime.postprocess.pause_opening import UsualOpening, hold_pauses, usual_opening
from model_runtime.postprocess.pauses import apply_pauses, find_pauses
from model_runtime.postprocess.rest import apply_rest, voiced
from model_runtime.postprocess.rounding_and_tongue import apply_articulators, tongue
from model_runtime.postprocess.silent_gaps import apply_stops
from model_runtime.settings import Settings
from model_runtime.speech.audio import Waveform
from model_runtime.speech.log_mel import ACOUSTIC_RATE, acoustics
from model_runtime.take import Take, frame_count

__all__ = ["earlier", "generate", "predict", "raw_performance"]

TONGUE = "tongueOut"
# Smoothing of 1 is a Gaussian of this many seconds.
HEAVIEST_SMOOTHING = 0.06


def generate(
    waveform: Waveform,
    phones: PhoneTrack,
    settings: Settings,
    model: Model,
    checkpoint: Callable[[float], None] = lambda share: None,
    heard: np.ndarray | None = None,
) -> Take:
    """A take of round(duration * fps) + 1 frames with every channel of CHANNELS that the model or the upper face moves.

    phones tile the waveform (linguistics). checkpoint is called with the share done and may raise to stop. heard: what
    the model hears of the waveform, where that is known already. Raises InputError for a style that the model does not
    have.
    """
    frames = frame_count(waveform.duration, settings.fps)
    keys = key_frames(earlier(phones, settings.lead), settings.fps, frames)
    # What the take keeps is what was heard, to the last bit: completion later starts from the same numbers.
    sound = (model.extract_features(waveform) if heard is None else heard).astype(np.float16, copy=False)
    performance = raw_performance(sound, phones, keys, frames, settings, model)
    motion = predict(model, performance, settings, checkpoint)
    # A basis of displacements moves the whole face by itself; its channels are nobody else's.
    living = () if set(model.channels) - set(CHANNELS) else (TONGUE, *LIDS, *BROWS)
    ours = tuple(name for name in CHANNELS if name in model.channels or name in living)
    channels = (*ours, *(name for name in model.channels if name not in CHANNELS))
    weights = np.zeros((frames, len(channels)), np.float32)
    weights[:, [channels.index(name) for name in model.channels]] = motion
    spectrum = sound if model.architecture == "starter" else acoustics(waveform).astype(np.float16)
    if TONGUE in living and TONGUE not in model.channels:
        early = earlier(phones, settings.lead)
        weights[:, channels.index(TONGUE)] = tongue(early, motion @ np.array(model.gap), settings.fps)
    upper = upper_face(phones, spectrum, frames, settings)
    for column, name in enumerate((*LIDS, *BROWS)):
        if name in living and name not in model.channels:
            weights[:, channels.index(name)] = upper[:, column]
    meta = {
        "model": model.id,
        "model_sha256": model.sha256,
        "hearing": model.feature_version,
        "kmtalk": __version__,
        "torch": torch.__version__,
        "python": platform.python_version(),
        "settings": asdict(settings),
        "audio_sha256": hashlib.sha256(np.ascontiguousarray(waveform.samples).data).hexdigest(),
        "duration": waveform.duration,
    }
    return Take(weights, channels, settings.fps, keys, phones, sound, json.loads(json.dumps(meta)))


def raw_performance(
    sound: np.ndarray, phones: PhoneTrack, keys: np.ndarray, frames: int, settings: Settings, model: Model
) -> Performance:
    """What the networks are asked for: frames at i / fps seconds, with key motions of their own at the frames `keys`.

    A lead moves the voice, not the motion: the networks hear and read it that much earlier.
    """
    times = np.arange(frames) / settings.fps
    moved = round(settings.lead * ACOUSTIC_RATE)
    if moved and len(sound):
        sound = sound[np.clip(np.arange(len(sound)) + moved, 0, len(sound) - 1)]
    return Performance(
        sound=sound,
        phones=earlier(phones, settings.lead),
        key_times=times[keys],
        keys=None,
        times=times,
        style=model.style_vector(settings.style),
    )


def earlier(phones: PhoneTrack, lead: float) -> PhoneTrack:
    """The track moved `lead` seconds earlier; it still tiles the same duration, its end phones take the rest."""
    if not lead:
        return phones
    duration = phones.duration
    moved = [
        Span(phone.label, max(phone.start - lead, 0.0), min(phone.end - lead, duration)) for phone in phones.phones
    ]
    # Where all are moved out of a short recording, the one that is nearest stays.
    kept = [phone for phone in moved if phone.end > phone.start] or [moved[-1 if lead > 0 else 0]]
    kept[0] = Span(kept[0].label, 0.0, kept[0].end)
    kept[-1] = Span(kept[-1].label, kept[-1].start, duration)
    return PhoneTrack(tuple(kept), phones.words, phones.heard)


def predict(
    model: Model,
    performance: Performance,
    settings: Settings,
    checkpoint: Callable[[float], None],
    usual: UsualOpening | None = None,
) -> np.ndarray:
    """(T, K) float32 weights, within the model's bounds, of its channels: motion, contacts, rest, and the user's
    settings.

    Keys in `performance` are in the user's terms: the gains are taken out before the networks see them. usual: what
    pauses stay below; None: what this motion itself opens to in speech.
    """
    gains = _gains(model, settings)
    if performance.keys is not None:
        unscaled = np.divide(performance.keys, gains, out=np.zeros_like(performance.keys), where=gains > 0)
        performance = Performance(**{**vars(performance), "keys": np.clip(unscaled, *model.bounds)})
    weights = np.clip(model.perform(performance, checkpoint), *model.bounds)
    gap = np.array(model.gap)
    phones = performance.phones if {"jawOpen", "mouthClose"} <= set(model.channels) else None
    if phones is not None:
        pauses: frozenset[Span] = frozenset()
        # Models of captures or scans have seen the lips come forward; the starter has seen faces from the front.
        if model.architecture == "starter":
            weights = apply_articulators(weights, model.channels, phones, settings.fps)
            weights = apply_resonance(weights, model.channels, gap, performance.sound, settings.fps)
            pauses = find_pauses(phones, performance.sound)
        weights = apply_rest(weights, phones, pauses, performance.sound, settings.fps)
        if model.architecture == "starter":
            weights = apply_pauses(weights, model.channels, gap, phones, pauses, performance.sound, settings.fps)
            weights = apply_stops(weights, model.channels, gap, phones, performance.sound, settings.fps)
        weights = apply_contacts(weights, model.channels, gap, phones, settings.fps)
    weights = weights * gains
    if settings.smoothing > 0:
        weights = gaussian_filter1d(weights, settings.smoothing * HEAVIEST_SMOOTHING * settings.fps, axis=0)
    weights = np.clip(weights, *model.bounds)
    if phones is not None:
        # Last, as the gains change how far speech and pauses open.
        if model.architecture == "starter":
            weights = without_antagonists(weights, model.channels, phones, settings.fps)
        usual = usual or usual_opening(weights, model.channels, gap, phones, settings.fps)
        voice = voiced(performance.sound, np.arange(len(weights)) / settings.fps)
        weights = hold_pauses(weights, model.channels, gap, phones, usual, settings.pauses, voice, settings.fps)
    return weights.astype(np.float32)


def _gains(model: Model, settings: Settings) -> np.ndarray:
    """(K,) factor of each channel. mouthClose goes with the jaw that it makes up for, so closed lips stay closed."""
    style = model.style(settings.style)
    jaw, lips = settings.jaw * style.jaw, settings.lips * style.lips
    return np.array([jaw if name.startswith("jaw") or name == "mouthClose" else lips for name in model.channels])
