"""Captures of a known motion, written in the manner of the apps that record them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from model_runtime.channels import CHANNELS, GAZE

__all__ = ["HEAD", "SHAPES", "live_link_face", "motion", "timecode"]

# Live Link Face's columns: ARKit's shapes, then rotations.
SHAPES = tuple(name[:1].upper() + name[1:] for name in (*CHANNELS, *GAZE))
HEAD = tuple(f"{part}{axis}" for part in ("Head", "LeftEye", "RightEye") for axis in ("Yaw", "Pitch", "Roll"))


def motion(name: str, seconds: np.ndarray) -> np.ndarray:
    """The weight of a shape at times in seconds: slow waves, each shape its own."""
    order = SHAPES.index(name[:1].upper() + name[1:])
    return 0.5 + 0.45 * np.sin(2 * np.pi * (0.4 + 0.01 * order) * np.asarray(seconds) + order)


def timecode(frame: float, rate: int, drop: bool, sign: str = ":") -> str:
    """The timecode of a frame, counted from midnight; drop: of drop-frame timecode (29.97, 59.94)."""
    whole, part = int(frame // 1), frame % 1
    if drop:
        left_out, minute = rate // 15, 60 * rate - rate // 15
        tens, rest = divmod(whole, 10 * minute + left_out)
        whole += 9 * left_out * tens + (left_out * ((rest - left_out) // minute) if rest >= left_out else 0)
    seconds, number = divmod(whole, rate)
    clock = f"{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{clock}{sign}{number:02}{f'{part:.3f}'[1:]}"


def live_link_face(
    path: Path,
    seconds: float = 3.0,
    rate: int = 60,
    drop: bool = False,
    start: int = 0,
    each: float = 1.0,
    sign: str = ":",
    lost: Callable[[int], bool] = lambda _sample: False,
    count: str = "BlendshapeCount",
) -> Path:
    """Write a recording of `motion`. rate: frame numbers a second of the timecode. start: its first frame since
    midnight. each: frames between samples. lost: the samples that are not there."""
    pace = rate * 1000 / 1001 if drop else rate
    rows = [",".join(["Timecode", count, *SHAPES, *HEAD])]
    for sample in range(int(seconds * pace / each) + 1):
        if not lost(sample):
            weights = [f"{float(motion(name, sample * each / pace)):.10f}" for name in SHAPES]
            angles = ["0.1"] * len(HEAD)
            code = timecode(start + sample * each, rate, drop, sign)
            rows.append(",".join([code, str(len(weights) + len(angles)), *weights, *angles]))
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path
