"""The layer of an emotion: what is added to the weights of a take, so that its face shows it and still speaks.

Brows, eyes, cheeks and nose go to the emotion's pose. Corners of the mouth do too, less where lips are rounded or meet.
What opens the lips (a dropped jaw, a raised lip) is admitted by the sounds: not at all at P B M F V. The mouth's own
opening in speech is scaled.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from scipy.ndimage import gaussian_filter1d

from model_runtime import __version__
from model_runtime.channels import CHANNELS
from model_runtime.emotion.config import EmotionConfig
from model_runtime.emotion.poses import AGAINST, EMOTION_CHANNELS, EMOTIONS, OPENING, POSES
from model_runtime.emotion.room import contacts, ends, held_shut, room_to_open
from model_runtime.emotion.settings import Emotions
from model_runtime.errors import InputError
from model_runtime.generate import shift_phones
from model_runtime.settings import settings_from
from model_runtime.take import Take

__all__ = ["EmotionLayer", "layer_of", "strengths_of", "with_emotion"]

# Starts of the names of channels.
CORNERS = ("mouthSmile", "mouthFrown", "mouthStretch", "mouthDimple")
PARTING = ("jawOpen", "mouthUpperUp", "mouthLowerDown")
PRESSING = ("mouthPress", "mouthShrug")
LIDS = ("eyeWide", "eyeSquint", "eyeBlink")


@dataclass(frozen=True)
class EmotionLayer:
    """weights: (T, K) float32, added to the take's weights; negative: taken off. Take and layer together stay within
    [0, 1]. channels: K names. fps: frames a second. meta: strengths and version (JSON values)."""

    weights: np.ndarray
    channels: tuple[str, ...]
    fps: float
    meta: dict = field(default_factory=dict)


def strengths_of(emotions: Emotions, frames: int) -> np.ndarray:
    """(T, 6) the same strengths at every frame."""
    return np.tile([getattr(emotions, name) for name in EMOTIONS], (frames, 1))


def layer_of(take: Take, strengths: np.ndarray, config: EmotionConfig | None = None) -> EmotionLayer:
    """The layer of a take. strengths: (T, 6) in [0, 1], columns in the order of EMOTIONS.

    Raises InputError for strengths that do not fit the take, and for a take that does not move channels of ARKit.
    """
    config = config or EmotionConfig()
    if strengths.shape != (len(take.weights), len(EMOTIONS)):
        raise InputError(f"Strengths must be {len(EMOTIONS)} numbers for each of the {len(take.weights)} frames.")
    if not ((strengths >= 0) & (strengths <= 1)).all():
        raise InputError("A strength is not from 0 to 1; emotions are between not there and full.")
    if not set(take.channels) & set(CHANNELS):
        raise InputError("The take moves none of the channels that emotions are made of; use a model that has them.")
    times = take.times
    phones = take.phones
    if phones.phones:
        phones = shift_phones(phones, settings_from(take.meta.get("settings", {}) | {"fps": take.fps}).lead)
    strong = strengths * ends(times, config)[:, None]
    own = np.zeros((len(times), len(EMOTION_CHANNELS)))
    columns = {name: index for index, name in enumerate(EMOTION_CHANNELS)}
    for name in set(EMOTION_CHANNELS) & set(take.channels):
        own[:, columns[name]] = take.weights[:, take.channels.index(name)]
    poses = np.array([[POSES[name].weights.get(channel, 0.0) for channel in EMOTION_CHANNELS] for name in EMOTIONS])
    added = np.clip(strong @ poses, 0, 1)
    shut = held_shut(own[:, columns["jawOpen"]], own[:, columns["mouthClose"]], config)
    touching = np.maximum(contacts(phones, times, take.fps, config), shut)
    room = np.minimum(room_to_open(phones, times, take.fps, config), 1 - shut)
    added *= _admitted(take, own, columns, room, touching, config)
    wider = strong @ [POSES[name].opening - 1 for name in EMOTIONS] * (1 - touching)
    for name in OPENING:
        added[:, columns[name]] += wider * own[:, columns[name]]
    for pair in AGAINST:
        first, second = (columns[name] for name in pair)
        for one, other in ((first, second), (second, first)):
            added[:, one] -= np.minimum(own[:, one], np.clip(added[:, other], 0, None))
    added = np.clip(own + added, 0, np.maximum(own, 1)) - own
    shown = {name: round(float(strengths[:, i].max()), 4) for i, name in enumerate(EMOTIONS) if strengths[:, i].any()}
    return EmotionLayer(added.astype(np.float32), EMOTION_CHANNELS, take.fps, {"kmtalk": __version__, "emotion": shown})


def with_emotion(take: Take, emotions: Emotions) -> Take:
    """The take with an emotion in its weights, and its strengths in meta; without one the same take."""
    if not emotions.named:
        return take
    layer = layer_of(take, strengths_of(emotions, len(take.weights)))
    moved = layer.weights.any(axis=0)
    further = tuple(n for n, moves in zip(layer.channels, moved, strict=True) if moves and n not in take.channels)
    channels = (*take.channels, *further)
    weights = np.pad(take.weights, ((0, 0), (0, len(further))))
    for column in np.flatnonzero(moved):
        weights[:, channels.index(layer.channels[column])] += layer.weights[:, column]
    return replace(take, weights=weights, channels=channels, meta=take.meta | {"emotion": emotions.named})


def _admitted(
    take: Take, own: np.ndarray, columns: dict[str, int], room: np.ndarray, touching: np.ndarray, config: EmotionConfig
) -> np.ndarray:
    """(T, K) share of the pose that each channel takes."""
    share = np.ones_like(own)

    def limit(starts: tuple[str, ...], admitted: np.ndarray) -> None:
        for name, column in columns.items():
            if name.startswith(starts):
                share[:, column] *= admitted

    def of_take(*names: str) -> np.ndarray:
        found = [take.weights[:, take.channels.index(name)] for name in names if name in take.channels]
        return np.sum(found, axis=0) if found else np.zeros(len(own))

    round_lips = np.clip(of_take("mouthPucker", "mouthFunnel") / config.rounded, 0, 1)
    opened = np.clip((own[:, columns["jawOpen"]] - own[:, columns["mouthClose"]]) / config.unpressed, 0, 1)
    opened = gaussian_filter1d(opened, config.press_s * take.fps, mode="nearest")
    limit(PARTING, room)
    limit(CORNERS, 1 - (1 - config.corners_in_contact) * touching)
    limit(CORNERS, 1 - (1 - config.corners_in_rounding) * round_lips)
    limit(PRESSING, 1 - opened)
    # A closing lid has no room for a wide or a narrowed eye.
    limit(LIDS, 1 - np.clip(of_take("eyeBlinkLeft", "eyeBlinkRight") / 2, 0, 1))
    return share
