"""The packages of the zip on the user's disk: whole or not at all, whatever else the machine does to them."""

import errno
import hashlib
import json
import os
import stat
import sys
import time
import zipfile
from pathlib import Path

import pytest
from extension import extension_module

client_module = extension_module("runtime.client")
environment = extension_module("runtime.environment")
errors = extension_module("errors")
in_use = extension_module("runtime.in_use")
own_files = extension_module("runtime.own_files")
packages_module = extension_module("runtime.packages")
unpacking = extension_module("runtime.unpacking")

FILES = {"first/__init__.py": b"one = 1\n", "second/data.bin": bytes(range(256)) * 40, "third.py": b"three = 3\n"}
needs_locks = pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps used folders in another way")


@pytest.fixture
def packages(tmp_path):
    """A small zip of packages, not unpacked yet."""
    archive = tmp_path / "packages.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as stream:
        for name, content in FILES.items():
            stream.writestr(name, content)
    return packages_module.Packages(
        archive=archive,
        platform=packages_module.platform_here(),
        python=packages_module.python_here(),
        macos="",
        sha256=hashlib.sha256(archive.read_bytes()).hexdigest(),
        size=sum(map(len, FILES.values())),
        place=tmp_path / "Anna's files äß 日本",
    )


def unpack(packages) -> str:
    """Unpack to the end; why it failed, or an empty string."""
    running = unpacking.Unpacking(packages)
    while not running.ended:
        time.sleep(0.005)
    return running.failure


def left(packages) -> list[str]:
    return sorted(path.name for path in packages.place.glob("*"))


def test_two_blenders_at_once_leave_one_whole_folder(packages):
    both = [unpacking.Unpacking(packages) for _ in range(4)]
    while not all(one.ended for one in both):
        time.sleep(0.005)
    assert [one.failure for one in both] == [""] * 4
    assert packages.whole()
    assert packages.first_damaged() == ""
    assert left(packages) == [packages.folder.name]


@pytest.mark.parametrize("kind", ["file", "link", "folder"])
def test_what_lies_in_the_place_of_the_packages_goes(packages, kind):
    packages.place.mkdir()
    if kind == "file":
        packages.folder.write_text("x")
    elif kind == "link":
        packages.folder.symlink_to(packages.place / "nowhere")
    else:
        (packages.folder / "first").mkdir(parents=True)
    assert unpack(packages) == ""
    assert packages.first_damaged() == ""
    assert left(packages) == [packages.folder.name]


def test_a_file_in_place_of_the_users_folder_stays_and_is_named(packages):
    packages.place.write_text("mine")
    said = unpack(packages)
    assert str(packages.place) in said
    assert said.endswith(".")
    assert packages.place.read_text() == "mine"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EIO, errno.EDQUOT])
@pytest.mark.parametrize("at", [0, 2])
def test_a_disk_that_fails_midway_is_named_and_nothing_is_left(packages, monkeypatch, code, at):
    written, write = [], Path.write_bytes

    def failing(path: Path, content: bytes) -> int:
        written.append(path)
        if len(written) > at:
            raise OSError(code, os.strerror(code), str(path))
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", failing)
    said = unpack(packages)
    assert os.strerror(code) in said
    assert str(packages.place) in said
    assert left(packages) == []


def test_a_file_that_is_locked_for_a_moment_is_waited_for(packages, monkeypatch):
    tries, write = [], Path.write_bytes

    def locked(path: Path, content: bytes) -> int:
        tries.append(path)
        if len(tries) < 3:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", locked)
    assert unpack(packages) == ""
    assert packages.first_damaged() == ""


def test_a_file_that_goes_while_it_is_unpacked_is_said(packages, monkeypatch):
    set_time = os.utime

    def removed(path: Path, times: tuple) -> None:
        if path.name == "data.bin":
            path.unlink()
        set_time(path, times)

    monkeypatch.setattr(unpacking.os, "utime", removed)
    said = unpack(packages)
    assert "virus scanner" in said
    assert str(packages.place) in said
    assert left(packages) == []


def test_a_path_that_is_too_long_for_windows_is_said_so(packages, monkeypatch):
    path = packages.place / ("x" * 300)
    monkeypatch.setattr(unpacking.sys, "platform", "win32")
    said = unpacking._gone(
        FileNotFoundError(errno.ENOENT, "The system cannot find the path", str(path)), packages.place
    )
    assert "more than Windows allows" in said
    assert str(len(str(path))) in said


