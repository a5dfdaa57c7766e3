"""How much of an emotional mouth the spoken sounds admit, at every frame."""

import numpy as np

from model_runtime.emotion.config import EmotionConfig
from model_runtime.linguistics.phones import BILABIALS, LABIODENTALS, PhoneTrack
from model_runtime.postprocess.smoothstep import ease

__all__ = ["contacts", "ends", "held_shut", "room_to_open"]


def room_to_open(phones: PhoneTrack, times: np.ndarray, fps: float, config: EmotionConfig) -> np.ndarray:
    """(T,) in [0, 1]: share of the emotion's own opening that is admitted; the least of all sounds that are near."""
    room = np.ones(len(times))
    for phone in phones.phones:
        least = config.rooms.get(phone.label, config.other_room)
        if least < 1:
            _lower(room, least, phone.start, phone.end, times, fps, config)
    return room


def contacts(phones: PhoneTrack, times: np.ndarray, fps: float, config: EmotionConfig) -> np.ndarray:
    """(T,) in [0, 1]: 1 where the lips meet each other or the lower lip meets the teeth."""
    free = np.ones(len(times))
    for phone in phones.phones:
        if phone.label in BILABIALS + LABIODENTALS:
            _lower(free, 0.0, phone.start, phone.end, times, fps, config)
    return 1 - free


def held_shut(jaw: np.ndarray, close: np.ndarray, config: EmotionConfig) -> np.ndarray:
    """(T,) in [0, 1]: 1 where a take holds its lips together over an open jaw, whether or not its phones say so.

    jaw, close: (T,) weights of jawOpen and mouthClose.
    """
    there = np.clip(close / config.surely_shut, 0, 1)
    return there * np.clip(2 * close / np.maximum(jaw, config.surely_shut) - 1, 0, 1)


def ends(times: np.ndarray, config: EmotionConfig) -> np.ndarray:
    """(T,) in [0, 1]: eased in at the first frame and out at the last."""
    length = float(times[-1])
    start, end = (max(min(seconds, config.ends_share * length), 1e-6) for seconds in (config.start_s, config.end_s))
    return ease(times / start) * ease((length - times) / end)


def _lower(
    room: np.ndarray, least: float, start: float, end: float, times: np.ndarray, fps: float, config: EmotionConfig
) -> None:
    """Lower the room (T,) to `least` from `start` to `end`, and a frame or more around, eased on both sides."""
    half = 0.5 / fps
    first, last = start - max(config.before_s, half), end + max(config.after_s, half)
    # Only the frames that are near: long takes have many phones.
    rows = slice(*np.searchsorted(times, [first - config.change_s, last + config.change_s]))
    near = times[rows]
    inside = ease(np.minimum(near - first, last - near) / config.change_s + 1)
    room[rows] = np.minimum(room[rows], 1 - (1 - least) * inside)
