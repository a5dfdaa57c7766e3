"""The extension in a window: real clicks, progress, cancel, undo, redo, edit, complete, save and reopen.

Pictures of each step lie in out/gui.
"""

import json
import shutil
import time
from pathlib import Path

import pytest
from window import TREE

pytestmark = pytest.mark.gui

# Where the buttons of the sidebar are in a window of 1600 x 900, in pixels from the top left.
TAB = (1308, 206)
ADD_HEAD = (1272, 127)
GENERATE = (1174, 257)
VIEW = (600, 500)

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
JAW = """
import bpy
target = next(obj for obj in bpy.data.objects if obj.type == "MESH" and obj.data.shape_keys)
keys = target.data.shape_keys
action = keys.animation_data.action if keys.animation_data else None
answer = None
if action:
    curve = next(curve for curve in action.fcurves if "jawOpen" in curve.data_path)
    answer = [[key.co.x, key.co.y] for key in curve.keyframe_points]
"""
TAB_OPEN = (
    "'KMTalk' in [r.active_panel_category for a in bpy.context.window.screen.areas if a.type == 'VIEW_3D' "
    "for r in a.regions if r.type == 'UI']"
)
IDLE = "not bpy.context.window_manager.kmtalk.running"
RUNNING = "bpy.context.window_manager.kmtalk.running"


def test_an_animators_hour(window, archive):
    window.python(
        f"import bpy\nbpy.ops.extensions.package_install_files(filepath={json.dumps(str(archive))}, "
        "repo='user_default', enable_on_install=True)",
        seconds=120,
    )
    window.python(SETUP.format(sound=TREE / "assets" / "demo_line.flac", words=TREE / "assets" / "demo_line.txt"))
    time.sleep(1)
    window.click_until(TAB, TAB_OPEN, seconds=2)
    window.picture("1_tab")
    window.click_until(ADD_HEAD, "bpy.context.scene.kmtalk.target is not None", seconds=30)
    window.python(FRAME)
    time.sleep(1)
    window.picture("2_head")
    assert window.python(JAW) is None

    window.click_until(GENERATE, RUNNING)
    window.move(*VIEW)
    window.picture("3_running")
    window.key("Escape")
    window.until(IDLE)
    assert window.python(JAW) is None
    assert window.python("import bpy\nanswer = len(bpy.data.actions)") == 0

    window.click_until(GENERATE, RUNNING)
    window.until(IDLE, 120)
    spoken = window.python(JAW)
    assert spoken is not None
    assert spoken[0][0] == 11
    loudest = max(spoken, key=lambda key: key[1])
    window.python(f"import bpy\nbpy.context.scene.frame_set({round(loudest[0])})")
    window.move(*VIEW)
    time.sleep(1)
    window.picture("4_spoken")

    window.key("ctrl+z")
    time.sleep(1)
    assert window.python(JAW) is None
    window.key("ctrl+shift+z")
    time.sleep(1)
    assert window.python(JAW) == spoken

    index = len(spoken) // 2
    edit = JAW + f"curve.keyframe_points[{index}].co.y = 0.97\ncurve.update()\nbpy.ops.ed.undo_push(message='Edit')"
    window.python(edit)
    window.python("import bpy\nbpy.ops.kmtalk.complete('INVOKE_DEFAULT')")
    window.until(IDLE, 60)
    completed = window.python(JAW)
    assert completed[index][1] == pytest.approx(0.97, abs=1e-6)
    assert completed[index + 1] != spoken[index + 1]
    window.python(f"import bpy\nbpy.context.scene.frame_set({round(spoken[index][0])})")
    time.sleep(1)
    window.picture("5_completed")
    window.key("ctrl+z")
    time.sleep(1)
    undone = window.python(JAW)
    assert undone[index][1] == pytest.approx(0.97, abs=1e-6)
    assert undone[index + 1] == spoken[index + 1]
    window.key("ctrl+shift+z")
    time.sleep(1)

    saved = TREE / "out" / "gui-exchange" / "saved.blend"
    window.python(f"import bpy\nbpy.ops.wm.save_as_mainfile(filepath='{saved}')")
    window.python(f"import bpy\nbpy.ops.wm.open_mainfile(filepath='{saved}')")
    assert window.python(JAW) == completed
    window.picture("6_reopened")
    noise = (window.exchange / "log").read_text()
    assert "Traceback" not in noise
    assert "Error" not in noise
    shutil.copy(window.exchange / "log", Path(window.pictures) / "log.txt")