@needs_locks
def test_what_a_killed_blender_left_goes_and_what_another_is_unpacking_stays(packages):
    assert unpack(packages) == ""
    names = {
        "killed long ago": f"packages-000000000000{unpacking.UNFINISHED}a",
        "killed just now": f"packages-000000000000{unpacking.UNFINISHED}b",
        "being unpacked": f"packages-000000000000{unpacking.UNFINISHED}c",
        "half deleted": f"packages-000000000000{unpacking.GONE}d",
        "of an old version": "packages-111111111111",
        "of an old version, used": "packages-222222222222",
        "of the user": "models",
    }
    for name in names.values():
        (packages.place / name / "first").mkdir(parents=True)
    held = [in_use.hold(packages.place / names[each]) for each in ("being unpacked", "of an old version, used")]
    for each in ("killed long ago", "being unpacked"):
        os.utime(packages.place / names[each], (1, 1))
    unpacking.remove_unused(packages)
    kept = {each for each, name in names.items() if (packages.place / name).exists()}
    assert kept == {"killed just now", "being unpacked", "of an old version, used", "of the user"}
    assert packages.whole()
    for stream in held:
        stream.close()


@needs_locks
def test_old_packages_go_before_a_small_disk_is_refused(packages, monkeypatch):
    old = packages.place / "packages-111111111111"
    old.mkdir(parents=True)
    usage = unpacking.shutil.disk_usage

    def free(path: Path):
        return usage(path)._replace(free=10**3 if old.exists() else 10**9)

    monkeypatch.setattr(unpacking.shutil, "disk_usage", free)
    assert unpack(packages) == ""
    assert left(packages) == [packages.folder.name]


# A worker that needs third.py as it was packed. It says hello first, as the real one does.
WORKER = """#!{python}
import json, os, sys
print(json.dumps({{"event": "hello", "protocol": 1}}), flush=True)
asked = json.loads(sys.stdin.readline())
for folder in os.environ["PYTHONPATH"].split(os.pathsep):
    if os.path.isdir(os.path.join(folder, "second")):
        assert open(os.path.join(folder, "third.py")).read() == "three = 3\\n", "not as it was packed"
print(json.dumps({{"event": "progress", "id": asked["id"], "fraction": 0.5}}), flush=True)
print(json.dumps({{"event": "result", "id": asked["id"], "result": {{"fine": True}}}}), flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def client(packages, tmp_path):
    if sys.platform == "win32":
        pytest.skip("the worker here is a script")
    python = tmp_path / "worker"
    python.write_text(WORKER.format(python=sys.executable))
    python.chmod(python.stat().st_mode | stat.S_IXUSR)
    made = client_module.Client(environment.Runtime(python, packages))
    yield made
    made.close()


def same_size_and_time(path: Path, content: bytes) -> None:
    state = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


def test_packages_that_changed_unseen_are_unpacked_again(client, packages):
    """Another size or time shows at the start; the same ones only when the worker fails."""
    assert client.call("info", {}) == {"fine": True}
    client.close()
    same_size_and_time(packages.folder / "third.py", b"three = 4\n")
    assert packages.whole()
    assert client.call("info", {}) == {"fine": True}
    assert packages.first_damaged() == ""
    assert left(packages) == [packages.folder.name]


def test_packages_that_change_every_time_are_named_after_the_second(client, packages, monkeypatch):
    unpacked = []
    put = unpacking.Unpacking._put_in_place

    def scanned(self, temporary: Path) -> None:
        put(self, temporary)
        unpacked.append(temporary)
        (packages.folder / "third.py").unlink()

    monkeypatch.setattr(unpacking.Unpacking, "_put_in_place", scanned)
    with pytest.raises(errors.UserError, match=r"third\.py went or changed right after it was unpacked.*virus scanner"):
        client.call("info", {})
    assert len(unpacked) == 2


def test_a_worker_that_fails_with_whole_packages_says_its_own_reason(client, packages):
    client.python.write_text(f"#!{sys.executable}\nimport sys\nsys.exit('out of luck')\n")
    with pytest.raises(errors.UserError, match="out of luck"):
        client.call("info", {})
    assert packages.whole()


@pytest.mark.parametrize("change", ["cut off", "other", "gone", "folder", "listing", "listing of numbers"])
def test_the_first_file_of_the_runtime_that_changed_is_found(tmp_path, change):
    file, listing = tmp_path / "model_runtime" / "worker.py", tmp_path / own_files.LISTING
    file.parent.mkdir()
    file.write_bytes(b"work()\n")
    assert own_files.first_changed(tmp_path) is None, "a source tree has no listing"
    listing.write_text(json.dumps({"model_runtime/worker.py": hashlib.sha256(b"work()\n").hexdigest()}))
    assert own_files.first_changed(tmp_path) is None
    if change.startswith("listing"):
        listing.write_text("{" if change == "listing" else "5")
        assert own_files.first_changed(tmp_path) == listing
        return
    file.unlink()
    if change == "folder":
        file.mkdir()
    elif change != "gone":
        file.write_bytes(b"work" if change == "cut off" else b"work(1\n")
    assert own_files.first_changed(tmp_path) == file
