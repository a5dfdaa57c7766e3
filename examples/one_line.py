"""One line: a sound file becomes a .blend with a head that speaks it.

blender -b --python examples/one_line.py -- hello.wav "Hello there." hello.blend
"""

import sys
from pathlib import Path

import bpy

sound, words, target = sys.argv[sys.argv.index("--") + 1 :]
bpy.ops.wm.read_homefile(use_empty=True)
scene = bpy.context.scene
scene.render.fps = 30
bpy.ops.kmtalk.add_head()
scene.kmtalk.transcript = words
bpy.ops.kmtalk.generate(filepath=str(Path(sound).resolve()), frame=1)
scene.frame_end = int(bpy.context.object.data.shape_keys.animation_data.action.frame_range[1])
bpy.ops.wm.save_as_mainfile(filepath=str(Path(target).resolve()))
