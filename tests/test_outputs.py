"""Output files: written atomically, at the path that the user named, and never in place of a folder, pipe or device."""

import os
import stat
import sys
from pathlib import Path

import pytest

from model_runtime.cli import main
from model_runtime.errors import InputError
from model_runtime.files.atomic import write_atomic

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes, pipes and devices are other things there")


def write(path: Path, data: bytes = b"new") -> None:
    write_atomic(path, lambda stream: stream.write(data))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_keeps_its_mode_and_a_new_one_gets_the_users(tmp_path):
    path = tmp_path / "private.npz"
    path.write_bytes(b"old")
    for wanted in (0o640, 0o600, 0o664):
        path.chmod(wanted)
        write(path)
        assert mode(path) == wanted
    before = os.umask(0o027)
    try:
        write(tmp_path / "new.npz")
    finally:
        os.umask(before)
    assert mode(tmp_path / "new.npz") == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.npz", "private.npz"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root writes files of others")
def test_a_file_of_somebody_elses_stays_theirs(tmp_path):
    path = tmp_path / "theirs.npz"
    path.write_bytes(b"old")
    os.chown(path, 65534, 65534)
    write(path)
    assert (path.read_bytes(), path.stat().st_uid, path.stat().st_gid) == (b"new", 65534, 65534)


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path):
    real, elsewhere = tmp_path / "real", tmp_path / "elsewhere"
    real.mkdir()
    elsewhere.mkdir()
    (real / "take.npz").write_bytes(b"old")
    (elsewhere / "take.npz").symlink_to(real / "take.npz")
    (elsewhere / "again.npz").symlink_to("take.npz")
    (elsewhere / "new.npz").symlink_to(real / "new.npz")
    for name in ("take.npz", "again.npz", "new.npz"):
        write(elsewhere / name, name.encode())
        assert (elsewhere / name).is_symlink()
        assert (elsewhere / name).read_bytes() == name.encode()
    assert sorted(path.name for path in real.iterdir()) == ["new.npz", "take.npz"]
    assert not (real / "new.npz").is_symlink()


def refused(*arguments: object, capsys: pytest.CaptureFixture[str]) -> str:
    assert main([str(argument) for argument in arguments]) == 2
    printed = capsys.readouterr()
    assert printed.err.count("\n") == 1
    return printed.err


def test_what_is_no_file_is_refused_before_any_work(tmp_path, capsys):
    """Every command checks its output first; the sound is missing too."""
    os.mkfifo(tmp_path / "pipe.npz")
    (tmp_path / "folder.npz").mkdir()
    # The machine's own devices are not used: a failing test would destroy them.
    (tmp_path / "to a pipe.npz").symlink_to("pipe.npz")
    (tmp_path / "round.npz").symlink_to("round.npz")
    (tmp_path / "nowhere.npz").symlink_to(tmp_path / "none" / "take.npz")
    for name in ("pipe.npz", "folder.npz", "to a pipe.npz", "round.npz", "nowhere.npz"):
        path = tmp_path / name
        for command in (
            ("generate", "none.wav", "-o", path),
            ("capture", "none.csv", "-o", path),
            ("complete", "none.npz", "--keys", "none.npz", "-o", path),
            ("head", "-o", path),
            ("express", "none.npz", "--model", "none", "--head", "none.npz", "-o", path),
        ):
            assert f"Cannot write {path}" in refused(*command, capsys=capsys)
        with pytest.raises(InputError, match="Cannot write"):
            write(path)
    assert stat.S_ISFIFO((tmp_path / "pipe.npz").lstat().st_mode)
    assert (tmp_path / "to a pipe.npz").is_symlink()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root makes devices")
def test_a_device_stays_one(tmp_path):
    try:
        os.mknod(tmp_path / "null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("no devices can be made here")
    with pytest.raises(InputError, match="a device or a pipe"):
        write(tmp_path / "null")
    assert stat.S_ISCHR((tmp_path / "null").stat().st_mode)


@pytest.mark.parametrize("name", ["a" * 250 + ".npz", "ä" * 120 + ".npz"])
def test_a_long_name_is_a_name(tmp_path, name):
    write(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_failure_leaves_the_former_file_alone(tmp_path):
    path = tmp_path / "take.npz"
    path.write_bytes(b"old")

    def fail(stream):
        stream.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomic(path, fail)
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("take.npz", b"old")]
