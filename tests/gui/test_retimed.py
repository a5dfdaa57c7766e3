"""A retimed strip in a real Blender: a second one in the background plays it into a file, and the phones follow."""

import pytest
from window import TREE

pytestmark = pytest.mark.gui

SETUP = """
import bpy
scene, screen = bpy.context.scene, bpy.context.window.screen
scene.render.fps = 30
if hasattr(bpy.context.workspace, "sequencer_scene"):
    bpy.context.workspace.sequencer_scene = scene
bpy.ops.kmtalk.add_head()
editor = scene.sequence_editor_create()
strips = editor.strips if hasattr(editor, "strips") else editor.sequences
strip = strips.new_sound("hello", "SOUND", 1, 1)
editor.active_strip, strip.select = strip, True
scene.kmtalk.transcript = open("WORDS").read()
"""
SLOWER = """
import bpy
area = next(area for area in bpy.context.window.screen.areas if area.type == "DOPESHEET_EDITOR")
area.type = "SEQUENCE_EDITOR"
region = next(region for region in area.regions if region.type == "WINDOW")
with bpy.context.temp_override(area=area, region=region):
    bpy.ops.sequencer.retiming_segment_speed_set(speed=50.0)
"""
# The time from the first to the last phone, in seconds, and what a second Blender might leave.
SPOKEN = """
import bpy
bpy.ops.kmtalk.generate()
action = bpy.context.scene.kmtalk.target.data.shape_keys.animation_data.action
phones = [phone for phone in action.kmtalk.phones if phone.label != "SIL"]
scene = bpy.context.scene
there = [len(bpy.data.scenes), len(bpy.data.sounds), scene.frame_start, scene.frame_end]
answer = [phones[-1].end - phones[0].start, *there]
"""


def test_a_slower_strip_is_spoken_slower(installed):
    window = installed
    window.python(
        SETUP.replace("SOUND", str(TREE / "assets" / "demo_line.flac")).replace(
            "WORDS", str(TREE / "assets" / "demo_line.txt")
        ),
        seconds=120,
    )
    before, *there = window.python(SPOKEN, seconds=120)
    window.python(SLOWER)
    after, *still_there = window.python(SPOKEN, seconds=240)
    assert after == pytest.approx(2 * before, rel=0.03)
    assert still_there == there
    assert "Traceback" not in (window.exchange / "log").read_text()
