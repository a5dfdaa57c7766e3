"""The runtime environment is made, replaced and removed by pip itself, from wheels on this machine."""

import hashlib
import os
import subprocess
import sys
import threading
import time
import zipfile
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import bpy
import pytest

TREE = Path(__file__).resolve().parents[2]


@pytest.fixture
def install(extension):
    """What installs, as names of one namespace; importing it needs the extension's package."""
    from bl_ext.user_default.kmtalk.runtime import install, install_plan, virtual_environment

    return SimpleNamespace(**vars(install) | vars(install_plan) | vars(virtual_environment))


@pytest.fixture
def source(tmp_path, monkeypatch) -> Path:
    """A folder like the extension's, with a lock of one small wheel, and that wheel where pip finds it."""
    folder = tmp_path / "extension"
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder / "wheelhouse"))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    (folder / "model_runtime").mkdir(parents=True)
    (folder / "wheelhouse").mkdir()
    write_wheel(folder, "print('tried')")
    return folder


def make_wheel(folder: Path, name: str, code: str, needs: str = "") -> Path:
    wheel = folder / f"{name}-1.0-py3-none-any.whl"
    about = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{needs and f'Requires-Dist: {needs}'}\n"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"{name}.py", code)
        archive.writestr(f"{name}-1.0.dist-info/METADATA", about)
        archive.writestr(
            f"{name}-1.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr(f"{name}-1.0.dist-info/RECORD", "")
    return wheel


def write_wheel(folder: Path, code: str) -> None:
    wheel = make_wheel(folder / "wheelhouse", "tiny", code)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (folder / "model_runtime" / "runtime.lock").write_text(f"tiny==1.0 \\\n    --hash=sha256:{digest}\n")


def make_plan(install, source, tmp_path):
    plan = install.plan_for(tmp_path / "user" / "runtime", source, True, Path(sys.executable))
    return replace(plan, trial=("-m", "tiny"))


def finish(installation) -> None:
    # A bound for what hangs; a busy machine may well take minutes.
    until = time.monotonic() + 1200
    while not installation.tick():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.slow
def test_makes_an_environment_from_the_wheels_of_the_lock(install, source, tmp_path):
    plan = make_plan(install, source, tmp_path)
    installation = install.Installation(plan)
    finish(installation)
    assert "tried" in installation.log
    assert (plan.folder / install.MARKER).is_file()
    python = install.environment_python(plan.folder)
    assert subprocess.run([python, "-m", "tiny"], capture_output=True, text=True, check=True).stdout == "tried\n"
    assert not plan.unfinished.exists()
    install.remove_environment(plan.folder)
    assert list(plan.folder.parent.iterdir()) == []


def test_a_wheel_with_another_hash_is_refused(install, source, tmp_path):
    with zipfile.ZipFile(source / "wheelhouse" / "tiny-1.0-py3-none-any.whl", "a") as archive:
        archive.writestr("more.py", "evil = True")
    plan = make_plan(install, source, tmp_path)
    with pytest.raises(Exception, match="Downloading packages failed") as caught:
        finish(install.Installation(plan))
    assert type(caught.value).__name__ == "UserError"
    assert not plan.folder.exists()


@pytest.mark.slow
def test_the_former_one_stays_until_the_new_one_works(install, source, tmp_path):
    plan = make_plan(install, source, tmp_path)
    finish(install.Installation(plan))
    write_wheel(source, "raise SystemExit('does not work here')")
    # The lock is another one: the former environment is not what this version needs.
    assert install.installed_python(plan.folder, plan.lock) is None
    with pytest.raises(Exception, match="Trying it out failed: does not work here"):
        finish(install.Installation(plan))
    python = install.environment_python(plan.folder)
    assert subprocess.run([python, "-m", "tiny"], capture_output=True, text=True, check=True).stdout == "tried\n"
    write_wheel(source, "print('newer')")
    finish(install.Installation(plan))
    assert subprocess.run([python, "-m", "tiny"], capture_output=True, text=True, check=True).stdout == "newer\n"
    assert sorted(path.name for path in plan.folder.parent.iterdir()) == ["runtime"]


@pytest.mark.slow
def test_cancelled_at_any_step_nothing_is_used(install, source, tmp_path):
    plan = make_plan(install, source, tmp_path)
    for steps in range(1, 4):
        installation = install.Installation(plan)
        while installation._step < steps:
            assert not installation.tick()
            time.sleep(0.01)
        installation.cancel()
        assert not plan.folder.exists()
        assert not plan.unfinished.exists()
    finish(install.Installation(plan))
    assert (plan.folder / install.MARKER).is_file()


def members(group: int) -> list[str]:
    """The processes of a group that have not ended: what they were started with."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, owner = (folder / "stat").read_text().rpartition(")")[2].split()[:3]
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if int(owner) == group and state != "Z":
            found.append(command)
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="processes are looked at as Linux shows them")
def test_what_a_cancelled_step_has_started_ends_with_it(install, source, tmp_path):
    """venv installs pip in a process of its own, which would go on."""
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nsleep 600 &\nwait\n")
    python.chmod(0o755)
    installation = install.Installation(replace(make_plan(install, source, tmp_path), python=python))
    assert not installation.tick()
    group, until = installation._process.pid, time.monotonic() + 60
    while not any("sleep 600" in command for command in members(group)):
        assert not installation.tick()
        assert time.monotonic() < until
    installation.cancel()
    while members(group):
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.slow
def test_killed_between_the_renames_a_runtime_is_there(install, source, tmp_path):
    """The former one, or the new one, which worked when it was tried out."""
    plan = make_plan(install, source, tmp_path)
    finish(install.Installation(plan))
    old, python = plan.folder.with_name("runtime.old"), install.environment_python(plan.folder)
    plan.folder.rename(old)
    assert install.installed_python(plan.folder, plan.lock) == python
    assert not old.exists()
    # One that was not complete yet is none.
    plan.folder.rename(old)
    plan.unfinished.mkdir()
    assert install.installed_python(plan.folder, plan.lock) == python
    plan.folder.rename(old)
    plan.unfinished.rmdir()
    write_wheel(source, "print('newer')")
    finish(install.Installation(plan))
    plan.folder.rename(plan.unfinished)
    assert install.installed_python(plan.folder, plan.lock) == python
    assert subprocess.run([python, "-m", "tiny"], capture_output=True, text=True, check=True).stdout == "newer\n"
    # What was half made, and nothing else, is no runtime.
    install.remove_environment(plan.folder)
    plan.unfinished.mkdir()
    assert install.installed_python(plan.folder, plan.lock) is None


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
@pytest.mark.parametrize("end", [".new", ".old", ".wheels", ""])
def test_what_a_link_leads_to_is_never_emptied(install, source, tmp_path, end):
    dear = tmp_path / "dear"
    dear.mkdir()
    for name in ("diary.txt", ".complete"):
        (dear / name).write_text("dear")
    plan = make_plan(install, source, tmp_path)
    plan.folder.with_name(f"runtime{end}").symlink_to(dear, target_is_directory=True)
    finish(install.Installation(plan))
    plan.unfinished.symlink_to(dear, target_is_directory=True)
    install.Installation(plan).cancel()
    plan.folder.with_name(f"again{end}").symlink_to(dear, target_is_directory=True)
    install.remove_environment(plan.folder.with_name("again"))
    assert sorted(path.name for path in dear.iterdir()) == [".complete", "diary.txt"]
    assert not plan.folder.with_name(f"again{end}").is_symlink()


@pytest.mark.slow
def test_what_is_fetched_is_no_more_than_the_packages_and_lies_nowhere_else(install, source, tmp_path, monkeypatch):
    """pip would keep copies in the user's home, and ask for its own newest version."""
    asked: list[str] = []

    class Index(SimpleHTTPRequestHandler):
        def log_request(self, *_: object) -> None:
            asked.append(self.path)

        def end_headers(self) -> None:
            self.send_header("Cache-Control", "max-age=600")
            super().end_headers()

    wheel = source / "wheelhouse" / "tiny-1.0-py3-none-any.whl"
    folder = tmp_path / "index" / "simple" / "tiny"
    folder.mkdir(parents=True)
    wheel.rename(folder / wheel.name)
    wheel.parent.rmdir()
    (folder / "index.html").write_text(f'<a href="{wheel.name}">{wheel.name}</a>')
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Index, directory=str(tmp_path / "index")))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    for name in (
        "PIP_DISABLE_PIP_VERSION_CHECK",
        "PIP_NO_CACHE_DIR",
        "PIP_EXTRA_INDEX_URL",
        "PIP_NO_INDEX",
        "PIP_FIND_LINKS",
    ):
        monkeypatch.delenv(name, raising=False)
    # pip asks compilers that it finds for their versions, and they may write as well.
    monkeypatch.setenv("PATH", os.defpath)
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_port}/simple")
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(home))
    try:
        finish(install.Installation(make_plan(install, source, tmp_path)))
    finally:
        server.shutdown()
        server.server_close()
    assert any(path.endswith(".whl") for path in asked)
    assert [path for path in asked if not path.startswith("/simple/tiny/")] == []
    assert list(home.iterdir()) == []


