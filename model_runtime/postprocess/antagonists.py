"""Antagonists: two channels that move the lips in opposite directions are not both on, which makes curves easy to edit.

The starter was trained on landmarks of faces. A smile and a frown at once, or an open jaw and closed lips, fit the
landmarks as well as the one movement that they add up to, and a third of the frames hold both. An animator who edits
one of the two curves then works against the other. This rule subtracts the smaller weight of a pair from both channels,
and adds to a third channel that moves the corners of the mouth as the pair did: lips and corners stay where they were.

Smile and frown are separated everywhere. jawOpen and mouthClose are separated in silences only: in speech, an open jaw
behind closed lips is the shape of a B or an M.
"""

import numpy as np

from model_runtime.postprocess.context import Context
from model_runtime.postprocess.motion import Motion
from model_runtime.postprocess.silences import depth_in_silence
from model_runtime.postprocess.smoothstep import ease

__all__ = ["part_antagonists"]


def part_antagonists(motion: Motion, context: Context) -> Motion:
    """Separate mouthSmile and mouthFrown on each side, and jawOpen and mouthClose in silences.

    The aperture and the corners of the mouth stay as they are.
    """
    config = context.config.antagonists
    result = motion.weights.copy()

    def take_apart(first: str, second: str, instead: str, amount: float, share: np.ndarray | float = 1.0) -> None:
        columns = [motion.column(first), motion.column(second)]
        common = share * result[:, columns].min(axis=1)
        result[:, columns] -= common[:, None]
        result[:, motion.column(instead)] += amount * common

    for side in ("Left", "Right"):
        take_apart(f"mouthSmile{side}", f"mouthFrown{side}", f"mouthStretch{side}", config.stretch_per_pair)
    depth = depth_in_silence(context.silences, context.times, config.handover_s, config.handover_s)
    take_apart("jawOpen", "mouthClose", "mouthPucker", config.pucker_per_jaw, ease(1 + depth))
    return motion.moved_to(np.clip(result, 0, 1))
