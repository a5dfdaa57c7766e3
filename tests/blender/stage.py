"""What the tests of Blender's part share: characters, sounds, and a look at what a file holds."""

import wave
from pathlib import Path

import bpy
import numpy as np
import pytest

from model_runtime.channels import CHANNELS

TREE = Path(__file__).resolve().parents[2]
LINE = TREE / "assets" / "demo_line.flac"


def has_strips() -> bool:
    """False where bpy was built without sound (the 4.2 wheel)."""
    return bpy.app.version >= (4, 4)


needs_strips = pytest.mark.skipif(not has_strips(), reason="this bpy was built without sound strips")


def make_character(scene, name: str, shapes=CHANNELS):
    """A small mesh with shape keys of these names, else one a channel; it becomes the panel's character."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)], [], [(0, 1, 2, 3)])
    target = bpy.data.objects.new(name, mesh)
    scene.collection.objects.link(target)
    for shape in ("Basis", *shapes):
        target.shape_key_add(name=shape, from_mix=False).value = 0.0
    scene.kmtalk.target = target
    return target


def write_wav(path: Path, seconds: float = 3.0, rate: int = 16000) -> Path:
    """A sound that speech recognisers make nothing of: a tone that comes and goes."""
    time = np.arange(round(seconds * rate)) / rate
    samples = 0.3 * np.sin(2 * np.pi * 180 * time) * (np.sin(2 * np.pi * 2 * time) > 0)
    with wave.open(str(path), "wb") as stream:
        stream.setnchannels(1)
        stream.setsampwidth(2)
        stream.setframerate(rate)
        stream.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def action_of(target):
    """The active action of a character's shape keys."""
    animation = target.data.shape_keys.animation_data
    return animation.action if animation else None


def curve_of(target, shape: str):
    """The F-Curve of a shape key in the active action."""
    from bl_ext.user_default.kmtalk.scene.character.shape_map import value_path
    from bl_ext.user_default.kmtalk.scene.compat import action_curves

    return next(curve for curve in action_curves(action_of(target)) if curve.data_path == value_path(shape))


def snapshot() -> dict:
    """What a failed operator must leave as it was."""
    return {
        "actions": sorted(action.name for action in bpy.data.actions),
        "objects": sorted(obj.name for obj in bpy.data.objects),
        "meshes": sorted(mesh.name for mesh in bpy.data.meshes),
        "active": {obj.name: getattr(action_of(obj), "name", None) for obj in bpy.data.objects if _has_keys(obj)},
        "values": {
            obj.name: [b.value for b in obj.data.shape_keys.key_blocks] for obj in bpy.data.objects if _has_keys(obj)
        },
    }


def _has_keys(obj) -> bool:
    return obj.type == "MESH" and obj.data.shape_keys is not None
