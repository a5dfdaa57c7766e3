"""The zip, and nothing else: installed into an empty Blender it speaks, without a network and without a second step."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parents[2]
# A Blender of its own: installing changes the user's folders and the extensions that are loaded.
BEGIN = """
import os, sys
import bpy
bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
assert not bpy.app.online_access
done = bpy.ops.extensions.package_install_files(filepath=sys.argv[1], repo="user_default", enable_on_install=True)
assert done == {"FINISHED"}, done
from bl_ext.user_default.kmtalk import session
def speak():
    assert bpy.ops.kmtalk.add_head() == {"FINISHED"}
    target, panel = bpy.context.scene.kmtalk.target, bpy.context.scene.kmtalk
    panel.source, panel.audio, panel.transcript = "FILE", sys.argv[2], "Hello"
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    assert target.data.shape_keys.animation_data.action.frame_range[1] > 100
# No Blender comes with the runtime's packages, but the Python of these tests may have them.
sys.modules["pocketsphinx"] = None
def refused():
    try:
        speak()
    except RuntimeError as error:
        return str(error)
    raise AssertionError("it spoke")
packages = session.packages()
"""
END = """
bpy.ops.preferences.addon_disable(module="bl_ext.user_default.kmtalk")
print("ALL DONE")
sys.stdout.flush()
os._exit(0)
"""


def without_network() -> list[str]:
    """What a command is put behind to run on a machine of its own without any network."""
    command = ["unshare", "--map-root-user", "--net"]
    if shutil.which("unshare") is None or subprocess.run([*command, "true"], check=False).returncode != 0:
        pytest.skip("this system cannot run a process without its network")
    return command


def in_blender(folder: Path, package: Path, code: str, before: tuple[str, ...] = ()) -> str:
    """Run code in a new Blender whose user files lie in `folder`; its output. BEGIN has installed the package."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("KMTALK", "PIP", "PYTHON"))}
    variables["BLENDER_USER_RESOURCES"] = str(folder)
    # -s -E: what the user has installed for this Python is not Blender's.
    command = [*before, sys.executable, "-sE", "-c", BEGIN + code + END, package, TREE / "assets" / "demo_line.flac"]
    result = subprocess.run(command, capture_output=True, text=True, env=variables, check=False)
    assert "ALL DONE" in result.stdout, result.stdout + result.stderr
    return result.stdout


@pytest.mark.every_blender
@pytest.mark.slow
def test_the_zip_speaks_without_a_network_and_a_second_step(tmp_path, package):
    """The packages are unpacked once; what is damaged or deleted later is unpacked again; old ones go."""
    code = """
old = packages.place / "packages-000000000000"
old.mkdir(parents=True)
assert session.runtime().packages == packages
speak()
assert packages.whole() and packages.first_damaged() == ""
first = os.stat(packages.folder).st_ino
session.close()
speak()
assert os.stat(packages.folder).st_ino == first
session.close()
broken = packages.folder / "numpy" / "__init__.py"
broken.write_text("raise SystemExit('damaged')")
speak()
session.close()
# Content that changed without a trace in size and time is found by Check Runtime.
kept = os.stat(broken)
content = broken.read_bytes()
broken.write_bytes(content[:-1] + b" ")
os.utime(broken, ns=(kept.st_atime_ns, kept.st_mtime_ns))
from bl_ext.user_default.kmtalk.runtime.check import check_runtime
found = [one for one in check_runtime(session.worker()) if not one.good]
assert len(found) == 1 and "numpy/__init__.py is damaged" in found[0].text, found
session.close()
import shutil
shutil.rmtree(packages.folder)
speak()
assert not old.exists()
assert sorted(path.name for path in packages.place.glob("packages*")) == [packages.folder.name]
"""
    in_blender(tmp_path / "blender", package, code, tuple(without_network()))


