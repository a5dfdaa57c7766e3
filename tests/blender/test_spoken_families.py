"""Heads of every family of names, as files of their own, speak: their lips open and close as those of ARKit's do."""

import bpy
import numpy as np
import pytest
from families import FAMILIES, spelled
from spoken_heads import build, gaps, made_line, through_file

pytestmark = pytest.mark.one_blender

FRAMES = range(1, 106, 2)
# The families whose heads are exchanged as FBX; the others are glTF.
IN_FBX = ("ARKit, copied (.001)", "Maya, blendShape1.", "Mixamo", "MMD", "VRoid", "Daz Genesis 8.1")


@pytest.fixture(scope="module")
def made(worker_python, tmp_path_factory):
    """The take of a line, and the lips of the project's own head."""
    return made_line(tmp_path_factory.mktemp("spoken"))


def spoken(scene, made, target):
    """(n,) m between the lips while the head speaks the line."""
    take, lips = made
    scene.kmtalk.target = target
    scene.kmtalk.keys = "EVERY_FRAME"
    assert bpy.ops.kmtalk.map_channels() == {"FINISHED"}
    assert bpy.ops.kmtalk.import_take(filepath=str(take)) == {"FINISHED"}
    return gaps(target, lips, FRAMES)


@pytest.fixture(scope="module")
def arkit(made, extension):
    """The gap of the ARKit head in each frame."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = 30, 1.0
    gap = spoken(scene, made, build(scene, made[1], spelled(str)))
    assert np.ptp(gap) > 0.004
    return gap


@pytest.mark.parametrize("name", FAMILIES)
def test_the_lips_of_every_family_open_as_arkits(scene, tmp_path, made, arkit, name):
    path = tmp_path / ("head.fbx" if name in IN_FBX else "head.glb")
    gap = spoken(scene, made, through_file(build(scene, made[1], FAMILIES[name]), path))
    assert np.corrcoef(gap, arkit)[0, 1] > 0.97
    assert np.ptp(gap) > 0.65 * np.ptp(arkit)
