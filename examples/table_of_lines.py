"""A dialogue: a CSV with the columns character, sound, frame, words becomes one scene where everybody speaks.

blender -b scene.blend --python examples/table_of_lines.py -- dialogue.csv spoken.blend

`character` is the name of a mesh with shape keys in the scene; sounds lie beside the CSV. Each line becomes a take of
its own; where two of one character overlap, the later one fades in.
"""

import csv
import sys
from pathlib import Path

import bpy

table, target = (Path(name).resolve() for name in sys.argv[sys.argv.index("--") + 1 :])
settings = bpy.context.scene.kmtalk
with table.open(encoding="utf-8-sig", newline="") as stream:
    for line in csv.DictReader(stream):
        settings.target = bpy.data.objects[line["character"]]
        settings.transcript = line["words"]
        bpy.ops.kmtalk.generate(filepath=str(table.parent / line["sound"]), frame=int(line["frame"]))
bpy.ops.wm.save_as_mainfile(filepath=str(target))
