"""Live in a window: a key is dragged, its surroundings follow by themselves, and one undo takes both back."""

import time

import pytest
from test_window import FRAME, JAW, PLACE_OF_KEY, VIEW, ZOOM, drag_key
from window import TREE

pytestmark = pytest.mark.gui

SETUP = """
import bpy
bpy.context.scene.render.fps = 30
bpy.ops.object.select_all(action="SELECT")
bpy.ops.object.delete()
for area in bpy.context.window.screen.areas:
    if area.type == "VIEW_3D":
        area.spaces[0].show_region_ui = True
bpy.ops.kmtalk.add_head()
settings = bpy.context.scene.kmtalk
settings.source, settings.audio, settings.frame = "FILE", "{sound}", 1
settings.transcript = open("{words}").read()
bpy.ops.kmtalk.generate()
bpy.ops.ed.undo_push(message="Spoken")
"""
# What a loaded machine takes is not tested here.
PATIENT = """
import sys
completion = next(module for name, module in sys.modules.items() if name.endswith("kmtalk.scene.live.completion"))
completion.SLOW = 1000.0
"""
LIVE = "next(module for name, module in __import__('sys').modules.items() if name.endswith('kmtalk.live'))"
IDLE = f"{LIVE}.Live.completion.idle(bpy.context)"
WHOLE_VIEW = """
import bpy
area = next(area for area in bpy.context.window.screen.areas if area.type == "VIEW_3D")
with bpy.context.temp_override(area=area, region=area.regions[-1]):
    bpy.ops.screen.screen_full_area()
"""
SELECTED = (
    JAW
    + """
answer = [key.co.x for key in curve.keyframe_points if key.select_control_point]
"""
)


def test_a_drag_is_filled_in_and_undone_as_one(installed):
    window = installed
    window.python(
        SETUP.format(sound=TREE / "assets" / "demo_line.flac", words=TREE / "assets" / "demo_line.txt"), seconds=180
    )
    window.python(PATIENT)
    time.sleep(1)
    window.open_tab("KMTalk")
    window.python(FRAME)
    window.click_until(window.button("kmtalk.live"), "bpy.context.scene.kmtalk.live")
    window.move(*VIEW)
    window.picture("live_panel")
    spoken = window.python(JAW)
    index = len(spoken) // 2
    drag_key(window, spoken, index, 0.3)
    at = spoken[index][0]

    completed = settled(window)
    edited = next(key for key in completed if key[0] == at)
    assert edited[1] == pytest.approx(spoken[index][1] + 0.3, abs=1e-3)
    changed = [key for key in completed if key not in spoken and key[0] != at]
    assert changed
    assert all(abs(key[0] - at) < 60 for key in changed)
    assert at in window.python(SELECTED)
    window.picture("live_filled")

    window.move(*VIEW)
    window.key("ctrl+z")
    reaches(window, spoken)
    window.key("ctrl+shift+z")
    reaches(window, completed)

    # An undo of a second edit gives back the first one with its fill.
    window.python(f"import bpy\nbpy.context.scene.frame_set({round(at)})")
    window.move(600, 700)
    second = next(number for number, key in enumerate(completed) if key[0] > at + 15)
    again_drag(window, completed, second)
    twice = settled(window)
    assert twice != completed
    window.move(*VIEW)
    window.key("ctrl+z")
    reaches(window, completed)
    window.key("ctrl+z")
    reaches(window, completed)
    window.key("ctrl+z")
    reaches(window, spoken)
    window.key("ctrl+shift+z", "ctrl+shift+z", "ctrl+shift+z")
    reaches(window, twice)

    # Off, the panel counts.
    window.python("import bpy\nbpy.context.scene.kmtalk.live = False")
    again_drag(window, twice, second)
    window.until("[item.count for item in bpy.context.window_manager.kmtalk.pending] == [1]", 20)
    window.python(WHOLE_VIEW)
    time.sleep(3)
    window.picture("live_off_counts")
    noise = (window.exchange / "log").read_text()
    assert "Traceback" not in noise
    assert "Error" not in noise


def settled(window):
    """The keys, once they have stayed the same for a while and nothing is left to fill in."""
    before = None
    for _ in range(30):
        window.until(IDLE, 60)
        now = window.python(JAW)
        if now == before:
            return now
        before = now
        time.sleep(1.5)
    raise AssertionError("never at rest")


def reaches(window, keys):
    """Wait for these keys, and see that they stay."""
    end = time.monotonic() + 30
    while window.python(JAW) != keys:
        assert time.monotonic() < end, [key for key in window.python(JAW) if key not in keys]
        time.sleep(0.2)
    assert settled(window) == keys


def again_drag(window, keys, index):
    """Move another key up, in the graph editor that is open."""
    window.python(ZOOM.format(index=index))
    time.sleep(1)
    frame, value = keys[index]
    window.click(*window.python(PLACE_OF_KEY.format(frame=frame, value=value)))
    window.key("g", "y", "0", "period", "2", "Return")
    time.sleep(0.5)
