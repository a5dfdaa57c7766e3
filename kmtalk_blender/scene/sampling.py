"""Values that the scene's animation gives, measured over frames of the timeline."""

from collections.abc import Callable

import bpy
import numpy as np

__all__ = ["sampled"]


def sampled(
    scene: bpy.types.Scene,
    start: float,
    count: int,
    apart: int,
    measure: Callable[[bpy.types.Depsgraph], np.ndarray],
) -> np.ndarray:
    """(T, n) what `measure` gives, (n,), at `count` frames from `start` of the timeline.

    Measured at every `apart`-th frame and the last, and interpolated between. The playhead is moved and put back.
    """
    now, rest = scene.frame_current, scene.frame_subframe
    rows, found = np.unique(np.r_[np.arange(0, count, apart), count - 1]), []
    try:
        for row in rows:
            frame = start + float(row)
            scene.frame_set(int(np.floor(frame)), subframe=frame - float(np.floor(frame)))
            found.append(measure(bpy.context.evaluated_depsgraph_get()))
    finally:
        scene.frame_set(now, subframe=rest)
    return np.stack([np.interp(np.arange(count), rows, column) for column in np.array(found).T], axis=1)
