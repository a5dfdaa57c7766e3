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

import bpy
import pytest

TREE = Path(__file__).resolve().parents[2]
VERSION = "{}.{}".format(*sys.version_info[:2])


@pytest.fixture
def install(extension):
    """The module under test; importing it needs the extension's package."""
    from bl_ext.user_default.kmtalk.runtime import install

    return install


@pytest.fixture
def source(tmp_path) -> Path:
    """A folder like the offline package's: a lock of one small wheel, and that wheel."""
    folder = tmp_path / "extension"
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
    plan = install.plan_for(tmp_path / "user" / "runtime", Path(sys.executable), source, online=False)
    return install.Plan(plan.folder, plan.python, plan.source, plan.wheelhouse, trial=("-m", "tiny"))


def finish(installation) -> None:
    # A bound for what hangs; a busy machine may well take minutes.
    until = time.monotonic() + 1200
    while not installation.tick():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_makes_an_environment_from_a_wheelhouse_without_the_network(install, source, tmp_path):
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
    with pytest.raises(Exception, match="Installing packages failed") as caught:
        finish(install.Installation(plan))
    assert type(caught.value).__name__ == "UserError"
    assert not plan.folder.exists()


def test_the_former_one_stays_until_the_new_one_works(install, source, tmp_path):
    plan = make_plan(install, source, tmp_path)
    finish(install.Installation(plan))
    write_wheel(source, "raise SystemExit('does not work here')")
    with pytest.raises(Exception, match="Trying it out failed: does not work here"):
        finish(install.Installation(plan))
    python = install.environment_python(plan.folder)
    assert subprocess.run([python, "-m", "tiny"], capture_output=True, text=True, check=True).stdout == "tried\n"
    write_wheel(source, "print('newer')")
    finish(install.Installation(plan))
    assert subprocess.run([python, "-m", "tiny"], capture_output=True, text=True, check=True).stdout == "newer\n"
    assert sorted(path.name for path in plan.folder.parent.iterdir()) == ["runtime"]


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


def test_killed_between_the_renames_a_runtime_is_there(install, source, tmp_path):
    """The former one, or the new one, which worked when it was tried out."""
    plan = make_plan(install, source, tmp_path)
    finish(install.Installation(plan))
    old, python = plan.folder.with_name("runtime.old"), install.environment_python(plan.folder)
    plan.folder.rename(old)
    assert install.installed_python(plan.folder) == python
    assert not old.exists()
    # One that was not complete yet is none.
    plan.folder.rename(old)
    plan.unfinished.mkdir()
    assert install.installed_python(plan.folder) == python
    plan.folder.rename(old)
    plan.unfinished.rmdir()
    write_wheel(source, "print('newer')")
    finish(install.Installation(plan))
    plan.folder.rename(plan.unfinished)
    assert install.installed_python(plan.folder) == python
    assert subprocess.run([python, "-m", "tiny"], capture_output=True, text=True, check=True).stdout == "newer\n"
    # What was half made, and nothing else, is no runtime.
    install.remove_environment(plan.folder)
    plan.unfinished.mkdir()
    assert install.installed_python(plan.folder) is None


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
    for name in ("PIP_DISABLE_PIP_VERSION_CHECK", "PIP_NO_CACHE_DIR", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    # pip asks compilers that it finds for their versions, and they may write as well.
    monkeypatch.setenv("PATH", os.defpath)
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_port}/simple")
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(home))
    try:
        plan = install.plan_for(tmp_path / "user" / "runtime", Path(sys.executable), source, online=True)
        finish(install.Installation(replace(plan, index="", trial=("-m", "tiny"))))
    finally:
        server.shutdown()
        server.server_close()
    assert any(path.endswith(".whl") for path in asked)
    assert [path for path in asked if not path.startswith("/simple/tiny/")] == []
    assert list(home.iterdir()) == []


