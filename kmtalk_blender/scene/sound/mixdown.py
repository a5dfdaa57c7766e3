"""Write the sound of a retimed strip as Blender plays it: Python cannot read how a strip is retimed.

Blender's sound system sometimes crashes where the speed of a strip changes (seen in 4.5). So the strip is played by a
second Blender process in background mode, which is started again when it crashes.
"""

import os
import subprocess
import sys
from pathlib import Path

import bpy

from ...errors import UserError
from .. import compat
from ..compat import Strip, editor_of

__all__ = ["mix_down"]

SCRIPT = Path(__file__).with_name("mixdown_process.py")
TRIES = 4  # starts of the second Blender
SECONDS = 120.0  # s that it may take beside the length of the sound: ten minutes take 47 s on a busy machine


def mix_down(
    scene: bpy.types.Scene, strip: Strip, parents: tuple[Strip, ...], span: tuple[int, int], lasts: float, path: Path
) -> Path:
    """Write the sound of a strip, from the first frame of `span` up to (not including) its last, as a WAV file.

    parents: the meta strips around it. lasts: seconds of the span. The scene does not change. Raises UserError when
    the sound cannot be written.
    """
    library = path.with_suffix(".blend")
    if not path.parent.is_dir() or not _write_scene(scene, strip, parents, span, library):
        raise UserError(f"There is no folder {path.parent} for the sound of strip {strip.name}; choose another.")
    for _ in range(TRIES):
        code = _play(library, path, SECONDS + lasts)
        if code == 0 and path.is_file():
            return path
        if code in (1, 2):
            # It did not crash: another start would end in the same way.
            break
    raise UserError(
        f"Blender cannot play the retimed strip {strip.name} into a file; mix its sound down and use that file."
    )


def _write_scene(
    scene: bpy.types.Scene, strip: Strip, parents: tuple[Strip, ...], span: tuple[int, int], library: Path
) -> bool:
    """Write a copy of the scene with all other strips muted. False when the file cannot be written."""
    audible = {strip.name, *(meta.name for meta in parents)}
    copy = scene.copy()
    try:
        _keep_sound_alone(copy)
        for other in compat.every_strip(editor_of(copy)):
            other.mute = other.name not in audible
        copy.frame_start, copy.frame_end = span[0], span[1] - 1
        bpy.data.libraries.write(str(library), {copy}, path_remap="ABSOLUTE")
    except OSError:
        return False
    finally:
        bpy.data.scenes.remove(copy)
    return True


def _keep_sound_alone(scene: bpy.types.Scene) -> None:
    """Remove all objects from a scene: speakers would be audible, and the file would contain everything."""
    for child in list(scene.collection.children):
        scene.collection.children.unlink(child)
    for obj in list(scene.collection.objects):
        scene.collection.objects.unlink(obj)
    scene.camera = scene.world = scene.kmtalk.target = scene.kmtalk.text = None
    scene.kmtalk.lines.clear()
    scene.kmtalk.rules.clear()


def _play(library: Path, path: Path, seconds: float) -> int:
    """Run the second Blender for so long at most.

    Returns 0: done, 1: an error or no end, 2: the file cannot be written, other numbers: a crash.
    """
    # Of the bpy module this path is empty: Python itself runs the script.
    alone = [bpy.app.binary_path, "-b", "--factory-startup", "--python-exit-code", "1", "--python"]
    blender = alone if bpy.app.binary_path else [sys.executable]
    # It exits without deleting its temporary files: they go into the job's folder, which is deleted.
    temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(path.parent))
    try:
        return subprocess.run(
            [*blender, str(SCRIPT), "--", str(library), str(path)],
            capture_output=True,
            timeout=seconds,
            check=False,
            env=os.environ | temporary,
        ).returncode
    except subprocess.TimeoutExpired:
        return 1