@pytest.mark.slow
def test_the_zip_speaks_other_languages(tmp_path, package):
    """What reads their words is in the zip, and runs beside Blender's Python."""
    program = shutil.which("espeak-ng")
    if program is None:
        pytest.skip("espeak-ng is not installed")
    sound, words = tmp_path / "abend.wav", "Guten Abend, mein Bruder Peter baut im Sommer schöne blaue Möbel."
    subprocess.run([program, "-v", "de", "-w", str(sound), words], check=True)
    code = f"""
assert bpy.ops.kmtalk.add_head() == {{"FINISHED"}}
target, panel = bpy.context.scene.kmtalk.target, bpy.context.scene.kmtalk
panel.source, panel.audio, panel.transcript = "FILE", {str(sound)!r}, {words!r}
assert bpy.ops.kmtalk.generate() == {{"FINISHED"}}
phones = target.data.shape_keys.animation_data.action.kmtalk.phones
assert {{"Guten", "Bruder", "Möbel"}} <= {{phone.word for phone in phones}}, [phone.word for phone in phones]
"""
    in_blender(tmp_path / "blender", package, code)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"platform": "windows-arm64"}, "is for windows-arm64 with Python"),
        ({"python": "3.99"}, "with Python 3.99"),
        ({"sha256": "0" * 64}, "is missing or damaged; install the extension again"),
        ({"bytes": 10**13}, "is missing or damaged; install the extension again"),
    ],
)
def test_packages_that_cannot_run_here_are_said_in_a_sentence(tmp_path, package, changed, sentence):
    """Blender itself refuses a zip of another platform; the description is what remains when one was renamed."""
    code = f"""
import json
description = session.source_folder() / "packages.json"
description.write_text(json.dumps(json.loads(description.read_text()) | {changed!r}))
said = session.missing_runtime() or refused()
assert {sentence!r} in said, said
assert not list(packages.place.glob("packages*"))
"""
    in_blender(tmp_path / "blender", package, code)


@pytest.mark.slow
@pytest.mark.parametrize("where", ["begin", "middle", "end"])
def test_a_damaged_archive_is_refused_and_leaves_nothing(tmp_path, package, where):
    code = f"""
content = bytearray(packages.archive.read_bytes())
at = {{"begin": 40, "middle": len(content) // 2, "end": len(content) - 30}}[{where!r}]
content[at : at + 8] = b"damaged!"
packages.archive.write_bytes(content)
said = refused()
assert "damaged; install the extension again" in said, said
assert not list(packages.place.glob("packages*"))
"""
    in_blender(tmp_path / "blender", package, code)


@pytest.mark.slow
def test_a_full_disk_and_a_locked_file_are_said_and_leave_nothing(tmp_path, package):
    code = """
from bl_ext.user_default.kmtalk.runtime import unpacking
from pathlib import Path
free = unpacking.shutil.disk_usage
unpacking.shutil.disk_usage = lambda path: free(path)._replace(free=10**6)
said = refused()
assert "make room" in said, said
unpacking.shutil.disk_usage = free
# A virus scanner has the folder for longer than KMTalk waits, then for less.
rename, tries = Path.rename, []
def locked(self, target):
    tries.append(target)
    if ".new-" in self.name and (len(tries) < 4 or unpacking.PATIENCE < 1):
        raise PermissionError(13, "Permission denied")
    return rename(self, target)
Path.rename, unpacking.PATIENCE = locked, 0.5
said = refused()
assert "locked by another program" in said, said
assert not list(packages.place.glob("packages*"))
tries.clear()
unpacking.PATIENCE = 5.0
speak()
assert len(tries) >= 4
"""
    in_blender(tmp_path / "blender", package, code)


def test_the_zip_names_its_python_and_platform(package):
    with zipfile.ZipFile(package) as archive:
        assert "lib/packages.zip" in archive.namelist()
        manifest = archive.read("blender_manifest.toml").decode()
    if sys.version_info[:2] == (3, 11):
        assert 'blender_version_min = "4.2.0"\nblender_version_max = "5.1.0"' in manifest
    else:
        assert 'blender_version_min = "5.1.0"' in manifest
        assert "blender_version_max" not in manifest
