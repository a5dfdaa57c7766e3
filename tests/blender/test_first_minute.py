"""What a newcomer meets: where a head stands, where a sound goes, what is missing, what Generate sets besides."""

import bpy
import numpy as np
import pytest
from stage import LINE, action_of, has_strips, make_character, needs_strips


def extent(thing):
    points = np.array([thing.matrix_world @ vertex.co for vertex in thing.data.vertices])
    return points.min(axis=0), points.max(axis=0)


def apart(one, other):
    (low, high), (from_low, from_high) = extent(one), extent(other)
    return bool(((high <= from_low) | (from_high <= low)).any())


def add_head():
    assert bpy.ops.kmtalk.add_head() == {"FINISHED"}
    bpy.context.view_layer.update()
    return bpy.context.scene.kmtalk.target


def test_a_head_stands_at_the_cursor(scene):
    scene.cursor.location = (1, -2, 3)
    assert tuple(add_head().location) == (1, -2, 3)


def test_a_head_stands_beside_what_is_there(scene):
    bpy.ops.mesh.primitive_cube_add()
    cube = bpy.context.object
    first, second = add_head(), add_head()
    assert apart(first, cube)
    assert apart(second, cube)
    assert apart(second, first)
    # Beside, not somewhere else: at the cursor's depth and height, and near.
    assert (first.location.y, first.location.z) == (0, 0)
    assert first.location.x < 2


def test_a_head_stands_beside_what_a_script_moved_just_before(scene, client):
    from bl_ext.user_default.kmtalk.scene import add_demo_head

    bpy.ops.mesh.primitive_cube_add(location=(9, 0, 0))
    bpy.context.object.location = (0.5, 0, 0)
    head = add_demo_head(bpy.context, client)
    bpy.context.view_layer.update()
    assert apart(head, bpy.data.objects["Cube"])


@pytest.mark.parametrize("scale", [(4, 4, 4), (9, 9, 0.01)], ids=["in a room", "on a ground"])
def test_a_head_stands_in_a_room_and_on_a_ground(scene, scale):
    bpy.ops.mesh.primitive_cube_add(scale=scale)
    assert tuple(add_head().location) == (0, 0, 0)


def test_what_is_hidden_is_not_in_the_way(scene):
    bpy.ops.mesh.primitive_cube_add()
    bpy.context.object.hide_set(True)
    assert tuple(add_head().location) == (0, 0, 0)


def test_a_sound_goes_to_the_current_frame_and_is_what_is_spoken(scene, head):
    scene.frame_set(17)
    assert bpy.ops.kmtalk.add_sound(filepath=str(LINE)) == {"FINISHED"}
    scene.frame_set(40)
    assert bpy.ops.kmtalk.add_sound(filepath=str(LINE)) == {"FINISHED"}
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    from bl_ext.user_default.kmtalk.scene import takes_of

    # The second one is the strip that is selected, or the file where Blender has no strips.
    assert [take.start for take in takes_of(head)] == [40]
    if has_strips():
        assert len(scene.sequence_editor.strips if bpy.app.version >= (5, 0) else scene.sequence_editor.sequences) == 2
        assert scene.sequence_editor.active_strip.frame_final_start == 40


def without_runtime(monkeypatch):
    """As in a Blender whose Python is not the zip's and has no packages of its own."""
    from bl_ext.user_default.kmtalk.runtime import environment, packages

    monkeypatch.delenv("KMTALK_PYTHON")
    monkeypatch.setattr(environment, "MARKER_PACKAGE", "a_package_that_nobody_has")
    monkeypatch.setattr(packages, "python_here", lambda: "3.14")


def test_a_sound_that_is_dropped_is_added_and_spoken(scene, head, monkeypatch):
    from bl_ext.user_default.kmtalk.scene import takes_of

    scene.frame_set(17)
    assert bpy.ops.kmtalk.drop_sound(filepath=str(LINE)) == {"FINISHED"}
    assert [take.start for take in takes_of(head)] == [17]
    # Without a runtime the sound is there all the same, and what is missing is said.
    without_runtime(monkeypatch)
    scene.frame_set(300)
    assert bpy.ops.kmtalk.drop_sound(filepath=str(LINE)) == {"FINISHED"}
    assert [take.start for take in takes_of(head)] == [17]


def test_what_is_no_sound_is_not_added(scene, tmp_path):
    with pytest.raises(RuntimeError, match="There is no sound file"):
        bpy.ops.kmtalk.add_sound(filepath=str(tmp_path / "none.wav"))
    with pytest.raises(RuntimeError, match="There is no sound file"):
        bpy.ops.kmtalk.add_sound(filepath=str(tmp_path))


@needs_strips
def test_a_strip_is_chosen_by_its_name(scene, head):
    for frame in (1, 300):
        scene.frame_set(frame)
        bpy.ops.kmtalk.add_sound(filepath=str(LINE))
    assert bpy.ops.kmtalk.choose_strip(strip=LINE.stem) == {"FINISHED"}
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    from bl_ext.user_default.kmtalk.scene import takes_of

    assert [take.start for take in takes_of(head)] == [1]


