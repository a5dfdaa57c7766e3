"""A dialogue: a CSV with the columns character, sound, frame, words becomes one scene where everybody speaks.

blender -b scene.blend --python examples/table_of_lines.py -- dialogue.csv spoken.blend

`character` is the name of a mesh with shape keys in the scene. Sounds lie beside the CSV. Each line becomes a take;
where two takes of a character overlap, the later one is seen. Ends with 0, or with 2 and one line that says what is
wrong; then nothing is written.
"""

import argparse
import csv
import sys
from pathlib import Path

import bpy

NEEDED = ("character", "sound", "frame")


def main(arguments: list[str]) -> None:
    """Make the file. Raises RuntimeError with KMTalk's sentence, OSError or ValueError with what is wrong."""
    parser = argparse.ArgumentParser(prog="blender -b FILE --python table_of_lines.py --")
    parser.add_argument("table", type=Path)
    parser.add_argument("output", type=Path)
    chosen = parser.parse_args(arguments)
    if not hasattr(bpy.types.Scene, "kmtalk"):
        parser.error("install KMTalk first")
    settings = bpy.context.scene.kmtalk
    with chosen.table.open(encoding="utf-8-sig", newline="") as stream:
        for line in csv.DictReader(stream):
            if not all(line.get(column) for column in NEEDED):
                raise ValueError(f"Each line of {chosen.table} needs {', '.join(NEEDED)}; one has {line}.")
            settings.target = bpy.data.objects.get(line["character"])
            if settings.target is None:
                raise ValueError(f"There is no object named {line['character']} in the file.")
            settings.transcript = line.get("words") or ""
            sound = chosen.table.resolve().parent / line["sound"]
            bpy.ops.kmtalk.generate(filepath=str(sound), frame=int(line["frame"]))
    bpy.ops.wm.save_as_mainfile(filepath=str(chosen.output.resolve()))


# After a traceback Blender itself would end with 0.
try:
    main(sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else [])
except (RuntimeError, OSError, ValueError) as error:
    print(error, file=sys.stderr)
    sys.exit(2)
