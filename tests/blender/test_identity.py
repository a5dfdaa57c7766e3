"""Whose take is it: names repeat, strips are copied, renamed, moved and deleted; a take stays with its line."""

import shutil

import bpy
import numpy as np
import pytest
from stage import LINE, TREE, action_of, curve_of, make_character, needs_strips

WORDS = (TREE / "assets" / "demo_line.txt").read_text()
EDITED = 0.97


@pytest.fixture(autouse=True)
def every_frame(scene):
    """A key on every frame, so that one can be edited by its frame."""
    scene.kmtalk.keys = "EVERY_FRAME"


def strips_of(scene):
    editor = scene.sequence_editor_create()
    return editor.strips if hasattr(editor, "strips") else editor.sequences


def add(scene, name, path=LINE, channel=1, frame=11):
    strip = strips_of(scene).new_sound(name, str(path), channel, frame)
    strip.kmtalk.transcript = WORDS
    return strip


def speak(strip, **settings):
    assert bpy.ops.kmtalk.generate(strip=strip.name, **settings) == {"FINISHED"}


def takes(head):
    from bl_ext.user_default.kmtalk.scene import takes_of

    return [(take.strip, take.start) for take in takes_of(head)]


def edit(head, frame):
    """Drag one key of the jaw up."""
    curve = curve_of(head, "jawOpen")
    next(key for key in curve.keyframe_points if key.co.x == frame).co.y = EDITED
    curve.update()


def jaw(head, frame):
    bpy.context.scene.frame_set(frame)
    return head.data.shape_keys.key_blocks["jawOpen"].value


def told():
    return bpy.context.window_manager.kmtalk.report


