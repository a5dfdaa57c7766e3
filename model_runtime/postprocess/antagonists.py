"""Antagonists: two channels that work against each other are not both on, so that each curve says one thing.

The starter learned from landmarks of faces. In its sum a smile and a frown, or an open jaw and closed lips, fit the
landmarks as well as the one movement that they add up to, and a third of the frames hold both. An animator who edits
one of the two curves then works against the other one. Here what both have in common is taken from both, and the
channel that does the same to the corners of the mouth makes up for it: lips and corners stay where they were.

Smile and frown are taken apart everywhere. Jaw and mouthClose are taken apart in silences only: in speech a jaw that
is open behind closed lips is what a B or an M looks like.
"""

import numpy as np

from model_runtime.postprocess.context import Context
from model_runtime.postprocess.motion import Motion
from model_runtime.postprocess.silences import depth_in_silence
from model_runtime.postprocess.smoothstep import ease

__all__ = ["part_antagonists"]


def part_antagonists(motion: Motion, context: Context) -> Motion:
    """Smile and frown of one side are never both on, nor are jawOpen and mouthClose in a silence. The lips are as far
    apart as before, and the corners of the mouth as far out."""
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
