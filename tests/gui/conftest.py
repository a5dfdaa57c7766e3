"""Fixtures of the tests in a real Blender: its chroot, a window, the extension's zip."""

import os
import shutil
import subprocess
import sys

import pytest
from window import ROOT, TREE, Window

from packing.targets import Target


@pytest.fixture
def blender():
    """Folder of the chroot with Blender; skips the test where there is none."""
    if not (ROOT / ".complete").exists():
        pytest.skip(f"there is no windowed Blender in {ROOT.name}; make test-gui makes one (as root)")
    if os.geteuid() != 0:
        pytest.skip("the windowed Blender needs root")
    return ROOT


@pytest.fixture
def runtime():
    """Environment variables by which the extension finds the runtime."""
    return {"KMTALK_PYTHON": str(TREE / ".venv" / "bin" / "python")}


@pytest.fixture
def home():
    """The user's home with one sound file; Blender's file browser opens there."""
    folder = TREE / "out" / f"gui-home{ROOT.name}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(TREE / "assets" / "demo_line.flac", folder / "hello.flac")
    return folder


@pytest.fixture
def window(blender, home, runtime):
    """Window of a new Blender with the default scene."""
    opened = Window(TREE / "out" / "gui", {"HOME": str(home), **runtime})
    yield opened
    opened.close()


@pytest.fixture
def installed(window, archive):
    """Window of a new Blender with the extension installed from its zip."""
    window.python(
        f"import bpy\nbpy.ops.extensions.package_install_files(filepath={str(archive)!r}, "
        "repo='user_default', enable_on_install=True)",
        seconds=120,
    )
    return window


@pytest.fixture(scope="session")
def archive():
    """The extension's zip for this Blender, built for this test run."""
    # Blender takes a zip by its range of versions; those from 5.1 on take the one for Python 3.13.
    python = "3.13" if "5.2" in os.environ.get("KMTALK_BLENDER", "") else "3.11"
    command = [sys.executable, "build_addon.py", "--target", Target.here().platform, python]
    done = subprocess.run(command, cwd=TREE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return next((TREE / "dist").glob(f"kmtalk-*-py{python}.zip"))
