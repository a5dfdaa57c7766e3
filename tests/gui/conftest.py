"""What the tests in a real Blender share: the chroot with it, a window, the extension's zip."""

import os
import subprocess
import sys

import pytest
from window import ROOT, TREE, Window


@pytest.fixture
def blender():
    """The folder with the windowed Blender; skips where there is none."""
    if not (ROOT / ".complete").exists():
        pytest.skip("there is no windowed Blender; tools/windowed_blender.sh .blender makes one (as root)")
    if os.geteuid() != 0:
        pytest.skip("the windowed Blender needs root")
    return ROOT


@pytest.fixture
def window(blender):
    """A window of a fresh Blender."""
    opened = Window(TREE / "out" / "gui", {"KMTALK_PYTHON": str(TREE / ".venv" / "bin" / "python")})
    yield opened
    opened.close()


@pytest.fixture
def archive():
    """The extension's zip, built now."""
    done = subprocess.run([sys.executable, "build_addon.py"], cwd=TREE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return max((TREE / "dist").glob("kmtalk-*.zip"), key=lambda path: path.stat().st_mtime)
