"""A script for a second Blender process: plays the only scene of a file into a WAV file.

    blender -b --factory-startup --python mixdown_process.py -- SCENE.blend SOUND.wav

Exit code 0: done, 2: the sound cannot be written. The script imports nothing of the extension.
"""

import os
import sys
from typing import Any

import bpy

__all__ = ["main"]

RATE = 48000  # samples a second


def main(library: str, sound: str) -> int:
    """Write the sound of the scene in the file `library`. Returns the exit code."""
    libraries: Any = bpy.data.libraries
    with libraries.load(library) as (found, wanted):
        wanted.scenes = found.scenes
    scene = wanted.scenes[0]
    places = {"scene": scene, "view_layer": scene.view_layers[0]}
    if hasattr(bpy.context, "sequencer_scene"):
        places["sequencer_scene"] = scene
    try:
        with bpy.context.temp_override(**places):
            bpy.ops.sound.mixdown(
                filepath=sound, container="WAV", codec="PCM", format="S16", mixrate=RATE, relative_path=False
            )
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    code = main(*sys.argv[sys.argv.index("--") + 1 :])
    sys.stdout.flush()
    # Exit at once: bpy may crash while it is torn down.
    os._exit(code)
