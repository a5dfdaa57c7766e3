"""Blender's part is tested inside bpy, whatever its version, with the real worker in a process of its own."""

import os
import sys

import bpy
import pytest
from stage import LINE, TREE, has_strips, make_character

EXIT_STATUS = pytest.StashKey[int]()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    session.config.stash[EXIT_STATUS] = int(exitstatus)


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
def extension(worker_python):
    """KMTalk from the source tree, registered once; its worker stays warm over the tests."""
    sys.path.insert(0, str(TREE))
    import kmtalk_blender

    kmtalk_blender.register()
    yield kmtalk_blender
    kmtalk_blender.unregister()


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
