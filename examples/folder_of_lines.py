"""A folder of lines: every sound in it becomes a .blend beside it; a .txt of the same name holds the words.

blender -b head.blend --python examples/folder_of_lines.py -- lines/

The open file is the template: its character speaks. If it has none, KMTalk's own head is added.

Ends with 0, or with 2 and one line for each sound that failed; the others are written all the same.
"""

import argparse
import sys
from pathlib import Path

import bpy

SOUNDS = (".wav", ".flac", ".ogg", ".mp3")


def main(arguments: list[str]) -> int:
    """Make the files. Returns how many could not be made."""
    parser = argparse.ArgumentParser(prog="blender -b FILE --python folder_of_lines.py --")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args(arguments).folder.resolve()
    sounds = sorted(path for path in folder.glob("*") if path.suffix.lower() in SOUNDS)
    if not hasattr(bpy.types.Scene, "kmtalk"):
        parser.error("install KMTalk first")
    if not sounds:
        parser.error(f"there is no sound in {folder}")
    template, failures = bpy.data.filepath, 0
    for sound in sounds:
        try:
            speak(template, sound)
        except RuntimeError as error:
            failures += 1
            print(f"{sound.name}: {error}", file=sys.stderr)
    return failures


def speak(template: str, sound: Path) -> None:
    """One sound. Raises RuntimeError with KMTalk's sentence when it cannot be spoken."""
    if template:
        bpy.ops.wm.open_mainfile(filepath=template)
    else:
        bpy.ops.wm.read_homefile(use_empty=True)
    if bpy.context.scene.kmtalk.target is None:
        bpy.ops.kmtalk.add_head()
    bpy.ops.kmtalk.generate(filepath=str(sound))
    bpy.ops.wm.save_as_mainfile(filepath=str(sound.with_suffix(".blend")), copy=True)


if main(sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else []):
    sys.exit(2)
