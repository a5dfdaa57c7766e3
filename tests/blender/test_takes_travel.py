"""What was edited in a take is found after the take went somewhere else: append, library, save, undo."""

import bpy
import numpy as np
import pytest
from stage import LINE, TREE, action_of, curve_of, make_character

WORDS = (TREE / "assets" / "demo_line.txt").read_text()


@pytest.fixture
def placement():
    """Where the take goes; tests parametrize it."""
    return "ACTION"


@pytest.fixture
def edited(scene, tmp_path, placement):
    """A saved file with Anna, her take from frame 11, and one edited key: (file, frame of the key)."""
    make_character(scene, "Anna")
    from bl_ext.user_default.kmtalk.scene.compat import action_curves

    scene.kmtalk.transcript, scene.kmtalk.placement, scene.kmtalk.keys = WORDS, placement, "EVERY_FRAME"
    bpy.ops.kmtalk.generate(filepath=str(LINE), frame=11)
    curve = next(curve for curve in action_curves(bpy.data.actions[0]) if "jawOpen" in curve.data_path)
    key = curve.keyframe_points[len(curve.keyframe_points) // 2]
    key.co.y = 0.97
    frame = key.co.x  # read now: the key is a pointer into memory that Blender may give back when it saves
    curve.update()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "anna.blend"))
    return tmp_path / "anna.blend", frame


def bring(path, link):
    """Anna in a new file, appended or linked."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    scene = bpy.context.scene
    scene.render.fps = 30
    with bpy.data.libraries.load(str(path), link=link) as (_, wanted):
        wanted.objects = ["Anna"]
    scene.collection.objects.link(wanted.objects[0])
    scene.kmtalk.target = wanted.objects[0]
    return wanted.objects[0]


def override(linked):
    scene = bpy.context.scene
    scene.kmtalk.target = linked.override_hierarchy_create(scene, bpy.context.view_layer, do_fully_editable=True)
    return scene.kmtalk.target


def edits_of(head):
    from bl_ext.user_default.kmtalk.scene.takes.baseline_store import load_baseline
    from bl_ext.user_default.kmtalk.scene.takes.edits import find_edits

    return find_edits(action_of(head), load_baseline(action_of(head)))


def value_at(head, frame):
    return next(key.co.y for key in curve_of(head, "jawOpen").keyframe_points if key.co.x == frame)


def assert_completes(head, frame):
    assert edits_of(head).frames.tolist() == [frame]
    before = value_at(head, frame + 1)
    assert bpy.ops.kmtalk.complete() == {"FINISHED"}
    assert value_at(head, frame) == np.float32(0.97)
    assert abs(value_at(head, frame + 1) - before) > 0.05


def test_saved_and_opened_again(edited):
    path, frame = edited
    bpy.ops.wm.open_mainfile(filepath=str(path))
    assert_completes(bpy.data.objects["Anna"], frame)


def test_appended(edited):
    path, frame = edited
    head = bring(path, link=False)
    assert_completes(head, frame)


def test_appended_beside_another_of_that_name(edited):
    path, frame = edited
    bring(path, link=False)
    with bpy.data.libraries.load(str(path)) as (_, wanted):
        wanted.objects = ["Anna"]
    twin = wanted.objects[0]
    bpy.context.scene.collection.objects.link(twin)
    bpy.context.scene.kmtalk.target = twin
    twin.data.shape_keys.key_blocks["jawOpen"].name = "Mouth"
    twin.data.shape_keys.key_blocks["Mouth"].name = "jawOpen"
    assert_completes(twin, frame)
    assert edits_of(bpy.data.objects["Anna"]).count == 1


@pytest.mark.parametrize("placement", ["ACTION", "NLA"])
def test_an_override_works_on_a_copy_of_the_librarys_take(edited, placement, tmp_path):
    path, frame = edited
    head = override(bring(path, link=True))
    library = bpy.data.actions[0]
    with pytest.raises(RuntimeError, match="is linked; choose it in the list"):
        bpy.ops.kmtalk.complete()
    assert bpy.ops.kmtalk.activate_take(take=library.name) == {"FINISHED"}
    assert action_of(head) != library
    assert action_of(head).library is None
    assert_completes(head, frame)
    head.name = "Somebody"
    action_of(head).name = "Renamed"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "shot.blend"))
    head = bpy.data.objects["Somebody"]
    assert edits_of(head).frames.tolist() == [frame]
    bpy.context.scene.frame_set(int(frame))
    assert head.data.shape_keys.key_blocks["jawOpen"].value == pytest.approx(0.97, abs=1e-5)
