"""The extension leaves nothing outside its folder and the files that the user names, and asks nobody."""

import os
import sys
from pathlib import Path

import pytest
from stage import LINE
from watched import watch

# A Blender of its own, from switching the extension on to a take in a file. Blender 5.2 itself opens a socket while it
# starts: urllib3, which it imports, tries whether this machine has IPv6.
INSIDE = """
import os, sys
import bpy
bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
os.mkdir(sys.argv.pop(1))
bpy.ops.extensions.package_install_files(filepath=sys.argv[1], repo="user_default", enable_on_install=True)
if len(sys.argv) > 2:
    assert bpy.ops.kmtalk.check_runtime() == {"FINISHED"}
    assert bpy.ops.kmtalk.add_head() == {"FINISHED"}
    panel = bpy.context.scene.kmtalk
    panel.source, panel.audio, panel.transcript = "FILE", sys.argv[2], "Hello"
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    assert bpy.ops.kmtalk.export_take(filepath=sys.argv[3]) == {"FINISHED"}
bpy.ops.preferences.addon_disable(module="bl_ext.user_default.kmtalk")
print("DONE")
sys.stdout.flush()
os._exit(0)
"""


def look(tmp_path: Path, *command: object) -> None:
    resources, user = tmp_path / "blender", tmp_path / "user"
    out = tmp_path / "out"
    out.mkdir()
    started = out / "started"
    python = {"KMTALK_PYTHON": os.environ["KMTALK_PYTHON"], "BLENDER_USER_RESOURCES": str(resources)}
    traces = watch([sys.executable, "-c", INSIDE, started, *command], user, environment=python, begin=started)
    assert "DONE" in traces.output, traces.output
    assert traces.reached == ()
    # Blender's own: it makes both whenever it starts, and this one ends without removing the second.
    thumbnails, temporary = user / "XDG_CACHE_HOME" / "thumbnails", user / "TMPDIR"
    assert traces.outside(resources, out, thumbnails, temporary) == []
    left = [path for path in traces.left if path != thumbnails and thumbnails not in path.parents]
    assert [path for path in left if not path.relative_to(temporary).parts[0].startswith("blender_")] == []


def test_switching_it_on(tmp_path, package):
    look(tmp_path, package)


@pytest.mark.every_blender
@pytest.mark.slow
def test_from_the_head_to_the_file(tmp_path, worker_python, package):
    look(tmp_path, package, LINE, tmp_path / "out" / "take.npz")
    assert (tmp_path / "out" / "take.npz").is_file()


def test_the_worker_writes_nothing_beside_the_extension(extension, client):
    """What the zip holds is compiled already."""
    folder = Path(extension.__file__).parent

    def files() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}

    client.close()
    before = files()
    client.call("info", {})
    assert files() == before