def test_offline_without_packages_for_this_python_says_what_to_do(install, source, tmp_path):
    with pytest.raises(Exception, match="allow it in Preferences"):
        install.plan_for(tmp_path / "user" / "runtime", source, online=False)
    assert not (tmp_path / "user").exists()


def test_the_packages_of_the_zip_are_used_where_the_python_fits(extension, install, tmp_path):
    """A Blender with another Python needs no network when the Python of the zip is on the machine."""
    from bl_ext.user_default.kmtalk.runtime.environment import source_folder

    packages = extension.session.packages()
    plan = install.plan_for(tmp_path / "environment", source_folder(), online=False, packages=packages)
    finish(install.Installation(plan))
    python = install.installed_python(plan.folder, plan.lock)
    assert python is not None
    assert subprocess.run([python, "-c", "import onnxruntime, pocketsphinx"], check=False).returncode == 0
    # Damaged packages are no runtime.
    damaged = replace(packages, sha256="0" * 64)
    with pytest.raises(Exception, match="damaged; install the extension again"):
        finish(install.Installation(replace(plan, folder=tmp_path / "other", packages=damaged)))
    assert not (tmp_path / "other").exists()


def test_a_system_that_is_too_old_is_told_before_anything_is_made(install, source, tmp_path, monkeypatch):
    monkeypatch.setattr(install.platform, "libc_ver", lambda: ("glibc", "2.17"))
    with pytest.raises(Exception, match=r"glibc 2\.17; the runtime needs 2\.28"):
        make_plan(install, source, tmp_path)
    assert not (tmp_path / "user").exists()


