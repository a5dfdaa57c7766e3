"""The built zip installs into this Blender, and speaks from there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parents[2]
# A Blender of its own: installing changes the user's folders and the extensions that are loaded.
INSIDE = """
import os, sys
import bpy
bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
done = bpy.ops.extensions.package_install_files(filepath=sys.argv[1], repo="user_default", enable_on_install=True)
assert done == {"FINISHED"}, done
assert "bl_ext.user_default.kmtalk" in bpy.context.preferences.addons
assert bpy.ops.kmtalk.add_head() == {"FINISHED"}
target = bpy.context.scene.kmtalk.target
panel = bpy.context.scene.kmtalk
panel.source, panel.audio, panel.transcript = "FILE", sys.argv[2], "Hello"
assert bpy.ops.kmtalk.generate() == {"FINISHED"}
action = target.data.shape_keys.animation_data.action
print("keys from", action.frame_range[0], "to", action.frame_range[1])
assert action.frame_range[1] > 100
bpy.ops.preferences.addon_disable(module="bl_ext.user_default.kmtalk")
print("INSTALLED")
sys.stdout.flush()
os._exit(0)
"""


@pytest.mark.slow
def test_zip_installs_and_speaks(tmp_path, worker_python, package):
    environment = os.environ | {"BLENDER_USER_RESOURCES": str(tmp_path / "blender")}
    line = TREE / "assets" / "demo_line.flac"
    result = subprocess.run(
        [sys.executable, "-c", INSIDE, package, line], capture_output=True, text=True, env=environment, check=False
    )
    assert "INSTALLED" in result.stdout, result.stdout + result.stderr
