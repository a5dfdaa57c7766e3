"""Retarget: a take in a model's own shapes -> the named channels of a head with the same vertices."""

import dataclasses

import numpy as np

from model_runtime.channels import GAZE
from model_runtime.errors import InputError
from model_runtime.heads.face_frame import fit_similarity
from model_runtime.heads.head import Head
from model_runtime.heads.motion_space import MotionSpace, space_from_rig
from model_runtime.take import Take

__all__ = ["retarget"]

# Largest RMS distance of two faces after the best similarity, share of the face's RMS radius; faces of another vertex
# order are further apart.
FARTHEST = 0.15
# Frames solved at once, so that memory stays bounded.
BLOCK = 256


def retarget(take: Take, space: MotionSpace, head: Head) -> Take:
    """The take in the head's channels, weights in [0, 1]: least squares on vertex displacements, frame by frame.

    space: displacements of the take's channels. The head has the same vertices in the same order; its axes and size may
    differ. Raises InputError when the two are different faces or the take is not of that space.
    """
    if take.channels != space.names:
        raise InputError(
            f"The take moves {take.channels[0]}, the model {space.names[0]}; choose the model that made it."
        )
    if len(head.vertices) != len(space.neutral):
        raise InputError(
            f"The head has {len(head.vertices)} vertices, the model's face {len(space.neutral)}; choose that face."
        )
    turn = _turn(space.neutral.astype(np.float64), head.vertices.astype(np.float64))
    # What speech does not move stays still: a sneer, say, would share a smile's displacement.
    rig = space_from_rig(head, tuple(name for name in head.channels if name not in GAZE))
    weights = [
        rig.bounded(space.displacement(take.weights[first : first + BLOCK]) @ turn)
        for first in range(0, len(take.weights), BLOCK)
    ]
    return dataclasses.replace(
        take,
        weights=np.concatenate(weights),
        channels=rig.names,
        # Completion needs the features of a model with the same channels; no model has these.
        acoustics=np.zeros((0, 0), np.float16),
        meta=take.meta | {"expressed": True},
    )


def _turn(face: np.ndarray, head: np.ndarray) -> np.ndarray:
    """(3, 3) scaled rotation, multiplied from the right, of the face's displacements to the head's axes."""
    fitted = fit_similarity(face, head)
    apart = np.sqrt(np.square(fitted(face) - head).sum(axis=1).mean())
    if apart > FARTHEST * np.sqrt(np.square(head - head.mean(axis=0)).sum(axis=1).mean()):
        raise InputError("The head's vertices come in another order than the model's face; choose that face.")
    return fitted.scale * fitted.rotation.T
