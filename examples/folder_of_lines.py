"""A folder of lines: every sound in it becomes a .blend beside it; a .txt of the same name holds the words.

blender -b head.blend --python examples/folder_of_lines.py -- lines/

The open file is the template: its character speaks. Without one in it, our own head is added.
"""

import sys
from pathlib import Path

import bpy

folder = Path(sys.argv[sys.argv.index("--") + 1]).resolve()
template = bpy.data.filepath
for sound in sorted(path for path in folder.iterdir() if path.suffix.lower() in (".wav", ".flac", ".ogg", ".mp3")):
    if template:
        bpy.ops.wm.open_mainfile(filepath=template)
    else:
        bpy.ops.wm.read_homefile(use_empty=True)
    if bpy.context.scene.kmtalk.target is None:
        bpy.ops.kmtalk.add_head()
    bpy.ops.kmtalk.generate(filepath=str(sound))
    bpy.ops.wm.save_as_mainfile(filepath=str(sound.with_suffix(".blend")), copy=True)