def test_files_of_one_name_are_two_lines(scene, head, tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        shutil.copy(LINE, tmp_path / folder / "line.flac")
    bpy.ops.kmtalk.generate(filepath=str(tmp_path / "a" / "line.flac"), frame=11)
    edit(head, 61)
    bpy.ops.kmtalk.generate(filepath=str(tmp_path / "b" / "line.flac"), frame=400)
    assert takes(head) == [("line", 11), ("line", 400)]
    assert jaw(head, 61) == pytest.approx(EDITED, abs=1e-5)
    assert jaw(head, 450) < 0.9


def test_a_file_that_is_said_twice_is_two_lines_and_again_is_the_same(scene, head):
    for frame in (11, 600, 11):
        bpy.ops.kmtalk.generate(filepath=str(LINE), frame=frame)
    assert takes(head) == [("demo_line", 11), ("demo_line", 600)]


@needs_strips
def test_a_renamed_and_moved_strip_keeps_its_take(scene, head):
    strip = add(scene, "hello")
    speak(strip)
    edit(head, 61)
    strip.name, strip.frame_start = "good morning", strip.frame_start + 40
    speak(strip)
    assert takes(head) == [("good morning", 51)]
    assert jaw(head, 101) == pytest.approx(EDITED, abs=1e-5)


@needs_strips
def test_a_copy_of_a_strip_is_a_line_of_its_own(scene, head):
    strip = add(scene, "hello")
    speak(strip)
    edit(head, 61)
    copy = strip_copy(scene, strip, frame=400)
    assert copy.kmtalk.line_id == strip.kmtalk.line_id
    speak(copy)
    assert takes(head) == [("hello", 11), (copy.name, 400)]
    assert "is a copy of hello" in told()
    assert jaw(head, 61) == pytest.approx(EDITED, abs=1e-5)
    # Each is known again from now on, whatever they are called.
    strip.name, copy.name = "first", "second"
    for again in (copy, strip):
        speak(again)
    assert takes(head) == [("first", 11), ("second", 400)]
    assert jaw(head, 61) == pytest.approx(EDITED, abs=1e-5)
    assert jaw(head, 450) < 0.9


def strip_copy(scene, strip, frame):
    """What Duplicate makes of a strip."""
    window = bpy.context.window_manager.windows[0]
    if hasattr(window.workspace, "sequencer_scene"):
        window.workspace.sequencer_scene = scene
    area = window.screen.areas[0]
    area.type = "SEQUENCE_EDITOR"
    region = next(region for region in area.regions if region.type == "WINDOW")
    names = {other.name for other in strips_of(scene)}
    for other in strips_of(scene):
        other.select = other == strip
    with bpy.context.temp_override(window=window, area=area, region=region):
        bpy.ops.sequencer.duplicate()
    (copy,) = (other for other in strips_of(scene) if other.name not in names)
    copy.frame_start += frame - copy.frame_final_start
    return copy


@needs_strips
@pytest.mark.parametrize("linked", [True, False])
def test_a_copied_scene_has_lines_of_its_own(scene, head, linked):
    speak(add(scene, "hello"))
    edit(head, 61)
    window = bpy.context.window_manager.windows[0]
    if linked:
        # Its objects are the same ones.
        other = scene.copy()
    else:
        with bpy.context.temp_override(window=window):
            bpy.ops.scene.new(type="FULL_COPY")
        other = next(one for one in bpy.data.scenes if one != scene)
    window.scene = other
    if hasattr(window.workspace, "sequencer_scene"):
        window.workspace.sequencer_scene = other
    actor = other.kmtalk.target = head if linked else next(o for o in other.objects if o.type == "MESH")
    with bpy.context.temp_override(window=window, scene=other):
        assert bpy.ops.kmtalk.generate(strip="hello") == {"FINISHED"}
    assert len(takes(actor)) == (2 if linked else 1)
    window.scene = scene
    if hasattr(window.workspace, "sequencer_scene"):
        window.workspace.sequencer_scene = scene
    kept = [key.co.y for action in bpy.data.actions for key in jaw_keys(action) if key.co.x == 61]
    assert max(kept) == pytest.approx(EDITED, abs=1e-5)


def jaw_keys(action):
    from bl_ext.user_default.kmtalk.scene.compat import action_curves

    return [k for c in action_curves(action) if c.data_path == 'key_blocks["jawOpen"].value' for k in c.keyframe_points]


@needs_strips
def test_strips_of_one_name_in_two_scenes(scene, head):
    speak(add(scene, "hello"))
    edit(head, 61)
    other = bpy.data.scenes.new("Other")
    other.render.fps = 30
    add(other, "hello", frame=300)
    other.collection.objects.link(head)
    window = bpy.context.window_manager.windows[0]
    window.scene = other
    if hasattr(window.workspace, "sequencer_scene"):
        window.workspace.sequencer_scene = other
    other.kmtalk.target = head
    with bpy.context.temp_override(window=window, scene=other):
        assert bpy.ops.kmtalk.generate(strip="hello") == {"FINISHED"}
    assert takes(head) == [("hello", 11), ("hello", 300)]
    assert jaw(head, 61) == pytest.approx(EDITED, abs=1e-5)


@needs_strips
def test_a_strip_that_is_deleted_and_added_again_goes_on_with_its_take(scene, head):
    strip = add(scene, "hello")
    speak(strip)
    edit(head, 61)
    strips_of(scene).remove(strip)
    again = add(scene, "again")
    speak(again)
    assert takes(head) == [("again", 11)]
    assert "keeps that take" in told()
    assert jaw(head, 61) == pytest.approx(EDITED, abs=1e-5)


@needs_strips
def test_another_sound_in_the_place_of_a_strip_leaves_its_take(scene, head, tmp_path):
    strip = add(scene, "hello")
    speak(strip)
    edit(head, 61)
    strips_of(scene).remove(strip)
    speak(add(scene, "hello", shutil.copy(LINE, tmp_path / "other.flac")))
    assert len(takes(head)) == 2


@needs_strips
def test_edits_of_another_sound_are_not_taken_over(scene, head, tmp_path):
    strip = add(scene, "hello")
    speak(strip)
    edit(head, 61)
    strip.sound = bpy.data.sounds.load(str(shutil.copy(LINE, tmp_path / "other.flac")))
    with pytest.raises(RuntimeError, match="plays another sound now"):
        bpy.ops.kmtalk.generate(strip="hello")
    assert jaw(head, 61) == pytest.approx(EDITED, abs=1e-5)
    speak(strip, discard_edits=True)
    assert jaw(head, 61) < 0.9


@needs_strips
def test_one_strip_for_two_characters(scene, head):
    strip, ben = add(scene, "hello"), make_character(scene, "Ben")
    for target in (head, ben, head):
        scene.kmtalk.target = target
        speak(strip)
    assert takes(head) == takes(ben) == [("hello", 11)]


@needs_strips
def test_a_take_is_known_again_after_saving(scene, head, tmp_path):
    speak(add(scene, "hello"))
    edit(head, 61)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "shot.blend"))
    head = bpy.data.objects["Anna"]
    assert bpy.ops.kmtalk.generate(strip="hello") == {"FINISHED"}
    assert takes(head) == [("hello", 11)]
    assert jaw(head, 61) == pytest.approx(EDITED, abs=1e-5)


def test_an_exported_take_comes_back_in_its_own_place(scene, head, tmp_path):
    bpy.ops.kmtalk.generate(filepath=str(LINE), frame=11)
    edit(head, 61)
    bpy.ops.kmtalk.export_take(filepath=str(tmp_path / "take.npz"))
    bpy.ops.kmtalk.import_take(filepath=str(tmp_path / "take.npz"), frame=11)
    assert [start for _, start in takes(head)] == [11]
    bpy.ops.kmtalk.import_take(filepath=str(tmp_path / "take.npz"), frame=700)
    assert [start for _, start in takes(head)] == [11, 700]
    assert jaw(head, 61) == pytest.approx(EDITED, abs=1e-2)


def test_phones_belong_to_their_take(scene, head):
    """Two takes of one label in one action."""
    scene.kmtalk.placement = "ACTIVE"
    for frame in (11, 600):
        bpy.ops.kmtalk.generate(filepath=str(LINE), frame=frame)
    phones = action_of(head).kmtalk.phones
    assert len({phone.take for phone in phones}) == 2
    before = np.array([jaw(head, frame) for frame in range(11, 190)])
    second = [p for p in phones if p.take == phones[len(phones) - 1].take and p.label not in ("SIL", "M", "B", "P")]
    max(second, key=lambda phone: phone.end - phone.start).label = "M"
    bpy.context.window_manager.kmtalk.phone_index = len(phones) - 1
    assert bpy.ops.kmtalk.complete() == {"FINISHED"}
    assert np.array([jaw(head, frame) for frame in range(11, 190)]) == pytest.approx(before, abs=1e-6)
