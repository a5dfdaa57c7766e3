"""Two characters and six strips in a window: all takes at once, one undone, one edited. Pictures are in out/gui."""

import time

import pytest
from window import TREE

pytestmark = pytest.mark.gui

# Pixels from the play button down to the header of the list of lines.
LINES = 32
VIEW = (600, 300)  # a point in the 3D view, pixels from the display's top left

SCENE = """
import bpy
scene, screen = bpy.context.scene, bpy.context.window.screen
scene.render.fps, scene.frame_end = 30, 800
if hasattr(bpy.context.workspace, "sequencer_scene"):
    bpy.context.workspace.sequencer_scene = scene
bpy.ops.object.select_all(action="SELECT")
bpy.ops.object.delete()
view = next(area for area in screen.areas if area.type == "VIEW_3D")
view.spaces[0].show_region_ui = True
with bpy.context.temp_override(area=view, region=view.regions[-1]):
    bpy.ops.screen.area_split(direction="HORIZONTAL", factor=0.33)
low = min((area for area in screen.areas if area.type == "VIEW_3D"), key=lambda area: area.y)
low.type = "SEQUENCE_EDITOR"
low.spaces[0].show_region_ui = low.spaces[0].timeline_overlay.show_strip_source = False
for name, place in (("Anna", -0.13), ("Ben", 0.13)):
    bpy.ops.kmtalk.add_head()
    scene.kmtalk.target.name = name
    scene.kmtalk.target.location.x = place
editor, frame = scene.sequence_editor_create(), 1
strips = editor.strips if hasattr(editor, "strips") else editor.sequences
for number in range(6):
    strip = strips.new_sound(f"{('anna', 'ben')[number % 2]} {number // 2 + 1}", "SOUND", 1 + number % 2, frame)
    strip.frame_final_end = frame + 90 + 10 * number
    frame = strip.frame_final_end + 5
"""
LOOK = """
import bpy
for area in bpy.context.window.screen.areas:
    region = next(region for region in area.regions if region.type == "WINDOW")
    with bpy.context.temp_override(area=area, region=region):
        if area.type == "VIEW_3D":
            bpy.ops.view3d.view_axis(type="FRONT")
            bpy.ops.view3d.view_all()
        if area.type == "SEQUENCE_EDITOR":
            bpy.ops.sequencer.view_all()
bpy.ops.ed.undo_push(message="Setup")
"""
# Actions of each character's lines; the action of its rest pose, on an NLA track below, is left out.
TAKES = """
import bpy
answer = {}
for name in ("Anna", "Ben"):
    animation = bpy.data.objects[name].data.shape_keys.animation_data
    actions = [strip.action for track in animation.nla_tracks for strip in track.strips] if animation else []
    actions += [animation.action] if animation and animation.action else []
    answer[name] = sorted(action.name for action in actions if not action.name.startswith('Rest '))
"""
PLACE_OF_STRIP = """
import bpy
area = next(area for area in bpy.context.window.screen.areas if area.type == "SEQUENCE_EDITOR")
region = next(region for region in area.regions if region.type == "WINDOW")
editor = bpy.context.scene.sequence_editor
strip = (editor.strips if hasattr(editor, "strips") else editor.sequences)["NAME"]
middle = (strip.frame_final_start + strip.frame_final_end) / 2
x, y = region.view2d.view_to_region(middle, strip.channel + 0.3, clip=False)
answer = [region.x + x, 900 - region.y - y]
"""
MUTE = """
import bpy
bpy.data.objects["Anna"].data.shape_keys.key_blocks["jawOpen"].mute = True
for area in bpy.context.window.screen.areas:
    area.tag_redraw()
"""
MUTED = "bpy.data.objects['Anna'].data.shape_keys.key_blocks['jawOpen'].mute"
STATE = "bpy.context.window_manager.kmtalk"
IDLE = f"not {STATE}.running"
TARGET = "bpy.context.scene.kmtalk.target.name"
CHOSEN = "bpy.context.scene.sequence_editor.active_strip.name"
ALL = {name: [f"{name} {name.lower()} {number}" for number in (1, 2, 3)] for name in ("Anna", "Ben")}


def test_a_dialogue(installed):
    window = installed
    window.python(SCENE.replace("SOUND", str(TREE / "assets" / "demo_line.flac")), seconds=120)
    window.python(LOOK)
    time.sleep(1)
    window.open_tab("KMTalk")
    window.picture("dialogue_1_six_strips")

    generate = window.button("kmtalk.generate")
    cancel_half_way(window, generate)

    window.click_until(generate, f"{STATE}.running")
    window.until(f"any(f'{{line}} of 6' in {STATE}.text for line in range(2, 7))")
    window.picture("dialogue_2_running")
    window.until(IDLE, 180)
    assert window.python(TAKES) == ALL
    window.move(*VIEW)
    window.python("import bpy\nbpy.context.scene.frame_set(130)")
    time.sleep(1)
    window.picture("dialogue_3_spoken")

    window.key("ctrl+z")
    time.sleep(1)
    assert window.python(TAKES) == {"Anna": ALL["Anna"], "Ben": ALL["Ben"][:2]}
    window.key("ctrl+shift+z")
    time.sleep(1)
    assert window.python(TAKES) == ALL

    place = window.python(PLACE_OF_STRIP.replace("NAME", "anna 2"))
    window.click_until(place, f"{CHOSEN} == 'anna 2'", seconds=2)
    time.sleep(1)
    window.picture("dialogue_4_who_speaks")
    assert window.python(f"import bpy\nanswer = {TARGET}") == "Ben"
    window.click_until(window.button("kmtalk.choose_character"), f"{TARGET} == 'Anna'", seconds=2)
    window.python(MUTE)
    time.sleep(2)
    window.picture("dialogue_5_will_not_play")
    window.click_until(window.button("kmtalk.fix"), f"not {MUTED}", seconds=2)

    across, above = window.button("kmtalk.play")
    window.click(across, above + LINES)
    time.sleep(1)
    window.click_until(window.button("kmtalk.fill_lines"), "len(bpy.context.scene.kmtalk.lines) == 6", seconds=2)
    across, above = window.button("kmtalk.lines[1]")
    window.click_until((across + 40, above), f"{CHOSEN} == 'ben 1' and {TARGET} == 'Ben'", seconds=2)
    window.python("import bpy\nbpy.context.scene.frame_set(130)")
    window.move(*VIEW)
    time.sleep(1)
    window.picture("dialogue_6_lines")


def cancel_half_way(window, generate):
    """Esc during the work reports the number of finished lines; one undo step removes one line."""
    window.click_until(generate, f"{STATE}.running")
    window.until(f"any(f'{{line}} of 6' in {STATE}.text for line in range(2, 7))")
    window.move(*VIEW)
    window.key("Escape")
    window.until(IDLE)
    report = window.python(f"import bpy\nanswer = {STATE}.report")
    done = sum(len(names) for names in window.python(TAKES).values())
    assert 1 <= done < 6
    assert report.startswith(f"Cancelled with {done} of 6 done")
    window.picture("dialogue_0_cancelled")
    for _ in range(done):
        window.key("ctrl+z")
        time.sleep(1)
    assert window.python(TAKES) == {"Anna": [], "Ben": []}
