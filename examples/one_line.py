"""One line: a sound file becomes a .blend with a head that speaks it.

blender -b --python examples/one_line.py -- hello.wav "Hello there." hello.blend

Ends with 0, or with 2 and one line that says what is wrong.
"""

import argparse
import sys
from pathlib import Path

import bpy


def main(arguments: list[str]) -> None:
    """Make the file. Raises RuntimeError with KMTalk's sentence when it cannot."""
    parser = argparse.ArgumentParser(prog="blender -b --python one_line.py --")
    parser.add_argument("sound", type=Path)
    parser.add_argument("words")
    parser.add_argument("output", type=Path)
    chosen = parser.parse_args(arguments)
    if not hasattr(bpy.types.Scene, "kmtalk"):
        parser.error("install KMTalk first")
    bpy.ops.wm.read_homefile(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps = 30
    bpy.ops.kmtalk.add_head()
    scene.kmtalk.transcript = chosen.words
    bpy.ops.kmtalk.generate(filepath=str(chosen.sound.resolve()), frame=1)
    scene.frame_end = int(bpy.context.object.data.shape_keys.animation_data.action.frame_range[1])
    bpy.ops.wm.save_as_mainfile(filepath=str(chosen.output.resolve()))


# After a traceback Blender itself would end with 0.
try:
    main(sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else [])
except RuntimeError as error:
    print(error, file=sys.stderr)
    sys.exit(2)
