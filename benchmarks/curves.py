"""Time of writing all keyframes of a curve at once, against inserting keyframes one by one."""

import time

import bpy
import numpy as np

from kmtalk_blender.scene.curves.density import Density, make_keys
from kmtalk_blender.scene.curves.shape_curves import write_curves

__all__ = ["keys_per_second"]

# Shape keys, frames of each curve, and frames on which inserting one by one is measured.
SHAPES = 52
FRAMES = 3000
INSERTED = 30


def keys_per_second() -> list[tuple[str, str]]:
    """Measure 52 shape keys over 3000 frames; inserting one by one is measured on 30 frames and scaled up."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    mesh = bpy.data.meshes.new("face")
    mesh.from_pydata([(0, 0, 0)], [], [])
    target = bpy.data.objects.new("face", mesh)
    target.shape_key_add(name="Basis")
    names = [target.shape_key_add(name=f"shape{index}").name for index in range(SHAPES)]
    keys = mesh.shape_keys
    values = np.random.default_rng(0).random((FRAMES, SHAPES))
    action = bpy.data.actions.new("take")
    key_frames = np.arange(0, FRAMES, 3)

    began = time.perf_counter()
    curves = {name: make_keys(values[:, i], 1.0, key_frames, Density()) for i, name in enumerate(names)}
    write_curves(action, keys, curves)
    bulk = time.perf_counter() - began

    began = time.perf_counter()
    for frame in range(INSERTED):
        for index, name in enumerate(names):
            keys.key_blocks[name].value = values[frame, index]
            keys.key_blocks[name].keyframe_insert("value", frame=frame + 1)
    single = (time.perf_counter() - began) * FRAMES / INSERTED
    return [
        (f"writing {SHAPES} curves of {FRAMES} keys", f"{bulk:.2f} s"),
        ("the same with keyframe_insert (from a part)", f"{single:.1f} s, {single / bulk:.0f} times as long"),
    ]
