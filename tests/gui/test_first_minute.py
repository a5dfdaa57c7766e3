"""From the installed zip to a talking face in Blender's default scene, by real clicks. Pictures are in out/gui."""

import time

import pytest
from window import ANSWERS

pytestmark = pytest.mark.gui

STATE = "bpy.context.window_manager.kmtalk"
SCREEN = "bpy.context.window_manager.windows[0].screen"
SCENE = "bpy.context.scene"
SIDEBAR = f"any(area.spaces[0].show_region_ui for area in {SCREEN}.areas if area.type == 'VIEW_3D')"
BROWSER = "len(bpy.context.window_manager.windows) > 1"
CHOSEN_FILE = "bpy.context.window_manager.windows[-1].screen.areas[0].spaces[0].params.filename"
PLAYING = f"{SCREEN}.is_animation_playing"
# Position of the arrow that opens the 3D view's sidebar: at the height of the toolbar's upper end.
ARROW = """
import bpy
view = next(area for area in bpy.context.window.screen.areas if area.type == "VIEW_3D")
tools = next(region for region in view.regions if region.type == "TOOLS")
answer = [view.x + view.width - 5, bpy.context.window.height - tools.y - tools.height + 23]
"""
# Whether the head is inside the 3D view, the share of the view's height that it fills, and whether it is apart from the
# cube.
HEAD = """
import bpy
from bpy_extras.view3d_utils import location_3d_to_region_2d
area = next(area for area in bpy.context.window.screen.areas if area.type == "VIEW_3D")
region = next(region for region in area.regions if region.type == "WINDOW")
def points(thing):
    return [thing.matrix_world @ vertex.co for vertex in thing.data.vertices]
head, cube = points(bpy.context.scene.kmtalk.target), points(bpy.data.objects["Cube"])
seen = [location_3d_to_region_2d(region, area.spaces[0].region_3d, point) for point in head]
inside = all(point and 0 < point.x < region.width and 0 < point.y < region.height for point in seen)
tall = max(point.y for point in seen) - min(point.y for point in seen)
apart = any(
    max(p[axis] for p in one) <= min(p[axis] for p in other)
    for axis in range(3) for one, other in ((head, cube), (cube, head))
)
answer = [inside, tall / region.height, apart]
"""
# Largest value of the shape key jawOpen in the scene's frame range, and its frame.
JAW = """
import bpy
scene, target = bpy.context.scene, bpy.context.scene.kmtalk.target
before, shown = scene.frame_current, []
for frame in range(scene.frame_start, scene.frame_end + 1):
    scene.frame_set(frame)
    keys = target.evaluated_get(bpy.context.evaluated_depsgraph_get()).data.shape_keys
    shown.append((keys.key_blocks["jawOpen"].value, frame))
scene.frame_set(before)
answer = max(shown)
"""
STRIP = """
import bpy
editor = bpy.context.scene.sequence_editor
strips = (editor.strips if hasattr(editor, "strips") else editor.sequences) if editor else []
answer = [[strip.name, strip.frame_final_start, strip.frame_final_end] for strip in strips]
"""
SETTINGS = "import bpy\nscene = bpy.context.scene\nanswer = [scene.sync_mode, scene.frame_start, scene.frame_end]"


