"""What the extension writes: whole files where the user named them, and never instead of something else."""

import os
import stat
import sys
from pathlib import Path

import bpy
import pytest
from stage import LINE

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes, pipes and links are other things there")


@pytest.fixture
def spoken(scene, head, line):
    bpy.ops.kmtalk.generate()
    return head


@pytest.mark.parametrize("suffix", [".npz", ".csv", ".json"])
def test_an_export_follows_a_link_and_keeps_the_mode(spoken, tmp_path, suffix):
    real = tmp_path / "real" / f"take{suffix}"
    real.parent.mkdir()
    real.write_bytes(b"old")
    real.chmod(0o640)
    link = tmp_path / f"take{suffix}"
    link.symlink_to(real)
    assert bpy.ops.kmtalk.export_take(filepath=str(link)) == {"FINISHED"}
    assert link.is_symlink()
    assert real.stat().st_size > 100
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert sorted(path.name for path in (*tmp_path.iterdir(), *real.parent.iterdir())) == [
        *("real", f"take{suffix}", f"take{suffix}")
    ]


def test_an_export_writes_through_no_file_that_somebody_laid_there(spoken, tmp_path):
    """Of the name that its temporary file had once."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"dear")
    for name in (".take.npz.part", ".take.npz.tmp"):
        (tmp_path / name).symlink_to(victim)
    assert bpy.ops.kmtalk.export_take(filepath=str(tmp_path / "take.npz")) == {"FINISHED"}
    assert victim.read_bytes() == b"dear"
    assert (tmp_path / ".take.npz.part").is_symlink()


def test_what_is_no_file_is_refused(spoken, tmp_path):
    os.mkfifo(tmp_path / "pipe.npz")
    (tmp_path / "link.csv").symlink_to("pipe.npz")
    (tmp_path / "folder.json").mkdir()
    for name in ("pipe.npz", "link.csv", "folder.json"):
        with pytest.raises(RuntimeError, match="give the name of a file"):
            bpy.ops.kmtalk.export_take(filepath=str(tmp_path / name))
    assert stat.S_ISFIFO((tmp_path / "pipe.npz").lstat().st_mode)
    with pytest.raises(RuntimeError, match="give the name of a file"):
        bpy.ops.kmtalk.export_textgrid(filepath=str(tmp_path / "pipe.npz"))


def test_the_command_saves_no_file_over_a_pipe_or_a_link(scene, head, tmp_path, capsys):
    from bl_ext.user_default.kmtalk.cli import run

    os.mkfifo(tmp_path / "pipe.blend")
    began = bpy.data.filepath
    assert run(["generate", "--audio", str(LINE), "-o", str(tmp_path / "pipe.blend")]) == 2
    assert "a device or a pipe" in capsys.readouterr().err
    # Before any work.
    assert not bpy.data.actions
    assert run(["generate", "--audio", str(LINE), "-o", str(tmp_path / "none" / "a.blend")]) == 2
    assert not bpy.data.actions
    real = tmp_path / "real.blend"
    (tmp_path / "link.blend").symlink_to(real)
    assert run(["generate", "--audio", str(LINE), "-o", str(tmp_path / "link.blend")]) == 0
    assert (tmp_path / "link.blend").is_symlink()
    assert real.is_file()
    assert bpy.data.filepath == str(real)
    assert began != bpy.data.filepath


def test_a_table_of_lines_saves_over_no_pipe(scene, tmp_path, capsys):
    from bl_ext.user_default.kmtalk.cli import run

    out = tmp_path / "out"
    out.mkdir()
    pipe = out / "0001_demo_line.blend"
    os.mkfifo(pipe)
    table = tmp_path / "lines.csv"
    table.write_text(f"audio,transcript,frame\n{LINE},hello,1\n")
    assert run(["batch", str(table), "-o", str(out)]) == 2
    assert "a device or a pipe" in capsys.readouterr().err
    assert stat.S_ISFIFO(Path(pipe).lstat().st_mode)
