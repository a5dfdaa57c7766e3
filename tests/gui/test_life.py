"""Head and eyes in a window: the panel is drawn, the button works beside the window, undo and redo take all of it."""

import pytest
from window import TREE

pytestmark = pytest.mark.gui

STATE = "bpy.context.window_manager.kmtalk"
VIEW = (600, 500)  # a point in the 3D view, pixels from the display's top left

SETUP = """
import bpy
bpy.ops.object.select_all(action="SELECT")
bpy.ops.object.delete()
for prefix in ("VIEW3D", "SEQUENCER"):
    for name in ("takes", "life", "turning"):
        # Open from the start, so that they are drawn.
        panel = getattr(bpy.types, f"{prefix}_PT_kmtalk_{name}")
        bpy.utils.unregister_class(panel)
        panel.bl_options = set() if name != "takes" else {"DEFAULT_CLOSED"}
        panel.bl_order = 0
        bpy.utils.register_class(panel)
for area in bpy.context.window.screen.areas:
    if area.type == "VIEW_3D":
        area.spaces[0].show_region_ui = True
scene = bpy.context.scene
bpy.ops.kmtalk.add_head()
"""
SPEAK = """
import bpy
scene = bpy.context.scene
scene.kmtalk.source, scene.kmtalk.audio, scene.kmtalk.frame = "FILE", "{sound}", 1
scene.kmtalk.transcript = open("{words}").read()
bpy.ops.kmtalk.generate()
bpy.ops.ed.undo_push(message="Spoken")
"""
ADD = """
import bpy
window = bpy.context.window_manager.windows[0]
area = next(area for area in window.screen.areas if area.type == "VIEW_3D")
region = next(region for region in area.regions if region.type == "WINDOW")
with bpy.context.temp_override(window=window, area=area, region=region):
    bpy.ops.kmtalk.add_life("INVOKE_DEFAULT")
"""
THERE = """
import bpy
target = bpy.context.scene.kmtalk.target
keys = target.data.shape_keys
answer = [
    sorted(thing.name for thing in bpy.data.objects),
    [constraint.name for constraint in target.constraints],
    [track.name for track in keys.animation_data.nla_tracks],
    sorted(action.name for action in bpy.data.actions),
    target.kmtalk.life.use,
]
"""


def test_it_is_added_beside_the_window_and_undone_as_one_step(installed):
    window = installed
    window.python(SETUP, seconds=120)
    window.open_tab("KMTalk")
    sound, words = TREE / "assets" / "demo_line.flac", TREE / "assets" / "demo_line.txt"
    window.python(SPEAK.format(sound=sound, words=words), seconds=240)
    before = window.python(THERE)
    assert not before[1]
    window.python(ADD)
    window.until(f"not {STATE}.running and {STATE}.report", seconds=120)
    after = window.python(THERE)
    assert after[1] == ["KMTalk Head"]
    assert len(after[0]) == len(before[0]) + 1
    assert any(name.startswith("Head and Eyes") for name in after[2])
    window.picture("life_1_added")
    window.move(*VIEW)
    window.key("ctrl+z")
    window.until("not bpy.context.scene.kmtalk.target.constraints")
    assert window.python(THERE) == before
    window.key("ctrl+shift+z")
    window.until("len(bpy.context.scene.kmtalk.target.constraints) == 1")
    assert window.python(THERE) == after
    assert "Traceback" not in (window.exchange / "log").read_text()
    window.picture("life_2_undone_and_done_again")
