"""What is looked at: its direction from the face, what the head does of it, and what neither head nor eyes reach."""

from dataclasses import dataclass

import numpy as np

from model_runtime.errors import InputError
from model_runtime.files.npz import NUMBERS, Wanted, all_finite, read_npz
from model_runtime.life.angles import NOD, TURN, angles_of
from model_runtime.life.config import GazeConfig

__all__ = ["Aim", "aim_at", "read_target"]

# Distance of what is looked at when nothing is named, in distances between the eyes.
FAR = 60.0
# s over which the head smooths the way of the target.
CALM_S = 0.5


@dataclass(frozen=True)
class Aim:
    """places: (T, 3) what is looked at, in the face's axes from the middle between the eyes, in distances between the
    eyes. head: (T, 3) degrees that the head turns to it. held: (T,) frames in which it is out of reach, and the last
    direction is held."""

    places: np.ndarray
    head: np.ndarray
    held: np.ndarray


def read_target(path: str, frames: int) -> np.ndarray:
    """(T, 3) the array `target` of an .npz: a place a frame, or one for all. Raises InputError."""
    target = read_npz(path, {"target": Wanted(NUMBERS)})["target"]
    if target.ndim != 2 or target.shape[1] != 3 or len(target) not in (1, frames) or not all_finite(target, np.float32):
        raise InputError(f"{path} is not a target: it must hold (x, y, z) for each of the {frames} frames, or one.")
    return np.broadcast_to(target.astype(np.float64), (frames, 3)).copy()


def aim_at(target: np.ndarray | None, frames: int, fps: float, config: GazeConfig) -> Aim:
    """What the head does of a target (T, 3); None: straight ahead.

    A target behind the head, or too high or low for neck and eyes, is not followed: the last direction is held.
    """
    if target is None:
        places = np.tile([0.0, -FAR, 0.0], (frames, 1))
        return Aim(places, np.zeros((frames, 3)), np.zeros(frames, bool))
    angles = angles_of(target)
    seen = (np.abs(angles[:, 0]) <= config.reach_aside) & (np.abs(angles[:, 1]) <= config.reach_up)
    last = np.maximum.accumulate(np.where(seen, np.arange(frames), -1))
    # Before it is seen for the first time the eyes look straight ahead.
    places = np.where(last[:, None] >= 0, target[np.maximum(last, 0)], [0.0, -FAR, 0.0])
    angles = angles_of(places)
    beyond = np.sign(angles) * np.maximum(np.abs(angles) - config.eyes_alone_deg, 0) * config.head_share_beyond
    head = np.zeros((frames, 3))
    head[:, TURN], head[:, NOD] = _calm(beyond[:, 0], fps), -_calm(beyond[:, 1], fps)
    return Aim(places, head, ~seen)


def _calm(curve: np.ndarray, fps: float) -> np.ndarray:
    """The curve, smoothed over CALM_S."""
    width = max(1, round(CALM_S * fps / 2))
    window = np.hanning(2 * width + 3)[1:-1]
    return np.convolve(np.pad(curve, width, mode="edge"), window / window.sum(), mode="valid")
