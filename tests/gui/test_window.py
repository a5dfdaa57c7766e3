"""The extension in a window: real clicks, progress, cancel, undo, redo, edit, complete, save and reopen.

Pictures of each step are in out/gui.
"""

import shutil
import time
from pathlib import Path

import pytest
from window import TREE

pytestmark = pytest.mark.gui

# Pixels from the take's buttons down to the headers of the panels Phones and Rig, and from a header to the fifth row.
PHONES, RIG, FIFTH_ROW = 32, 58, 121
VIEW = (600, 500)  # a point in the 3D view, pixels from the display's top left

SETUP = """
import bpy
bpy.context.scene.render.fps = 30
bpy.ops.object.select_all(action="SELECT")
bpy.ops.object.delete()
for area in bpy.context.window.screen.areas:
    if area.type == "VIEW_3D":
        area.spaces[0].show_region_ui = True
    if area.type == "DOPESHEET_EDITOR":
        area.type = "SEQUENCE_EDITOR"
editor = bpy.context.scene.sequence_editor_create()
strips = editor.strips if hasattr(editor, "strips") else editor.sequences
strips.new_sound("hello", "{sound}", 1, 11)
bpy.context.scene.kmtalk.transcript = open("{words}").read()
bpy.context.scene.kmtalk.keys = "EVERY_FRAME"
bpy.ops.ed.undo_push(message="Setup")
"""
FRAME = """
import bpy
for area in bpy.context.window.screen.areas:
    if area.type == "VIEW_3D":
        region = next(region for region in area.regions if region.type == "WINDOW")
        with bpy.context.temp_override(area=area, region=region):
            bpy.ops.view3d.view_axis(type="FRONT")
            bpy.ops.view3d.view_selected()
"""
# Turns the lower third of the 3D view into a graph editor with the curve of jawOpen; ZOOM then shows its seven
# keyframes around {index}.
GRAPH = """
import bpy
screen = bpy.context.window.screen
view = next(area for area in screen.areas if area.type == "VIEW_3D")
with bpy.context.temp_override(area=view, region=view.regions[-1]):
    bpy.ops.screen.area_split(direction="HORIZONTAL", factor=0.33)
graph = min((area for area in screen.areas if area.type == "VIEW_3D"), key=lambda area: area.y)
graph.type = "GRAPH_EDITOR"
graph.spaces[0].dopesheet.filter_text = "jawOpen"
graph.spaces[0].show_region_ui = False
"""
# Since Blender 5.0 an action's curves are accessible only through its layers.
JAW_CURVE = """
import bpy
def jaw_curve(action):
    layers = action.layers if bpy.app.version >= (5, 0, 0) else ()
    bags = [bag for layer in layers for strip in layer.strips for bag in strip.channelbags] or [action]
    return next(curve for bag in bags for curve in bag.fcurves if "jawOpen" in curve.data_path)
"""
ZOOM = (
    JAW_CURVE
    + """
graph = next(area for area in bpy.context.window.screen.areas if area.type == "GRAPH_EDITOR")
region = next(region for region in graph.regions if region.type == "WINDOW")
keys = next(obj for obj in bpy.data.objects if obj.type == "MESH" and obj.data.shape_keys).data.shape_keys
curve = jaw_curve(keys.animation_data.action)
for number, key in enumerate(curve.keyframe_points):
    key.select_control_point = abs(number - {index}) <= 3
with bpy.context.temp_override(area=graph, region=region):
    bpy.ops.graph.view_selected()
for key in curve.keyframe_points:
    key.select_control_point = False
"""
)
SHOW_ALL = """
import bpy
graph = next(area for area in bpy.context.window.screen.areas if area.type == "GRAPH_EDITOR")
region = next(region for region in graph.regions if region.type == "WINDOW")
with bpy.context.temp_override(area=graph, region=region):
    bpy.ops.graph.view_all()
view = next(area for area in bpy.context.window.screen.areas if area.type == "VIEW_3D")
region = next(region for region in view.regions if region.type == "WINDOW")
with bpy.context.temp_override(area=view, region=region):
    bpy.ops.view3d.view_selected()
"""
PLACE_OF_KEY = """
import bpy
graph = next(area for area in bpy.context.window.screen.areas if area.type == "GRAPH_EDITOR")
region = next(region for region in graph.regions if region.type == "WINDOW")
x, y = region.view2d.view_to_region({frame}, {value}, clip=False)
answer = [region.x + x, 900 - region.y - y]
"""
JAW = (
    JAW_CURVE
    + """
target = next(obj for obj in bpy.data.objects if obj.type == "MESH" and obj.data.shape_keys)
keys = target.data.shape_keys
action = keys.animation_data.action if keys.animation_data else None
answer = None
if action:
    curve = jaw_curve(action)
    answer = [[key.co.x, key.co.y] for key in curve.keyframe_points]
"""
)
CHOSEN_PHONE = """
import bpy
keys = next(obj for obj in bpy.data.objects if obj.type == "MESH" and obj.data.shape_keys).data.shape_keys
index = bpy.context.window_manager.kmtalk.phone_index
start = 11 + keys.animation_data.action.kmtalk.phones[index].start * 30
answer = [index, bpy.context.scene.frame_current, start]
"""
IDLE = "not bpy.context.window_manager.kmtalk.running"
RUNNING = "bpy.context.window_manager.kmtalk.running"