@pytest.fixture
def spoken(scene, head):
    """The frames of a line that was spoken from frame 200."""
    from bl_ext.user_default.kmtalk.scene.placement.playback import spoken_frames

    bpy.ops.kmtalk.generate(filepath=str(LINE), frame=200)
    first, last = spoken_frames(scene, {action_of(head).name})
    assert first == 200
    return first, last


def show(scene, frames):
    """What a button does once all is spoken; in the background Blender runs everything as a script does."""
    from bl_ext.user_default.kmtalk.scene.placement.playback import show_frames

    return show_frames(scene, *frames)


def test_the_default_range_becomes_longer_and_that_is_said(scene, spoken):
    scene.frame_start, scene.frame_end = 1, 250
    assert show(scene, spoken) == f"The scene now ends at frame {spoken[1]}"
    assert (scene.frame_start, scene.frame_end, scene.frame_current) == (1, spoken[1], 200)


def test_a_range_that_somebody_chose_stays(scene, spoken):
    scene.frame_start, scene.frame_end = 1, 240
    assert show(scene, spoken) == ""
    assert (scene.frame_start, scene.frame_end) == (1, 240)


def test_the_playhead_stays_where_it_is_on_the_line(scene, spoken):
    scene.frame_set(230)
    show(scene, spoken)
    assert scene.frame_current == 230


def test_a_script_has_a_frame_and_a_range_of_its_own(scene, head, line):
    scene.frame_start, scene.frame_end = 1, 250
    scene.frame_set(3)
    assert bpy.ops.kmtalk.generate(filepath=str(LINE), frame=200) == {"FINISHED"}
    assert (scene.frame_current, scene.frame_start, scene.frame_end) == (3, 1, 250)


def test_a_missing_runtime_is_said_before_it_is_used(scene, head, line, extension, monkeypatch):
    without_runtime(monkeypatch)
    for operator in (bpy.ops.kmtalk.add_head, bpy.ops.kmtalk.generate, bpy.ops.kmtalk.make_shapes):
        with pytest.raises(RuntimeError, match=r"this Blender is .* 3\.14; .* press Install Runtime"):
            operator()


def test_the_menu_of_styles_is_what_the_model_offers(scene, head, line, client, tmp_path):
    from bl_ext.user_default.kmtalk.runtime.model_folder import styles_of

    offered = styles_of("starter")
    assert list(offered) == client.call("info", {})["styles"]
    assert styles_of(str(tmp_path)) == ()
    # By name from a script, as ever.
    scene.kmtalk.style = offered[-1]
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    scene.kmtalk.style = "nonsense"
    with pytest.raises(RuntimeError, match=f"no style nonsense; choose one of {', '.join(offered)}"):
        bpy.ops.kmtalk.generate()


def test_messages_name_what_the_user_sees(scene, client):
    """An object and its landmarks, not the files that the runtime gets."""
    bpy.ops.mesh.primitive_monkey_add()
    with pytest.raises(RuntimeError, match=r"Suzanne lacks the landmarks nose tip, chin") as error:
        bpy.ops.kmtalk.make_shapes()
    assert ".npz" not in str(error.value)
    from bl_ext.user_default.kmtalk.scene.character.landmarks import LANDMARKS

    # No face: the runtime says so.
    for landmark in LANDMARKS:
        bpy.ops.kmtalk.mark_landmark(landmark=landmark, vertex=0)
    with pytest.raises(RuntimeError, match="Suzanne") as error:
        bpy.ops.kmtalk.make_shapes()
    assert ".npz" not in str(error.value)


def test_messages_do_not_name_files_on_the_way_to_the_runtime(scene, client):
    """A sound that is packed into the .blend goes there as a file of its own."""
    from bl_ext.user_default.kmtalk.scene.jobs.queue import JobQueue, QueuedJob
    from bl_ext.user_default.kmtalk.scene.jobs.requests import Request

    class Packed:
        title = "hello"

        def __init__(self, folder):
            self.sound, self.output = folder / "packed.wav", folder / "take.npz"
            self.sound.write_text("no sound")

        def first(self):
            return Request("generate", {"audio": str(self.sound), "output": str(self.output), "fps": 30})

        def next(self, result):
            return None

    queue = JobQueue([QueuedJob("hello", lambda _context, folder: Packed(folder))], client)
    while queue.current is not None:
        queue.tick(bpy.context)
    assert queue.jobs[0].text.startswith("hello is not a sound file")


def test_the_character_of_the_panel_is_named_even_when_it_is_only_selected(scene, line):
    anna = make_character(scene, "Anna")
    scene.kmtalk.target = None
    bpy.context.view_layer.objects.active = anna
    assert bpy.ops.kmtalk.generate() == {"FINISHED"}
    assert action_of(anna) is not None
