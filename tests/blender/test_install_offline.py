"""The offline package reaches a working runtime on a machine without any network."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parents[2]
# A Blender of its own: installing changes the user's folders and the extensions that are loaded.
INSIDE = """
import json, os, sys
import bpy
bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
assert not bpy.app.online_access
done = bpy.ops.extensions.package_install_files(filepath=sys.argv[1], repo="user_default", enable_on_install=True)
assert done == {"FINISHED"}, done
assert bpy.ops.kmtalk.install_runtime() == {"FINISHED"}
from bl_ext.user_default.kmtalk import session
from bl_ext.user_default.kmtalk.runtime.check import check_runtime
findings = [[finding.name, finding.good, finding.text] for finding in check_runtime(session.worker())]
bpy.ops.preferences.addon_disable(module="bl_ext.user_default.kmtalk")
print("FINDINGS", json.dumps(findings))
sys.stdout.flush()
os._exit(0)
"""


def without_network() -> list[str]:
    """What a command is put behind to run on a machine of its own without any network."""
    command = ["unshare", "--map-root-user", "--net"]
    if shutil.which("unshare") is None or subprocess.run([*command, "true"], check=False).returncode != 0:
        pytest.skip("this system cannot run a process without its network")
    return command


@pytest.mark.slow
@pytest.mark.skipif(
    sys.version_info[:2] != (3, 11), reason="the lock's CPU build of torch for Linux is for Python 3.11"
)
def test_the_offline_package_installs_and_speaks_without_a_network(tmp_path):
    alone = without_network()
    python = TREE / ".venv" / "bin" / "python"
    command = [python if python.exists() else sys.executable, TREE / "build_addon.py", "--output", tmp_path / "dist"]
    built = subprocess.run([*command, "--offline", "linux-x64", "3.11"], capture_output=True, text=True, check=False)
    if "No wheel" in built.stderr or "CUDA" in built.stderr:
        pytest.skip(f"pip finds no CPU build of torch here: {built.stderr.strip()}")
    assert built.returncode == 0, built.stderr
    shutil.rmtree(tmp_path / "dist" / "wheels")
    package = next((tmp_path / "dist").glob("kmtalk-*-linux-x64-py3.11.zip"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("KMTALK", "PIP"))}
    environment |= {"BLENDER_USER_RESOURCES": str(tmp_path / "blender")}
    result = subprocess.run(
        [*alone, sys.executable, "-c", INSIDE, package], capture_output=True, text=True, env=environment, check=False
    )
    assert "FINDINGS" in result.stdout, result.stdout + result.stderr
    findings = json.loads(result.stdout.partition("FINDINGS ")[2].splitlines()[0])
    assert [text for _, good, text in findings if not good] == []
    assert [name for name, _, _ in findings] == ["Interpreter", "Runtime", "Model", "Device", "One second of sound"]
    assert Path(findings[0][2]).is_relative_to(tmp_path / "blender")
