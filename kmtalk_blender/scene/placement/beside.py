"""Take away what was added beside takes, with the sliders as they were before."""

from collections.abc import Callable

import bpy

from ..curves.shape_curves import keyed_shapes
from ..takes.added_tracks import rests_beside
from ..takes.nla_tracks import animating_actions
from ..takes.takes import active_own_take, own_takes
from .layers import arrange

__all__ = ["rearranged"]


def rearranged(shape_keys: bpy.types.Key, change: Callable[[], int]) -> int:
    """Make a change of what is beside takes. Returns what it returns: how much it removed.

    Then the layers are in order, and shape keys that nothing moves any more have the value that they had before.
    """
    before = rests_beside(shape_keys)
    count = change()
    if count:
        arrange(shape_keys, own_takes(shape_keys), active_own_take(shape_keys))
        animated = {shape for action in animating_actions(shape_keys) for shape in keyed_shapes(action)}
        for shape in set(before) - set(rests_beside(shape_keys)) - animated:
            shape_keys.key_blocks[shape].value = before[shape]
    return count