def test_what_is_no_python_is_refused(install, source, tmp_path):
    with pytest.raises(Exception, match="does not run as a Python"):
        install.plan_for(tmp_path / "user" / "runtime", source, True, tmp_path / "python")


def test_a_python_is_found_where_blender_s_own_is_too_new(install, source, tmp_path, monkeypatch):
    """pocketsphinx has no wheel for Python 3.14, which a distribution's Blender may have."""
    from bl_ext.user_default.kmtalk.runtime import pythons

    here = "{}.{}".format(*sys.version_info[:2])
    folder = tmp_path / "bin"
    folder.mkdir()
    # One that lies about its version, and one that has no venv, are passed by.
    for name, code in (
        (f"python{here}", f'exec {sys.executable} "$@"'),
        ("python3.13", "echo 3.9"),
        ("python3.12", "exit 1"),
    ):
        if name != f"python{here}" or code.startswith("exec /"):
            (folder / name).write_text(f"#!/bin/sh\n{code}\n")
            (folder / name).chmod(0o755)
    monkeypatch.setattr(pythons.sys, "version_info", (3, 14, 0))
    monkeypatch.setattr(pythons, "_usual_places", lambda version: iter([folder / f"python{version}"]))
    assert install.plan_for(tmp_path / "environment", source, online=True).python == folder / f"python{here}"
    (folder / f"python{here}").unlink()
    with pytest.raises(Exception, match=r"runs Python 3\.14, and no Python 3\.11 to 3\.13 with venv was found"):
        install.plan_for(tmp_path / "environment", source, online=True)


def test_the_runtime_of_an_old_version_is_named_and_goes_on_request_only(scene):
    from bl_ext.user_default.kmtalk import session

    old = session.user_folder() / session.OLD_ENVIRONMENT
    (old / "bin").mkdir(parents=True)
    (old / ".complete").write_text("")
    (old / "bin" / "python").write_text("x" * 1000)
    assert session.old_runtime_size() == 1000
    assert not Path(session.runtime().python).is_relative_to(old)
    assert bpy.ops.kmtalk.remove_runtime() == {"FINISHED"}
    assert old.is_dir()
    assert bpy.ops.kmtalk.remove_runtime(old=True) == {"FINISHED"}
    assert not old.exists()
    assert session.old_runtime_size() == 0


@pytest.mark.slow
def test_the_real_lock_makes_a_runtime_that_speaks(install, tmp_path):
    from bl_ext.user_default.kmtalk.runtime.check import check_runtime
    from bl_ext.user_default.kmtalk.runtime.client import Client

    plan = install.plan_for(tmp_path / "runtime", TREE, online=True)
    installation = install.Installation(plan)
    while not installation.tick():
        time.sleep(0.2)
    client = Client(install.environment_python(plan.folder))
    try:
        findings = check_runtime(client)
    finally:
        client.close()
    assert [finding.text for finding in findings if not finding.good] == []
    assert len(findings) == 5
    packages = subprocess.run([client.python, "-m", "pip", "freeze"], capture_output=True, text=True, check=True).stdout
    assert "torch" not in packages
    assert os.path.commonpath([client.python, tmp_path]) == str(tmp_path)
