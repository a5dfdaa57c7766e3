"""The face of channel data: our own head."""

import numpy as np

from model_runtime.datasets.source import Face
from model_runtime.heads.demo_head import demo_head
from model_runtime.heads.motion_space import MotionSpace, space_from_rig

__all__ = ["rig_face"]


def rig_face(subjects: tuple[str, ...], channels: tuple[str, ...]) -> tuple[Face, MotionSpace]:
    """Our head as every subject's template, and the space of the channels."""
    head = demo_head()
    mouth = (head.landmarks["upper_lip_inner"], head.landmarks["lower_lip_inner"])
    templates = np.repeat(head.vertices[None], len(subjects), axis=0)
    face = Face(subjects, templates, head.lips, head.upper_face, False, mouth)
    return face, space_from_rig(head, channels)
