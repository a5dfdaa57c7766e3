"""Keep what stands beside a take in step with it: head and eyes, and its emotion."""

import bpy

from ..takes.baseline import Baseline
from .write_emotion import refresh_emotion
from .write_life import refresh_life

__all__ = ["refresh_beside"]


def refresh_beside(target: bpy.types.Object, baseline: Baseline) -> tuple[str, ...]:
    """Write again what stands beside a take, after the take was moved or changed.

    Returns sentences on what could not be written and stays as it was.
    """
    return (*refresh_life(target, baseline), *refresh_emotion(target, baseline))
