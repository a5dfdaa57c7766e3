"""Antagonists: two channels that work against each other are not both on, so that each curve says one thing.

The starter learned from landmarks of faces. In its sum a smile and a frown, or an open jaw and closed lips, fit the
landmarks as well as the one movement that they add up to, and a third of the frames hold both. An animator who edits
one of the two curves then works against the other one. Here what both have in common is taken from both, and the
channel that does the same to the corners of the mouth makes up for it: lips and corners stay where they were.

Smile and frown are taken apart everywhere. Jaw and mouthClose are taken apart in silences only: in speech a jaw that
is open behind closed lips is what a B or an M looks like.
"""

import numpy as np

from model_runtime.linguistics.phones import PhoneTrack
from model_runtime.postprocess.silences import depth_in_silence
from model_runtime.postprocess.smoothstep import ease

__all__ = ["without_antagonists"]

# Weight of mouthStretch that takes a corner out as far as a smile and a frown of weight 1 together do, and weight of
# mouthPucker that takes both corners in as far as a jaw of weight 1 does. Both as measured on the demo head: .0678
# against .0597 and .0285 against .0975 eye distances.
STRETCH_PER_PAIR = 1.14
PUCKER_PER_JAW = 0.29
# Seconds before and after a silence in which jaw and mouthClose come together with those of the speech.
HANDOVER_S = 0.1


def without_antagonists(weights: np.ndarray, channels: tuple[str, ...], phones: PhoneTrack, fps: float) -> np.ndarray:
    """Weights (T, K) in [0, 1] in which smile and frown of one side are never both on, nor are jawOpen and mouthClose
    in a silence. The lips are as far apart as before, and the corners of the mouth as far out.

    channels: K names, with all of the starter's among them. fps: frames a second.
    """
    result = weights.copy()

    def take_apart(first: str, second: str, instead: str, amount: float, share: np.ndarray | float = 1.0) -> None:
        columns = [channels.index(first), channels.index(second)]
        common = share * result[:, columns].min(axis=1)
        result[:, columns] -= common[:, None]
        result[:, channels.index(instead)] += amount * common

    for side in ("Left", "Right"):
        take_apart(f"mouthSmile{side}", f"mouthFrown{side}", f"mouthStretch{side}", STRETCH_PER_PAIR)
    silence = ease(1 + depth_in_silence(phones, np.arange(len(weights)) / fps, HANDOVER_S, HANDOVER_S))
    take_apart("jawOpen", "mouthClose", "mouthPucker", PUCKER_PER_JAW, silence)
    return np.clip(result, 0, 1)
