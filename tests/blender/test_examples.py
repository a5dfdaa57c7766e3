"""The scripts in examples/ do what they say."""

import runpy
import shutil
import sys

import bpy
import pytest
from stage import LINE, TREE, make_character

from model_runtime.channels import CHANNELS


def run(monkeypatch, name, *arguments):
    monkeypatch.setattr(sys, "argv", ["blender", "--", *map(str, arguments)])
    runpy.run_path(str(TREE / "examples" / name), run_name="__main__")


def speakers():
    from bl_ext.user_default.kmtalk.scene import takes_of

    return {obj.name: [take.start for take in takes_of(obj)] for obj in bpy.data.objects if obj.type == "MESH"}


def test_one_line(scene, tmp_path, monkeypatch):
    run(monkeypatch, "one_line.py", LINE, "Hello, my name is Kim.", tmp_path / "hello.blend")
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "hello.blend"))
    assert speakers() == {"KMTalk Head": [1]}
    assert bpy.context.scene.frame_end > 150


def test_a_folder_of_lines(scene, tmp_path, monkeypatch):
    make_character(scene, "Anna")
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "template.blend"))
    folder = tmp_path / "lines"
    folder.mkdir()
    for name in ("a", "b"):
        shutil.copy(LINE, folder / f"{name}.flac")
        (folder / f"{name}.txt").write_text("Hello, my name is Kim.")
    run(monkeypatch, "folder_of_lines.py", folder)
    for name in ("a", "b"):
        bpy.ops.wm.open_mainfile(filepath=str(folder / f"{name}.blend"))
        assert speakers() == {"Anna": [1]}


def test_a_table_of_lines(scene, tmp_path, monkeypatch):
    for name in ("Anna", "Ben"):
        assert len(make_character(scene, name).data.shape_keys.key_blocks) == len(CHANNELS) + 1
    for name in ("a", "b", "c"):
        shutil.copy(LINE, tmp_path / f"{name}.flac")
    rows = ["Anna,a.flac,1,Hello my name is Kim", "Ben,b.flac,200,Hello", "Anna,c.flac,400,Hello"]
    (tmp_path / "dialogue.csv").write_text("\n".join(["character,sound,frame,words", *rows]))
    run(monkeypatch, "table_of_lines.py", tmp_path / "dialogue.csv", tmp_path / "spoken.blend")
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "spoken.blend"))
    assert speakers() == {"Anna": [1, 400], "Ben": [200]}


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("one_line.py", ("none.wav", "Hello", "out.blend")),
        ("one_line.py", ("none.wav",)),
        ("folder_of_lines.py", ("nowhere",)),
        ("table_of_lines.py", ("none.csv", "out.blend")),
        ("table_of_lines.py", ("bad.csv", "out.blend")),
        ("table_of_lines.py", ("nobody.csv", "out.blend")),
    ],
)
def test_an_example_that_cannot_go_on_says_why_and_ends_with_2(scene, tmp_path, monkeypatch, capsys, name, arguments):
    """After a traceback Blender itself ends with 0."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.csv").write_text("who,what\nAnna,a.flac\n")
    (tmp_path / "nobody.csv").write_text("character,sound,frame,words\nNobody,a.flac,1,Hello\n")
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch, name, *arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err.strip()
    assert not list(tmp_path.glob("*.blend"))


def test_a_folder_with_one_sound_that_is_none_still_makes_the_others(scene, tmp_path, monkeypatch, capsys):
    make_character(scene, "Anna")
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "template.blend"))
    folder = tmp_path / "lines"
    folder.mkdir()
    (folder / "a.wav").write_text("no sound")
    shutil.copy(LINE, folder / "b.flac")
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch, "folder_of_lines.py", folder)
    assert ended.value.code == 2
    assert "a.wav" in capsys.readouterr().err
    assert [path.name for path in folder.glob("*.blend")] == ["b.blend"]