def test_eight_clicks_from_the_zip_to_a_talking_face(installed):
    window = installed
    steps = []

    def step(name, place, until, tries=5):
        """One click and a picture of its result. The click is repeated, because Xvfb loses some clicks."""
        window.click_until(place, until, tries)
        steps.append(name)
        # Wait for the end of the interface's animations.
        time.sleep(0.7)
        window.picture(f"first_minute_{len(steps)}_{name}")

    settings = window.python(SETTINGS)
    step("sidebar", window.python(ARROW), SIDEBAR)
    window.open_tab("KMTalk")
    steps.append("tab")
    time.sleep(0.7)
    window.picture("first_minute_2_tab")

    # Without a sound and a head the button ignores the click, and the panel names what is missing.
    window.click(*window.button("kmtalk.generate"))
    assert not window.python(f"import bpy\nanswer = {STATE}.running or {STATE}.failure or {STATE}.report")

    head = window.button("kmtalk.add_head")
    window.click_until(head, f"{STATE}.running or {SCENE}.kmtalk.target")
    steps.append("head")
    assert window.answers_while(f"{STATE}.running", "first_minute_3_head_is_made") >= ANSWERS
    time.sleep(0.7)
    window.picture("first_minute_3_head")
    inside, tall, apart = window.python(HEAD)
    assert inside
    assert tall > 0.4
    assert apart

    step("browser", window.button("kmtalk.add_sound"), BROWSER)
    window.bring_in()
    row = window.first_file()
    step("file", row, f"{CHOSEN_FILE} == 'hello.flac'")
    step("sound", window.button("file.execute", "FILE_BROWSER", "EXECUTE"), f"not ({BROWSER})")
    [[name, first, last]] = window.python(STRIP)
    assert [name, first] == ["hello", 1]

    generate = window.button("kmtalk.generate")
    window.click_until(generate, f"{STATE}.running or {STATE}.failure or bpy.data.actions")
    steps.append("generate")
    assert window.answers_while(f"{STATE}.running", "first_minute_7_generating") >= ANSWERS
    assert window.python(f"import bpy\nanswer = {STATE}.failure") == ""
    time.sleep(0.7)
    window.picture("first_minute_7_generated")
    opening, frame = window.python(JAW)
    assert opening > 0.1
    assert first <= frame < last
    assert window.python(f"import bpy\nanswer = {SCENE}.frame_current") == first

    play = window.button("kmtalk.play")
    step("play", play, PLAYING)
    # If drawing is slow, playback drops frames, so that face and sound stay together.
    clock, before = time.monotonic(), window.python(f"import bpy\nanswer = {SCENE}.frame_current")
    window.until(f"{SCENE}.frame_current > {before + 48} or {SCENE}.frame_current < {before}")
    assert time.monotonic() - clock < 2 * 48 / 24
    window.picture("first_minute_8_talking")
    # The same button stops the playback.
    window.click_until(play, f"not {PLAYING}")

    assert len(steps) <= 8
    # The user's settings stay as they were; only an unchanged default frame range would grow with a longer line.
    assert window.python(SETTINGS) == settings


def test_a_long_line_makes_the_default_range_longer_and_says_so(installed):
    window = installed
    window.python(
        "import bpy\nbpy.ops.kmtalk.add_head()\nbpy.context.scene.frame_set(200)\n"
        f"bpy.ops.kmtalk.add_sound(filepath={str(window.home / 'hello.flac')!r})\nbpy.context.scene.frame_set(1)\n"
        "for area in bpy.context.window.screen.areas:\n"
        "    if area.type == 'VIEW_3D':\n        area.spaces[0].show_region_ui = True",
        seconds=120,
    )
    time.sleep(0.7)
    window.open_tab("KMTalk")
    window.click_until(window.button("kmtalk.generate"), f"{STATE}.running or bpy.data.actions")
    window.until(f"not {STATE}.running", 120)
    last = window.python(STRIP)[0][2]
    sync, first, end = window.python(SETTINGS)
    assert [sync, first, end] == ["NONE", 1, last]
    assert f"The scene now ends at frame {last}" in window.python(f"import bpy\nanswer = {STATE}.report")
    # The playhead has moved to the start of the line.
    assert window.python(f"import bpy\nanswer = {SCENE}.frame_current") == 200


def test_checking_the_runtime_does_not_stop_the_window(installed):
    window = installed
    window.python("import bpy\nbpy.ops.kmtalk.check_runtime('INVOKE_DEFAULT')")
    assert window.answers_while(f"{STATE}.running") >= ANSWERS
    assert window.python(f"import bpy\nanswer = {STATE}.failure") == ""
    assert window.python(f"import bpy\nanswer = {STATE}.report").startswith("The runtime works")
    time.sleep(0.7)
    window.picture("check_runtime")


@pytest.mark.parametrize("runtime", [{}], ids=["without a runtime"])
def test_a_missing_runtime_is_said_before_anything_is_pressed(installed):
    window = installed
    window.click_until(window.python(ARROW), SIDEBAR)
    window.open_tab("KMTalk")
    # The user allows online access first; then the button installs the runtime.
    window.click_until(window.button("extensions.userpref_allow_online"), "bpy.app.online_access")
    window.button("kmtalk.install_runtime")
    window.picture("missing_runtime")
    window.click(*window.button("kmtalk.add_head"))
    assert not window.python(f"import bpy\nanswer = {STATE}.running or {SCENE}.kmtalk.target")
    assert not window.python("import bpy\nanswer = bpy.ops.kmtalk.add_head.poll()")
