"""Heads of every family of names, as files of their own, speak: their lips open and close as those of the ARKit head."""

import os
import subprocess

import bpy
import numpy as np
import pytest
from families import FAMILIES
from spoken_heads import build, gaps, read_lips, spelled_arkit, through_file
from stage import LINE, TREE

FRAMES = range(1, 106, 2)
# A few shapes in the words of a language: most of the face is missing.
FEW = ("one's own words", "German", "French", "Spanish", "Russian", "Chinese")
IN_FBX = ("ARKit, copied (.001)", "Maya, blendShape1.", "Mixamo", "MMD", "VRoid", "Daz Genesis 8.1")


@pytest.fixture(scope="module")
def made(worker_python, tmp_path_factory):
    """The take of a line, and the lips of the project's own head."""
    folder = tmp_path_factory.mktemp("spoken")
    python = os.environ["KMTALK_PYTHON"]
    for command in (["generate", str(LINE), "-o", "take.npz", "--fps", "30"], ["head", "-o", "head.npz"]):
        run = [python, "-m", "model_runtime", *command]
        env = os.environ | {"PYTHONPATH": str(TREE)}
        subprocess.run(run, cwd=folder, env=env, check=True, capture_output=True)
    return folder / "take.npz", read_lips(folder / "head.npz")


def spoken(scene, made, target, gain=1.0):
    """(n,) m between the lips while the head speaks the line."""
    take, lips = made
    scene.kmtalk.target = target
    scene.kmtalk.keys = "EVERY_FRAME"
    assert bpy.ops.kmtalk.map_channels() == {"FINISHED"}
    if gain != 1.0:
        assert bpy.ops.kmtalk.set_mouth_gain(gain=gain) == {"FINISHED"}
    assert bpy.ops.kmtalk.import_take(filepath=str(take)) == {"FINISHED"}
    return gaps(target, lips, FRAMES)


@pytest.fixture(scope="module")
def arkit(made, extension):
    """The gap of the ARKit head in each frame."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    bpy.context.scene.render.fps, bpy.context.scene.render.fps_base = 30, 1.0
    return spoken(bpy.context.scene, made, build(bpy.context.scene, made[1], spelled_arkit()))


@pytest.mark.parametrize("name", FAMILIES)
def test_the_lips_of_every_family_open_as_arkits(scene, tmp_path, made, arkit, name):
    path = tmp_path / ("head.fbx" if name in IN_FBX else "head.glb")
    target = through_file(build(scene, made[1], FAMILIES[name]), path)
    gap = spoken(scene, made, target)
    r = np.corrcoef(gap, arkit)[0, 1]
    print(f"FAM {name}: r {r:.3f} height {np.ptp(gap)/np.ptp(arkit):.2f} mode {target.kmtalk.mapping_mode} {target.kmtalk.mapping_title}")
    assert r > (0.6 if name in FEW else 0.85)
    assert np.ptp(gap) > 0.4 * np.ptp(arkit)
