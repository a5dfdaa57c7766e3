"""What the tests in a real Blender share: the chroot with it, a window, the extension's zip."""

import os
import shutil
import subprocess
import sys

import pytest
from window import ROOT, TREE, Window


@pytest.fixture
def blender():
    """The folder with the windowed Blender; skips where there is none."""
    if not (ROOT / ".complete").exists():
        pytest.skip(f"there is no windowed Blender in {ROOT.name}; make test-gui makes one (as root)")
    if os.geteuid() != 0:
        pytest.skip("the windowed Blender needs root")
    return ROOT


@pytest.fixture
def runtime():
    """Environment variables that give Blender the runtime."""
    return {"KMTALK_PYTHON": str(TREE / ".venv" / "bin" / "python")}


@pytest.fixture
def home():
    """The user's home, which is where Blender's file browser looks first: one sound lies there."""
    folder = TREE / "out" / "gui-home"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(TREE / "assets" / "demo_line.flac", folder / "hello.flac")
    return folder


@pytest.fixture
def window(blender, home, runtime):
    """A window of a fresh Blender, in its default scene."""
    opened = Window(TREE / "out" / "gui", {"HOME": str(home), **runtime})
    yield opened
    opened.close()


@pytest.fixture
def installed(window, archive):
    """That window, with the extension installed from its zip."""
    window.python(
        f"import bpy\nbpy.ops.extensions.package_install_files(filepath={str(archive)!r}, "
        "repo='user_default', enable_on_install=True)",
        seconds=120,
    )
    return window


@pytest.fixture
def archive():
    """The extension's zip, built now."""
    done = subprocess.run([sys.executable, "build_addon.py"], cwd=TREE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return max((TREE / "dist").glob("kmtalk-*.zip"), key=lambda path: path.stat().st_mtime)
