"""Emotion in a window: the panel is drawn, its button works beside the window, undo and redo take all of it."""

import pytest
from window import TREE

pytestmark = pytest.mark.gui

STATE = "bpy.context.window_manager.kmtalk"
TRACKS = "bpy.context.scene.kmtalk.target.data.shape_keys.animation_data.nla_tracks"
VIEW = (600, 500)  # a point in the 3D view, pixels from the display's top left

SETUP = """
import bpy
bpy.ops.object.select_all(action="SELECT")
bpy.ops.object.delete()
for prefix in ("VIEW3D", "SEQUENCER"):
    for name in ("takes", "emotion"):
        # Open from the start, so that it is drawn.
        panel = getattr(bpy.types, f"{{prefix}}_PT_kmtalk_{{name}}")
        bpy.utils.unregister_class(panel)
        panel.bl_options = set() if name != "takes" else {{"DEFAULT_CLOSED"}}
        panel.bl_order = 0
        bpy.utils.register_class(panel)
for area in bpy.context.window.screen.areas:
    if area.type == "VIEW_3D":
        area.spaces[0].show_region_ui = True
bpy.ops.kmtalk.add_head()
scene = bpy.context.scene
scene.kmtalk.source, scene.kmtalk.audio, scene.kmtalk.frame = "FILE", "{sound}", 1
scene.kmtalk.transcript = open("{words}").read()
bpy.ops.kmtalk.generate()
target = scene.kmtalk.target
for frame, strength in ((30, 0.0), (60, 1.0)):
    target.kmtalk.emotion.angry = strength
    target.keyframe_insert("kmtalk.emotion.angry", frame=frame)
scene.frame_set(80)
bpy.ops.ed.undo_push(message="Spoken")
"""
APPLY = """
import bpy
window = bpy.context.window_manager.windows[0]
area = next(area for area in window.screen.areas if area.type == "VIEW_3D")
region = next(region for region in area.regions if region.type == "WINDOW")
with bpy.context.temp_override(window=window, area=area, region=region):
    bpy.ops.kmtalk.apply_emotion("INVOKE_DEFAULT")
"""
THERE = """
import bpy
target = bpy.context.scene.kmtalk.target
answer = [
    [track.name for track in target.data.shape_keys.animation_data.nla_tracks],
    sorted(action.name for action in bpy.data.actions),
    bpy.context.scene.frame_current,
]
"""


def test_it_is_applied_beside_the_window_and_undone_as_one_step(installed):
    window = installed
    sound, words = TREE / "assets" / "demo_line.flac", TREE / "assets" / "demo_line.txt"
    window.python(SETUP.format(sound=sound, words=words), seconds=300)
    window.open_tab("KMTalk")
    before = window.python(THERE)
    window.python(APPLY)
    window.until(f"not {STATE}.running and {STATE}.report", seconds=120)
    window.until("any(t.name.startswith('Emotion') for t in " + TRACKS + ")")
    after = window.python(THERE)
    assert after[2] == 80
    window.picture("emotion_1_applied")
    window.move(*VIEW)
    window.key("ctrl+z")
    window.until("not any(t.name.startswith('Emotion') for t in " + TRACKS + ")")
    assert window.python(THERE) == before
    window.key("ctrl+shift+z")
    window.until("any(t.name.startswith('Emotion') for t in " + TRACKS + ")")
    assert window.python(THERE) == after
    assert "Traceback" not in (window.exchange / "log").read_text()
