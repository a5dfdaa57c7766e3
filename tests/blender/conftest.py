"""Blender's part is tested inside bpy, whatever its version, as users have it: installed from the built zip.

The real worker runs in a process of its own.
"""

import importlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# Blender asks where the user's folders are when it is imported; the extension goes into scratch ones.
os.environ["BLENDER_USER_RESOURCES"] = tempfile.mkdtemp(prefix="kmtalk-blender-")

import bpy
import pytest
from stage import LINE, TREE, has_strips, make_character

from packing.targets import Target

INSTALLED = "bl_ext.user_default.kmtalk"

EXIT_STATUS = pytest.StashKey[int]()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    session.config.stash[EXIT_STATUS] = int(exitstatus)
    shutil.rmtree(os.environ["BLENDER_USER_RESOURCES"])


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """The process ends before bpy is torn down.

    As a module, Blender frees what Python gave it (one app handler is enough) after Python itself has gone: 4.2 then
    ends with a segmentation fault although every test has passed.
    """
    if EXIT_STATUS in config.stash:
        config.get_terminal_writer().flush()
        os._exit(config.stash[EXIT_STATUS])


@pytest.fixture(scope="session", autouse=True)
def worker_python():
    """The interpreter with the runtime's packages: this one, or the project's own when bpy's cannot have them."""
    if "KMTALK_PYTHON" not in os.environ:
        own = TREE / ".venv" / "bin" / "python"
        os.environ["KMTALK_PYTHON"] = str(own if own.exists() else sys.executable)


@pytest.fixture(scope="session")
def package(tmp_path_factory) -> Path:
    """The extension's zip for this Blender, built from the working tree. Its environment lacks what the build needs."""
    folder = tmp_path_factory.mktemp("package")
    builder = TREE / ".venv" / "bin" / "python"
    target = (Target.here().platform, "{}.{}".format(*sys.version_info[:2]))
    command = [builder if builder.exists() else sys.executable, TREE / "build_addon.py", "--output", folder]
    command += ["--target", *target]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return next(folder.glob("kmtalk-*.zip"))


@pytest.fixture(scope="session")
def extension(worker_python, package):
    """KMTalk, installed from its zip and switched on once; its worker stays warm over the tests."""
    bpy.ops.extensions.package_install_files(filepath=str(package), repo="user_default", enable_on_install=True)
    installed = importlib.import_module(INSTALLED)
    assert Path(installed.__file__).is_relative_to(os.environ["BLENDER_USER_RESOURCES"])
    yield installed
    bpy.ops.preferences.addon_disable(module=INSTALLED)


@pytest.fixture
def scene(extension):
    """An empty file at 30 frames a second."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    bpy.context.scene.render.fps = 30
    bpy.context.scene.render.fps_base = 1.0
    return bpy.context.scene


@pytest.fixture
def client(extension):
    """The worker's client."""
    return extension.session.worker()


@pytest.fixture
def head(scene):
    """A character with a shape key a channel: a plain grid, so that tests are quick."""
    return make_character(scene, "Anna")


@pytest.fixture
def line(scene):
    """The demo line as the source of the panel: a strip from frame 11 where Blender has strips, else the file."""
    if has_strips():
        strip = scene.sequence_editor_create()
        strips = strip.strips if hasattr(strip, "strips") else strip.sequences
        strips.new_sound("hello", str(LINE), 1, 11)
    else:
        scene.kmtalk.audio, scene.kmtalk.frame = str(LINE), 11
    scene.kmtalk.transcript = (TREE / "assets" / "demo_line.txt").read_text()
    return LINE