def test_an_animators_hour(installed):
    window = installed
    window.python(SETUP.format(sound=TREE / "assets" / "demo_line.flac", words=TREE / "assets" / "demo_line.txt"))
    time.sleep(1)
    window.open_tab("KMTalk")
    window.picture("1_tab")
    window.click_until(window.button("kmtalk.add_head"), "bpy.context.scene.kmtalk.target is not None", seconds=30)
    window.python(FRAME)
    time.sleep(1)
    window.picture("2_head")
    assert window.python(JAW) is None

    # The first line waits for the start of the worker, which gives time to cancel.
    generate = window.button("kmtalk.generate")
    window.click_until(generate, RUNNING)
    window.move(*VIEW)
    window.key("Escape")
    window.until(IDLE)
    assert window.python(JAW) is None
    assert window.python("import bpy\nanswer = len(bpy.data.actions)") == 0

    # A warm worker may finish the line before the first check.
    window.click_until(generate, f"{RUNNING} or bpy.data.actions")
    window.until(IDLE, 120)
    spoken = window.python(JAW)
    assert spoken is not None
    assert spoken[0][0] <= 11
    loudest = max(spoken, key=lambda key: key[1])
    window.python(f"import bpy\nbpy.context.scene.frame_set({round(loudest[0])})")
    window.move(*VIEW)
    time.sleep(1)
    window.picture("3_spoken")

    window.key("ctrl+z")
    time.sleep(1)
    assert window.python(JAW) is None
    window.key("ctrl+shift+z")
    time.sleep(1)
    assert window.python(JAW) == spoken

    look_at_phones_and_rig(window)
    index = len(spoken) // 2
    drag_key(window, spoken, index, 0.3)
    edited = window.python(JAW)[index][1]
    assert edited == pytest.approx(spoken[index][1] + 0.3, abs=1e-3)
    window.click_until(
        window.button("kmtalk.complete"), "'1 edited frame kept' in bpy.context.window_manager.kmtalk.report"
    )
    completed = window.python(JAW)
    assert completed[index][1] == edited
    assert completed[index + 1] != spoken[index + 1]
    window.python(f"import bpy\nbpy.context.scene.frame_set({round(spoken[index][0])})")
    window.python(SHOW_ALL)
    window.move(*VIEW)
    time.sleep(1)
    window.picture("6_completed")
    window.key("ctrl+z")
    time.sleep(1)
    undone = window.python(JAW)
    assert undone[index][1] == edited
    assert undone[index + 1] == spoken[index + 1]
    # After the undo the edited frame is still known, so completion gives the same motion again.
    window.click_until(
        window.button("kmtalk.complete"), "'1 edited frame kept' in bpy.context.window_manager.kmtalk.report"
    )
    assert window.python(JAW) == completed

    saved = window.exchange / "saved.blend"
    window.python(f"import bpy\nbpy.ops.wm.save_as_mainfile(filepath='{saved}')")
    window.python(f"import bpy\nbpy.ops.wm.open_mainfile(filepath='{saved}')")
    assert window.python(JAW) == completed
    window.picture("7_reopened")
    noise = (window.exchange / "log").read_text()
    assert "Traceback" not in noise
    assert "Error" not in noise
    shutil.copy(window.exchange / "log", Path(window.pictures) / "log.txt")


def look_at_phones_and_rig(window):
    """Open the panels Phones and Rig; a click on a phone moves the playhead to the phone."""
    across, above = window.button("kmtalk.export_take")
    across -= 60
    before = window.python(CHOSEN_PHONE)
    for _ in range(3):
        window.click(across, above + PHONES)
        window.click(across, above + PHONES + FIFTH_ROW)
        phone, frame, start = window.python(CHOSEN_PHONE)
        if phone != before[0]:
            break
    assert phone != before[0]
    assert start <= frame < start + 1
    time.sleep(1)
    window.picture("4_phones")
    window.click(across, above + PHONES)
    window.click(across, above + RIG)
    time.sleep(1)
    window.picture("5_rig")
    window.click(across, above + RIG)


def drag_key(window, keys, index, amount):
    """Click on a keyframe in the graph editor and move it up by `amount`, as an animator does."""
    window.python(GRAPH)
    time.sleep(1)
    window.python(ZOOM.format(index=index))
    time.sleep(1)
    frame, value = keys[index]
    window.click(*window.python(PLACE_OF_KEY.format(frame=frame, value=value)))
    window.key("g", "y", *(name.replace(".", "period") for name in str(amount)), "Return")
    time.sleep(0.5)
