"""Kinds of sound file that the runtime does not read, and Blender does."""

import os
import subprocess
import sys
from pathlib import Path

import bpy
import pytest
from stage import TREE, curve_of, needs_strips

pytestmark = [needs_strips, pytest.mark.skipif(sys.platform == "win32", reason="the runtime is wrapped in a script")]
LINE = TREE / "assets" / "demo_line.flac"
# Runs ffmpeg, which the runtime's environment has for tests.
MAKE = """
import subprocess, sys
import imageio_ffmpeg
subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *sys.argv[1:]], check=True)
"""


@pytest.fixture
def bare_runtime(client, scene, tmp_path, monkeypatch):
    """The runtime as the zip brings it: without the package av, on a computer without ffmpeg."""
    from bl_ext.user_default.kmtalk import session

    hidden = tmp_path / "hidden"
    (hidden / "av").mkdir(parents=True)
    (hidden / "av" / "__init__.py").write_text("raise ImportError('hidden')\n")
    wrapper = tmp_path / "python"
    real = os.environ["KMTALK_PYTHON"]
    wrapper.write_text(f'#!/bin/sh\nPYTHONPATH={hidden}:$PYTHONPATH PATH=/nowhere exec {real} "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("KMTALK_PYTHON", str(wrapper))
    yield
    session.close()


# What ffmpeg needs to be told for some of them.
OPTIONS = {
    "a.flv": ["-ar", "44100"],
    "cancelling.m4a": ["-af", "pan=stereo|c0=c0|c1=-1*c0"],
    "surround.m4a": ["-ac", "6"],
    "phone.amr": ["-ar", "8000", "-c:a", "libopencore_amrnb"],
    # A silent sound before the one with the voice.
    "second.mp4": ["-f", "lavfi", "-i", "anullsrc=r=16000:d=6", "-map", "1:a", "-map", "0:a", "-shortest"],
}


def film(path: Path) -> Path:
    options = OPTIONS.get(path.name, [])
    subprocess.run([os.environ["KMTALK_PYTHON"], "-c", MAKE, "-i", str(LINE), *options, str(path)], check=True)
    return path


@pytest.mark.parametrize(
    "name",
    [
        *("a.m4a", "a.mp4", "a.mov", "a.webm", "a.wv", "misnamed.wav", "a.ac3", "a.mpg", "a.mts", "a.wma"),
        *("a.mka", *OPTIONS),
    ],
)
def test_what_blender_plays_speaks(scene, head, tmp_path, request, name):
    made = film(tmp_path / "film.m4a").rename(tmp_path / name) if name == "misnamed.wav" else film(tmp_path / name)
    request.getfixturevalue("bare_runtime")
    strip = scene.sequence_editor_create().strips.new_sound("film", str(made), 1, 11)
    scene.sequence_editor.active_strip = strip
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    keys = curve_of(head, "jawOpen").keyframe_points
    # 6 s of speech at 30 frames a second, from frame 11 on.
    assert keys[0].co.x <= 12
    assert 180 < keys[-1].co.x < 200
    assert max(key.co.y for key in keys) > 0.1


def test_a_part_of_what_blender_decodes(scene, head, tmp_path, request):
    made = film(tmp_path / "a.ac3")
    request.getfixturevalue("bare_runtime")
    strip = scene.sequence_editor_create().strips.new_sound("film", str(made), 1, 11)
    strip.frame_final_duration = 60
    scene.sequence_editor.active_strip = strip
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    assert curve_of(head, "jawOpen").keyframe_points[-1].co.x == pytest.approx(74, abs=4)


def test_what_nobody_reads_is_one_sentence(scene, head, tmp_path, bare_runtime):
    bad = tmp_path / "bad.m4a"
    bad.write_bytes(b"\0\0\0\x20ftypM4A " + bytes(500))
    strip = scene.sequence_editor_create().strips.new_sound("bad", str(bad), 1, 11)
    scene.sequence_editor.active_strip = strip
    with pytest.raises(RuntimeError, match="is not a sound file that can be read here"):
        bpy.ops.kmtalk.generate()