def test_offline_without_wheels_says_what_to_do(install, source, tmp_path):
    for wheel in (source / "wheelhouse").iterdir():
        wheel.unlink()
    (source / "wheelhouse").rmdir()
    with pytest.raises(Exception, match="allow it in Preferences"):
        make_plan(install, source, tmp_path)
    assert not (tmp_path / "user").exists()


def test_a_system_that_is_too_old_is_told_before_anything_is_made(install, source, tmp_path, monkeypatch):
    monkeypatch.setattr(install.platform, "libc_ver", lambda: ("glibc", "2.28"))
    with pytest.raises(Exception, match=r"glibc 2\.28; the runtime needs 2\.34"):
        make_plan(install, source, tmp_path)
    assert not (tmp_path / "user").exists()


def test_what_is_no_python_is_refused(install, source, tmp_path):
    with pytest.raises(Exception, match="does not run as a Python"):
        install.plan_for(tmp_path / "user" / "runtime", tmp_path / "python", source, online=True)


@pytest.mark.skipif(sys.platform == "darwin", reason="there is no CUDA on a Mac")
def test_a_build_with_cuda_comes_from_the_index_that_was_chosen(install, source, tmp_path, monkeypatch):
    """The locked packages by their hashes as ever; torch and what only it needs from an index of files."""
    monkeypatch.setenv("PIP_FIND_LINKS", str(source / "wheelhouse"))
    # What a machine tells pip of torch (a cap on its version, say) changes what pip says of one that is not there.
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    lock = source / "model_runtime" / "runtime.lock"
    lock.write_text(f"torch==1.0 \\\n    --hash=sha256:{'0' * 64}\n{lock.read_text()}")
    index = tmp_path / "index"
    for name, code, needs in (("torch", "import nvidia_tiny, tiny", "nvidia-tiny"), ("nvidia_tiny", "", "")):
        folder = index / name.replace("_", "-")
        folder.mkdir(parents=True)
        wheel = make_wheel(folder, name, code, needs)
        (folder / "index.html").write_text(f'<a href="{wheel.name}">{wheel.name}</a>')
    found = install.plan_for(
        tmp_path / "user" / "runtime", Path(sys.executable), source, online=True, gpu_index=index.as_uri()
    )
    plan = replace(found, index="", trial=("-m", "torch"))
    installation = install.Installation(plan)
    shares = [installation.fraction]
    while not installation.tick():
        shares.append(installation.fraction)
        time.sleep(0.02)
    assert shares == sorted(shares)
    assert shares[-1] > 0.9
    assert "tried" in installation.log
    python = install.environment_python(plan.folder)
    assert subprocess.run([python, "-m", "torch"], capture_output=True, text=True, check=True).stdout == "tried\n"
    assert sorted(path.name for path in plan.folder.parent.iterdir()) == ["runtime"]
    # Without being asked for, nothing comes from anywhere but the lock.
    with pytest.raises(Exception, match=r"torch==1\.0"):
        finish(install.Installation(replace(plan, gpu_index="")))


def test_the_button_asks_for_the_build_that_was_chosen_and_for_the_network(scene):
    """Nothing is fetched while Blender is offline, whatever is asked for."""
    for build in ("CPU", "CUDA"):
        with pytest.raises(RuntimeError, match="may not go online" if sys.platform != "darwin" else "."):
            bpy.ops.kmtalk.install_runtime(build=build)


@pytest.mark.slow
@pytest.mark.skipif(VERSION != "3.11", reason="the lock's CPU build of torch for Linux is for Python 3.11")
def test_the_real_lock_makes_a_runtime_that_speaks(install, tmp_path):
    from bl_ext.user_default.kmtalk.runtime.check import check_runtime
    from bl_ext.user_default.kmtalk.runtime.client import Client

    plan = install.plan_for(tmp_path / "runtime", Path(sys.executable), TREE, online=True, index="")
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
    assert "nvidia" not in packages
    assert "torch==2.13.0+cpu" in packages or not sys.platform.startswith("linux")
    assert os.path.commonpath([client.python, tmp_path]) == str(tmp_path)
