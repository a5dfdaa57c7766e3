"""Add a shape key to a mesh."""

import bpy

__all__ = ["new_shape"]


def new_shape(target: bpy.types.Object, name: str) -> bpy.types.ShapeKey:
    """Add a shape key without displacement, with a slider from 0 to 1 at 0; before it the Basis when it is missing."""
    if target.data.shape_keys is None:
        target.shape_key_add(name="Basis", from_mix=False)
    block = target.shape_key_add(name=name, from_mix=False)
    # Since 5.0 a new shape key starts at 1.
    block.slider_min, block.slider_max, block.value = 0.0, 1.0, 0.0
    return block
