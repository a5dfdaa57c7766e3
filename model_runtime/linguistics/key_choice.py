"""Choose key frames: at phone boundaries as in the paper, or evenly spaced or random for the paper's ablations."""

import numpy as np

from model_runtime.linguistics.key_frames import key_frames
from model_runtime.linguistics.phones import PhoneTrack

__all__ = ["choose_keys"]


def choose_keys(kind: str, share: float, phones: PhoneTrack | None, fps: float, frames: int, seed: int) -> np.ndarray:
    """(N,) int64 frame numbers, ascending; the first and the last of `frames` are included.

    kind: "phones", "uniform" or "random" (PaperConfig.keys). share: key frames per frame, for uniform and random. seed:
    for random.
    """
    if kind == "phones" and phones is not None:
        return key_frames(phones, fps, frames).astype(np.int64)
    count = max(2, round(share * frames))
    if kind == "random":
        chosen = np.random.default_rng(seed).permutation(frames)[:count]
        return np.unique(np.concatenate([[0], chosen, [frames - 1]]))
    return np.unique(np.round(np.linspace(0, frames - 1, count)).astype(np.int64))
