"""A script of its own for a Blender of its own: plays the only scene of a file into a WAV file.

    blender -b --factory-startup --python mixdown_process.py -- SCENE.blend SOUND.wav

Ends with 0, or with 2 when the sound cannot be written. It imports nothing of the extension.
"""

import os
import sys
from typing import Any

import bpy

__all__ = ["main"]

RATE = 48000


def main(library: str, sound: str) -> int:
    """The exit code."""
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
    # Nothing is left to do, and what bpy does at its end is not wanted.
    os._exit(code)
