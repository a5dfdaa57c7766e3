"""A script for a second Blender process: plays the only scene of a file into a WAV file.

    blender -b --factory-startup --python mixdown_process.py -- SCENE.blend SOUND.wav

Exit code 0: done, 2: the sound cannot be written. The script imports nothing of the extension.
"""

import os
import sys
import time
from pathlib import Path
from typing import Any

import bpy

__all__ = ["main"]

RATE = 48000  # samples a second
POLL = 0.02  # s between two looks at the file
STALLED = 30.0  # s without a new byte after which nobody writes any more
RIFF_HEADER = 8  # bytes: the name RIFF, and the number of bytes that follow


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
        # Blender 5.2 does not say that it cannot write.
        Path(sound).write_bytes(b"")
        with bpy.context.temp_override(**places):
            bpy.ops.sound.mixdown(
                filepath=sound, container="WAV", codec="PCM", format="S16", mixrate=RATE, relative_path=False
            )
        return 0 if _written(Path(sound)) else 2
    except (OSError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 2


def _written(sound: Path) -> bool:
    """Wait until a WAV file is whole. False when nothing is added to it any more.

    Blender 5.2 writes it in a thread, says at once that it has finished, and tells Python nothing of the thread. The
    header gets the right length last; until then it is missing or is the greatest number.
    """
    size, since = 0, time.monotonic()
    while time.monotonic() - since < STALLED:
        with sound.open("rb") as stream:
            header = stream.read(RIFF_HEADER)
            now = os.fstat(stream.fileno()).st_size
        if now > RIFF_HEADER and int.from_bytes(header[4:], "little") == now - RIFF_HEADER:
            return True
        if now != size:
            size, since = now, time.monotonic()
        time.sleep(POLL)
    return False


if __name__ == "__main__":
    code = main(*sys.argv[sys.argv.index("--") + 1 :])
    sys.stdout.flush()
    # Exit at once: bpy may crash while it is torn down.
    os._exit(code)
